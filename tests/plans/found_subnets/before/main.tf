provider "aws" {
  region = "us-east-1"
}

data "aws_vpc" "shared" {
  tags = { Name = "shared" }
}

resource "aws_subnet" "kept" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.50.1.0/24"
}

resource "aws_subnet" "replaced" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.50.2.0/24"
}

resource "aws_subnet" "destroyed" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.50.3.0/24"
}
