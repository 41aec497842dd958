variable "name" {}
variable "spec" {
  type = object({
    replicas = number
    ports    = list(object({ number = number, protocol = string, public = optional(bool, false) }))
    limits   = object({ cpu = optional(number, 1), memory = optional(string) })
    labels   = map(string)
  })
}
resource "terraform_data" "replica" {
  count = var.spec.replicas
  input = {
    name   = format("%s-%d", var.name, count.index)
    limits = var.spec.limits
    labels = var.spec.labels
    ports  = [for port in var.spec.ports : port if count.index == 0 || port.protocol != "udp"]
  }
}
output "addresses" { value = distinct(flatten([for replica in terraform_data.replica : [for port in replica.input.ports : "${port.protocol}:${port.number}${port.public == true ? "!" : ""}"]])) }
output "replicas" { value = length(terraform_data.replica) }
