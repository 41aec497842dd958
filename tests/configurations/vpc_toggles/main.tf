provider "aws" {
  region = local.region
}

locals {
  region = "eu-west-1"
  name   = "ex-${basename(path.cwd) != "" ? "vpc" : "none"}"

  vpc_cidr = "10.0.0.0/16"
  azs      = slice(formatlist("${local.region}%s", ["a", "b", "c", "d"]), 0, 3)

  tags = {
    Example    = local.name
    GithubRepo = "terraform-aws-vpc"
  }
}

module "vpc" {
  source = "./modules/vpc"

  name = local.name
  cidr = local.vpc_cidr

  azs                 = local.azs
  private_subnets     = [for k, v in local.azs : cidrsubnet(local.vpc_cidr, 8, k)]
  public_subnets      = [for k, v in local.azs : cidrsubnet(local.vpc_cidr, 8, k + 4)]
  database_subnets    = [for k, v in local.azs : cidrsubnet(local.vpc_cidr, 8, k + 8)]
  public_subnet_names = ["Public One"]

  enable_nat_gateway = true
  single_nat_gateway = true

  public_dedicated_network_acl = true
  public_inbound_acl_rules = concat(
    [{ rule_number = 900, rule_action = "allow", from_port = 1024, to_port = 65535, protocol = "tcp", cidr_block = "0.0.0.0/0" }],
    [for port in [80, 443] : { rule_number = port, rule_action = "allow", from_port = port, to_port = port, protocol = "tcp", cidr_block = local.vpc_cidr }],
  )

  default_security_group_ingress = [{ self = true, description = "self" }, { cidr_blocks = "10.0.0.0/8,192.168.0.0/16", protocol = "tcp", from_port = "443", to_port = "443" }]

  tags     = local.tags
  vpc_tags = { Purpose = "test" }
}

module "none" {
  source     = "./modules/vpc"
  create_vpc = false
}

module "secondary" {
  source                              = "./modules/vpc"
  name                                = "second"
  cidr                                = "10.1.0.0/16"
  secondary_cidr_blocks               = ["10.2.0.0/16", "10.3.0.0/16"]
  azs                                 = ["eu-west-1a", "euw1-az2"]
  public_subnets                      = ["10.1.0.0/24", "10.2.0.0/24"]
  enable_nat_gateway                  = true
  one_nat_gateway_per_az              = true
  create_multiple_public_route_tables = true
  manage_default_security_group       = false
  public_subnet_tags_per_az           = { "eu-west-1a" = { zone = "first" } }
}

resource "aws_db_instance" "db" {
  identifier           = "db"
  engine               = "postgres"
  instance_class       = "db.t3.micro"
  allocated_storage    = "20"
  username             = "admin"
  password             = "correct-horse"
  db_subnet_group_name = module.vpc.database_subnet_group
  skip_final_snapshot  = true
}

output "private" {
  value = module.vpc.private_subnets_cidr_blocks
}
