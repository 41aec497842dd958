resource "aws_eip" "office" {
  domain = "vpc"
}

resource "aws_security_group" "main" {
  name        = "main"
  description = "After the plan was made, the open block went away"

  ingress {
    description = "SSH"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["${aws_eip.office.public_ip}/32", "192.0.2.0/24"]
  }
}
