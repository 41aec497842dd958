provider "aws" {
  region = "us-east-1"
}

variable "vpc_id" {
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
  to = aws_security_group.legacy
  id = var.group_id
}

resource "aws_vpc" "legacy" {
  cidr_block = "10.5.0.0/16"
}

resource "aws_security_group" "legacy" {
  name        = "legacy"
  description = "Made by hand"
  vpc_id      = aws_vpc.legacy.id
  tags        = { Name = "legacy" }

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
