# The configuration that the expressions in *.json are evaluated in.

resource "terraform_data" "u" {}

variable "secret" {
  type      = string
  default   = "hidden"
  sensitive = true
}

variable "secrets" {
  type      = list(string)
  default   = ["a", "b"]
  sensitive = true
}

variable "one_secret" {
  type    = map(string)
  default = { a = "x" }
}
