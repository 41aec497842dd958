provider "aws" {
  region = "us-east-1"
}

# Prefix lists in groups and in routes.
resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices"
  address_family = "IPv4"
  max_entries    = 5
  entry {
    cidr = "198.51.100.0/24"
  }
  entry {
    cidr = "203.0.113.128/25"
  }
}

resource "aws_ec2_managed_prefix_list" "partners" {
  name           = "partners"
  address_family = "IPv4"
  max_entries    = 3
}

resource "aws_ec2_managed_prefix_list_entry" "partner" {
  for_each       = toset(["10.71.0.0/16"])
  prefix_list_id = aws_ec2_managed_prefix_list.partners.id
  cidr           = each.key
}

resource "aws_vpc" "main" {
  cidr_block = "10.70.0.0/16"
}

resource "aws_vpc" "partner" {
  cidr_block = "10.71.0.0/16"
}

resource "aws_vpc_peering_connection" "main" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.partner.id
  auto_accept = true
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "main" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.70.0.0/24"
  map_public_ip_on_launch = true
}

resource "aws_subnet" "partner" {
  vpc_id     = aws_vpc.partner.id
  cidr_block = "10.71.0.0/24"
}

resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.main.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}

resource "aws_route" "partner" {
  route_table_id             = aws_route_table.main.id
  destination_prefix_list_id = aws_ec2_managed_prefix_list.partners.id
  vpc_peering_connection_id  = aws_vpc_peering_connection.main.id
  depends_on                 = [aws_ec2_managed_prefix_list_entry.partner]
}

resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}

resource "aws_route" "back" {
  route_table_id            = aws_vpc.partner.main_route_table_id
  destination_cidr_block    = "10.70.0.0/25"
  vpc_peering_connection_id = aws_vpc_peering_connection.main.id
}

resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "offices" {
  security_group_id = aws_security_group.main.id
  prefix_list_id    = aws_ec2_managed_prefix_list.offices.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_security_group_rule" "partners" {
  type              = "ingress"
  security_group_id = aws_security_group.main.id
  prefix_list_ids   = [aws_ec2_managed_prefix_list.partners.id]
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "partners" {
  security_group_id = aws_security_group.main.id
  prefix_list_id    = aws_ec2_managed_prefix_list.partners.id
  ip_protocol       = "-1"
}

resource "aws_security_group" "partner" {
  name   = "partner"
  vpc_id = aws_vpc.partner.id
  ingress {
    from_port   = 0
    to_port     = 65535
    protocol    = "tcp"
    cidr_blocks = ["10.70.0.0/16"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "low" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.main.id
  private_ip             = "10.70.0.10"
  vpc_security_group_ids = [aws_security_group.main.id]
}

# No way back: the partner routes the lower half only.
resource "aws_instance" "high" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.main.id
  private_ip             = "10.70.0.210"
  vpc_security_group_ids = [aws_security_group.main.id]
}

resource "aws_instance" "partner" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.partner.id
  vpc_security_group_ids = [aws_security_group.partner.id]
}
