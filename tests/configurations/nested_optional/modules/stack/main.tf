variable "name" {}
variable "components" {
  type = map(object({
    kind     = string
    replicas = number
    ports    = list(object({ number = number, protocol = string, public = bool }))
    limits   = object({ cpu = number, memory = string })
    labels   = map(string)
  }))
  nullable = false
  default  = {}
}
variable "settings" { type = map(string) }
module "component" {
  source   = "../component"
  for_each = var.components
  name     = "${var.name}/${each.key}"
  spec     = merge(each.value, { labels = merge({ component = each.key }, each.value.labels, var.settings) })
}
output "addresses" { value = { for key, component in module.component : "${var.name}.${key}" => component.addresses } }
output "replicas" { value = sum(concat([0], values(module.component)[*].replicas)) }
