provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.30.0.0/16"
}

resource "aws_security_group" "suppressed" {
  name   = "suppressed"
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"] # terravet:ignore[sg/open-admin-port] a honeypot
  }

  ingress {
    protocol    = "tcp"
    from_port   = 3389
    to_port     = 3389
    cidr_blocks = ["0.0.0.0/0"]
  }
}

module "open" {
  for_each = toset(["a", "b"])
  source   = "./open"
  name     = each.key
  vpc_id   = aws_vpc.main.id
}
