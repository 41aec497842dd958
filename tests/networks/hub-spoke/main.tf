provider "aws" {
  region = "us-east-1"
}

# VPCs on a transit gateway: written routes, a blackhole, and one to which nothing leads.
locals {
  vpcs = { shared = "10.100.0.0/16", dev = "10.101.0.0/16", prod = "10.102.0.0/16", test = "10.103.0.0/16" }
}

resource "aws_ec2_transit_gateway" "main" {
  default_route_table_propagation = "disable"
}

resource "aws_vpc" "main" {
  for_each   = local.vpcs
  cidr_block = each.value
}

resource "aws_subnet" "work" {
  for_each          = local.vpcs
  vpc_id            = aws_vpc.main[each.key].id
  cidr_block        = cidrsubnet(each.value, 8, 1)
  availability_zone = "us-east-1a"
}

resource "aws_subnet" "transit" {
  for_each          = local.vpcs
  vpc_id            = aws_vpc.main[each.key].id
  cidr_block        = cidrsubnet(each.value, 12, 4095)
  availability_zone = "us-east-1a"
}

resource "aws_ec2_transit_gateway_vpc_attachment" "main" {
  for_each                                        = local.vpcs
  transit_gateway_id                              = aws_ec2_transit_gateway.main.id
  vpc_id                                          = aws_vpc.main[each.key].id
  subnet_ids                                      = [aws_subnet.transit[each.key].id]
  transit_gateway_default_route_table_propagation = false
}

# Nothing leads to test.
resource "aws_ec2_transit_gateway_route" "main" {
  for_each                       = { for name, block in local.vpcs : name => block if name != "test" }
  transit_gateway_route_table_id = aws_ec2_transit_gateway.main.association_default_route_table_id
  destination_cidr_block         = each.value
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.main[each.key].id
}

# The lower half of a subnet is kept apart.
resource "aws_ec2_transit_gateway_route" "none" {
  transit_gateway_route_table_id = aws_ec2_transit_gateway.main.association_default_route_table_id
  destination_cidr_block         = "10.102.1.0/25"
  blackhole                      = true
}

resource "aws_route_table" "work" {
  for_each = local.vpcs
  vpc_id   = aws_vpc.main[each.key].id
  route {
    cidr_block         = "10.0.0.0/8"
    transit_gateway_id = aws_ec2_transit_gateway.main.id
  }
  depends_on = [aws_ec2_transit_gateway_vpc_attachment.main]
}

resource "aws_route_table_association" "work" {
  for_each       = local.vpcs
  subnet_id      = aws_subnet.work[each.key].id
  route_table_id = aws_route_table.work[each.key].id
}

resource "aws_security_group" "main" {
  for_each = local.vpcs
  name     = each.key
  vpc_id   = aws_vpc.main[each.key].id
}

resource "aws_vpc_security_group_ingress_rule" "main" {
  for_each          = local.vpcs
  security_group_id = aws_security_group.main[each.key].id
  cidr_ipv4         = each.key == "shared" ? "10.101.0.0/16" : "10.0.0.0/8"
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_egress_rule" "main" {
  for_each          = local.vpcs
  security_group_id = aws_security_group.main[each.key].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_instance" "main" {
  for_each               = local.vpcs
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.work[each.key].id
  private_ip             = cidrhost(aws_subnet.work[each.key].cidr_block, 100)
  vpc_security_group_ids = [aws_security_group.main[each.key].id]
}

resource "aws_instance" "upper" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.work["prod"].id
  private_ip             = cidrhost(aws_subnet.work["prod"].cidr_block, 200)
  vpc_security_group_ids = [aws_security_group.main["prod"].id]
}
