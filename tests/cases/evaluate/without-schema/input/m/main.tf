variable "thing" { type = object({ name = string, number = number }) }
output "both" { value = [var.thing.name, var.thing.number] }
