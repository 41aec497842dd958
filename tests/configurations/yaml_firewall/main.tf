locals {
  files   = fileset(path.module, "rules/*.y{a,}ml")
  docs    = { for f in local.files : trimsuffix(trimsuffix(basename(f), ".yaml"), ".yml") => yamldecode(file("${path.module}/${f}")) }
  flat    = merge([for f, d in local.docs : { for p in flatten([for r in d.rules : [for i, port in r.ports : [for j, src in r.from : { key = "${f}.${r.name}.${i}.${j}", rule = r, port = tostring(port), src = src }]]]) : p.key => p }]...)
  entries = { for i, k in sort(keys(local.flat)) : k => merge(local.flat[k], { number = 100 + i * 10 }) }
}
resource "aws_vpc" "v" {
  cidr_block                       = "10.20.0.0/16"
  assign_generated_ipv6_cidr_block = true
}
resource "aws_network_acl" "n" {
  vpc_id = aws_vpc.v.id
  dynamic "ingress" {
    for_each = { for k, e in local.entries : k => e if e.rule.action == "deny" || e.rule.name == "ssh" }
    content {
      rule_no    = ingress.value.number
      action     = ingress.value.rule.action
      protocol   = ingress.value.rule.protocol
      from_port  = split("-", ingress.value.port)[0]
      to_port    = reverse(split("-", ingress.value.port))[0]
      cidr_block = ingress.value.src
    }
  }
}
resource "aws_security_group" "s" {
  name   = "s"
  vpc_id = aws_vpc.v.id
  dynamic "ingress" {
    for_each = local.entries
    iterator = e
    content {
      description      = e.key
      from_port        = try(tonumber(e.value.port), tonumber(regex("^(\\d+)-(\\d+)$", e.value.port)[0]))
      to_port          = try(tonumber(e.value.port), regex("^(?P<a>\\d+)-(?P<b>\\d+)$", e.value.port)["b"])
      protocol         = e.value.rule.protocol
      cidr_blocks      = can(cidrnetmask(e.value.src)) ? [e.value.src] : null
      ipv6_cidr_blocks = strcontains(e.value.src, ":") ? [e.value.src] : []
    }
  }
}
resource "aws_vpc_security_group_ingress_rule" "r" {
  for_each          = { for k, e in local.entries : k => e if e.rule.action != "deny" }
  security_group_id = aws_security_group.s.id
  ip_protocol       = each.value.rule.protocol == "6" ? "tcp" : each.value.rule.protocol
  from_port         = split("-", each.value.port)[0]
  to_port           = element(split("-", each.value.port), -1)
  cidr_ipv4         = strcontains(each.value.src, ":") ? null : each.value.src
  cidr_ipv6         = strcontains(each.value.src, ":") ? each.value.src : null
  description       = try(each.value.rule.note, each.value.rule.folded, "none")
}
output "docs" { value = local.docs }
output "sum" { value = sum([for e in local.entries : e.number]) }
output "types" { value = [for e in local.entries : "${e.rule.protocol}:${e.port}"] }
