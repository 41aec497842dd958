variable "office" {
  type      = string
  sensitive = true
  default   = "198.51.100.77/8"
}

variable "vpn" {
  type      = string
  sensitive = true
}

resource "aws_vpc" "a" {
  cidr_block = var.office
}

resource "aws_vpc" "b" {
  cidr_block = var.vpn
}

resource "aws_vpc" "c" {
  cidr_block = sensitive("10.9.8.7/16")
}
