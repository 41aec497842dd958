provider "aws" {
  region = "us-east-1"
}

# Three VPCs in a row: a and b, b and c are peered; a also routes to c through b, which is no way. One subnet of b has no way back.
locals {
  vpcs = { a = "10.1.0.0/16", b = "10.2.0.0/16", c = "10.3.0.0/16" }
}

resource "aws_vpc" "main" {
  for_each   = local.vpcs
  cidr_block = each.value
}

resource "aws_vpc_peering_connection" "ab" {
  vpc_id      = aws_vpc.main["a"].id
  peer_vpc_id = aws_vpc.main["b"].id
  auto_accept = true
}

resource "aws_vpc_peering_connection" "bc" {
  vpc_id      = aws_vpc.main["b"].id
  peer_vpc_id = aws_vpc.main["c"].id
}

resource "aws_vpc_peering_connection_accepter" "bc" {
  vpc_peering_connection_id = aws_vpc_peering_connection.bc.id
  auto_accept               = true
}

resource "aws_subnet" "main" {
  for_each   = { a1 = "10.1.1.0/24", b1 = "10.2.1.0/24", b2 = "10.2.2.0/24", c1 = "10.3.1.0/24" }
  vpc_id     = aws_vpc.main[substr(each.key, 0, 1)].id
  cidr_block = each.value
}

resource "aws_route_table" "main" {
  for_each = local.vpcs
  vpc_id   = aws_vpc.main[each.key].id
}

resource "aws_route_table_association" "main" {
  for_each       = { a1 = "a", b1 = "b", c1 = "c" }
  subnet_id      = aws_subnet.main[each.key].id
  route_table_id = aws_route_table.main[each.value].id
}

resource "aws_route" "main" {
  for_each = {
    a-b = aws_vpc_peering_connection.ab.id
    a-c = aws_vpc_peering_connection.ab.id
    b-a = aws_vpc_peering_connection.ab.id
    b-c = aws_vpc_peering_connection_accepter.bc.id
    c-b = aws_vpc_peering_connection.bc.id
  }
  route_table_id            = aws_route_table.main[split("-", each.key)[0]].id
  destination_cidr_block    = local.vpcs[split("-", each.key)[1]]
  vpc_peering_connection_id = each.value
}

resource "aws_security_group" "main" {
  for_each = local.vpcs
  name     = each.key
  vpc_id   = aws_vpc.main[each.key].id
  ingress {
    from_port   = 0
    to_port     = 1024
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  egress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

# A group of the peer, by its id.
resource "aws_security_group_rule" "from_a" {
  type                     = "ingress"
  security_group_id        = aws_security_group.main["b"].id
  source_security_group_id = aws_security_group.main["a"].id
  protocol                 = "udp"
  from_port                = 53
  to_port                  = 53
}

resource "aws_instance" "main" {
  for_each               = aws_subnet.main
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = each.value.id
  vpc_security_group_ids = [aws_security_group.main[substr(each.key, 0, 1)].id]
}
