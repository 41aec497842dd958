# A computed attribute that is set to null is as good as not set: what reads it finds it unknown, not null.
locals {
  ipv6_cidr = null
}

variable "old_list" {
  type    = list(any)
  default = ["2"]
}

resource "aws_vpc" "main" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
  ipv6_cidr_block                  = local.ipv6_cidr
}

resource "aws_subnet" "dual" {
  count           = length(var.old_list)
  vpc_id          = aws_vpc.main.id
  cidr_block      = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  ipv6_cidr_block = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, var.old_list[count.index])
}
