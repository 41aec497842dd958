variable "token" {
  type      = string
  default   = "t0ken"
  ephemeral = true
}

resource "aws_vpc" "tagged" {
  cidr_block = "10.0.0.0/16"
  tags       = { Token = var.token }
}

resource "aws_vpc" "counted" {
  count      = length(var.token)
  cidr_block = "10.0.0.0/16"
}

output "token" {
  value = var.token
}
