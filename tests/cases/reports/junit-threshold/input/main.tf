variable "block" {
  type = string
}

resource "aws_vpc" "main" {
  cidr_block = var.block
}

resource "aws_security_group" "web" {
  description = "Web"

  egress {
    description = "all"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
