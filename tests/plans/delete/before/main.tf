provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.4.0.0/16"
}

resource "aws_subnet" "gone" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.4.0.0/24"
}

resource "aws_subnet" "each" {
  for_each   = toset(["10.4.1.0/24", "10.4.2.0/24"])
  vpc_id     = aws_vpc.main.id
  cidr_block = each.key
}

resource "aws_subnet" "count" {
  count      = 2
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.4.${count.index + 3}.0/24"
}

resource "aws_security_group" "gone" {
  name   = "gone"
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

module "old" {
  source = "./old"
  vpc_id = aws_vpc.main.id
}
