provider "aws" {
  region = local.settings.region
  default_tags { tags = { Workspace = terraform.workspace } }
}
locals {
  all = {
    default = { region = "us-east-1", size = 1 }
    staging = { region = "eu-west-1", size = 2 }
    prod    = { region = "eu-west-1", size = 5 }
  }
  settings = merge(local.all["default"], lookup(local.all, terraform.workspace, {}))
  prefix   = terraform.workspace == "default" ? "" : "${terraform.workspace}-"
}
resource "aws_sqs_queue" "this" {
  count = local.settings.size
  name  = "${local.prefix}queue-${count.index}"
}
output "workspace" { value = "${terraform.workspace}/${basename(path.root)}" }
output "prefix" { value = local.prefix }
