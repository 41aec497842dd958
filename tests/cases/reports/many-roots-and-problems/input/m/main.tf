resource "aws_vpc" "v0" {
  cidr_block = "8.0.0.0/16"
}

resource "aws_vpc" "v1" {
  cidr_block = "8.1.0.0/16"
}

resource "aws_vpc" "v2" {
  cidr_block = "8.2.0.0/16"
}

resource "aws_vpc" "v3" {
  cidr_block = "8.3.0.0/16"
}

resource "aws_vpc" "v4" {
  cidr_block = "8.4.0.0/16"
}

resource "aws_vpc" "v5" {
  cidr_block = "8.5.0.0/16"
}

resource "aws_vpc" "v6" {
  cidr_block = "8.6.0.0/16"
}

resource "aws_vpc" "v7" {
  cidr_block = "8.7.0.0/16"
}

resource "aws_vpc" "v8" {
  cidr_block = "8.8.0.0/16"
}

resource "aws_vpc" "v9" {
  cidr_block = "8.9.0.0/16"
}

resource "aws_vpc" "v10" {
  cidr_block = "8.10.0.0/16"
}
