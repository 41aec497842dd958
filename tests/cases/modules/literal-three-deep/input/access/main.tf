variable "sources" {
  type = list(string)
}

resource "aws_security_group" "ssh" {
  name        = "ssh"
  description = "ssh"

  dynamic "ingress" {
    for_each = var.sources
    content {
      description = "ssh"
      from_port   = 22
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
}
