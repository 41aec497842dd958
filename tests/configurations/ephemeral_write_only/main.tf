provider "aws" { region = "us-east-1" }

variable "token" {
  type      = string
  ephemeral = true
  default   = "from-the-environment"
}
variable "password_version" { default = 3 }

ephemeral "aws_secretsmanager_random_password" "this" {
  password_length = 24
}

locals {
  credentials = { user = "admin", password = ephemeral.aws_secretsmanager_random_password.this.random_password }
}

module "db" {
  source           = "./modules/db"
  password         = local.credentials.password
  password_version = var.password_version
}

resource "aws_ssm_parameter" "token" {
  name             = "/app/token"
  type             = "SecureString"
  value_wo         = "${var.token}-${terraform.applying}"
  value_wo_version = 1
}

resource "aws_secretsmanager_secret" "this" {
  name_prefix = "db-"
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = jsonencode(local.credentials)
  secret_string_wo_version = var.password_version + 1
}

output "username" { value = module.db.username }
output "kept" { value = ephemeralasnull({ token = var.token, name = "app" }) }
