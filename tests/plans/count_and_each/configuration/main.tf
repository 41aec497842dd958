provider "aws" {
  region = "us-east-1"
}

variable "networks" {
  default = { a = "10.33.0.0/16", b = "10.34.0.0/16" }
}

resource "aws_vpc" "each" {
  for_each   = var.networks
  cidr_block = each.value
}

resource "aws_subnet" "each" {
  for_each   = aws_vpc.each
  vpc_id     = each.value.id
  cidr_block = "10.33.1.0/24"
}

resource "aws_security_group" "count" {
  count  = 2
  name   = "count-${count.index}"
  vpc_id = aws_vpc.each[count.index == 0 ? "a" : "b"].id
}

resource "aws_vpc_security_group_ingress_rule" "count" {
  count             = 2
  security_group_id = aws_security_group.count[1 - count.index].id
  cidr_ipv4         = count.index == 0 ? "0.0.0.0/0" : "10.0.0.0/8"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_security_group_rule" "splat" {
  security_group_id = one(slice(aws_security_group.count[*].id, 0, 1))
  type              = "ingress"
  protocol          = "all"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["0.0.0.0/00"]
}
