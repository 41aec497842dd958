variable "owner" {
  type      = string
  default   = "canary-owner"
  sensitive = true
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { Owner = var.owner, Area = "east" }
  }
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"

  default_tags {
    tags = { Owner = "west", Release = terraform_data.release.output }
  }
}

resource "terraform_data" "release" {
  input = "2026-11"
}

module "east" {
  source = "./network"
  cidr   = "10.43.0.0/16"
}

module "west" {
  source    = "./network"
  cidr      = "10.43.128.0/17"
  providers = { aws = aws.west }
}

resource "aws_vpc_peering_connection" "main" {
  vpc_id      = module.east.vpc_id
  peer_vpc_id = module.west.vpc_id
  peer_region = "us-west-2"
}
