variable "name" {}
variable "asn" { type = number }
variable "route_tables" { type = set(string) }
variable "share_with" {
  type    = list(string)
  default = []
}
variable "cidr_blocks" { type = list(string) }

resource "aws_ec2_transit_gateway" "this" {
  description                     = "Hub ${var.name}"
  amazon_side_asn                 = var.asn
  default_route_table_association = "disable"
  default_route_table_propagation = length(var.route_tables) > 1 ? "disable" : "enable"
  auto_accept_shared_attachments  = length(var.share_with) > 0 ? "enable" : "disable"
  transit_gateway_cidr_blocks     = var.cidr_blocks
  tags                            = { Name = var.name }
}

resource "aws_ec2_transit_gateway_route_table" "this" {
  for_each           = var.route_tables
  transit_gateway_id = aws_ec2_transit_gateway.this.id
  tags               = { Name = "${var.name}-${each.value}" }
}

resource "aws_ram_resource_share" "this" {
  count                     = length(var.share_with) > 0 ? 1 : 0
  name                      = "${var.name}-tgw"
  allow_external_principals = anytrue([for principal in var.share_with : can(regex("^\\d{12}$", principal))])
}

resource "aws_ram_principal_association" "this" {
  count              = length(var.share_with)
  principal          = var.share_with[count.index]
  resource_share_arn = aws_ram_resource_share.this[0].arn
}

output "id" { value = aws_ec2_transit_gateway.this.id }
output "route_table_ids" { value = { for key, table in aws_ec2_transit_gateway_route_table.this : key => table.id } }
