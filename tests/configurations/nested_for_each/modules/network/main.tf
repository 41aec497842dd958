variable "name" {
  type = string
}
variable "cidr" {
  type = string
}
variable "zones" {
  type = list(string)
}
variable "tiers" {
  type = map(number)
}

locals {
  subnets = merge([
    for tier, offset in var.tiers : {
      for index, zone in var.zones : "${tier}-${zone}" => {
        tier = tier
        zone = zone
        cidr = cidrsubnet(var.cidr, 8, offset + index)
      }
    }
  ]...)
}

resource "aws_vpc" "this" {
  cidr_block = var.cidr
  tags       = { Name = var.name, Environment = upper(var.name) }
}

module "subnet" {
  source   = "./modules/subnet"
  for_each = local.subnets
  vpc_id   = aws_vpc.this.id
  subnet   = each.value
  public   = each.value.tier == "web"
}

output "vpc_id" {
  value = aws_vpc.this.id
}
output "cidr" {
  value = aws_vpc.this.cidr_block
}
output "subnet_cidrs" {
  value = { for key, subnet in module.subnet : key => subnet.cidr }
}
output "route_table_ids" {
  value = [for key in sort(keys(module.subnet)) : module.subnet[key].route_table_id]
}
