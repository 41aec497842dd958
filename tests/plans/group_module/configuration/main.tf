provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.35.0.0/16"
}

module "balancer" {
  source        = "./group"
  name          = "balancer"
  vpc_id        = aws_vpc.main.id
  ingress_cidrs = ["0.0.0.0/0"]
  ingress_rules = ["https-443-tcp", "http-80-tcp", "ssh-tcp"]
}

module "web" {
  source = "./group"
  name   = "web"
  vpc_id = aws_vpc.main.id

  computed_sources = [
    { rule = "http-80-tcp", source_security_group_id = module.balancer.id },
  ]
  number_of_computed_sources = 1

  with_cidrs = [
    { rule = "postgresql-tcp", cidr_blocks = "0.0.0.0/0,10.35.0.0/16" },
    { from_port = 8000, to_port = 9000, protocol = "tcp", description = "Debug", cidr_blocks = aws_vpc.main.cidr_block },
  ]
}
