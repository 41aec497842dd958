module "v" {
  source = "./vendor/v"
}
