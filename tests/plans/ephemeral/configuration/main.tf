provider "aws" {
  region = "us-east-1"
}

variable "token" {
  type      = string
  ephemeral = true
}

resource "aws_vpc" "main" {
  cidr_block = "10.22.0.0/16"
}

resource "aws_subnet" "main" {
  count      = 2
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet("10.22.0.0/16", 8, count.index)
}

resource "aws_db_subnet_group" "main" {
  name       = "main"
  subnet_ids = aws_subnet.main[*].id
}

resource "aws_db_instance" "main" {
  identifier           = "main"
  engine               = "postgres"
  instance_class       = "db.t3.micro"
  allocated_storage    = 20
  username             = "admin"
  password_wo          = var.token
  password_wo_version  = 1
  publicly_accessible  = true
  db_subnet_group_name = aws_db_subnet_group.main.name
  skip_final_snapshot  = true
}

resource "aws_ssm_parameter" "token" {
  name             = "token"
  type             = "SecureString"
  value_wo         = var.token
  value_wo_version = 1
}
