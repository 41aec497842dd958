variable "a" { default = "default" }
variable "b" { default = "default" }
variable "c" { default = "default" }
variable "d" { default = "default" }
variable "e" { default = "default" }
variable "f" { default = "default" }
variable "from_environment" { type = list(string) }
variable "number_from_environment" { type = number }
variable "literal" {}
variable "map" { type = map(number) }
variable "untyped" { default = null }

resource "terraform_data" "values" {
  input = {
    a       = var.a, b = var.b, c = var.c, d = var.d, e = var.e, f = var.f
    list    = var.from_environment
    number  = var.number_from_environment + 1
    literal = var.literal
    map     = var.map
    untyped = var.untyped
  }
}
