module "m" {
  source  = "example/m/local"
  version = "1.0.0"
}
