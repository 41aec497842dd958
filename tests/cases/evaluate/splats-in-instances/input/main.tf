# A splat over what is the same in all instances, and over what is not.
locals {
  parts = [{ name = "p" }, { name = "q" }]
}

resource "terraform_data" "counted" {
  count = 2
  input = { index = count.index, name = element(local.parts.*.name, count.index) }
}

resource "terraform_data" "each" {
  for_each = { a = [{ name = "a0" }], b = [{ name = "b0" }, { name = "b1" }] }
  input    = { own = each.value[*].name, dotted = each.value.*.name, all = terraform_data.counted[*].input.name }
}

module "called" {
  source   = "./m"
  for_each = { a = [{ name = "a0" }], b = [{ name = "b0" }] }
  parts    = each.value[*].name
}

output "called" { value = [for key, called in module.called : called.parts] }
