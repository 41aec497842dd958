provider "aws" { region = "eu-west-2" }
provider "aws" {
  alias  = "spoke"
  region = "eu-west-2"
  assume_role { role_arn = "arn:aws:iam::999900001111:role/network" }
  skip_credentials_validation = true
  skip_requesting_account_id  = true
}

variable "spokes" {
  type = map(object({
    cidr       = string
    isolated   = optional(bool, false)
    reaches    = optional(list(string), [])
    blackholes = optional(set(string), [])
  }))
  default = {
    prod   = { cidr = "10.1.0.0/16", reaches = ["shared"] }
    dev    = { cidr = "10.2.0.0/16", isolated = true, blackholes = ["10.1.0.0/16", "192.168.0.0/16"] }
    shared = { cidr = "10.3.0.0/16", reaches = ["prod", "dev"] }
  }
}

module "hub" {
  source       = "./modules/hub"
  name         = "core"
  asn          = 64600
  route_tables = toset([for name, spoke in var.spokes : spoke.isolated ? "isolated" : "shared"])
  share_with   = ["222233334444", "333344445555"]
  cidr_blocks  = ["10.255.0.0/24"]
}

module "spoke" {
  source         = "./modules/spoke"
  for_each       = var.spokes
  name           = each.key
  cidr           = each.value.cidr
  gateway_id     = module.hub.id
  route_table_id = module.hub.route_table_ids[each.value.isolated ? "isolated" : "shared"]
  destinations   = { for other in each.value.reaches : other => var.spokes[other].cidr }
}

resource "aws_ec2_transit_gateway_route" "blackhole" {
  for_each                       = toset(flatten([for spoke in var.spokes : tolist(spoke.blackholes)]))
  destination_cidr_block         = each.key
  blackhole                      = true
  transit_gateway_route_table_id = module.hub.route_table_ids["isolated"]
}

resource "aws_ec2_transit_gateway_route_table_propagation" "this" {
  for_each = { for pair in setproduct(keys(var.spokes), ["shared", "isolated"]) : "${pair[0]}->${pair[1]}" => pair
  if pair[1] == "shared" || length(var.spokes[pair[0]].reaches) > 1 }
  transit_gateway_attachment_id  = module.spoke[each.value[0]].attachment_id
  transit_gateway_route_table_id = module.hub.route_table_ids[each.value[1]]
}

resource "aws_ec2_transit_gateway_vpc_attachment_accepter" "this" {
  provider                      = aws.spoke
  for_each                      = module.spoke
  transit_gateway_attachment_id = each.value.attachment_id
  tags                          = { Side = "accepter", Name = each.key }
}

output "subnets" { value = { for name, spoke in module.spoke : name => spoke.subnets } }
output "tables" { value = keys(module.hub.route_table_ids) }
output "attachments" { value = length(module.spoke) }
