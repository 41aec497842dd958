provider "aws" {
  region = "us-east-1"
  default_tags { tags = merge(local.common, { Provider = "default" }) }
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
  default_tags {
    tags = {
      Provider = "west"
      Name     = "from-provider"
      Empty    = ""
    }
  }
  ignore_tags { key_prefixes = ["kubernetes.io/"] }
}
provider "aws" {
  alias  = "bare"
  region = "eu-west-1"
}
variable "owner" { default = "core" }
locals { common = { Owner = var.owner, Managed = true } }

module "outer" {
  source    = "./modules/outer"
  name      = "outer"
  providers = { aws = aws.west, aws.second = aws.bare }
}
module "inherited" {
  source = "./modules/inner"
  tags   = { Owner = "inherited", Extra = null }
}
module "counted" {
  source    = "./modules/inner"
  count     = 2
  tags      = { Index = count.index }
  providers = { aws = aws.west }
}
resource "aws_vpc" "bare" {
  provider   = aws.bare
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "bare" }
}
resource "aws_vpc" "unknown" {
  provider   = aws.west
  cidr_block = "10.1.0.0/16"
  tags       = { Peer = aws_vpc.bare.id, Name = "known" }
}
resource "aws_vpc" "same" {
  cidr_block = "10.2.0.0/16"
  tags       = { Owner = "core" }
}
output "inherited" { value = module.inherited.tags }
output "counted" { value = module.counted[*].tags }
output "outer" { value = module.outer.tags }
