variable "cidr" {
  type = string

  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "The network must be a CIDR block."
  }
}

variable "not_given" {
  type = number

  validation {
    condition     = var.not_given > 0
    error_message = "Must be positive."
  }
}

module "zones" {
  source   = "./m"
  for_each = toset(["one", "two"])
  zones    = each.key == "one" ? ["a"] : ["a", "b"]
}
