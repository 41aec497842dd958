resource "aws_default_vpc" "d" {
}

resource "aws_default_subnet" "a" {
  availability_zone = "eu-west-1a"
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_default_vpc.d.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "db" {
  name   = "db"
  vpc_id = aws_default_vpc.d.id
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }
}

resource "aws_instance" "web" {
  ami             = "ami-1"
  instance_type   = "t3.micro"
  subnet_id       = aws_default_subnet.a.id
  security_groups = [aws_security_group.web.name]
}

resource "aws_instance" "db" {
  ami             = "ami-1"
  instance_type   = "t3.micro"
  subnet_id       = aws_default_subnet.a.id
  security_groups = ["db"]
}
