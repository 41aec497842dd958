provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.39.0.0/16"
}

resource "aws_ec2_managed_prefix_list" "office" {
  name           = "office"
  address_family = "IPv4"
  max_entries    = 5

  entry {
    cidr        = "203.0.113.0/24"
    description = "Office"
  }

  entry {
    cidr        = "0.0.0.0/0"
    description = "Anywhere"
  }
}

resource "aws_ec2_managed_prefix_list" "partners" {
  name           = "partners"
  address_family = "IPv4"
  max_entries    = 5
}

resource "aws_ec2_managed_prefix_list_entry" "partner" {
  for_each       = toset(["198.51.100.0/24", "8.8.0.0/16"])
  prefix_list_id = aws_ec2_managed_prefix_list.partners.id
  cidr           = each.value
}

resource "aws_security_group" "main" {
  name        = "main"
  description = "By prefix lists"
  vpc_id      = aws_vpc.main.id

  ingress {
    description     = "SSH"
    protocol        = "tcp"
    from_port       = 22
    to_port         = 22
    prefix_list_ids = [aws_ec2_managed_prefix_list.office.id]
  }
}

resource "aws_vpc_security_group_ingress_rule" "partners" {
  description       = "RDP"
  security_group_id = aws_security_group.main.id
  prefix_list_id    = aws_ec2_managed_prefix_list.partners.id
  ip_protocol       = "tcp"
  from_port         = 3389
  to_port           = 3389
}
