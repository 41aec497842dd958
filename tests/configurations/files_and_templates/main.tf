provider "aws" {
  region = "us-east-1"
}

locals {
  settings = yamldecode(file("${path.module}/settings.yaml"))
  users    = csvdecode(file("users.csv"))
  scripts  = { for name in fileset(path.module, "scripts/*.sh") : trimsuffix(basename(name), ".sh") => name }
  rules    = flatten([for tier, rules in local.settings.tiers : [for rule in rules : merge(rule, { tier = tier })]])
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each           = { for user in local.users : user.name => user if tobool(user.active) }
  name               = each.key
  path               = "/${lower(each.value.team)}/"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}

resource "aws_launch_template" "this" {
  for_each    = local.scripts
  name_prefix = "${each.key}-"
  user_data   = base64encode(templatefile("${path.module}/${each.value}", { name = each.key, ports = local.settings.ports }))
  image_id    = "ami-12345678"

  dynamic "block_device_mappings" {
    for_each = try(local.settings.disks[each.key], [])
    content {
      device_name = block_device_mappings.value.device
      ebs {
        volume_size = block_device_mappings.value.size
        encrypted   = lookup(block_device_mappings.value, "encrypted", true)
      }
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])
    content {
      resource_type = tag_specifications.key
      tags          = { Name = "${each.key}-${tag_specifications.value}" }
    }
  }
}

resource "aws_security_group" "tier" {
  for_each = local.settings.tiers
  name     = each.key
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each                     = { for index, rule in local.rules : format("%s-%02d", rule.tier, index) => rule }
  security_group_id            = aws_security_group.tier[each.value.tier].id
  ip_protocol                  = try(each.value.protocol, "tcp")
  from_port                    = split("-", tostring(each.value.port))[0]
  to_port                      = reverse(split("-", tostring(each.value.port)))[0]
  cidr_ipv4                    = try(each.value.cidr, null)
  description                  = <<-EOT
    ${each.value.tier}: ${each.value.port}
  EOT
  referenced_security_group_id = can(each.value.cidr) ? null : aws_security_group.tier[each.value.from].id
}

resource "aws_s3_bucket" "b" {
  bucket = "b-${substr(sha256(file("settings.yaml")), 0, 8)}"
  lifecycle {
    ignore_changes = [tags]
  }
}

resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.bucket
  policy = templatefile("policy.json.tftpl", { bucket = aws_s3_bucket.b.bucket, actions = ["s3:GetObject", "s3:PutObject"] })
}
