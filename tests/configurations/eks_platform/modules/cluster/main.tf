variable "name" { type = string }
variable "config" { type = any }
variable "vpc" { type = object({ id = string, cidr = string }) }
variable "subnet_ids" { type = list(string) }
locals {
  rules = merge(
    { self = { from = 0, to = 0, proto = "-1", self = true } },
    { for i, c in sort(tolist(var.config.endpoint.cidrs)) : "api-${i}" => { from = 443, to = 443, proto = "tcp", cidrs = [c] } },
    var.config.endpoint.public ? { metrics = { from = 10250, to = 10250, proto = "tcp", cidrs = [var.vpc.cidr] } } : {},
  )
  groups = { for k, g in var.config.node_groups : k => merge(g, { max = coalesce(g.max, g.min * 3), name = format("%s-%s-%02d", var.name, k, length(g.instance_types)) }) }
}
resource "aws_security_group" "this" {
  name_prefix = "${var.name}-"
  vpc_id      = var.vpc.id
  dynamic "egress" {
    for_each = var.config.endpoint.public ? [1] : []
    content {
      from_port        = 0
      to_port          = 0
      protocol         = -1
      cidr_blocks      = ["0.0.0.0/0"]
      ipv6_cidr_blocks = ["::/0"]
    }
  }
  lifecycle { create_before_destroy = true }
}
resource "aws_security_group_rule" "this" {
  for_each          = local.rules
  security_group_id = aws_security_group.this.id
  type              = "ingress"
  from_port         = each.value.from
  to_port           = each.value.to
  protocol          = each.value.proto
  self              = try(each.value.self, null)
  cidr_blocks       = lookup(each.value, "cidrs", null)
  description       = title(replace(each.key, "-", " "))
}
resource "aws_launch_template" "this" {
  for_each               = local.groups
  name_prefix            = "${each.value.name}-"
  vpc_security_group_ids = [aws_security_group.this.id]
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh ${var.name} --kubelet-extra-args '${join(" ", [for k, v in each.value.labels : "--node-labels=${k}=${v}"])}'
    %{~for t in each.value.taints}
    echo ${t.key}=${coalesce(t.value, "none")}:${t.effect}
    %{~endfor}
  EOT
  )
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = each.value.disk.size
      volume_type = each.value.disk.type
      iops        = each.value.disk.iops
      encrypted   = true
    }
  }
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1 + (var.config.endpoint.public ? 1 : 0)
  }
}
resource "aws_autoscaling_group" "this" {
  for_each            = local.groups
  name                = each.value.name
  min_size            = each.value.min
  max_size            = each.value.max
  desired_capacity    = max(each.value.min, 1)
  vpc_zone_identifier = var.subnet_ids
  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.this[each.key].id
        version            = aws_launch_template.this[each.key].latest_version
      }
      dynamic "override" {
        for_each = each.value.instance_types
        iterator = it
        content {
          instance_type     = it.value
          weighted_capacity = it.key + 1
        }
      }
    }
  }
  dynamic "tag" {
    for_each = merge({ Name = each.value.name }, { for k, v in each.value.labels : "k8s.io/label/${k}" => v })
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}
output "name" { value = var.name }
output "group_names" { value = { for k, g in aws_autoscaling_group.this : k => g.name } }
