variable "cidr" {
  default = "10.0.0.0/8"
}

variable "secret" {
  default   = "hidden"
  sensitive = true
}

variable "unset" {
  type = list(string)
}

locals {
  names = ["a", "b"]
}

module "child" {
  source = "./child"
  name   = local.names[1]
}

resource "terraform_data" "it" {
  input = var.cidr
}

resource "other_thing" "it" {
  size = 3
}
