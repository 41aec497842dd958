variable "rule" { type = any }
variable "all" { type = any }
resource "aws_vpc_security_group_ingress_rule" "r" {
  security_group_id = "sg-1"
  ip_protocol       = "tcp"
  from_port         = var.rule.port
  to_port           = try(var.all[var.rule.name].ports[9], var.rule.port)
  cidr_ipv4         = one([for c in var.rule.cidrs : c if endswith(c, "/32") || length(var.rule.cidrs) == 1])
  tags              = { for k, v in var.all : k => tostring(v.on) }
  description       = can(var.all.b) ? "yes" : "no"
}
