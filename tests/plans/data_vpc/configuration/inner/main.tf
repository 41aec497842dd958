variable "vpc_id" {
  type = string
}

data "aws_vpc" "by_id" {
  id = var.vpc_id
}

resource "aws_subnet" "outside" {
  vpc_id     = data.aws_vpc.by_id.id
  cidr_block = "10.46.0.0/24"
}

resource "aws_security_group" "main" {
  name        = "main"
  description = "In a VPC of others"
  vpc_id      = var.vpc_id

  ingress {
    description = "SSH"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [data.aws_vpc.by_id.cidr_block]
  }
}
