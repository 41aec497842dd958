variable "name" {}
variable "account" {}
variable "trusted" { type = list(string) }
variable "mfa" { type = bool }
variable "external_id" {
  type     = string
  nullable = true
}
variable "duration" {
  type     = number
  default  = 7200
  nullable = false
}
variable "oidc" {
  type = object({ provider = string, subjects = list(string) })
}
variable "policies" {
  type = list(string)
}
variable "inline" {
  type = map(list(string))
}

locals {
  conditions = merge(
    var.mfa ? { Bool = { "aws:MultiFactorAuthPresent" = "true" } } : {},
    var.external_id == null ? {} : { StringEquals = { "sts:ExternalId" = var.external_id } },
    var.oidc == null ? {} : { StringLike = { "${var.oidc.provider}:sub" = var.oidc.subjects } },
  )
  statement = merge(
    {
      Effect = "Allow"
      Action = var.oidc == null ? "sts:AssumeRole" : "sts:AssumeRoleWithWebIdentity"
      Principal = [
        { AWS = var.trusted },
        { Federated = "arn:aws:iam::${var.account}:oidc-provider/${try(var.oidc.provider, "")}" },
      ][var.oidc == null ? 0 : 1]
    },
    length(local.conditions) > 0 ? { Condition = local.conditions } : null,
  )
}

resource "aws_iam_role" "this" {
  name                 = var.name
  max_session_duration = var.duration
  assume_role_policy   = jsonencode({ Version = "2012-10-17", Statement = [local.statement] })
}

resource "aws_iam_role_policy_attachment" "this" {
  count      = length(var.policies)
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/${var.policies[count.index]}"
}

resource "aws_iam_role_policy" "inline" {
  for_each = var.inline
  name     = each.key
  role     = aws_iam_role.this.id
  policy   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = each.value, Resource = ["*"] }] })
}

resource "aws_iam_instance_profile" "this" {
  count = var.oidc == null && !var.mfa ? 1 : 0
  name  = aws_iam_role.this.name
  role  = aws_iam_role.this.name
}

output "name" { value = aws_iam_role.this.name }
output "trust" { value = aws_iam_role.this.assume_role_policy }
