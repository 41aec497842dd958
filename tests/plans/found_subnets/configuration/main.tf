provider "aws" {
  region = "us-east-1"
}

data "aws_vpc" "shared" {
  tags = { Name = "shared" }
}

data "aws_subnets" "shared" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.shared.id]
  }
}

data "aws_subnet" "shared" {
  for_each = toset(data.aws_subnets.shared.ids)
  id       = each.value
}

resource "aws_subnet" "kept" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.50.1.0/24"
}

resource "aws_subnet" "replaced" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.50.2.0/25"
}

resource "aws_subnet" "reusing" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.50.3.0/24"
}

resource "aws_subnet" "same" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.50.9.0/24"
}

resource "aws_subnet" "wider" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.50.10.0/23"
}

resource "aws_vpc" "own" {
  cidr_block = "10.50.0.0/16"
}

resource "aws_subnet" "elsewhere" {
  vpc_id     = aws_vpc.own.id
  cidr_block = "10.50.9.0/24"
}
