variable "name" { type = string }
variable "engine" {
  type = string
  validation {
    condition     = contains(["aurora-mysql", "aurora-postgresql"], var.engine)
    error_message = "An Aurora engine, not ${var.engine}."
  }
}
variable "engine_version" {
  type    = string
  default = null
}
variable "master_password" {
  type      = string
  default   = null
  sensitive = true
}
variable "manage_master_user_password" {
  type    = bool
  default = null
}
variable "subnet_ids" { type = list(string) }
variable "instances" {
  type = map(object({
    class                = optional(string, "db.t4g.medium")
    promotion_tier       = optional(number)
    publicly_accessible  = optional(bool)
    performance_insights = optional(bool, false)
    az                   = optional(string)
  }))
}
variable "endpoints" {
  type    = any
  default = {}
}
variable "cluster_parameters" {
  type    = any
  default = {}
}
variable "autoscaling" {
  type    = object({ min = number, max = number, cpu = optional(number, 60) })
  default = null
}
variable "backup" {
  type    = object({ retention = optional(number, 7), window = optional(string) })
  default = {}
}
variable "monitoring" {
  type    = object({ interval = number })
  default = null
}
variable "serverless_v2" {
  type    = map(number)
  default = {}
}
variable "ingress" {
  type    = list(object({ cidr = optional(string), group = optional(string) }))
  default = []
}

locals {
  port       = { aurora-mysql = 3306, aurora-postgresql = 5432 }[var.engine]
  identifier = replace(lower(var.name), "/[^a-z0-9-]/", "-")
  family     = "${var.engine}${try(regex("^[0-9]+", var.engine_version), "8.0")}"
}

resource "aws_db_subnet_group" "this" {
  name       = local.identifier
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name = "${local.identifier}-db"
  dynamic "ingress" {
    for_each = { for index, rule in var.ingress : index => rule }
    content {
      from_port       = local.port
      to_port         = local.port
      protocol        = "tcp"
      cidr_blocks     = compact([ingress.value.cidr])
      security_groups = ingress.value.group == null ? [] : [ingress.value.group]
    }
  }
}

resource "aws_rds_cluster_parameter_group" "this" {
  count       = length(var.cluster_parameters) > 0 ? 1 : 0
  name_prefix = "${local.identifier}-"
  family      = local.family
  dynamic "parameter" {
    for_each = var.cluster_parameters
    content {
      name         = parameter.key
      value        = try(parameter.value.value, parameter.value)
      apply_method = try(parameter.value.method, "pending-reboot")
    }
  }
}

resource "aws_iam_role" "monitoring" {
  count              = var.monitoring == null ? 0 : 1
  name               = "${local.identifier}-monitoring"
  assume_role_policy = data.aws_iam_policy_document.assume[0].json
}

data "aws_iam_policy_document" "assume" {
  count = var.monitoring == null ? 0 : 1
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["monitoring.rds.amazonaws.com"]
    }
  }
}

resource "aws_rds_cluster" "this" {
  cluster_identifier              = local.identifier
  engine                          = var.engine
  engine_version                  = var.engine_version
  engine_mode                     = "provisioned"
  master_username                 = "root"
  master_password                 = var.manage_master_user_password == true ? null : var.master_password
  manage_master_user_password     = var.manage_master_user_password
  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.this.id]
  port                            = local.port
  db_cluster_parameter_group_name = one(aws_rds_cluster_parameter_group.this[*].name)
  backup_retention_period         = var.backup.retention
  preferred_backup_window         = var.backup.window
  storage_encrypted               = true
  skip_final_snapshot             = false
  final_snapshot_identifier       = "${local.identifier}-final"
  enabled_cloudwatch_logs_exports = var.engine == "aurora-mysql" ? ["audit", "error", "slowquery"] : ["postgresql"]

  dynamic "serverlessv2_scaling_configuration" {
    for_each = length(var.serverless_v2) > 0 ? [var.serverless_v2] : []
    content {
      min_capacity = serverlessv2_scaling_configuration.value.min_capacity
      max_capacity = serverlessv2_scaling_configuration.value.max_capacity
    }
  }
  lifecycle {
    precondition {
      condition     = length(var.instances) > 0 || var.autoscaling != null
      error_message = "No instances."
    }
    ignore_changes = [replication_source_identifier]
  }
}

resource "aws_rds_cluster_instance" "this" {
  for_each                     = var.instances
  identifier                   = "${local.identifier}-${each.key}"
  cluster_identifier           = aws_rds_cluster.this.id
  engine                       = aws_rds_cluster.this.engine
  instance_class               = each.value.class
  publicly_accessible          = each.value.publicly_accessible
  promotion_tier               = each.value.promotion_tier
  availability_zone            = each.value.az
  performance_insights_enabled = each.value.performance_insights
  monitoring_interval          = try(var.monitoring.interval, 0)
  monitoring_role_arn          = one(aws_iam_role.monitoring[*].arn)
}

resource "aws_rds_cluster_endpoint" "this" {
  for_each                    = var.endpoints
  cluster_identifier          = aws_rds_cluster.this.id
  cluster_endpoint_identifier = each.key
  custom_endpoint_type        = each.value.type
  static_members              = try([for member in each.value.members : aws_rds_cluster_instance.this[member].id], null)
  excluded_members            = try([for member in each.value.excluded : aws_rds_cluster_instance.this[member].id], null)
}

resource "aws_appautoscaling_target" "this" {
  count              = var.autoscaling != null ? 1 : 0
  min_capacity       = var.autoscaling.min
  max_capacity       = var.autoscaling.max
  resource_id        = "cluster:${aws_rds_cluster.this.cluster_identifier}"
  scalable_dimension = "rds:cluster:ReadReplicaCount"
  service_namespace  = "rds"
}

resource "aws_appautoscaling_policy" "this" {
  for_each           = { for target in aws_appautoscaling_target.this : target.service_namespace => target }
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.scalable_dimension
  service_namespace  = each.key
  target_tracking_scaling_policy_configuration {
    predefined_metric_specification { predefined_metric_type = "RDSReaderAverageCPUUtilization" }
    target_value = var.autoscaling.cpu
  }
}

output "port" { value = aws_rds_cluster.this.port }
output "password" { value = aws_rds_cluster.this.master_password }
output "instance_classes" { value = { for key, instance in aws_rds_cluster_instance.this : instance.identifier => instance.instance_class } }
output "parameters" { value = flatten(aws_rds_cluster_parameter_group.this[*].parameter) }
