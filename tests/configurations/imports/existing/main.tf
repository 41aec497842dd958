provider "aws" { region = "us-east-1" }
resource "aws_iam_role" "kept" {
  for_each           = toset(["reader", "writer"])
  name               = each.key
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_sns_topic" "alerts" { name = "alerts" }
