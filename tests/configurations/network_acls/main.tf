provider "aws" { region = "ap-northeast-1" }
variable "tiers" {
  default = {
    public  = { offset = 0, allow = { http = [80, 80], https = [443, 443], ephemeral = [1024, 65535] }, from = "0.0.0.0/0" }
    private = { offset = 100, allow = { all = [0, 0] }, from = "10.0.0.0/8" }
    data    = { offset = 200, allow = { mysql = [3306, 3306] }, from = "10.0.0.0/12" }
  }
}
resource "aws_vpc" "this" {
  cidr_block           = "10.64.0.0/16"
  instance_tenancy     = "dedicated"
  enable_dns_support   = true
  enable_dns_hostnames = true
}
resource "aws_subnet" "this" {
  for_each          = { for pair in setproduct(keys(var.tiers), ["a", "c"]) : "${pair[0]}-${pair[1]}" => { tier = pair[0], zone = pair[1] } }
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 9, var.tiers[each.value.tier].offset + index(["a", "c"], each.value.zone))
  availability_zone = "ap-northeast-1${each.value.zone}"
}
resource "aws_network_acl" "inline" {
  for_each   = var.tiers
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for key, subnet in aws_subnet.this : subnet.id if startswith(key, each.key)]
  dynamic "ingress" {
    for_each = each.value.allow
    content {
      rule_no    = 100 + 10 * index(sort(keys(each.value.allow)), ingress.key)
      action     = "allow"
      protocol   = ingress.key == "all" ? "-1" : "tcp"
      from_port  = ingress.value[0]
      to_port    = ingress.value[1]
      cidr_block = each.value.from
    }
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = -1
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
  tags = { Tier = title(each.key) }
}
resource "aws_network_acl" "cleared" {
  vpc_id  = aws_vpc.this.id
  ingress = []
  egress  = []
}
resource "aws_network_acl_rule" "icmp" {
  for_each       = { 8 = "echo", 3 = "unreachable" }
  network_acl_id = aws_network_acl.cleared.id
  rule_number    = 300 + each.key
  protocol       = "icmp"
  rule_action    = each.key > 5 ? "allow" : "deny"
  icmp_type      = each.key
  icmp_code      = -1
  cidr_block     = cidrsubnets("10.0.0.0/8", 8, 8)[each.key % 2]
}
resource "aws_network_acl_association" "this" {
  network_acl_id = aws_network_acl.cleared.id
  subnet_id      = values(aws_subnet.this)[0].id
}
resource "aws_route_table" "this" {
  for_each = toset(["a", "c"])
  vpc_id   = aws_vpc.this.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = "igw-1"
  }
  dynamic "route" {
    for_each = each.key == "a" ? ["fd00::/8"] : []
    content {
      ipv6_cidr_block        = route.value
      egress_only_gateway_id = "eigw-1"
    }
  }
}
output "cidrs" { value = { for key, subnet in aws_subnet.this : key => subnet.cidr_block } }
output "rules" { value = { for key, acl in aws_network_acl.inline : key => sort([for rule in acl.ingress : format("%d:%d-%d", rule.rule_no, rule.from_port, rule.to_port)]) } }
