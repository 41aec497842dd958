variable "vpc_id" {
  type = string
}

resource "aws_subnet" "this" {
  vpc_id     = var.vpc_id
  cidr_block = "10.4.9.0/24"
}
