provider "aws" {
  region = "us-east-1"
}

data "aws_region" "current" {}

resource "aws_vpc" "main" {
  cidr_block = "8.8.0.0/16"
  tags       = { Region = data.aws_region.current.name }
}
