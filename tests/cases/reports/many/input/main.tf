resource "aws_security_group" "each" {
  for_each    = toset([for number in range(40) : format("group%02d", number)])
  name        = each.key
  description = "Group"

  ingress {
    description = "ssh"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.1/16"
}
