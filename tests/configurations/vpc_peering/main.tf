# Two accounts and two regions: aliases through modules, one of them renamed on the way.
provider "aws" {
  alias  = "requester"
  region = "us-east-1"
  default_tags { tags = { Side = "requester" } }
}
provider "aws" {
  alias  = "accepter"
  region = "eu-west-1"
  default_tags { tags = { Side = "accepter", Region = "eu" } }
}

resource "aws_vpc" "us" {
  provider   = aws.requester
  cidr_block = "10.10.0.0/16"
}
resource "aws_vpc" "eu" {
  provider   = aws.accepter
  cidr_block = "10.20.0.0/16"
  tags       = { Region = "eu-west-1" }
}

module "peering" {
  source    = "./modules/peering"
  requester = { vpc_id = aws_vpc.us.id, cidr = aws_vpc.us.cidr_block, route_tables = ["rtb-1", "rtb-2"] }
  accepter  = { vpc_id = aws_vpc.eu.id, cidr = aws_vpc.eu.cidr_block, route_tables = ["rtb-9"], owner = "444455556666" }
  region    = "eu-west-1"
  dns       = { requester = true }
  providers = {
    aws.this = aws.requester
    aws.peer = aws.accepter
  }
}

output "tags" { value = [aws_vpc.us.tags_all, aws_vpc.eu.tags_all, module.peering.tags] }
