variable "name" {}

output "upper" {
  value = upper(var.name)
}
