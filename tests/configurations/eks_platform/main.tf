variable "clusters" {
  type = map(object({
    version = optional(string, "1.29")
    node_groups = optional(map(object({
      instance_types = optional(list(string), ["m6i.large", "m5.large"])
      min            = optional(number, 1)
      max            = optional(number)
      labels         = optional(map(string), {})
      taints         = optional(list(object({ key = string, value = optional(string), effect = optional(string, "NO_SCHEDULE") })), [])
      disk           = optional(object({ size = optional(number, 50), type = optional(string, "gp3"), iops = optional(number) }), {})
    })), { default = {} })
    endpoint = optional(object({ public = optional(bool, false), cidrs = optional(set(string), ["10.0.0.0/8"]) }), {})
    addons   = optional(map(map(string)), {})
  }))
  default = {
    blue = {
      node_groups = {
        sys = { min = 2, labels = { role = "system" }, taints = [{ key = "CriticalAddonsOnly", value = "true" }, { key = "x" }] }
        app = { instance_types = ["c6i.xlarge"], max = 10, disk = { size = 100, iops = 3000 } }
      }
      endpoint = { public = true, cidrs = ["203.0.113.0/24", "0.0.0.0/0", "203.0.113.0/24"] }
      addons   = { coredns = {}, "vpc-cni" = { version = "v1.15" } }
    }
    green = { version = 1.30 }
  }
  validation {
    condition     = alltrue([for k, c in var.clusters : can(regex("^1\\.\\d+$", c.version))])
    error_message = "bad version"
  }
}
locals {
  azs      = ["us-east-1a", "us-east-1b", "us-east-1c"]
  vpc_cidr = "10.${length(var.clusters)}.0.0/16"
  subnets = { for i, p in setproduct(["public", "private"], local.azs) : "${p[0]}-${substr(p[1], -1, 1)}" => {
    az = p[1], tier = p[0], cidr = p[0] == "public" ? cidrsubnet(local.vpc_cidr, 8, i) : cidrsubnet(local.vpc_cidr, 4, i % length(local.azs) + 1)
  } }
}
resource "aws_vpc" "this" {
  cidr_block           = local.vpc_cidr
  enable_dns_hostnames = "true"
  tags                 = merge({ for c in keys(var.clusters) : "kubernetes.io/cluster/${c}" => "shared" }, { Name = join("-", sort(keys(var.clusters))) })
}
resource "aws_subnet" "this" {
  for_each                = local.subnets
  vpc_id                  = aws_vpc.this.id
  cidr_block              = each.value.cidr
  availability_zone       = each.value.az
  map_public_ip_on_launch = each.value.tier == "public"
  tags                    = { for k, v in { "kubernetes.io/role/elb" = each.value.tier == "public" ? 1 : null, "kubernetes.io/role/internal-elb" = each.value.tier == "private" ? 1 : null, Tier = title(each.value.tier) } : k => v if v != null }
}
module "cluster" {
  for_each   = var.clusters
  source     = "./modules/cluster"
  name       = "${each.key}-${replace(each.value.version, ".", "-")}"
  config     = each.value
  vpc        = { id = aws_vpc.this.id, cidr = aws_vpc.this.cidr_block }
  subnet_ids = [for k, s in aws_subnet.this : s.id if startswith(k, "private")]
}
module "irsa" {
  for_each  = { for pair in flatten([for c, v in var.clusters : [for a, o in v.addons : { c = c, a = a, o = o }]]) : "${pair.c}/${pair.a}" => pair }
  source    = "./modules/irsa"
  cluster   = module.cluster[each.value.c].name
  service   = each.value.a
  version_  = try(each.value.o.version, null)
  statement = templatefile("${path.module}/policy.tftpl", { account = "123456789012", actions = distinct(concat(["ec2:Describe*"], each.value.a == "coredns" ? [] : ["ec2:AssignPrivateIpAddresses"])), sid = replace(title(replace(each.value.a, "-", " ")), " ", "") })
}
output "names" { value = { for k, m in module.cluster : k => m.name } }
output "groups" { value = { for k, m in module.cluster : k => m.group_names } }
output "policies" { value = values(module.irsa)[*].policy }
