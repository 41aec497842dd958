provider "aws" { region = "us-east-1" }
resource "terraform_data" "pick" {
  input = "subnet-0123456789abcdef0"
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "us-east-1a"
}
resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "us-east-1a"
}
# perhaps in another zone
resource "aws_db_subnet_group" "picked" {
  name       = "picked"
  subnet_ids = [coalesce(terraform_data.pick.output, aws_subnet.a.id), aws_subnet.b.id]
}
# certainly in one
resource "aws_db_subnet_group" "own" {
  name       = "own"
  subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
}
