provider "aws" {
  region = "eu-central-1"
}

locals {
  networks = {
    prod = { cidr = "10.0.0.0/16", zones = ["a", "b"], tiers = { web = 0, db = 10 } }
    dev  = { cidr = "10.1.0.0/16", zones = ["a"], tiers = { web = 0 } }
  }
}

module "network" {
  for_each = local.networks
  source   = "./modules/network"

  name  = each.key
  cidr  = each.value.cidr
  zones = [for zone in each.value.zones : "eu-central-1${zone}"]
  tiers = each.value.tiers
}

resource "aws_vpc_peering_connection" "pairs" {
  for_each = {
    for pair in setproduct(keys(module.network), keys(module.network)) : "${pair[0]}-${pair[1]}" => pair
    if index(keys(module.network), pair[0]) < index(keys(module.network), pair[1])
  }
  vpc_id      = module.network[each.value[0]].vpc_id
  peer_vpc_id = module.network[each.value[1]].vpc_id
  auto_accept = true
  tags        = { Name = each.key }
}

resource "aws_route" "peer" {
  count                     = length(module.network["prod"].route_table_ids)
  route_table_id            = module.network["prod"].route_table_ids[count.index]
  destination_cidr_block    = module.network["dev"].cidr
  vpc_peering_connection_id = one(values(aws_vpc_peering_connection.pairs)[*].id)
}

resource "terraform_data" "summary" {
  input = {
    subnets = { for name, network in module.network : name => sort(keys(network.subnet_cidrs)) }
    first   = module.network["prod"].subnet_cidrs["web-eu-central-1a"]
    all     = flatten([for network in module.network : values(network.subnet_cidrs)])
  }
}
