variable "name" {
  default = "overridden"
}
locals {
  two = 20
}
resource "aws_security_group" "this" {
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  tags = { From = "a_override", Two = local.two }
}
