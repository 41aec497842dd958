provider "aws" {
  region = "us-east-1"
}

locals {
  blocks = { default = "10.23.0.0/16", staging = "10.24.0.0/16" }
}

resource "aws_vpc" "main" {
  cidr_block = local.blocks[terraform.workspace]
  tags       = { Environment = terraform.workspace }
}

resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.24.1.0/24"
}

resource "aws_security_group" "admin" {
  count  = terraform.workspace == "staging" ? 1 : 0
  name   = "admin-${terraform.workspace}"
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
