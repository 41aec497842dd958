module "m" {
  source = "../m"
  net    = 1
}
