terraform {
  required_providers {
    aws       = { source = "hashicorp/aws" }
    terraform = { source = "terraform.io/builtin/terraform" }
  }
}
provider "aws" { region = "us-east-1" }
locals {
  variables = { name = "x", list = [1, "a", null], nested = { "odd key" = true }, text = "line\n\"q\" $${d}" }
  encoded   = provider::terraform::encode_tfvars(local.variables)
  decoded   = provider::terraform::decode_tfvars("a = 1\nb = [\"x\", { c = null }]\n")
  arn       = provider::aws::arn_parse("arn:aws:iam::444455556666:role/example")
}
resource "aws_sns_topic" "this" {
  name = "topic-${local.decoded.a}"
  tags = { Account = local.arn.account_id, Encoded = provider::terraform::encode_expr([1, { a = "b" }]) }
}
output "encoded" { value = local.encoded }
output "decoded" { value = local.decoded }
output "account" { value = local.arn.account_id }
output "built" { value = provider::aws::arn_build("aws", "iam", "", "444455556666", "role/x") }
output "trimmed" { value = provider::aws::trim_iam_role_path("arn:aws:iam::444455556666:role/with/path/example") }
