variable "key" {
  type      = string
  sensitive = true
}

variable "block" {
  type = string
}

resource "aws_vpc" "main" {
  cidr_block = var.block
}
