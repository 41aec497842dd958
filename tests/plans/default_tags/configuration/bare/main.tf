terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "vpc_id" {
  type = string
}

resource "aws_security_group" "this" {
  name   = "bare"
  vpc_id = var.vpc_id
  tags   = { owner = "web" }
}
