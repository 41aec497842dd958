variable "name" { type = string }
variable "cluster" { type = object({ id = string, name = string }) }
variable "subnets" { type = list(string) }
variable "cpu" {
  type    = number
  default = 256
}
variable "memory" {
  type    = number
  default = 512
}
variable "spot" {
  type    = number
  default = 0
}
variable "containers" {
  type = map(object({
    image       = string
    ports       = optional(list(number), [])
    cpu         = optional(number)
    essential   = optional(bool, true)
    environment = optional(map(string), {})
    health      = optional(list(string))
    depends_on  = optional(map(string), {})
  }))
}
variable "scaling" {
  type    = map(object({ metric = string, target = number, cooldown = optional(number, 300) }))
  default = {}
}
variable "load_balancer" {
  type    = object({ target_group_arn = string, container = string, port = number })
  default = null
}
variable "volumes" {
  type    = map(object({ file_system_id = optional(string), access_point = optional(string) }))
  default = {}
}

locals {
  definitions = [for name, container in var.containers : { for key, value in {
    name         = name
    image        = container.image
    cpu          = container.cpu
    essential    = container.essential
    portMappings = [for port in container.ports : { containerPort = port, protocol = "tcp" }]
    environment  = [for key in sort(keys(container.environment)) : { name = key, value = container.environment[key] }]
    healthCheck  = container.health == null ? null : { command = container.health, interval = 30 }
    dependsOn    = [for other, condition in container.depends_on : { containerName = other, condition = condition }]
    logConfiguration = {
      logDriver = "awslogs"
      options   = { awslogs-group = aws_cloudwatch_log_group.this.name, awslogs-stream-prefix = name }
    }
  } : key => value if value != null }]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${var.cluster.name}/${var.name}"
  retention_in_days = 14
}

resource "aws_ecs_task_definition" "this" {
  family                   = "${var.cluster.name}-${var.name}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  container_definitions    = jsonencode(local.definitions)

  dynamic "volume" {
    for_each = var.volumes
    content {
      name = volume.key
      dynamic "efs_volume_configuration" {
        for_each = volume.value.file_system_id == null ? [] : [volume.value]
        iterator = efs
        content {
          file_system_id     = efs.value.file_system_id
          transit_encryption = "ENABLED"
          authorization_config { access_point_id = efs.value.access_point }
        }
      }
    }
  }
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = var.cluster.id
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = 2
  launch_type     = var.spot > 0 ? null : "FARGATE"

  dynamic "capacity_provider_strategy" {
    for_each = var.spot > 0 ? { FARGATE = 1, FARGATE_SPOT = var.spot } : {}
    content {
      capacity_provider = capacity_provider_strategy.key
      weight            = capacity_provider_strategy.value
      base              = capacity_provider_strategy.key == "FARGATE" ? 1 : null
    }
  }
  network_configuration {
    subnets          = var.subnets
    assign_public_ip = false
  }
  dynamic "load_balancer" {
    for_each = var.load_balancer[*]
    content {
      target_group_arn = load_balancer.value.target_group_arn
      container_name   = load_balancer.value.container
      container_port   = load_balancer.value.port
    }
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}

resource "aws_appautoscaling_target" "this" {
  count              = length(var.scaling) > 0 ? 1 : 0
  min_capacity       = 1
  max_capacity       = 10
  resource_id        = "service/${var.cluster.name}/${aws_ecs_service.this.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  service_namespace  = "ecs"
}

resource "aws_appautoscaling_policy" "this" {
  for_each           = var.scaling
  name               = "${var.name}-${each.key}"
  policy_type        = "TargetTrackingScaling"
  resource_id        = aws_appautoscaling_target.this[0].resource_id
  scalable_dimension = aws_appautoscaling_target.this[0].scalable_dimension
  service_namespace  = aws_appautoscaling_target.this[0].service_namespace
  target_tracking_scaling_policy_configuration {
    target_value       = each.value.target
    scale_in_cooldown  = each.value.cooldown
    scale_out_cooldown = floor(each.value.cooldown / 2)
    predefined_metric_specification { predefined_metric_type = each.value.metric }
  }
}

output "definition" { value = aws_ecs_task_definition.this.container_definitions }
output "family" { value = aws_ecs_task_definition.this.family }
