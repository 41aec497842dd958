module "net" {
  source = "../../modules/net"
  cidr   = "10.0.0.1/16"
}
