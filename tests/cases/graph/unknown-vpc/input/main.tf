variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

data "aws_availability_zones" "available" {}

resource "aws_subnet" "extra" {
  count             = 2
  vpc_id            = var.vpc_id
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
}

resource "aws_security_group" "app" {
  vpc_id = var.vpc_id

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

resource "aws_lb" "app" {
  subnets         = var.subnet_ids
  security_groups = [aws_security_group.app.id]
}

resource "aws_instance" "app" {
  count                  = 2
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.extra[count.index].id
  vpc_security_group_ids = [aws_security_group.app.id]
}
