# The network team shares these subnets with this account.
data "aws_subnet" "shared" {
  filter {
    name   = "tag:Name"
    values = ["app"]
  }
}

resource "aws_security_group" "app" {
  vpc_id = data.aws_subnet.shared.vpc_id

  ingress {
    from_port = 443
    to_port   = 443
    protocol  = "tcp"
    self      = true
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "app" {
  count                  = 2
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = data.aws_subnet.shared.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
