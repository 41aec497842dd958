variable "environment" {
  default = "prod"
}

variable "cidr" {
  default = "10.0.0.0/8"
}

locals {
  tags = { Environment = var.environment, Owner = "platform" }
  services = { for index in range(SERVICES) : format("service-%04d", index) => {
    ports = [443, 8000 + index % 100]
    cidrs = [cidrsubnet(var.cidr, 16, index)]
    tags  = merge(local.tags, { Name = "service-${index}" })
  } }
}

provider "aws" {
  default_tags {
    tags = local.tags
  }
}

module "service" {
  source   = "./modules/service"
  for_each = local.services
  name     = each.key
  settings = each.value
  vpc_id   = module.area_0.vpc_id
}

output "groups" {
  value = { for name, service in module.service : name => service.id }
}
