variable "admins" {
  type = list(string)
}

module "app" {
  source = "./app"
  admins = var.admins
}
