module "group" {
  source   = "./group"
  for_each = { web = [80, 443], none = [] }
  name     = each.key
  ports    = each.value
}

resource "aws_vpc" "main" {
  count      = 2
  cidr_block = "10.${count.index}.0.0/16"
}
