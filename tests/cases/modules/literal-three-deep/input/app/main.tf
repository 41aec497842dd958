variable "admins" {
  type = list(string)
}

module "access" {
  source  = "../access"
  sources = concat(var.admins, ["10.0.0.0/8"])
}
