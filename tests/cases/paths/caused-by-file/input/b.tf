resource "aws_vpc" "other" {
  cidr_block = "10.1.0.1/16"
}

resource "aws_vpc" "third" {
  cidr_block = local.block
}
