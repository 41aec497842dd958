variable "name" { type = string }
variable "kubernetes_version" { type = string }
variable "vpc_id" { type = string }
variable "subnet_ids" { type = list(string) }
variable "public_access" {
  type    = object({ cidrs = optional(list(string), ["0.0.0.0/0"]) })
  default = null
}
variable "secrets_encryption" { default = false }
variable "log_types" {
  type    = set(string)
  default = []
}
variable "node_groups" {
  type = map(object({
    ami_type        = optional(string, "AL2_x86_64")
    capacity        = optional(string, "ON_DEMAND")
    instance_types  = list(string)
    min             = optional(number, 1)
    max             = optional(number, 5)
    desired         = optional(number)
    labels          = optional(map(string), {})
    taints          = optional(list(object({ key = string, value = optional(string), effect = string })), [])
    disk            = optional(object({ size = number, type = optional(string, "gp2"), iops = optional(number) }), { size = 20 })
    kubelet         = optional(list(string), [])
    user_data_extra = optional(string)
  }))
}
variable "addons" {
  type    = map(object({ version = optional(string), config = optional(string) }))
  default = {}
}
variable "access" {
  type = map(object({ arn = string, groups = optional(list(string)), policies = optional(list(string), []), namespaces = optional(list(string), []) }))
}
variable "service_accounts" {
  type = map(object({ namespace = string, actions = list(string) }))
}

locals {
  node_policies = toset([for name in ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"] : "arn:aws:iam::aws:policy/${name}"])
  associations = merge([
    for key, entry in var.access : {
      for policy in entry.policies : "${key}-${policy}" => { arn = entry.arn, policy = policy, namespaces = entry.namespaces }
    }
  ]...)
}

resource "aws_iam_role" "cluster" {
  name               = "${var.name}-cluster"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Action = ["sts:AssumeRole", "sts:TagSession"], Effect = "Allow", Principal = { Service = "eks.amazonaws.com" } }] })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  for_each   = toset(["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"])
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_iam_role" "node" {
  for_each             = var.node_groups
  name_prefix          = "${var.name}-${each.key}-"
  max_session_duration = 7200
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Action = "sts:AssumeRole", Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each   = { for pair in setproduct(keys(var.node_groups), local.node_policies) : "${pair[0]}/${basename(pair[1])}" => pair }
  role       = aws_iam_role.node[each.value[0]].name
  policy_arn = each.value[1]
}

resource "aws_kms_key" "secrets" {
  count               = var.secrets_encryption ? 1 : 0
  enable_key_rotation = true
}

resource "aws_eks_cluster" "this" {
  name                      = var.name
  role_arn                  = aws_iam_role.cluster.arn
  version                   = var.kubernetes_version
  enabled_cluster_log_types = var.log_types

  vpc_config {
    subnet_ids              = var.subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = var.public_access != null
    public_access_cidrs     = try(var.public_access.cidrs, null)
  }
  access_config {
    authentication_mode = "API"
  }
  dynamic "encryption_config" {
    for_each = aws_kms_key.secrets[*].arn
    content {
      resources = ["secrets"]
      provider { key_arn = encryption_config.value }
    }
  }
  depends_on = [aws_iam_role_policy_attachment.cluster]
}

resource "aws_launch_template" "this" {
  for_each    = var.node_groups
  name_prefix = "${var.name}-${each.key}-"
  user_data = base64encode(templatefile("${path.module}/templates/bootstrap.sh.tftpl", {
    cluster = var.name
    args    = each.value.kubelet
    labels  = each.value.labels
    extra   = each.value.user_data_extra
  }))
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = each.value.disk.size
      volume_type           = each.value.disk.type
      iops                  = each.value.disk.iops
      encrypted             = true
      delete_on_termination = true
    }
  }
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume", "network-interface"])
    content {
      resource_type = tag_specifications.key
      tags          = { Name = "${var.name}-${each.key}", "kubernetes.io/cluster/${var.name}" = "owned" }
    }
  }
}

resource "aws_eks_node_group" "this" {
  for_each        = var.node_groups
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = each.key
  node_role_arn   = aws_iam_role.node[each.key].arn
  subnet_ids      = var.subnet_ids
  ami_type        = each.value.ami_type
  capacity_type   = each.value.capacity
  instance_types  = each.value.instance_types
  labels          = merge(each.value.labels, { "node.example.com/group" = each.key })

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = coalesce(each.value.desired, each.value.min)
  }
  launch_template {
    id      = aws_launch_template.this[each.key].id
    version = aws_launch_template.this[each.key].latest_version
  }
  dynamic "taint" {
    for_each = each.value.taints
    content {
      key    = taint.value.key
      value  = taint.value.value
      effect = taint.value.effect
    }
  }
  update_config { max_unavailable_percentage = each.value.max > 10 ? 33 : 50 }
  lifecycle { ignore_changes = [scaling_config[0].desired_size] }
}

resource "aws_eks_addon" "this" {
  for_each                    = { for name, addon in var.addons : name => addon if addon != null }
  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = each.value.version
  configuration_values        = each.value.config
  resolve_conflicts_on_update = "OVERWRITE"
}

resource "aws_eks_access_entry" "this" {
  for_each          = var.access
  cluster_name      = aws_eks_cluster.this.name
  principal_arn     = each.value.arn
  kubernetes_groups = each.value.groups
}

resource "aws_eks_access_policy_association" "this" {
  for_each      = local.associations
  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value.arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/${each.value.policy}"
  access_scope {
    type       = length(each.value.namespaces) > 0 ? "namespace" : "cluster"
    namespaces = each.value.namespaces
  }
}

locals {
  issuer = replace(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://", "")
}

resource "aws_iam_openid_connect_provider" "this" {
  url             = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"]
}

resource "aws_iam_role" "service_account" {
  for_each = var.service_accounts
  name     = "${var.name}-${each.value.namespace}-${each.key}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRoleWithWebIdentity"
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.this.arn }
      Condition = { StringEquals = { "${local.issuer}:sub" = "system:serviceaccount:${each.value.namespace}:${each.key}" } }
    }]
  })
}

resource "aws_iam_role_policy" "service_account" {
  for_each = var.service_accounts
  role     = aws_iam_role.service_account[each.key].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = each.value.actions, Resource = "*" }]
  })
}

output "user_data" { value = { for key, template in aws_launch_template.this : key => template.user_data } }
output "associations" { value = { for key, each in local.associations : key => length(each.namespaces) } }
output "taints" { value = { for key, group in aws_eks_node_group.this : key => [for taint in group.taint : "${taint.key}:${taint.effect}"] } }
