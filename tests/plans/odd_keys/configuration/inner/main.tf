variable "vpc_id" {
  type = string
}

variable "index" {
  type = number
}

variable "names" {
  type = set(string)
}

resource "aws_subnet" "main" {
  vpc_id     = var.vpc_id
  cidr_block = cidrsubnet("10.40.0.0/16", 8, var.index)
}

resource "aws_security_group" "main" {
  for_each    = var.names
  name        = "group-${md5(each.key)}"
  description = "One of several"
  vpc_id      = var.vpc_id

  ingress {
    description = "SSH"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_security_group_ingress_rule" "main" {
  for_each          = aws_security_group.main
  description       = "RDP"
  security_group_id = each.value.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 3389
  to_port           = 3389
}
