terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.second]
    }
  }
}
variable "name" {}
resource "aws_sns_topic" "first" {
  name = var.name
  tags = { Name = var.name }
}
module "inner" {
  source    = "../inner"
  for_each  = { one = { A = "1" }, none = {} }
  tags      = each.value
  providers = { aws = aws.second }
}
module "passed" {
  source = "../inner"
  tags   = {}
}
output "tags" { value = [aws_sns_topic.first.tags_all, module.inner["one"].tags, module.passed.tags] }
