provider "aws" { region = "us-east-1" }

locals {
  rows = csvdecode(file("${path.module}/records.csv"))
  zones = {
    "example.com"          = { comment = "public" }
    "internal.example.com" = { vpcs = ["vpc-1", "vpc-2"] }
  }
}

module "zone" {
  source   = "./modules/zone"
  for_each = local.zones
  name     = each.key
  comment  = lookup(each.value, "comment", null)
  vpcs     = lookup(each.value, "vpcs", [])
  records = [
    for row in local.rows : {
      name   = row.name
      type   = row.type
      ttl    = row.ttl == "" ? null : tonumber(row.ttl)
      values = row.type == "TXT" ? [row.values] : split(";", row.values)
    } if row.zone == each.key
  ]
  aliases  = each.key == "example.com" ? { "" = { name = "d111111abcdef8.cloudfront.net", zone_id = "Z2FDTNDATAQYW2" } } : {}
  weighted = each.key == "example.com" ? { api = { blue = 90, green = 10 } } : {}
}

resource "aws_route53_record" "delegation" {
  zone_id = module.zone["example.com"].id
  name    = "sub"
  type    = "NS"
  ttl     = 172800
  records = module.zone["internal.example.com"].name_servers
}

resource "aws_acm_certificate" "this" {
  domain_name               = "example.com"
  subject_alternative_names = ["*.example.com"]
  validation_method         = "DNS"
}

resource "aws_route53_record" "validation" {
  for_each = {
    for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => {
      name   = option.resource_record_name
      record = option.resource_record_value
      type   = option.resource_record_type
    }
  }
  allow_overwrite = true
  zone_id         = module.zone["example.com"].id
  name            = each.value.name
  type            = each.value.type
  records         = [each.value.record]
  ttl             = 60
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

output "names" { value = { for name, zone in module.zone : name => zone.records } }
