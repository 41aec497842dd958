provider "aws" { region = "us-east-1" }
locals { roles = { reader = "reader", writer = "writer" } }
import {
  for_each = local.roles
  to       = aws_iam_role.kept[each.key]
  id       = each.value
}
import {
  to = aws_sns_topic.alerts
  id = "arn:aws:sns:us-east-1:123456789012:alerts"
}
resource "aws_iam_role" "kept" {
  for_each             = local.roles
  name                 = each.key
  description          = "Imported ${each.value}"
  max_session_duration = each.key == "reader" ? 3600 : 7200
  assume_role_policy   = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_sns_topic" "alerts" {
  name         = "alerts"
  display_name = "Alerts"
}
resource "aws_sns_topic" "beside" { name = "beside-${length(aws_iam_role.kept)}" }
output "descriptions" { value = values(aws_iam_role.kept)[*].description }
