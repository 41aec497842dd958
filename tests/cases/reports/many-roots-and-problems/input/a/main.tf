module "m" {
  source = "../m"
  net    = 0
}
