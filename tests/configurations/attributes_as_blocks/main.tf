# Attributes that may be written as blocks, in both forms; members of another provider version may be left out.
locals {
  routes = { "0.0.0.0/0" = "igw-11111111", "10.8.0.0/16" = "pcx-11111111" }
}

resource "aws_route_table" "attribute" {
  vpc_id = "vpc-11111111"

  route = [for cidr, target in local.routes : {
    cidr_block                 = cidr
    gateway_id                 = startswith(target, "igw") ? target : null
    vpc_peering_connection_id  = startswith(target, "pcx") ? target : null
    carrier_gateway_id         = null
    core_network_arn           = null
    destination_prefix_list_id = null
    egress_only_gateway_id     = null
    ipv6_cidr_block            = null
    local_gateway_id           = null
    nat_gateway_id             = null
    network_interface_id       = null
    transit_gateway_id         = null
    vpc_endpoint_id            = null
  }]
}

resource "aws_route_table" "blocks" {
  vpc_id = "vpc-11111111"

  dynamic "route" {
    for_each = local.routes
    content {
      cidr_block                = route.key
      gateway_id                = length(regexall("^igw-", route.value)) > 0 ? route.value : null
      vpc_peering_connection_id = length(regexall("^pcx-", route.value)) > 0 ? route.value : null
    }
  }
}

resource "aws_security_group" "none" {
  name    = "none"
  ingress = []
}
