provider "aws" {
  region = "us-east-1"
}

module "net" {
  source = "./net"
}

moved {
  from = aws_vpc.main
  to   = module.net.aws_vpc.main
}

moved {
  from = aws_subnet.a
  to   = module.net.aws_subnet.this["a.b/c"]
}

moved {
  from = aws_security_group.old_name
  to   = aws_security_group.new_name
}

resource "aws_security_group" "new_name" {
  name   = "moved"
  vpc_id = module.net.vpc_id
  tags   = { Name = "moved" }

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
