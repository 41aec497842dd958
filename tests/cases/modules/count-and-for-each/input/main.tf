module "net" {
  source   = "./net"
  for_each = toset(["a.b", "c"])
  cidr     = each.key == "c" ? "10.0.0.1/16" : "10.1.0.0/16"
}
