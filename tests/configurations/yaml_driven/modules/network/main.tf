variable "name" {}
variable "spec" {
  type = object({
    cidr = string
    dns  = optional(bool)
    tags = optional(map(string), {})
    subnets = list(object({
      name    = string
      newbits = number
      netnum  = number
      public  = optional(bool, false)
      note    = optional(string)
      extra   = optional(any)
    }))
  })
}
variable "routes" { type = list(map(string)) }

resource "aws_vpc" "this" {
  cidr_block         = var.spec.cidr
  enable_dns_support = var.spec.dns
  tags               = merge({ Name = var.name }, var.spec.tags)
}

resource "aws_subnet" "this" {
  for_each                = { for subnet in var.spec.subnets : subnet.name => subnet }
  vpc_id                  = aws_vpc.this.id
  cidr_block              = cidrsubnet(var.spec.cidr, each.value.newbits, each.value.netnum)
  map_public_ip_on_launch = each.value.public
  tags                    = each.value.note == null ? null : { Note = chomp(each.value.note) }
}

resource "aws_route_table" "this" {
  count  = min(length(var.routes), 1)
  vpc_id = aws_vpc.this.id
  dynamic "route" {
    for_each = { for row in var.routes : row.destination => row }
    content {
      cidr_block                = route.key
      gateway_id                = can(regex("^(vgw|igw)-", route.value.via)) ? route.value.via : null
      vpc_peering_connection_id = startswith(route.value.via, "pcx-") ? route.value.via : null
    }
  }
}

output "id" { value = aws_vpc.this.id }
output "tags" { value = aws_vpc.this.tags }
