provider "aws" {
  region = "us-east-1"
}

resource "aws_default_vpc" "main" {
}

resource "aws_default_security_group" "main" {
  vpc_id = aws_default_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_default_subnet" "main" {
  availability_zone = "us-east-1a"
}

resource "aws_vpc" "new" {
  cidr_block = "10.38.0.0/16"
}

resource "aws_default_security_group" "new" {
  vpc_id = aws_vpc.new.id
}

resource "aws_default_network_acl" "new" {
  default_network_acl_id = aws_vpc.new.default_network_acl_id
  subnet_ids             = [aws_subnet.new.id]

  ingress {
    protocol   = "tcp"
    rule_no    = 100
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 22
    to_port    = 22
  }
}

resource "aws_default_route_table" "new" {
  default_route_table_id = aws_vpc.new.default_route_table_id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.new.id
  }
}

resource "aws_internet_gateway" "new" {
  vpc_id = aws_vpc.new.id
}

resource "aws_subnet" "new" {
  vpc_id     = aws_vpc.new.id
  cidr_block = "10.38.1.0/24"
}

resource "aws_instance" "new" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.new.id
  vpc_security_group_ids = [aws_vpc.new.default_security_group_id]
}
