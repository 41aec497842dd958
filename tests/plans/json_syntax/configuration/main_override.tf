resource "aws_vpc" "main" {
  cidr_block = "11.28.0.0/16"
}
