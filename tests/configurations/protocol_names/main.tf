locals { ps = { a = "6", b = "TCP", c = "17", d = "1", e = "ICMP", f = "all", g = "-1", h = "58", i = "icmpv6", j = "50", k = "ALL", l = "udp", m = "58", n = "ah", o = "51", p = "089", q = "2", r = "4" } }
resource "aws_security_group" "s" {
  for_each = local.ps
  ingress {
    from_port = contains(["f", "g", "k"], each.key) ? 0 : 1
    to_port   = contains(["f", "g", "k"], each.key) ? 0 : 1
    protocol  = each.value
    self      = true
  }
}
resource "aws_security_group_rule" "r" {
  for_each          = local.ps
  security_group_id = "sg-1"
  type              = "ingress"
  from_port         = 1
  to_port           = 1
  protocol          = each.value
  self              = true
}
resource "aws_vpc_security_group_ingress_rule" "v" {
  for_each          = local.ps
  security_group_id = "sg-1"
  from_port         = contains(["f", "g", "k"], each.key) ? null : 1
  to_port           = contains(["f", "g", "k"], each.key) ? null : 1
  ip_protocol       = each.value
  cidr_ipv4         = "10.0.0.0/8"
}
resource "aws_network_acl" "n" {
  for_each = { for k, v in local.ps : k => v if !contains(["b", "e", "i", "k"], k) }
  vpc_id   = "vpc-1"
  ingress {
    rule_no    = 1
    action     = "allow"
    from_port  = contains(["f", "g", "k"], each.key) ? 0 : 1
    to_port    = contains(["f", "g", "k"], each.key) ? 0 : 1
    protocol   = each.value
    cidr_block = "10.0.0.0/8"
  }
}
resource "aws_network_acl_rule" "nr" {
  for_each       = { for k, v in local.ps : k => v if !contains(["b", "e", "i", "k"], k) }
  network_acl_id = "acl-1"
  rule_number    = 1
  rule_action    = "allow"
  from_port      = contains(["f", "g", "k"], each.key) ? 0 : 1
  to_port        = contains(["f", "g", "k"], each.key) ? 0 : 1
  protocol       = each.value
  cidr_block     = "10.0.0.0/8"
  icmp_type      = 1
  icmp_code      = 1
}
resource "aws_default_security_group" "d" {
  ingress {
    from_port = 1
    to_port   = 1
    protocol  = "6"
    self      = true
  }
}
resource "aws_default_network_acl" "d" {
  default_network_acl_id = "acl-1"
  ingress {
    rule_no    = 1
    action     = "ALLOW"
    from_port  = 1
    to_port    = 1
    protocol   = "6"
    cidr_block = "10.0.0.0/8"
  }
}
