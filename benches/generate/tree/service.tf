variable "name" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "settings" {
  type = object({
    ports  = list(number)
    cidrs  = list(string)
    tags   = optional(map(string), {})
    egress = optional(bool, false)
  })
}

locals {
  title  = title(replace(var.name, "-", " "))
  rules  = flatten([for port in var.settings.ports : [for cidr in var.settings.cidrs : { port = port, cidr = cidr }]])
  by_key = { for rule in local.rules : "${rule.port}-${rule.cidr}" => rule }
}

resource "aws_security_group" "this" {
  name        = var.name
  description = <<-EOT
    ${local.title}
    %{~for port in var.settings.ports}
    port ${port}
    %{~endfor}
  EOT
  vpc_id      = var.vpc_id
  tags        = merge(var.settings.tags, { Title = local.title })

  dynamic "ingress" {
    for_each = local.by_key
    content {
      description = "${ingress.key} of ${var.name}"
      from_port   = ingress.value.port
      to_port     = ingress.value.port
      protocol    = "tcp"
      cidr_blocks = [ingress.value.cidr]
    }
  }
}

module "role" {
  source = "../role"
  name   = var.name
}

output "id" {
  value = aws_security_group.this.id
}

output "role" {
  value = module.role.arn
}
