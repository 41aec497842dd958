variable "settings" { type = object({ name = string, size = number, secret = string }) }
variable "password" {
  type      = string
  sensitive = true
}
variable "names" { type = list(string) }
resource "terraform_data" "app" {
  for_each = toset(var.names)
  input = {
    name     = "${each.key}-${var.settings.name}"
    size     = var.settings.size
    secret   = var.settings.secret
    password = var.password
  }
}
output "all" { value = values(terraform_data.app)[*].input }
output "name" { value = terraform_data.app["a"].input.name }
