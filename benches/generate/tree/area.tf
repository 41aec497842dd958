variable "cidr" {
  type = string
}

variable "tags" {
  type = map(string)
}

locals {
  zones = ["a", "b", "c"]
  names = { for index, zone in local.zones : zone => "${var.tags.Area}-${zone}" }
}

resource "aws_vpc" "this" {
  cidr_block = var.cidr
  tags       = merge(var.tags, { Name = var.tags.Area })
}

module "subnets" {
  source   = "../subnet"
  for_each = local.names
  name     = each.value
  vpc_id   = aws_vpc.this.id
  cidr     = cidrsubnet(var.cidr, 4, index(local.zones, each.key))
  tags     = var.tags
}

output "vpc_id" {
  value = aws_vpc.this.id
}

output "subnet_ids" {
  value = [for zone in local.zones : module.subnets[zone].id]
}
