provider "aws" {
  region = "us-east-1"
}

variable "name" {
  default = "main"
}

variable "additional_rules" {
  type = any
  default = {
    kubelet = { protocol = "tcp", from_port = 10250, to_port = 10250, type = "ingress", cidr_blocks = ["0.0.0.0/0"] }
    egress  = { protocol = "-1", from_port = 0, to_port = 0, type = "egress", cidr_blocks = ["0.0.0.0/0"] }
  }
}

locals {
  recommended = {
    ingress_self = { description = "Node to node", protocol = "tcp", from_port = 1025, to_port = 65535, type = "ingress", self = true }
    ingress_api  = { description = "API to nodes", protocol = "tcp", from_port = 443, to_port = 443, type = "ingress", from_cluster = true }
  }
  tags = { "kubernetes.io/cluster/${var.name}" = "owned" }
}

resource "aws_vpc" "main" {
  cidr_block = "10.36.0.0/16"
  tags       = local.tags
}

resource "aws_subnet" "nodes" {
  for_each   = { for index, zone in ["a", "b", "c"] : zone => cidrsubnet(aws_vpc.main.cidr_block, 4, index) }
  vpc_id     = aws_vpc.main.id
  cidr_block = each.value
  tags       = merge(local.tags, { "kubernetes.io/role/internal-elb" = 1 })
}

resource "aws_security_group" "cluster" {
  name_prefix = "${var.name}-cluster-"
  description = "EKS cluster security group"
  vpc_id      = aws_vpc.main.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "node" {
  name_prefix = "${var.name}-node-"
  description = "EKS node shared security group"
  vpc_id      = aws_vpc.main.id
  tags        = merge(local.tags, { Name = "${var.name}-node" })
}

resource "aws_security_group_rule" "node" {
  for_each                 = { for key, rule in merge(local.recommended, var.additional_rules) : key => rule }
  security_group_id        = aws_security_group.node.id
  protocol                 = each.value.protocol
  from_port                = each.value.from_port
  to_port                  = each.value.to_port
  type                     = each.value.type
  description              = lookup(each.value, "description", null)
  cidr_blocks              = lookup(each.value, "cidr_blocks", null)
  self                     = lookup(each.value, "self", null)
  source_security_group_id = try(each.value.from_cluster, false) ? aws_security_group.cluster.id : null
}

resource "aws_launch_template" "node" {
  name_prefix            = "${var.name}-"
  vpc_security_group_ids = compact([aws_security_group.node.id, ""])

  tag_specifications {
    resource_type = "instance"
    tags          = local.tags
  }

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "node" {
  name_prefix         = "${var.name}-"
  min_size            = 1
  max_size            = 3
  vpc_zone_identifier = [for subnet in aws_subnet.nodes : subnet.id]

  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }

  dynamic "tag" {
    for_each = local.tags

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_eks_cluster" "main" {
  name     = var.name
  role_arn = aws_iam_role.main.arn

  vpc_config {
    subnet_ids              = values(aws_subnet.nodes)[*].id
    security_group_ids      = [aws_security_group.cluster.id]
    endpoint_public_access  = true
    public_access_cidrs     = ["0.0.0.0/0"]
    endpoint_private_access = true
  }
}

resource "aws_iam_role" "main" {
  name_prefix        = "${var.name}-"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
