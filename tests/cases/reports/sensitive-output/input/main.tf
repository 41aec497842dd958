module "m" { source = "./m" }
resource "aws_security_group" "a" {
  ingress {
    description = "x"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [module.m.range]
  }
  tags = { Owner = module.m.range }
}
