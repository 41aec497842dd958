variable "n" {
  type = number
}

resource "terraform_data" "some" {
  count = var.n
  input = count.index
}
