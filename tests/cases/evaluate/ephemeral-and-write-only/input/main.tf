variable "token" {
  type      = string
  default   = "t0ken"
  ephemeral = true
}

ephemeral "aws_secretsmanager_secret_version" "db" {
  secret_id = "db"
}

resource "aws_db_instance" "this" {
  instance_class      = "db.t3.micro"
  password_wo         = ephemeral.aws_secretsmanager_secret_version.db.secret_string
  password_wo_version = 1
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = "a"
  secret_string_wo         = var.token
  secret_string_wo_version = 2
}

output "is_ephemeral" {
  value = ephemeralasnull(var.token) == null
}
