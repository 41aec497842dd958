provider "aws" {
  region = "us-east-1"
}

data "aws_vpc" "shared" {
  tags = { Name = "shared" }
}

data "aws_subnet" "first" {
  tags = { Name = "first" }
}

data "aws_security_group" "shared" {
  name = "shared"
}

resource "aws_subnet" "inside" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = cidrsubnet(data.aws_vpc.shared.cidr_block, 8, 7)
}

resource "aws_subnet" "outside" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.45.0.0/24"
}

resource "aws_subnet" "overlapping" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.44.1.128/25"
}

module "inner" {
  source = "./inner"
  vpc_id = data.aws_vpc.shared.id
}

resource "aws_vpc_security_group_ingress_rule" "shared" {
  description       = "In a group of others"
  security_group_id = data.aws_security_group.shared.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}
