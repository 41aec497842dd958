# A module with a table of named rules: rules by name, by map, computed ones, and rules of a group to itself.
provider "aws" { region = "us-east-1" }

resource "aws_vpc" "this" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
}

resource "aws_security_group" "peer" {
  name   = "peer"
  vpc_id = aws_vpc.this.id
}

variable "office" {
  type    = map(object({ cidrs = list(string), ipv6 = optional(list(string), []) }))
  default = { berlin = { cidrs = ["203.0.113.0/25"] }, lisbon = { cidrs = ["198.51.100.0/24", "192.0.2.8/32"], ipv6 = ["2001:db8:1::/48"] } }
}

module "web" {
  source                                                   = "./modules/group"
  name                                                     = "web"
  vpc_id                                                   = aws_vpc.this.id
  ingress_rules                                            = ["http-80-tcp", "https-443-tcp", "all-icmp"]
  ingress_cidr_blocks                                      = ["0.0.0.0/0"]
  ingress_ipv6_cidr_blocks                                 = ["::/0"]
  ingress_with_self                                        = [{ rule = "all-all" }, { from_port = 9100, to_port = 9100, protocol = 6, description = "Exporter", self = false }]
  egress_rules                                             = ["all-all"]
  number_of_computed_ingress_with_source_security_group_id = 2
  computed_ingress_with_source_security_group_id = [
    { rule = "postgresql-tcp", source_security_group_id = aws_security_group.peer.id },
    { from_port = 7000, to_port = 7001, protocol = "tcp", source_security_group_id = module.admin.id },
  ]
}

module "admin" {
  source = "./modules/group"
  name   = "admin"
  vpc_id = aws_vpc.this.id
  ingress_with_cidr_blocks = flatten([
    for office, spec in var.office : [
      { rule = "ssh-tcp", cidr_blocks = join(",", spec.cidrs), description = "From ${title(office)}" },
      { from_port = 5900, to_port = 5901, protocol = "tcp", cidr_blocks = spec.cidrs[0] },
    ]
  ])
  rules_by_key           = { for office, spec in var.office : office => { port = 8443, ipv6 = spec.ipv6 } if length(spec.ipv6) > 0 }
  use_name_prefix        = false
  revoke_rules_on_delete = true
  tags                   = { Role = "admin" }
}

module "database" {
  source                  = "./modules/group"
  for_each                = { mysql = 3306, postgresql = 5432, redis = 6379 }
  name                    = each.key
  vpc_id                  = aws_vpc.this.id
  ingress_rules           = ["${each.key}-tcp"]
  ingress_cidr_blocks     = [aws_vpc.this.cidr_block]
  ingress_prefix_list_ids = each.value > 6000 ? ["pl-0123abcd"] : []
}

module "off" {
  source        = "./modules/group"
  create        = false
  name          = "off"
  vpc_id        = "vpc-1"
  ingress_rules = ["ssh-tcp"]
}

output "ids" { value = { for key, group in module.database : key => group.id } }
output "names" { value = [module.web.name, module.admin.name, module.off.name] }
output "ports" { value = merge(values(module.database)[*].ports...) }
