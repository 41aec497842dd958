provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.41.0.0/16"
}

moved {
  from = aws_subnet.one
  to   = module.inner.aws_subnet.all["one"]
}

module "inner" {
  source = "./inner"
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "overlapping" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.41.1.128/25"
}

resource "aws_security_group" "main" {
  name        = "main"
  description = "Kept"
  vpc_id      = aws_vpc.main.id

  ingress {
    description     = "From the group that is made anew"
    protocol        = "tcp"
    from_port       = 22
    to_port         = 22
    security_groups = [aws_security_group.broken.id]
    cidr_blocks     = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "broken" {
  name        = "broken"
  description = "Tainted"
  vpc_id      = aws_vpc.main.id
}
