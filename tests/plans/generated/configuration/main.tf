provider "aws" {
  region = "us-east-1"
}

variable "vpc_id" {
  type = string
}

variable "gateway_id" {
  type = string
}

variable "group_id" {
  type = string
}

import {
  to = aws_vpc.legacy
  id = var.vpc_id
}

import {
  to = aws_internet_gateway.legacy
  id = var.gateway_id
}

import {
  to = aws_security_group.legacy
  id = var.group_id
}

resource "aws_vpc" "legacy" {
  cidr_block = "10.47.0.0/16"
}

resource "aws_security_group" "main" {
  name        = "main"
  description = "Beside what is imported"
  vpc_id      = aws_vpc.legacy.id

  ingress {
    description = "SSH"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
