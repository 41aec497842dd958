# A label module whose whole context is handed on from call to call.
provider "aws" { region = "ca-central-1" }

module "base" {
  source      = "./modules/label"
  namespace   = "eg"
  environment = "ue1"
  stage       = "prod"
  tags        = { BusinessUnit = "XYZ", Snapshot = "true" }
}

module "app" {
  source      = "./modules/label"
  context     = module.base.context
  name        = "App Server!"
  attributes  = ["public", "v2", "public"]
  tags        = { Snapshot = "false" }
  label_order = ["name", "stage", "attributes"]
}

module "short" {
  source           = "./modules/label"
  context          = module.app.context
  name             = "a-name-that-is-much-too-long-for-the-limit"
  id_length_limit  = 24
  label_value_case = "upper"
  delimiter        = "_"
}

module "disabled" {
  source  = "./modules/label"
  context = module.base.context
  enabled = false
  name    = "nothing"
}

module "each" {
  source   = "./modules/label"
  for_each = { web = {}, db = { delimiter = "", additional_tag_map = { propagate_at_launch = true } } }
  context  = merge(module.base.context, each.value, { name = each.key })
}

resource "aws_vpc" "labelled" {
  for_each   = { base = module.base, app = module.app, short = module.short }
  cidr_block = cidrsubnet("10.0.0.0/8", 8, length(each.value.id))
  tags       = each.value.tags
}

resource "aws_sns_topic" "each" {
  for_each = module.each
  name     = each.value.id
  tags     = { for tag in each.value.tags_as_list : tag.key => try("${tag.value} ${tag.propagate_at_launch}", tag.value) }
}

resource "aws_sns_topic" "disabled" {
  count = module.disabled.enabled ? 1 : 0
  name  = module.disabled.id
}

output "ids" { value = [module.base.id, module.app.id, module.short.id, module.disabled.id, values(module.each)[*].id] }
output "context" { value = module.short.context }
output "tags" { value = module.app.tags }
