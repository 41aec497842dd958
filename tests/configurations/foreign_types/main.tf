# No provider at all: terraform_data in a chain of modules, with what is known only after apply on the way.
variable "steps" {
  type = map(object({
    order = number
    needs = optional(list(string), [])
    input = optional(any)
  }))
  default = {
    fetch = { order = 1 }
    build = { order = 2, needs = ["fetch"] }
    ship  = { order = 3, needs = ["build", "fetch"] }
  }
}
resource "terraform_data" "seed" {
  input            = { at = timestamp(), fixed = "seed" }
  triggers_replace = [1, "two", { three = 3 }]
}
module "step" {
  source   = "./modules/step"
  for_each = var.steps
  name     = each.key
  spec     = each.value
  seed     = terraform_data.seed
}
resource "terraform_data" "summary" {
  count = length([for step in var.steps : step if length(step.needs) > 0])
  input = {
    ids     = [for step in module.step : step.id]
    labels  = [for step in module.step : step.label]
    first   = element(sort(keys(module.step)), count.index)
    nothing = one([for step in module.step : step.label if step.order > 5])
    unknown = terraform_data.seed.output.fixed
    length  = length(terraform_data.seed.id) > 3 ? "long" : "short"
    tuple   = [terraform_data.seed.id, "x", 3]
    merged  = merge({ a = terraform_data.seed.id }, { b = 2 })
    isnull  = terraform_data.seed.id == null
  }
  depends_on = [module.step]
}
resource "terraform_data" "triggered" {
  input = toset([for step in var.steps : step.order])
  lifecycle { replace_triggered_by = [terraform_data.seed] }
  provisioner "local-exec" {
    command = "echo ${self.id}"
  }
}
output "labels" { value = { for name, step in module.step : name => step.label } }
output "depths" { value = { for name, step in module.step : name => step.depth } }
output "unknown" { value = terraform_data.summary[*].output }
output "set" { value = terraform_data.triggered.input }
