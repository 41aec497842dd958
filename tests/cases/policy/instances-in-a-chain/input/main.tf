variable "enable_peering" {
  type    = bool
  default = true
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc" "shared" {
  cidr_block = "10.100.0.0/16"
}

data "aws_availability_zones" "z" {
  state = "available"
}

resource "aws_subnet" "private" {
  for_each          = { for i, z in slice(data.aws_availability_zones.z.names, 0, 3) : z => i }
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 4, each.value)
  availability_zone = each.key
}

resource "aws_subnet" "shared" {
  vpc_id     = aws_vpc.shared.id
  cidr_block = "10.100.0.0/24"
}

resource "aws_route_table" "private" {
  for_each = aws_subnet.private
  vpc_id   = aws_vpc.main.id
}

resource "aws_route_table_association" "private" {
  for_each       = aws_subnet.private
  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[each.key].id
}

resource "aws_vpc_peering_connection" "p" {
  count       = var.enable_peering ? 1 : 0
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.shared.id
  auto_accept = true
}

resource "aws_route" "to_shared" {
  for_each                  = var.enable_peering ? aws_route_table.private : {}
  route_table_id            = each.value.id
  destination_cidr_block    = aws_vpc.shared.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.p[0].id
}

resource "aws_route" "to_main" {
  count                     = var.enable_peering ? 1 : 0
  route_table_id            = aws_vpc.shared.main_route_table_id
  destination_cidr_block    = aws_vpc.main.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.p[0].id
}
