data "aws_subnets" "shared" {
  filter {
    name   = "tag:Tier"
    values = ["app"]
  }
}

data "aws_vpc" "shared" {
  tags = { Name = "shared" }
}

resource "aws_security_group" "a" {
  vpc_id = data.aws_vpc.shared.id
}

resource "aws_instance" "a" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = data.aws_subnets.shared.ids[0]
  vpc_security_group_ids = [aws_security_group.a.id]
}

resource "aws_security_group" "b" {
  vpc_id = data.aws_vpc.shared.id
  ingress {
    from_port       = 80
    to_port         = 80
    protocol        = "tcp"
    security_groups = [aws_security_group.a.id]
  }
}

resource "aws_instance" "b" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = data.aws_subnets.shared.ids[1]
  vpc_security_group_ids = [aws_security_group.b.id]
}
