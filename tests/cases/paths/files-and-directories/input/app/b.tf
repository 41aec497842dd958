resource "aws_vpc" "b" {
  cidr_block = "10.2.0.1/16"
}
