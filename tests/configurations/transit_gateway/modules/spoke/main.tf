variable "name" {}
variable "cidr" {}
variable "gateway_id" {}
variable "route_table_id" {}
variable "destinations" { type = map(string) }

resource "aws_vpc" "this" {
  cidr_block = var.cidr
  tags       = { Name = var.name }
}

locals {
  blocks = zipmap(["attach", "app", "db"], cidrsubnets(var.cidr, 12, 4, 6))
}

resource "aws_subnet" "this" {
  for_each   = local.blocks
  vpc_id     = aws_vpc.this.id
  cidr_block = each.value
  tags       = { Name = "${var.name}/${each.key}", Hosts = pow(2, 32 - split("/", each.value)[1]) - 5 }
}

resource "aws_ec2_transit_gateway_vpc_attachment" "this" {
  subnet_ids                                      = [aws_subnet.this["attach"].id]
  transit_gateway_id                              = var.gateway_id
  vpc_id                                          = aws_vpc.this.id
  transit_gateway_default_route_table_association = false
}

resource "aws_ec2_transit_gateway_route_table_association" "this" {
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.this.id
  transit_gateway_route_table_id = var.route_table_id
}

resource "aws_route_table" "this" {
  vpc_id = aws_vpc.this.id
  dynamic "route" {
    for_each = var.destinations
    content {
      cidr_block         = route.value
      transit_gateway_id = var.gateway_id
    }
  }
  tags = { Destinations = join(" ", keys(var.destinations)) }
}

output "attachment_id" { value = aws_ec2_transit_gateway_vpc_attachment.this.id }
output "subnets" { value = [for name, subnet in aws_subnet.this : "${name}=${cidrhost(subnet.cidr_block, -2)}"] }
