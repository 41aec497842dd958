variable "password" {
  type      = string
  ephemeral = true
  sensitive = true
}
variable "password_version" { type = number }

resource "aws_db_instance" "this" {
  identifier          = "ephemeral"
  engine              = "postgres"
  instance_class      = "db.t4g.micro"
  allocated_storage   = 20
  username            = "app"
  password_wo         = var.password
  password_wo_version = var.password_version
  skip_final_snapshot = true
}

output "username" { value = aws_db_instance.this.username }
