variable "name" {
  type = string
}

variable "ports" {
  type = list(number)
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "Group"

  dynamic "ingress" {
    for_each = var.ports
    iterator = port
    content {
      description = "port ${port.value}"
      from_port   = port.value
      to_port     = port.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
