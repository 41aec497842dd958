variable "parts" { type = list(string) }

resource "terraform_data" "inner" {
  count = 2
  input = var.parts[*]
}

output "parts" { value = terraform_data.inner[*].input }
