provider "aws" {
  region = "eu-west-1"
}

variable "listeners" {
  type = any
  default = {
    http = {
      port     = 80
      protocol = "HTTP"
      redirect = { port = "443", protocol = "HTTPS", status_code = "HTTP_301" }
    }
    https = {
      port            = 443
      protocol        = "HTTPS"
      certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0f0f0f0f-0000-0000-0000-000000000000"
      forward         = { target_group_key = "api" }
      rules = {
        static = {
          priority   = 10
          actions    = [{ type = "fixed-response", content_type = "text/plain", status_code = 200, message_body = "ok" }]
          conditions = [{ path_pattern = { values = ["/static/*"] } }, { host_header = { values = ["a.example.com", "b.example.com"] } }]
        }
        weighted = {
          actions = [{
            type          = "weighted-forward"
            target_groups = [{ target_group_key = "api", weight = 2 }, { target_group_key = "web", weight = 1 }]
            stickiness    = { enabled = true, duration = 3600 }
          }]
          conditions = [{ query_string = { key = "version", value = "2" } }]
        }
      }
    }
  }
}

locals {
  listener_rules = flatten([
    for listener_key, listener_values in var.listeners : [
      for rule_key, rule_values in lookup(listener_values, "rules", {}) :
      merge(rule_values, { listener_key = listener_key, rule_key = rule_key })
    ]
  ])
}

resource "aws_lb" "this" {
  name               = "web"
  internal           = false
  load_balancer_type = "application"
  security_groups    = [aws_security_group.lb.id]

  dynamic "subnet_mapping" {
    for_each = { for index, id in ["subnet-1", "subnet-2"] : id => index }
    content {
      subnet_id = subnet_mapping.key
    }
  }

  dynamic "access_logs" {
    for_each = length(var.listeners) > 1 ? [{ bucket = "logs" }] : []
    content {
      bucket  = access_logs.value.bucket
      enabled = try(access_logs.value.enabled, true)
      prefix  = try(access_logs.value.prefix, null)
    }
  }
  timeouts {
    create = try(var.listeners.timeouts.create, null)
  }
}

resource "aws_lb_target_group" "this" {
  for_each    = toset(["api", "web"])
  name        = each.key
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = "vpc-1"
  stickiness {
    type = "lb_cookie"
  }
}

resource "aws_lb_listener" "this" {
  for_each          = { for k, v in var.listeners : k => v }
  load_balancer_arn = aws_lb.this.arn
  port              = try(each.value.port, 80)
  protocol          = try(each.value.protocol, "HTTP")
  certificate_arn   = try(each.value.certificate_arn, null)
  ssl_policy        = contains(["HTTPS", "TLS"], try(each.value.protocol, "HTTP")) ? try(each.value.ssl_policy, "ELBSecurityPolicy-TLS13-1-2-Res-2021-06") : try(each.value.ssl_policy, null)

  dynamic "default_action" {
    for_each = try([each.value.redirect], [])
    content {
      order = try(default_action.value.order, null)
      redirect {
        port        = try(default_action.value.port, null)
        protocol    = try(default_action.value.protocol, null)
        status_code = default_action.value.status_code
      }
      type = "redirect"
    }
  }
  dynamic "default_action" {
    for_each = try([each.value.forward], [])
    content {
      target_group_arn = length(try(default_action.value.target_groups, [])) > 0 ? null : try(default_action.value.arn, aws_lb_target_group.this[default_action.value.target_group_key].arn, null)
      type             = "forward"
    }
  }
}

resource "aws_lb_listener_rule" "this" {
  for_each     = { for v in local.listener_rules : "${v.listener_key}/${v.rule_key}" => v }
  listener_arn = try(each.value.listener_arn, aws_lb_listener.this[each.value.listener_key].arn)
  priority     = try(each.value.priority, null)

  dynamic "action" {
    for_each = [for action in each.value.actions : action if action.type == "fixed-response"]
    content {
      type = "fixed-response"
      fixed_response {
        content_type = action.value.content_type
        message_body = try(action.value.message_body, null)
        status_code  = try(action.value.status_code, null)
      }
    }
  }
  dynamic "action" {
    for_each = [for action in each.value.actions : action if action.type == "weighted-forward"]
    content {
      type = "forward"
      forward {
        dynamic "target_group" {
          for_each = try(action.value.target_groups, [])
          content {
            arn    = try(target_group.value.arn, aws_lb_target_group.this[target_group.value.target_group_key].arn)
            weight = try(target_group.value.weight, null)
          }
        }
        dynamic "stickiness" {
          for_each = try([action.value.stickiness], [])
          content {
            duration = try(stickiness.value.duration, 60)
            enabled  = try(stickiness.value.enabled, null)
          }
        }
      }
    }
  }
  dynamic "condition" {
    for_each = [for condition in each.value.conditions : condition if length(try(condition.path_pattern, [])) > 0]
    content {
      path_pattern {
        values = condition.value["path_pattern"]["values"]
      }
    }
  }
  dynamic "condition" {
    for_each = [for condition in each.value.conditions : condition if contains(keys(condition), "host_header")]
    content {
      host_header {
        values = condition.value.host_header.values
      }
    }
  }
  dynamic "condition" {
    for_each = [for condition in each.value.conditions : condition if can(condition.query_string)]
    content {
      dynamic "query_string" {
        for_each = try(flatten([condition.value.query_string]), [condition.value.query_string])
        content {
          key   = try(query_string.value.key, null)
          value = query_string.value.value
        }
      }
    }
  }
}

resource "aws_security_group" "lb" {
  name_prefix = "lb-"
  dynamic "ingress" {
    for_each = toset([for listener in var.listeners : listener.port])
    content {
      from_port        = ingress.value
      to_port          = ingress.value
      protocol         = "tcp"
      cidr_blocks      = ["0.0.0.0/0"]
      ipv6_cidr_blocks = ["::/0"]
    }
  }
}
