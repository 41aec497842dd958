provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.41.0.0/16"
}

resource "aws_subnet" "one" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.41.1.0/24"
}

resource "aws_security_group" "main" {
  name        = "main"
  description = "Kept"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group" "broken" {
  name        = "broken"
  description = "Tainted"
  vpc_id      = aws_vpc.main.id
}
