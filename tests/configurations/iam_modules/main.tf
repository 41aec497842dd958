provider "aws" { region = "us-east-1" }

locals {
  account = "111122223333"
  teams   = yamldecode(file("${path.module}/teams.yaml"))
  users   = distinct(flatten([for team in local.teams : team.members]))
}

module "users" {
  source = "./modules/users"
  names  = local.users
  groups = { for team in local.teams : team.name => { members = team.members, policies = try(team.policies, []) } }
  path   = "/people/"
}

module "role" {
  source = "./modules/role"
  for_each = {
    deploy = { trusted = ["arn:aws:iam::${local.account}:root"], mfa = true, policies = ["PowerUserAccess"] }
    audit  = { trusted = ["arn:aws:iam::444455556666:role/auditor"], external_id = "x-1", duration = 3600, policies = ["SecurityAudit", "job-function/ViewOnlyAccess"] }
    ci     = { oidc = { provider = "token.actions.example.com", subjects = ["repo:org/app:*", "repo:org/lib:ref:refs/heads/main"] }, inline = { s3 = ["s3:Get*", "s3:List*"], ecr = ["ecr:*"] } }
  }
  name        = each.key
  trusted     = try(each.value.trusted, [])
  mfa         = try(each.value.mfa, false)
  external_id = try(each.value.external_id, null)
  duration    = try(each.value.duration, null)
  oidc        = try(each.value.oidc, null)
  policies    = try(each.value.policies, [])
  inline      = try(each.value.inline, {})
  account     = local.account
}

resource "aws_iam_policy" "self_service" {
  name        = "self-service"
  description = <<-EOT
    Lets users manage
      their own credentials.
  EOT
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for sid, actions in { Password = ["iam:ChangePassword"], Keys = ["iam:*AccessKey*"] } : {
        Sid                          = sid
        Effect                       = "Allow"
        Action                       = actions
        Resource                     = "arn:aws:iam::${local.account}:user$${aws:username}"
      }
    ]
  })
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length = 14
  require_symbols         = true
  max_password_age        = 90
}

output "roles" { value = { for name, role in module.role : name => role.name } }
output "documents" { value = { for name, role in module.role : name => jsondecode(role.trust).Statement[0].Action } }
output "members" { value = module.users.members }
