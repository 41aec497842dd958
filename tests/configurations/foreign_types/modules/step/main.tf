variable "name" { type = string }
variable "spec" { type = any }
variable "seed" { type = object({ id = string, input = any }) }
locals {
  label = format("%02d-%s", var.spec.order, var.name)
}
resource "terraform_data" "this" {
  input = {
    label = local.label
    needs = length(var.spec.needs) == 0 ? "nothing" : join("+", sort(var.spec.needs))
    seed  = "${var.seed.id}:${local.label}"
    fixed = var.seed.input.fixed
  }
}
output "id" { value = terraform_data.this.id }
output "label" { value = terraform_data.this.input.label }
output "order" { value = var.spec.order }
output "depth" { value = try(1 + length(var.spec.needs), 0) }
