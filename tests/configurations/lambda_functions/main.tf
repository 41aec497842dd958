provider "aws" { region = "ap-southeast-2" }

locals {
  config = jsondecode(file("${path.module}/src/config.json"))
  functions = {
    ingest = {
      memory      = 512
      timeout     = 60
      environment = { TABLE = local.config.table, BATCH = tostring(local.config.batch) }
      queues      = ["orders", "returns"]
      schedule    = "rate(5 minutes)"
    }
    report = {
      memory      = 1024
      timeout     = 900
      environment = {}
      queues      = []
      schedule    = "cron(0 6 ? * MON-FRI *)"
      layers      = ["arn:aws:lambda:ap-southeast-2:111122223333:layer:pandas:7"]
    }
    api = { memory = 128, timeout = 3, environment = { MODE = "http" }, queues = [], schedule = null, url = { cors = ["*"] }, architecture = "arm64" }
  }
  mappings = flatten([for name, function in local.functions : [for queue in function.queues : { function = name, queue = queue }]])
}

resource "aws_iam_role" "lambda" {
  for_each           = local.functions
  name               = "lambda-${each.key}"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } } })
}

resource "aws_sqs_queue" "this" {
  for_each                   = toset(local.mappings[*].queue)
  name                       = "${each.key}.fifo"
  fifo_queue                 = true
  visibility_timeout_seconds = 6 * max([for mapping in local.mappings : local.functions[mapping.function].timeout if mapping.queue == each.key]...)
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
}

resource "aws_sqs_queue" "dead" {
  name                      = "dead.fifo"
  fifo_queue                = true
  message_retention_seconds = 14 * 24 * 3600
}

resource "aws_lambda_function" "this" {
  for_each         = local.functions
  function_name    = each.key
  role             = aws_iam_role.lambda[each.key].arn
  runtime          = "python3.12"
  handler          = "handler.handler"
  filename         = "${path.module}/src/config.json"
  source_code_hash = filebase64sha256("${path.module}/src/config.json")
  description      = sha1(templatefile("${path.module}/src/handler.py.tftpl", { name = each.key, status = ["ok", 200], level = "info" }))
  memory_size      = each.value.memory
  timeout          = each.value.timeout
  architectures    = [try(each.value.architecture, "x86_64")]
  layers           = lookup(each.value, "layers", [])

  dynamic "environment" {
    for_each = length(each.value.environment) == 0 ? [] : [each.value.environment]
    content { variables = environment.value }
  }
  tracing_config { mode = "Active" }
}

resource "aws_lambda_event_source_mapping" "this" {
  count            = length(local.mappings)
  event_source_arn = aws_sqs_queue.this[local.mappings[count.index].queue].arn
  function_name    = aws_lambda_function.this[local.mappings[count.index].function].function_name
  batch_size       = min(10, local.config.batch)
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each            = { for name, function in local.functions : name => function.schedule if function.schedule != null }
  name_prefix         = "${each.key}-"
  schedule_expression = each.value
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = aws_cloudwatch_event_rule.this
  rule     = each.value.name
  arn      = aws_lambda_function.this[each.key].arn
  input    = jsonencode({ rule = each.value.schedule_expression, weekdays = can(regex("MON-FRI", each.value.schedule_expression)) })
}

resource "aws_lambda_permission" "events" {
  for_each      = aws_cloudwatch_event_rule.this
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.key].function_name
  principal     = "events.amazonaws.com"
  source_arn    = each.value.arn
}

resource "aws_lambda_function_url" "this" {
  for_each           = { for name, function in local.functions : name => function.url if can(function.url) }
  function_name      = aws_lambda_function.this[each.key].function_name
  authorization_type = "NONE"
  cors { allow_origins = each.value.cors }
}

output "timeouts" { value = { for name, queue in aws_sqs_queue.this : name => queue.visibility_timeout_seconds } }
output "hash" { value = distinct(values(aws_lambda_function.this)[*].source_code_hash) }
output "schedules" { value = values(aws_cloudwatch_event_rule.this)[*].schedule_expression }
