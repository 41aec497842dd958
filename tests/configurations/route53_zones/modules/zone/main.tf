variable "name" { type = string }
variable "comment" {
  type     = string
  default  = "Managed by Terraform"
  nullable = false
}
variable "vpcs" { type = list(string) }
variable "records" {
  type = list(object({ name = string, type = string, ttl = optional(number, 300), values = list(string) }))
}
variable "aliases" {
  type    = map(object({ name = string, zone_id = string, evaluate = optional(bool, false) }))
  default = {}
}
variable "weighted" {
  type    = map(map(number))
  default = {}
}

resource "aws_route53_zone" "this" {
  name    = var.name
  comment = var.comment
  dynamic "vpc" {
    for_each = var.vpcs
    content { vpc_id = vpc.value }
  }
}

resource "aws_route53_record" "this" {
  for_each = { for record in var.records : trim("${record.name} ${record.type}", " ") => record }
  zone_id  = aws_route53_zone.this.zone_id
  name     = each.value.name != "" ? "${each.value.name}.${var.name}" : var.name
  type     = each.value.type
  ttl      = each.value.ttl
  records  = each.value.values
}

resource "aws_route53_record" "alias" {
  for_each = merge([for name, alias in var.aliases : { for type in ["A", "AAAA"] : "${name}/${type}" => merge(alias, { type = type, record = name }) }]...)
  zone_id  = aws_route53_zone.this.zone_id
  name     = each.value.record
  type     = each.value.type
  alias {
    name                   = each.value.name
    zone_id                = each.value.zone_id
    evaluate_target_health = each.value.evaluate
  }
}

resource "aws_route53_record" "weighted" {
  for_each       = { for entry in flatten([for name, weights in var.weighted : [for id, weight in weights : { name = name, id = id, weight = weight }]]) : "${entry.name}-${entry.id}" => entry }
  zone_id        = aws_route53_zone.this.zone_id
  name           = each.value.name
  type           = "CNAME"
  ttl            = 30
  records        = ["${each.value.id}.${each.value.name}.${var.name}"]
  set_identifier = each.value.id
  weighted_routing_policy { weight = each.value.weight }
}

output "id" { value = aws_route53_zone.this.zone_id }
output "name_servers" { value = aws_route53_zone.this.name_servers }
output "records" { value = [for record in aws_route53_record.this : "${record.name} ${record.ttl} ${join(" ", record.records)}"] }
