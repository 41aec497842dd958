provider "aws" {
  region = "us-east-1"
}

# Elastic addresses, interfaces of their own, a second interface in another subnet, and an appliance on the way to a VPC's own subnet.
resource "aws_vpc" "main" {
  cidr_block = "10.90.0.0/16"
}

resource "aws_vpc_ipv4_cidr_block_association" "second" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.91.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

locals {
  subnets = { outer = "10.90.0.0/24", middle = "10.90.1.0/24", inner = "10.91.0.0/24" }
}

resource "aws_subnet" "main" {
  for_each   = local.subnets
  vpc_id     = aws_vpc.main.id
  cidr_block = each.value
  depends_on = [aws_vpc_ipv4_cidr_block_association.second]
}

resource "aws_route_table" "main" {
  for_each = local.subnets
  vpc_id   = aws_vpc.main.id
}

resource "aws_route_table_association" "main" {
  for_each       = local.subnets
  subnet_id      = aws_subnet.main[each.key].id
  route_table_id = aws_route_table.main[each.key].id
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.main["outer"].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}

resource "aws_security_group" "main" {
  for_each = { open = "0.0.0.0/0", inside = "10.0.0.0/8" }
  name     = each.key
  vpc_id   = aws_vpc.main.id
  ingress {
    from_port   = 8000
    to_port     = 8999
    protocol    = "tcp"
    cidr_blocks = [each.value]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "eip" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.main["outer"].id
  vpc_security_group_ids = [aws_security_group.main["open"].id]
}

resource "aws_eip" "eip" {
  domain   = "vpc"
  instance = aws_instance.eip.id
}

# A public address in a subnet without a way to the internet.
resource "aws_instance" "stranded" {
  ami                         = "ami-12c6146b"
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.main["middle"].id
  vpc_security_group_ids      = [aws_security_group.main["open"].id]
  associate_public_ip_address = true
}

resource "aws_network_interface" "first" {
  subnet_id       = aws_subnet.main["outer"].id
  private_ips     = ["10.90.0.50"]
  security_groups = [aws_security_group.main["inside"].id]
}

resource "aws_instance" "given" {
  ami           = "ami-12c6146b"
  instance_type = "t3.micro"
  network_interface {
    device_index         = 0
    network_interface_id = aws_network_interface.first.id
  }
}

resource "aws_eip" "first" {
  domain = "vpc"
}

resource "aws_eip_association" "first" {
  allocation_id        = aws_eip.first.id
  network_interface_id = aws_network_interface.first.id
}

resource "aws_instance" "inner" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.main["inner"].id
  vpc_security_group_ids = [aws_security_group.main["inside"].id]
}

# A second interface, in the subnet that leads to the internet, with an address.
resource "aws_network_interface" "second" {
  subnet_id       = aws_subnet.main["outer"].id
  security_groups = [aws_security_group.main["open"].id]
}

resource "aws_network_interface_attachment" "second" {
  instance_id          = aws_instance.inner.id
  network_interface_id = aws_network_interface.second.id
  device_index         = 1
}

resource "aws_eip" "second" {
  domain            = "vpc"
  network_interface = aws_network_interface.second.id
}
