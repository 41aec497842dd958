locals {
  base = { Owner = "platform", Environment = "prod" }
}
provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = merge(local.base, { Region = "east" })
  }
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
  default_tags {
    tags = { Owner = "west", Environment = "prod" }
  }
}
provider "aws" {
  alias  = "bare"
  region = "eu-west-1"
}
resource "aws_vpc" "east" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "east", Environment = "dev" }
}
resource "aws_vpc" "west" {
  provider   = aws.west
  cidr_block = "10.1.0.0/16"
}
resource "aws_vpc" "bare" {
  provider   = aws.bare
  cidr_block = "10.2.0.0/16"
  tags       = null
}
resource "aws_sns_topic" "t" {
  name = "t"
  tags = {}
}
module "inherits" {
  source = "./modules/leaf"
}
module "passed" {
  source = "./modules/mid"
  providers = {
    aws       = aws.west
    aws.other = aws.bare
  }
}
resource "aws_autoscaling_group" "asg" {
  max_size           = 2
  min_size           = 1
  availability_zones = ["us-east-1a"]
  launch_template {
    id = "lt-0123456789abcdef0"
  }
  tag {
    key                 = "Name"
    value               = "asg"
    propagate_at_launch = true
  }
  dynamic "tag" {
    for_each = local.base
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = false
    }
  }
}
