provider "aws" {
  region = "us-east-1"
}

variable "allowed" {
  type    = bool
  default = false
}

resource "aws_vpc" "main" {
  cidr_block = "10.21.0.0/16"
}

resource "aws_security_group" "main" {
  name = "main"

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.21.1.0/24"

  lifecycle {
    precondition {
      condition     = var.allowed
      error_message = "It is not allowed."
    }
  }
}
