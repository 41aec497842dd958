variable "regions" { default = { use1 = { octet = 1, azs = 2 }, euw1 = { octet = 2, azs = 3, peer = ["use1"] } } }
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
module "net" {
  for_each = var.regions
  source   = "./modules/net"
  name     = each.key
  cidr     = cidrsubnet("10.0.0.0/8", 8, each.value.octet)
  azs      = each.value.azs
}
module "svc" {
  for_each   = merge([for n, m in module.net : { for s in m.subnets : "${n}:${s.name}" => merge(s, { net = n }) if s.public }]...)
  source     = "./modules/svc"
  subnet     = each.value
  peers      = try(var.regions[each.value.net].peer, [])
  peer_cidrs = [for p in try(var.regions[each.value.net].peer, []) : module.net[p].cidr]
  password   = var.secret
  depends_on = [module.net]
}
resource "aws_vpc_peering_connection" "p" {
  for_each    = { for x in flatten([for n, r in var.regions : [for p in lookup(r, "peer", []) : { a = n, b = p }]]) : join("_", sort([x.a, x.b])) => x }
  vpc_id      = module.net[each.value.a].id
  peer_vpc_id = module.net[each.value.b].id
  auto_accept = true
  tags        = { Name = each.key, Sides = "${each.value.a}->${each.value.b}" }
}
moved {
  from = aws_vpc_peering_connection.old
  to   = aws_vpc_peering_connection.p["euw1_use1"]
}
check "sizes" {
  assert {
    condition     = alltrue([for m in module.net : length(m.subnets) >= 4])
    error_message = "few subnets: ${join(", ", [for n, m in module.net : "${n}=${length(m.subnets)}"])}"
  }
}
output "svc" { value = { for k, m in module.svc : k => m.summary } }
output "pw" {
  value     = values(module.svc)[0].pw
  sensitive = true
}
output "first" { value = one([for k, m in module.net : m.cidr if k == "euw1"]) }
