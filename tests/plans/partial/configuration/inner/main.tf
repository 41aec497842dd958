variable "vpc_id" {
  type = string
}

resource "aws_subnet" "all" {
  for_each   = { one = "10.41.1.0/24", two = "10.41.2.0/24", far = "10.42.0.0/24" }
  vpc_id     = var.vpc_id
  cidr_block = each.value
}
