variable "count_of" {
  type    = number
  default = "x"
}

variable "count" {
  type = number
}
