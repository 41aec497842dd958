variable "cidr" {
  type = string
}

resource "aws_vpc" "this" {
  count      = 2
  cidr_block = var.cidr
}
