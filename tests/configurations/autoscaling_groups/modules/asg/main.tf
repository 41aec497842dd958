variable "name" { type = string }
variable "subnets" { type = list(string) }
variable "spec" {
  type = object({
    image    = string
    min      = number
    max      = number
    script   = optional(list(string), [])
    tags     = optional(map(string), {})
    policies = optional(map(object({ target = number, label = optional(string) })), {})
    schedule = optional(map(object({ cron = string, size = optional(number) })), {})
    spot     = optional(object({ base = optional(number, 0), above = optional(number, 100), types = list(string) }))
  })
}

locals {
  user_data = length(var.spec.script) == 0 ? null : <<-SCRIPT
    #!/bin/bash
    %{~for line in var.spec.script}
    ${line}
    %{~endfor}
    echo "done: ${var.name}" \
      >>/var/log/boot
  SCRIPT
}

resource "aws_launch_template" "this" {
  name                   = var.name
  image_id               = var.spec.image
  instance_type          = try(var.spec.spot.types[0], "t3.small")
  user_data              = local.user_data == null ? null : base64encode(local.user_data)
  update_default_version = true
  dynamic "instance_market_options" {
    for_each = toset([])
    content { market_type = "spot" }
  }
  monitoring { enabled = true }
  dynamic "network_interfaces" {
    for_each = var.subnets
    content {
      device_index                = network_interfaces.key
      subnet_id                   = network_interfaces.value
      associate_public_ip_address = network_interfaces.key == 0
    }
  }
  tag_specifications {
    resource_type = "instance"
    tags          = merge(var.spec.tags, { Name = var.name })
  }
}

resource "aws_autoscaling_group" "this" {
  name_prefix         = "${var.name}-"
  min_size            = var.spec.min
  max_size            = var.spec.max
  desired_capacity    = var.spec.min == 0 ? null : var.spec.min
  vpc_zone_identifier = var.subnets
  health_check_type   = "EC2"

  dynamic "launch_template" {
    for_each = var.spec.spot == null ? [aws_launch_template.this] : []
    content {
      id      = launch_template.value.id
      version = "$Latest"
    }
  }
  dynamic "mixed_instances_policy" {
    for_each = var.spec.spot[*]
    content {
      instances_distribution {
        on_demand_base_capacity                  = mixed_instances_policy.value.base
        on_demand_percentage_above_base_capacity = mixed_instances_policy.value.above
        spot_allocation_strategy                 = "capacity-optimized"
      }
      launch_template {
        launch_template_specification { launch_template_id = aws_launch_template.this.id }
        dynamic "override" {
          for_each = mixed_instances_policy.value.types
          iterator = type
          content {
            instance_type     = type.value
            weighted_capacity = type.key + 1
          }
        }
      }
    }
  }
  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 75
    }
    triggers = ["tag"]
  }
  dynamic "tag" {
    for_each = merge(var.spec.tags, { Name = var.name })
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = tag.key == "Name" ? true : false
    }
  }
  lifecycle {
    create_before_destroy = true
    ignore_changes        = [desired_capacity]
  }
}

resource "aws_autoscaling_policy" "this" {
  for_each               = var.spec.policies
  name                   = each.key
  autoscaling_group_name = aws_autoscaling_group.this.name
  policy_type            = "TargetTrackingScaling"
  target_tracking_configuration {
    target_value = each.value.target
    predefined_metric_specification {
      predefined_metric_type = each.value.label == null ? "ASGAverageCPUUtilization" : "ALBRequestCountPerTarget"
      resource_label         = each.value.label
    }
  }
}

resource "aws_autoscaling_schedule" "this" {
  for_each               = var.spec.schedule
  scheduled_action_name  = each.key
  autoscaling_group_name = aws_autoscaling_group.this.name
  recurrence             = each.value.cron
  desired_capacity       = each.value.size
  min_size               = min(each.value.size, var.spec.min)
  max_size               = -1
}

output "size" { value = "${aws_autoscaling_group.this.min_size}..${aws_autoscaling_group.this.max_size}" }
output "user_data" { value = local.user_data }
output "tags" { value = { for tag in aws_autoscaling_group.this.tag : tag.key => tag.propagate_at_launch } }
