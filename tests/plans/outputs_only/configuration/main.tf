variable "name" {
  default = "x"
}

output "name" {
  value = { name = var.name, when = plantimestamp() }
}
