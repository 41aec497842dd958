locals {
  # Each tier has a /20 of the VPC, cut into one /24 per zone.
  tiers = {
    public = 0
    web    = 1
    app    = 2
    db     = 3
  }

  subnets = merge([
    for tier, tier_index in local.tiers : {
      for zone_index, zone in var.zones : "${tier}-${zone}" => {
        tier = tier
        zone = zone
        cidr = cidrsubnet(cidrsubnet(var.cidr, 4, tier_index), 4, zone_index)
      }
    }
  ]...)
}

resource "aws_vpc" "main" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true

  tags = { Name = var.environment }
}

resource "aws_subnet" "main" {
  for_each = local.subnets

  vpc_id            = aws_vpc.main.id
  availability_zone = each.value.zone
  cidr_block        = each.value.cidr

  tags = {
    Name = "${var.environment}-${each.key}"
    Tier = each.value.tier
  }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id

  tags = { Name = var.environment }
}

resource "aws_eip" "nat" {
  for_each = toset(var.zones)

  domain = "vpc"

  tags = { Name = "${var.environment}-nat-${each.key}" }
}

resource "aws_nat_gateway" "main" {
  for_each = toset(var.zones)

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.main["public-${each.key}"].id

  tags = { Name = "${var.environment}-${each.key}" }

  depends_on = [aws_internet_gateway.main]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }

  tags = { Name = "${var.environment}-public" }
}

# Web and app reach the internet through the NAT gateway of their zone.
resource "aws_route_table" "private" {
  for_each = toset(var.zones)

  vpc_id = aws_vpc.main.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.main[each.key].id
  }

  tags = { Name = "${var.environment}-private-${each.key}" }
}

# The database subnets have no way out.
resource "aws_route_table" "db" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.environment}-db" }
}

resource "aws_route_table_association" "main" {
  for_each = local.subnets

  subnet_id = aws_subnet.main[each.key].id
  route_table_id = (
    each.value.tier == "public" ? aws_route_table.public.id :
    each.value.tier == "db" ? aws_route_table.db.id :
    aws_route_table.private[each.value.zone].id
  )
}

resource "aws_flow_log" "main" {
  vpc_id               = aws_vpc.main.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = var.flow_log_bucket

  tags = { Name = var.environment }
}
