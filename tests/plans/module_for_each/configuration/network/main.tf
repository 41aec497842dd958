variable "name" {
  type = string
}

variable "block" {
  type = string
}

variable "admin" {
  type = list(string)
}

resource "aws_vpc" "this" {
  cidr_block = var.block
  tags       = { Name = var.name }
}

module "subnet" {
  count  = 2
  source = "./subnet"
  vpc_id = aws_vpc.this.id
  block  = cidrsubnet(var.block, 2, count.index)
}

resource "aws_security_group" "admin" {
  name   = var.name
  vpc_id = aws_vpc.this.id

  dynamic "ingress" {
    for_each = toset(var.admin)

    content {
      description = "SSH from ${ingress.value}"
      protocol    = "tcp"
      from_port   = 22
      to_port     = 22
      cidr_blocks = [ingress.value]
    }
  }
}
