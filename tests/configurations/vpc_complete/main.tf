# One module with every switch, called in the shapes that people call it in.
provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = { ManagedBy = "terraform" }
  }
}

locals {
  azs  = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  cidr = "10.40.0.0/16"
  tags = { Environment = "prod", Project = "atlas" }
}

module "complete" {
  source = "./modules/vpc"

  name                  = "atlas"
  cidr                  = local.cidr
  secondary_cidr_blocks = ["10.41.0.0/16", "100.64.0.0/16"]
  azs                   = local.azs

  private_subnets     = [for index in range(3) : cidrsubnet(local.cidr, 4, index)]
  public_subnets      = [for index in range(3) : cidrsubnet(local.cidr, 8, index + 48)]
  database_subnets    = [for index in range(3) : cidrsubnet(local.cidr, 8, index + 56)]
  elasticache_subnets = [for index in range(2) : cidrsubnet(local.cidr, 8, index + 60)]
  redshift_subnets    = [for index in range(2) : cidrsubnet(local.cidr, 8, index + 64)]
  intra_subnets       = cidrsubnets("10.40.68.0/22", 2, 2, 2)

  private_subnet_names   = ["Private One", "Private Two"]
  public_subnet_suffix   = "dmz"
  private_subnet_tags    = { "kubernetes.io/role/internal-elb" = 1 }
  public_subnet_tags     = { "kubernetes.io/role/elb" = "1" }
  subnet_tags_by_az      = { eu-west-1a = { Zone = "a" }, eu-west-1c = { Zone = "c" } }
  enable_nat_gateway     = true
  one_nat_gateway_per_az = true
  enable_ipv6            = true
  enable_vpn_gateway     = true
  amazon_side_asn        = 64620

  customer_gateways = {
    paris  = { bgp_asn = 65112, ip_address = "192.0.2.17" }
    berlin = { bgp_asn = 65113, ip_address = "198.51.100.3", device_name = "edge" }
  }

  manage_default_security_group  = true
  default_security_group_ingress = []
  default_security_group_egress  = [{ cidr_blocks = "0.0.0.0/0", description = "out" }]
  manage_default_network_acl     = true
  manage_default_route_table     = true

  public_dedicated_network_acl = true
  public_inbound_acl_rules = [
    { rule_number = 100, rule_action = "allow", from_port = 443, to_port = 443, protocol = "tcp", cidr_block = "0.0.0.0/0" },
    { rule_number = 110, rule_action = "allow", from_port = 1024, to_port = 65535, protocol = "tcp", cidr_block = "0.0.0.0/0" },
    { rule_number = 120, rule_action = "allow", protocol = "-1", ipv6_cidr_block = "::/0" },
  ]

  flow_log = {
    destination_type = "cloud-watch-logs"
    retention        = 30
    format           = "$${interval} $${srcaddr} $${dstaddr} %%{x}"
  }

  dhcp_options = { domain_name = "atlas.internal", domain_name_servers = ["10.40.0.2", "AmazonProvidedDNS"] }

  endpoints = {
    s3       = { type = "Gateway" }
    dynamodb = { type = "Gateway", policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "*" }] }) }
    ecr_api  = { service = "ecr.api", private_dns = true }
    sqs      = { subnets = "intra" }
  }

  tags     = local.tags
  vpc_tags = { Name = "atlas-core" }
}

module "single_nat" {
  source             = "./modules/vpc"
  name               = "dev"
  cidr               = "172.20.0.0/20"
  azs                = slice(local.azs, 0, 2)
  private_subnets    = ["172.20.0.0/24", "172.20.1.0/24"]
  public_subnets     = ["172.20.8.0/24", "172.20.9.0/24"]
  database_subnets   = ["172.20.12.0/26", "172.20.12.64/26"]
  enable_nat_gateway = true
  single_nat_gateway = true
  reuse_nat_ips      = true
  external_nat_ips   = ["eipalloc-0aaaaaaaaaaaaaaaa"]
  database_route     = { separate = true, internet = false, nat = true }
}

module "ipv6_only" {
  source             = "./modules/vpc"
  name               = "six"
  cidr               = "10.60.0.0/16"
  azs                = local.azs
  private_subnets    = ["10.60.0.0/20"]
  public_subnets     = ["10.60.16.0/20", "10.60.32.0/20", "10.60.48.0/20"]
  enable_ipv6        = true
  ipv6_native        = true
  private_ipv6_index = [7]
  database_subnets   = ["10.60.64.0/24"]
  database_route     = { separate = true, internet = true }
  flow_log           = { destination_type = "s3", destination = "arn:aws:s3:::flow-logs-archive/six/" }
}

module "nothing" {
  source         = "./modules/vpc"
  create         = false
  cidr           = "10.99.0.0/16"
  public_subnets = ["10.99.0.0/24"]
}

output "private_cidrs" { value = module.complete.private_subnets_cidr_blocks }
output "nat_count" { value = { for name, ids in { complete = module.complete.nat_ids, single = module.single_nat.nat_ids } : name => length(ids) } }
output "routes" { value = module.complete.route_counts }
output "nothing" { value = module.nothing.vpc_id }
output "azs" { value = [module.complete.azs, module.single_nat.azs] }
output "endpoint_services" { value = module.complete.endpoint_services }
output "names" { value = module.complete.subnet_names }
output "vpc_id" { value = module.complete.vpc_id }
