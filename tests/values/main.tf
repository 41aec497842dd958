# The configuration that the expressions in *.json are evaluated in.

terraform {
  required_providers {
    terraform = { source = "terraform.io/builtin/terraform" }
  }
}

resource "terraform_data" "u" {}

variable "secret" {
  type      = string
  default   = "hidden"
  sensitive = true
}

variable "secrets" {
  type      = list(string)
  default   = ["a", "b"]
  sensitive = true
}

variable "one_secret" {
  type    = map(string)
  default = { a = "x" }
}

variable "number" {
  type      = number
  default   = 2
  sensitive = true
}

variable "object" {
  type = object({
    name  = optional(string)
    size  = optional(number, 3)
    tags  = optional(map(string), {})
    parts = optional(list(object({ id = string, on = optional(bool, true) })), [])
  })
  default = { name = "o", parts = [{ id = "p" }] }
}

locals {
  secret_in_list = ["open", var.secret]
  secret_in_map  = { open = "o", closed = var.secret }

  # Not known before apply: of no type, and of each.
  unknown        = jsondecode(terraform_data.u.id)
  unknown_string = tostring(local.unknown)
  unknown_number = tonumber(local.unknown)
  unknown_bool   = tobool(local.unknown)
  unknown_list   = split(",", local.unknown_string)
  unknown_set    = toset(local.unknown_list)
  unknown_map    = zipmap(local.unknown_list, local.unknown_list)
  unknown_tuple  = local.unknown_bool ? [1, "a"] : [2, "b"]
  unknown_object = terraform_data.unknown_object.output
  partly         = ["a", terraform_data.u.id]
  prefixed       = "x-${terraform_data.u.id}"
  two_known      = [terraform_data.u.id, "${terraform_data.u.id}-b"]
}

resource "terraform_data" "unknown_object" {
  input = { name = "n", sizes = [1, 2], on = true }
}
