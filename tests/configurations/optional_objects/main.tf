provider "aws" {
  region = "us-east-1"
}

variable "services" {
  type = map(object({
    port        = number
    protocol    = optional(string, "tcp")
    cidrs       = optional(list(string), ["10.0.0.0/8"])
    description = optional(string)
    health = optional(object({
      path     = optional(string, "/")
      interval = optional(number, 30)
      matcher  = optional(string)
    }), {})
    tags = optional(map(string), {})
  }))
  default = {
    api = { port = 8080, health = { path = "/healthz" } }
    web = { port = "80", cidrs = ["0.0.0.0/0"], tags = { Public = true }, description = "site" }
    dns = { port = 53, protocol = "UDP", health = null }
  }
}

variable "nullable" {
  type     = string
  default  = "fallback"
  nullable = false
}

variable "mixed" {
  type    = list(any)
  default = ["a", 1, true]
}

variable "shape" {
  type    = tuple([string, number, object({ on = optional(bool, true) })])
  default = ["x", "2", {}]
}

resource "aws_lb_target_group" "this" {
  for_each = var.services
  name     = "tg-${each.key}"
  port     = each.value.port
  protocol = each.value.protocol == "tcp" ? "HTTP" : upper(each.value.protocol)
  vpc_id   = "vpc-12345678"

  dynamic "health_check" {
    for_each = each.value.health[*]
    content {
      path     = each.value.protocol == "tcp" ? health_check.value.path : null
      interval = health_check.value.interval
      matcher  = health_check.value.matcher
      protocol = each.value.protocol == "tcp" ? "HTTP" : "TCP"
    }
  }
  tags = each.value.tags
}

resource "aws_security_group" "this" {
  for_each    = { for name, service in var.services : name => service if service.protocol != "UDP" }
  name        = "group-${each.key}"
  description = coalesce(each.value.description, "for ${title(each.key)}")
  ingress {
    from_port   = each.value.port
    to_port     = each.value.port
    protocol    = each.value.protocol
    cidr_blocks = each.value.cidrs
    description = each.value.description
  }
}

resource "terraform_data" "rest" {
  input = {
    nullable = var.nullable
    mixed    = var.mixed
    shape    = var.shape
    on       = var.shape[2].on
    length   = length(var.services["api"].health)
  }
}
