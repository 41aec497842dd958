resource "aws_vpc" "v" {
  cidr_block = "10.5.0.0/16"
  tags       = { Leaf = "yes" }
}
