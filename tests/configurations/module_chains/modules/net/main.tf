variable "name" {}
variable "cidr" {
  type = string
  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "no"
  }
}
variable "azs" { type = string }
locals {
  n      = tonumber(var.azs)
  layout = flatten([for t, kind in ["public", "private"] : [for i in range(local.n) : { name = format("%s%d", kind, i), public = kind == "public", cidr = cidrsubnets(var.cidr, [for x in range(2 * local.n) : x < local.n ? 8 : 4]...)[t * local.n + i] }]])
}
resource "aws_vpc" "v" { cidr_block = var.cidr }
resource "aws_subnet" "s" {
  count      = length(local.layout)
  vpc_id     = aws_vpc.v.id
  cidr_block = local.layout[count.index].cidr
  tags       = { for k, v in local.layout[count.index] : title(k) => v }
}
resource "aws_route_table" "r" {
  vpc_id = aws_vpc.v.id
  dynamic "route" {
    for_each = aws_internet_gateway.g
    content {
      cidr_block = "0.0.0.0/0"
      gateway_id = route.value.id
    }
  }
}
resource "aws_internet_gateway" "g" {
  count  = local.n > 2 ? 1 : 0
  vpc_id = aws_vpc.v.id
}
output "id" { value = aws_vpc.v.id }
output "cidr" { value = aws_vpc.v.cidr_block }
output "subnets" { value = [for i, s in aws_subnet.s : { name = local.layout[i].name, id = s.id, cidr = s.cidr_block, public = tobool(s.tags.Public) }] }
