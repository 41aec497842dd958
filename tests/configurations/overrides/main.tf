provider "aws" {
  region = "us-east-1"
}
variable "name" {
  type    = string
  default = "base"
}
locals {
  one = 1
  two = 2
}
resource "aws_security_group" "this" {
  name        = var.name
  description = "base"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
  tags = { From = "main" }
}
resource "aws_vpc" "v" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}
resource "terraform_data" "sum" {
  input = local.one + local.two
}
