provider "aws" {
  region = "us-east-1"
}

variable "name" {
  type = string
}

variable "port" {
  type = number
}

variable "open" {
  type = list(string)
}

variable "groups" {
  type = map(object({
    port        = number
    cidrs       = set(string)
    description = optional(string, "not described")
  }))
}

variable "block" {
  default = "10.27.0.0/16"
}

resource "aws_vpc" "main" {
  cidr_block = var.block
  tags       = { Name = var.name }
}

resource "aws_security_group" "database" {
  name   = "database"
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = var.port
    to_port     = var.port
    cidr_blocks = var.open
  }
}

resource "aws_security_group" "each" {
  for_each    = var.groups
  name        = each.key
  description = each.value.description
  vpc_id      = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = each.value.port
    to_port     = each.value.port
    cidr_blocks = each.value.cidrs
  }
}
