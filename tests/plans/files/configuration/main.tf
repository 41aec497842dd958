provider "aws" {
  region = "us-east-1"
}

locals {
  networks = yamldecode(file("${path.module}/networks.yaml"))
}

resource "aws_vpc" "main" {
  cidr_block = local.networks.vpc
}

resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = local.networks.admin
  }
}

resource "aws_launch_template" "main" {
  name      = "main"
  user_data = base64encode(templatefile("${path.module}/userdata.sh.tftpl", { name = "web" }))
}

resource "aws_security_group" "many" {
  for_each = fileset(path.module, "*.yaml")
  name     = each.value
  vpc_id   = aws_vpc.main.id
}
