provider "aws" { region = "us-east-1" }
variable "rules" {
  sensitive = true
  type      = map(object({ ports = list(number), cidrs = set(string), on = optional(bool, true) }))
  default = {
    a = { ports = [22, 443], cidrs = ["192.0.2.77/32", "0.0.0.0/0"] }
    b = { ports = [5432], cidrs = ["10.0.0.0/8"], on = false }
  }
}
locals {
  flat    = flatten([for name, rule in var.rules : [for port in rule.ports : { name = name, port = port, cidrs = rule.cidrs }]])
  chosen  = [for f in local.flat : f if f.port < 1000]
  merged  = merge([for f in local.chosen : { "${f.name}-${f.port}" = f }]...)
  grouped = { for f in local.flat : f.name => f.port... }
  plain   = nonsensitive(length(var.rules))
  looked  = lookup(var.rules, "a", null)
  split   = [for r in values(var.rules) : r.cidrs][0]
  zip     = zipmap(["x", "y"], values(var.rules)[*].ports)
}
resource "aws_security_group" "one" {
  name        = "one"
  description = "ports ${join(",", [for f in local.chosen : tostring(f.port)])}"
  dynamic "ingress" {
    for_each = nonsensitive(keys(var.rules))
    iterator = key
    content {
      from_port   = var.rules[key.value].ports[0]
      to_port     = max(var.rules[key.value].ports...)
      protocol    = var.rules[key.value].on ? "tcp" : "udp"
      cidr_blocks = var.rules[key.value].cidrs
      description = key.value
    }
  }
}
resource "aws_wafv2_ip_set" "s" {
  count              = local.plain
  name               = "s${count.index}"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = local.split
  description        = keys(var.rules)[count.index]
}
module "m" {
  source   = "./m"
  for_each = nonsensitive(toset(keys(local.merged)))
  rule     = local.merged[each.key]
  all      = var.rules
}
resource "aws_lb_listener_rule" "l" {
  listener_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/b/c"
  condition {
    source_ip { values = var.rules["b"].cidrs }
  }
  action {
    type = "fixed-response"
    dynamic "fixed_response" {
      for_each = slice(local.chosen, 0, 1)
      content {
        content_type = "text/plain"
        message_body = "m ${fixed_response.key}"
        status_code  = "200"
      }
    }
  }
}
resource "aws_network_acl" "n" {
  vpc_id = "vpc-1"
  ingress = [for i, f in local.flat : {
    rule_no    = 100 + i, action = "allow", protocol = "tcp", from_port = f.port, to_port = f.port
    cidr_block = tolist(f.cidrs)[0], icmp_code = 0, icmp_type = 0, ipv6_cidr_block = null
  }]
}
output "g" {
  value     = local.grouped
  sensitive = true
}
output "z" {
  value     = local.zip
  sensitive = true
}
