variable "cidr" {
  type = string
}

resource "aws_vpc" "this" {
  cidr_block = var.cidr
}

resource "aws_vpc" "fixed" {
  cidr_block = "10.3.0.1/16"
}
