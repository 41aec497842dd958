variable "block" {
  type = string
}

resource "aws_vpc" "main" {
  cidr_block = var.block
}

resource "aws_subnet" "elsewhere" {
  vpc_id     = "vpc-0123456789abcdef0"
  cidr_block = "10.0.1.0/24"
}
