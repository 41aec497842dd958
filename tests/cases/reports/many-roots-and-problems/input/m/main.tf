variable "net" {
  type = number
}

resource "aws_vpc" "v0" {
  cidr_block = "8.${var.net}.0.0/24"
}

resource "aws_vpc" "v1" {
  cidr_block = "8.${var.net}.1.0/24"
}

resource "aws_vpc" "v2" {
  cidr_block = "8.${var.net}.2.0/24"
}

resource "aws_vpc" "v3" {
  cidr_block = "8.${var.net}.3.0/24"
}

resource "aws_vpc" "v4" {
  cidr_block = "8.${var.net}.4.0/24"
}

resource "aws_vpc" "v5" {
  cidr_block = "8.${var.net}.5.0/24"
}

resource "aws_vpc" "v6" {
  cidr_block = "8.${var.net}.6.0/24"
}

resource "aws_vpc" "v7" {
  cidr_block = "8.${var.net}.7.0/24"
}

resource "aws_vpc" "v8" {
  cidr_block = "8.${var.net}.8.0/24"
}

resource "aws_vpc" "v9" {
  cidr_block = "8.${var.net}.9.0/24"
}

resource "aws_vpc" "v10" {
  cidr_block = "8.${var.net}.10.0/24"
}
