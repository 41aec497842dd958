provider "aws" { region = "eu-west-3" }

variable "instances" {
  type    = list(object({ id = string, name = string, thresholds = optional(map(number), {}) }))
  default = [{ id = "i-1", name = "web" }, { id = "i-2", name = "db", thresholds = { cpu = 95, disk = 70 } }]
}

locals {
  metrics = {
    cpu    = { metric = "CPUUtilization", namespace = "AWS/EC2", threshold = 80, comparison = "GreaterThanThreshold" }
    status = { metric = "StatusCheckFailed", namespace = "AWS/EC2", threshold = 0, comparison = "GreaterThanThreshold", periods = 2 }
    disk   = { metric = "disk_used_percent", namespace = "CWAgent", threshold = 90.5, comparison = "GreaterThanOrEqualToThreshold", dimensions = { path = "/" } }
  }
  alarms = merge(flatten([
    for instance in var.instances : [
      for name, metric in local.metrics : {
        "${instance.name}.${name}" = merge(metric, {
          threshold  = lookup(instance.thresholds, name, metric.threshold)
          dimensions = merge({ InstanceId = instance.id }, try(metric.dimensions, {}))
        })
      }
    ]
  ])...)
}

resource "aws_sns_topic" "alerts" {
  for_each = toset(["critical", "warning"])
  name     = "alerts-${each.key}"
}

resource "aws_sns_topic_subscription" "mail" {
  for_each  = { for pair in setproduct(["critical", "warning"], ["a@example.com", "b@example.com"]) : join("/", pair) => { topic = pair[0], address = pair[1] } if !(pair[0] == "warning" && startswith(pair[1], "b")) }
  topic_arn = aws_sns_topic.alerts[each.value.topic].arn
  protocol  = "email"
  endpoint  = each.value.address
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = each.key
  metric_name         = each.value.metric
  namespace           = each.value.namespace
  comparison_operator = each.value.comparison
  evaluation_periods  = try(each.value.periods, 3)
  period              = 60 * 5
  statistic           = "Average"
  threshold           = each.value.threshold
  dimensions          = each.value.dimensions
  alarm_actions       = each.value.threshold > 90 ? values(aws_sns_topic.alerts)[*].arn : [aws_sns_topic.alerts["warning"].arn]
  treat_missing_data  = endswith(each.key, ".status") ? "breaching" : "missing"
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "error-rate"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 1 / 3
  dynamic "metric_query" {
    for_each = { rate = { expression = "errors / requests * 100" }, errors = { metric = "5XXError" }, requests = { metric = "Count" } }
    content {
      id          = metric_query.key
      expression  = try(metric_query.value.expression, null)
      label       = can(metric_query.value.expression) ? "Error rate" : null
      return_data = can(metric_query.value.expression)
      dynamic "metric" {
        for_each = try([metric_query.value.metric], [])
        content {
          metric_name = metric.value
          namespace   = "AWS/ApiGateway"
          period      = 300
          stat        = "Sum"
        }
      }
    }
  }
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each       = { panic = "panic:", denied = "{ ($.errorCode = \"AccessDenied*\") || ($.errorCode = \"*UnauthorizedOperation\") }" }
  name           = each.key
  pattern        = each.value
  log_group_name = "/app/log"
  metric_transformation {
    name          = "${title(each.key)}Count"
    namespace     = "App"
    value         = 1
    default_value = 0
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "main"
  dashboard_body = jsonencode({
    widgets = [for index, name in sort(keys(local.alarms)) : {
      type       = "metric", x = (index % 3) * 8, y = floor(index / 3) * 6, width = 8, height = 6
      properties = { title = name, metrics = [[local.alarms[name].namespace, local.alarms[name].metric]], period = 300 }
    }]
  })
}

output "thresholds" { value = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.threshold } }
output "third" { value = aws_cloudwatch_metric_alarm.errors.threshold }
output "dashboard" { value = aws_cloudwatch_dashboard.this.dashboard_body }
