resource "terraform_data" "w" {
  input = terraform.workspace == "prod" ? "is ${terraform.workspace}" : "other"
}
