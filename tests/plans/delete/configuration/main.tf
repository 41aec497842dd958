provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.4.0.0/16"
}

resource "aws_subnet" "each" {
  for_each   = toset(["10.4.1.0/24"])
  vpc_id     = aws_vpc.main.id
  cidr_block = each.key
}

resource "aws_subnet" "count" {
  count      = 1
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.4.${count.index + 3}.0/24"
}

resource "aws_subnet" "new" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.4.9.0/25"
}
