# Data sources that are read only during apply, because of what they depend on.
provider "aws" { region = "us-east-1" }
resource "aws_vpc" "this" { cidr_block = "10.0.0.0/16" }
data "aws_subnets" "of_new" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.this.id]
  }
}
data "aws_region" "after" {
  depends_on = [aws_vpc.this]
}
module "lookup" {
  source     = "./modules/lookup"
  parameter  = "/images/x"
  depends_on = [aws_vpc.this]
}
resource "aws_sqs_queue" "this" {
  name = "fixed"
  tags = { Region = data.aws_region.after.name, Image = module.lookup.value, Kind = module.lookup.kind, Subnets = length(data.aws_subnets.of_new.ids) }
}
output "kind" { value = module.lookup.kind }
output "region" { value = data.aws_region.after.name }
output "subnets" { value = data.aws_subnets.of_new.ids }
