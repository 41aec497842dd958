variable "names" { type = set(string) }
variable "path" { default = "/" }
variable "groups" { type = map(object({ members = set(string), policies = list(string) })) }

resource "aws_iam_user" "this" {
  for_each      = var.names
  name          = each.key
  path          = var.path
  force_destroy = true
}

resource "aws_iam_group" "this" {
  for_each = var.groups
  name     = each.key
  path     = var.path
}

resource "aws_iam_group_membership" "this" {
  for_each = var.groups
  name     = "${each.key}-members"
  group    = aws_iam_group.this[each.key].name
  users    = [for name in each.value.members : aws_iam_user.this[name].name]
}

resource "aws_iam_group_policy_attachment" "this" {
  for_each = {
    for entry in flatten([for group, spec in var.groups : [for policy in spec.policies : { group = group, policy = policy }]]) :
    "${entry.group}.${entry.policy}" => entry
  }
  group      = each.value.group
  policy_arn = "arn:aws:iam::aws:policy/${each.value.policy}"
  depends_on = [aws_iam_group.this]
}

output "members" { value = transpose({ for group, spec in var.groups : group => spec.members }) }
