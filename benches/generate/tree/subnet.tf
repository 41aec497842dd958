variable "name" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "cidr" {
  type = string
}

variable "tags" {
  type = map(string)
}

resource "aws_subnet" "this" {
  vpc_id     = var.vpc_id
  cidr_block = var.cidr
  tags       = merge(var.tags, { Name = "${var.name}-subnet" })
}

output "id" {
  value = aws_subnet.this.id
}
