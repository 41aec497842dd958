variable "name" { type = string }
variable "internal" { default = false }
variable "vpc_id" {}
variable "subnets" { type = list(string) }
variable "idle_timeout" {
  type    = number
  default = 60
}
variable "access_logs" {
  type    = map(string)
  default = {}
}
variable "services" {
  type = map(object({
    port     = number
    priority = number
    paths    = optional(list(string), ["/*"])
    hosts    = optional(list(string), [])
    headers  = optional(map(list(string)), {})
    weight   = optional(number)
    sticky   = optional(bool, false)
    health = optional(object({
      path     = optional(string, "/")
      matcher  = optional(string)
      interval = optional(number, 15)
    }), {})
  }))
}
variable "listeners" {
  type = map(object({
    port            = number
    protocol        = optional(string, "HTTP")
    certificate_arn = optional(string)
    ssl_policy      = optional(string, "ELBSecurityPolicy-TLS13-1-2-2021-06")
    redirect        = optional(map(string))
    forward         = optional(object({ service = string }))
    fixed           = optional(object({ type = string, body = optional(string), code = number }))
    weighted        = optional(map(number))
  }))
}

locals {
  name = substr(var.name, 0, 32)
  rules = {
    for pair in setproduct([for key, listener in var.listeners : key if listener.forward != null], keys(var.services)) :
    "${pair[0]}:${pair[1]}" => merge(var.services[pair[1]], { listener = pair[0], service = pair[1] })
    if length(var.services[pair[1]].paths) + length(var.services[pair[1]].headers) > 0
  }
}

resource "aws_security_group" "this" {
  name_prefix = format("%.20s-", var.name)
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each          = { for key, listener in var.listeners : listener.port => key... }
  security_group_id = aws_security_group.this.id
  description       = join(" and ", each.value)
  ip_protocol       = "tcp"
  from_port         = each.key
  to_port           = each.key
  cidr_ipv4         = var.internal ? "10.0.0.0/8" : "0.0.0.0/0"
}

resource "aws_lb" "this" {
  name                       = trimsuffix(local.name, "-")
  internal                   = var.internal
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.this.id]
  subnets                    = var.subnets
  idle_timeout               = var.idle_timeout
  enable_deletion_protection = !var.internal

  dynamic "access_logs" {
    for_each = length(var.access_logs) > 0 ? [var.access_logs] : []
    content {
      bucket  = access_logs.value["bucket"]
      prefix  = lookup(access_logs.value, "prefix", null)
      enabled = lookup(access_logs.value, "enabled", true)
    }
  }
  timeouts { create = "20m" }
}

resource "aws_lb_target_group" "this" {
  for_each             = var.services
  name                 = "${substr(local.name, 0, 20)}-${each.key}"
  port                 = each.value.port
  protocol             = "HTTP"
  vpc_id               = var.vpc_id
  target_type          = "ip"
  deregistration_delay = each.value.sticky ? 120 : null

  health_check {
    path     = each.value.health.path
    matcher  = each.value.health.matcher
    interval = each.value.health.interval
  }

  dynamic "stickiness" {
    for_each = each.value.sticky ? { lb_cookie = 3600 } : {}
    content {
      type            = stickiness.key
      cookie_duration = stickiness.value
    }
  }
}

resource "aws_lb_listener" "this" {
  for_each          = var.listeners
  load_balancer_arn = aws_lb.this.arn
  port              = each.value.port
  protocol          = each.value.protocol
  ssl_policy        = each.value.protocol == "HTTPS" ? each.value.ssl_policy : null
  certificate_arn   = each.value.certificate_arn

  dynamic "default_action" {
    for_each = each.value.redirect[*]
    iterator = action
    content {
      type = "redirect"
      redirect {
        port        = action.value.port
        protocol    = action.value["protocol"]
        status_code = action.value.status_code
      }
    }
  }

  dynamic "default_action" {
    for_each = each.value.forward == null ? [] : [each.value.forward.service]
    content {
      type             = "forward"
      target_group_arn = aws_lb_target_group.this[default_action.value].arn
    }
  }

  dynamic "default_action" {
    for_each = each.value.fixed != null ? [each.value.fixed] : []
    content {
      type = "fixed-response"
      fixed_response {
        content_type = default_action.value.type
        message_body = default_action.value.body
        status_code  = default_action.value.code
      }
    }
  }

  dynamic "default_action" {
    for_each = each.value.weighted != null ? toset(["weighted"]) : toset([])
    content {
      type = "forward"
      forward {
        dynamic "target_group" {
          for_each = each.value.weighted
          content {
            arn    = aws_lb_target_group.this[target_group.key].arn
            weight = target_group.value
          }
        }
        stickiness {
          enabled  = true
          duration = 600
        }
      }
    }
  }
}

resource "aws_lb_listener_rule" "this" {
  for_each     = local.rules
  listener_arn = aws_lb_listener.this[each.value.listener].arn
  priority     = each.value.priority

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.value.service].arn
  }

  dynamic "condition" {
    for_each = length(each.value.paths) > 0 ? [each.value.paths] : []
    content {
      path_pattern { values = condition.value }
    }
  }
  dynamic "condition" {
    for_each = length(each.value.hosts) > 0 ? [each.value.hosts] : []
    content {
      host_header { values = condition.value }
    }
  }
  dynamic "condition" {
    for_each = each.value.headers
    content {
      http_header {
        http_header_name = condition.key
        values           = condition.value
      }
    }
  }
  tags = { Name = each.key }
}

output "rule_names" { value = sort(keys(aws_lb_listener_rule.this)) }
output "name" { value = aws_lb.this.name }
output "target_groups" { value = { for key, group in aws_lb_target_group.this : key => { port = group.port, path = group.health_check[0].path, type = group.target_type } } }
