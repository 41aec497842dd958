provider "aws" { region = "sa-east-1" }

locals {
  files    = fileset(path.module, "networks/*.{yml,yaml}")
  networks = { for file in local.files : trimsuffix(trimsuffix(basename(file), ".yaml"), ".yml") => yamldecode(file(file)).network }
  settings = jsondecode(file("settings.json"))
  routes   = { for row in csvdecode(file("${path.root}/routes.csv")) : row.network => row... }
}

module "network" {
  source   = "./modules/network"
  for_each = local.networks
  name     = each.key
  spec     = each.value
  routes   = lookup(local.routes, each.key, [])
}

resource "aws_vpc_peering_connection" "this" {
  for_each    = { for pair in flatten([for from, tos in local.settings.peers : [for to in tos : { from = from, to = to }]]) : "${pair.from}:${pair.to}" => pair }
  vpc_id      = module.network[each.value.from].id
  peer_vpc_id = module.network[each.value.to].id
  tags        = { Limits = jsonencode(local.settings.limits), Text = local.settings.unicode, Nothing = jsonencode(local.settings.nothing) }
}

output "yaml" { value = yamlencode(local.networks["dev"]) }
output "settings" { value = local.settings }
output "networks" { value = local.networks }
output "comments" { value = { for name, rows in local.routes : name => rows[*].comment } }
output "folded" { value = module.network["dev"].tags }
