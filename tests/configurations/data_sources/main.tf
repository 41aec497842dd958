# What data sources find is the provider's to know; their arguments and all that does not hang on them are known.
provider "aws" { region = "us-east-1" }

data "aws_availability_zones" "available" {
  state = "available"
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

data "aws_vpc" "shared" {
  filter {
    name   = "tag:Name"
    values = ["shared"]
  }
}
data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.shared.id]
  }
  tags = { Tier = "private" }
}
data "aws_subnet" "each" {
  for_each = toset(data.aws_subnets.private.ids)
  id       = each.value
}
data "aws_ssm_parameter" "image" {
  name = "/images/${local.image}"
}
data "aws_vpc" "optional" {
  count   = var.look ? 1 : 0
  default = true
}

variable "look" { default = false }
locals {
  image = "base"
  zones = slice(data.aws_availability_zones.available.names, 0, 2)
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
  tags       = { Region = data.aws_region.current.name, Peer = "vpc", Static = "yes" }
}

resource "aws_subnet" "by_count" {
  count             = length(local.zones)
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.9.0/24"
  availability_zone = local.zones[count.index]
}

resource "aws_subnet" "fixed" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  availability_zone = data.aws_availability_zones.available.names[count.index]
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
  tags              = { Name = format("fixed-%02d", count.index + 1) }
}

resource "aws_security_group_rule" "from_shared" {
  type              = "ingress"
  security_group_id = "sg-1"
  from_port         = 5432
  to_port           = 5432
  protocol          = "tcp"
  cidr_blocks       = concat([data.aws_vpc.shared.cidr_block], ["192.0.2.0/24"])
}

resource "aws_instance" "each" {
  for_each      = data.aws_subnet.each
  ami           = data.aws_ssm_parameter.image.value
  instance_type = "t3.micro"
  subnet_id     = each.value.id
}

resource "aws_s3_bucket" "named" {
  bucket = "logs-${data.aws_caller_identity.current.account_id}"
}

output "optional" { value = one(data.aws_vpc.optional[*].id) }
output "cidrs" { value = aws_subnet.fixed[*].cidr_block }
output "account" { value = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
output "zones" { value = length(data.aws_availability_zones.available.names) > 1 }
