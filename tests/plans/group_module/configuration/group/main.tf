variable "name" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "rules" {
  type = map(list(any))
  default = {
    https-443-tcp  = [443, 443, "tcp", "HTTPS"]
    http-80-tcp    = [80, 80, "tcp", "HTTP"]
    ssh-tcp        = [22, 22, "tcp", "SSH"]
    postgresql-tcp = [5432, 5432, "tcp", "PostgreSQL"]
    _              = ["", "", ""]
  }
}

variable "ingress_rules" {
  type    = list(string)
  default = []
}

variable "ingress_cidrs" {
  type    = list(string)
  default = []
}

variable "with_cidrs" {
  type    = list(map(string))
  default = []
}

variable "computed_sources" {
  type    = list(map(string))
  default = []
}

variable "number_of_computed_sources" {
  type    = number
  default = 0
}

locals {
  this_id = try(aws_security_group.prefixed[0].id, aws_security_group.this[0].id, "")
}

resource "aws_security_group" "this" {
  count       = 1
  name        = var.name
  description = "Security group of ${var.name}"
  vpc_id      = var.vpc_id
  tags        = merge({ Name = format("%s", var.name) }, {})
}

resource "aws_security_group" "prefixed" {
  count       = 0
  name_prefix = "${var.name}-"
  vpc_id      = var.vpc_id
}

resource "aws_security_group_rule" "named" {
  count             = length(var.ingress_rules)
  security_group_id = local.this_id
  type              = "ingress"
  cidr_blocks       = var.ingress_cidrs
  description       = var.rules[var.ingress_rules[count.index]][3]
  from_port         = var.rules[var.ingress_rules[count.index]][0]
  to_port           = var.rules[var.ingress_rules[count.index]][1]
  protocol          = var.rules[var.ingress_rules[count.index]][2]
}

resource "aws_security_group_rule" "with_cidrs" {
  count             = length(var.with_cidrs)
  security_group_id = local.this_id
  type              = "ingress"

  cidr_blocks = compact(split(",", lookup(var.with_cidrs[count.index], "cidr_blocks", join(",", var.ingress_cidrs))))
  description = lookup(var.with_cidrs[count.index], "description", "Ingress Rule")
  from_port   = lookup(var.with_cidrs[count.index], "from_port", var.rules[lookup(var.with_cidrs[count.index], "rule", "_")][0])
  to_port     = lookup(var.with_cidrs[count.index], "to_port", var.rules[lookup(var.with_cidrs[count.index], "rule", "_")][1])
  protocol    = lookup(var.with_cidrs[count.index], "protocol", var.rules[lookup(var.with_cidrs[count.index], "rule", "_")][2])
}

resource "aws_security_group_rule" "computed" {
  count                    = var.number_of_computed_sources
  security_group_id        = local.this_id
  type                     = "ingress"
  source_security_group_id = var.computed_sources[count.index]["source_security_group_id"]
  description              = "From another group"
  from_port                = var.rules[var.computed_sources[count.index]["rule"]][0]
  to_port                  = var.rules[var.computed_sources[count.index]["rule"]][1]
  protocol                 = var.rules[var.computed_sources[count.index]["rule"]][2]
}

output "id" {
  value = local.this_id
}
