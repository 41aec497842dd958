terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}
module "leaf" {
  source    = "../leaf"
  providers = { aws = aws.other }
}
module "own" {
  source = "../leaf"
}
