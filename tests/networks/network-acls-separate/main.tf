provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.50.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "main" {
  for_each                = { edge = "10.50.0.0/24", app = "10.50.1.0/24", data = "10.50.2.0/24" }
  vpc_id                  = aws_vpc.main.id
  cidr_block              = each.value
  map_public_ip_on_launch = each.key == "edge"
}

resource "aws_route_table" "edge" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "edge" {
  subnet_id      = aws_subnet.main["edge"].id
  route_table_id = aws_route_table.edge.id
}

resource "aws_security_group" "all" {
  name   = "all"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "main" {
  for_each               = aws_subnet.main
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = each.value.id
  vpc_security_group_ids = [aws_security_group.all.id]
}

# Entries of their own, in any order; the same number may be used for both directions.
resource "aws_network_acl" "data" {
  vpc_id = aws_vpc.main.id
}

resource "aws_network_acl_association" "data" {
  network_acl_id = aws_network_acl.data.id
  subnet_id      = aws_subnet.main["data"].id
}

locals {
  entries = {
    late   = { number = 300, egress = false, action = "allow", protocol = "-1", from = 0, to = 0, block = "10.50.1.0/24" }
    early  = { number = 100, egress = false, action = "deny", protocol = "6", from = 22, to = 23, block = "10.50.0.0/16" }
    middle = { number = 200, egress = false, action = "allow", protocol = "tcp", from = 20, to = 5432, block = "10.50.0.0/25" }
    out    = { number = 100, egress = true, action = "allow", protocol = "tcp", from = 32768, to = 60999, block = "10.50.0.0/16" }
    udp    = { number = 110, egress = true, action = "allow", protocol = "udp", from = 53, to = 53, block = "10.50.1.0/24" }
  }
}

resource "aws_network_acl_rule" "data" {
  for_each       = local.entries
  network_acl_id = aws_network_acl.data.id
  rule_number    = each.value.number
  egress         = each.value.egress
  rule_action    = each.value.action
  protocol       = each.value.protocol
  from_port      = each.value.from
  to_port        = each.value.to
  cidr_block     = each.value.block
}
