provider "aws" {
  region = "us-east-1"
}

locals {
  networks = {
    "eu.west/1"    = { block = "10.11.0.0/16", admin = ["10.0.0.0/8"] }
    "us \"east\""  = { block = "10.12.0.0/16", admin = ["0.0.0.0/0"] }
    "key-$${x}[0]" = { block = "10.13.0.0/16", admin = ["192.0.2.0/24"] }
  }
}

module "network" {
  for_each = local.networks
  source   = "./network"
  name     = "n${index(keys(local.networks), each.key)}"
  block    = each.value.block
  admin    = each.value.admin
}
