terraform {
  required_providers {
    terraform = { source = "terraform.io/builtin/terraform" }
  }
}

# What the expressions of the tables may refer to: values that are not known before apply.

resource "terraform_data" "unknown" {}

locals {
  unknown        = jsondecode(terraform_data.unknown.id)
  unknown_string = tostring(local.unknown)
  unknown_number = tonumber(local.unknown)
  unknown_bool   = tobool(local.unknown)
  unknown_list   = split(",", local.unknown_string)
  unknown_map    = zipmap(local.unknown_list, local.unknown_list)
}
