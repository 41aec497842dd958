resource "aws_vpc" "main" {
  cidr_block = "10.6.0.0/16"
}

resource "aws_subnet" "this" {
  for_each   = { "a.b/c" = "10.6.1.0/24" }
  vpc_id     = aws_vpc.main.id
  cidr_block = each.value
}

output "vpc_id" {
  value = aws_vpc.main.id
}
