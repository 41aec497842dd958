provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.16.0.0/16"
}

resource "aws_subnet" "forgotten" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.16.1.0/24"
}

resource "aws_subnet" "destroyed" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.16.2.0/24"
}
