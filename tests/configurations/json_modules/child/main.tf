variable "name" { type = string }
variable "port" { type = number }
variable "open" { type = bool }
module "leaf" {
  source = "./leaf"
  name   = var.name
  cidr   = var.open ? "0.0.0.0/0" : "10.0.0.0/8"
  port   = var.port
}
output "rule" { value = module.leaf.rule }
