variable "name" {
  type = string
}

variable "cidr" {
  type = string
}

variable "zones" {
  type    = list(string)
  default = []
}

variable "public_subnets" {
  type    = list(string)
  default = []
}

variable "private_subnets" {
  type    = list(string)
  default = []
}

variable "database_subnets" {
  type    = list(string)
  default = []
}

variable "one_nat_gateway" {
  type    = bool
  default = true
}

variable "create" {
  type    = bool
  default = true
}

locals {
  longest   = max(length(var.private_subnets), length(var.database_subnets))
  nat_count = var.one_nat_gateway ? min(1, local.longest) : local.longest
  vpc_id    = try(aws_vpc_ipv4_cidr_block_association.more[0].vpc_id, aws_vpc.this[0].id, "")
}

resource "aws_vpc" "this" {
  count      = var.create ? 1 : 0
  cidr_block = var.cidr
  tags       = merge({ "Name" = var.name }, {})
}

resource "aws_vpc_ipv4_cidr_block_association" "more" {
  count      = 0
  vpc_id     = aws_vpc.this[0].id
  cidr_block = "100.64.0.0/16"
}

resource "aws_internet_gateway" "this" {
  count  = var.create && length(var.public_subnets) > 0 ? 1 : 0
  vpc_id = local.vpc_id
}

resource "aws_subnet" "public" {
  count                   = length(var.public_subnets)
  vpc_id                  = local.vpc_id
  cidr_block              = element(concat(var.public_subnets, [""]), count.index)
  availability_zone       = element(var.zones, count.index)
  map_public_ip_on_launch = true
  tags                    = { Name = format("${var.name}-public-%s", element(var.zones, count.index)) }
}

resource "aws_subnet" "private" {
  count             = length(var.private_subnets)
  vpc_id            = local.vpc_id
  cidr_block        = var.private_subnets[count.index]
  availability_zone = element(var.zones, count.index)
}

resource "aws_subnet" "database" {
  count             = length(var.database_subnets)
  vpc_id            = local.vpc_id
  cidr_block        = var.database_subnets[count.index]
  availability_zone = element(var.zones, count.index)
}

resource "aws_route_table" "public" {
  count  = length(var.public_subnets) > 0 ? 1 : 0
  vpc_id = local.vpc_id
}

resource "aws_route" "public" {
  count                  = length(aws_route_table.public)
  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route_table" "private" {
  count  = local.nat_count
  vpc_id = local.vpc_id
}

resource "aws_eip" "nat" {
  count  = local.nat_count
  domain = "vpc"
}

resource "aws_nat_gateway" "this" {
  count         = local.nat_count
  allocation_id = element(aws_eip.nat[*].id, var.one_nat_gateway ? 0 : count.index)
  subnet_id     = element(aws_subnet.public[*].id, var.one_nat_gateway ? 0 : count.index)
}

resource "aws_route" "private" {
  count                  = local.nat_count
  route_table_id         = element(aws_route_table.private[*].id, count.index)
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = element(aws_nat_gateway.this[*].id, count.index)
}

resource "aws_route_table_association" "public" {
  count          = length(var.public_subnets)
  subnet_id      = element(aws_subnet.public[*].id, count.index)
  route_table_id = aws_route_table.public[0].id
}

resource "aws_route_table_association" "private" {
  count          = length(var.private_subnets)
  subnet_id      = element(aws_subnet.private[*].id, count.index)
  route_table_id = element(aws_route_table.private[*].id, var.one_nat_gateway ? 0 : count.index)
}

output "vpc_id" {
  value = local.vpc_id
}

output "public_subnets" {
  value = aws_subnet.public[*].id
}

output "private_subnets" {
  value = aws_subnet.private[*].id
}

output "private_subnets_cidr_blocks" {
  value = compact(aws_subnet.private[*].cidr_block)
}
