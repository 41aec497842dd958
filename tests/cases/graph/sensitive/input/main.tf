variable "network" {
  type      = string
  default   = "10.77.0.0/16"
  sensitive = true
}

variable "customer" {
  type      = string
  default   = "81.2.69.160/27"
  sensitive = true
}

variable "port" {
  type      = number
  default   = 7777
  sensitive = true
}

variable "name" {
  type      = string
  default   = "hushhush"
  sensitive = true
}

resource "aws_vpc" "main" {
  cidr_block = var.network
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "main" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(var.network, 8, 1)
  availability_zone = sensitive("eu-central-1a")
  tags              = { Tier = var.name }
}

resource "aws_default_route_table" "main" {
  default_route_table_id = aws_vpc.main.default_route_table_id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_security_group" "main" {
  vpc_id = aws_vpc.main.id

  ingress {
    from_port   = var.port
    to_port     = var.port
    protocol    = "tcp"
    cidr_blocks = [var.customer]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "main" {
  ami                         = "ami-1"
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.main.id
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_security_group.main.id]
  tags                        = { Tier = var.name }
}
