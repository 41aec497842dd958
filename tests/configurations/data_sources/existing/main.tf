provider "aws" { region = "us-east-1" }
resource "aws_vpc" "shared" {
  cidr_block = "10.77.0.0/16"
  tags       = { Name = "shared", Tier = "core" }
}
resource "aws_subnet" "shared" {
  for_each          = { a = 0, b = 1 }
  vpc_id            = aws_vpc.shared.id
  availability_zone = "us-east-1${each.key}"
  cidr_block        = cidrsubnet(aws_vpc.shared.cidr_block, 8, each.value)
  tags              = { Tier = "private" }
}
resource "aws_ssm_parameter" "image" {
  name  = "/images/base"
  type  = "String"
  value = "ami-0123456789abcdef0"
}
