variable "cluster" { type = string }
variable "service" { type = string }
variable "version_" {
  type     = string
  default  = "latest"
  nullable = false
}
variable "statement" { type = string }
resource "aws_iam_role" "this" {
  name               = lower(join("_", [var.cluster, var.service, var.version_]))
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity", Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/x" }, Condition = { StringEquals = { "x:sub" = "system:serviceaccount:kube-system:${var.service}" } } }] })
}
resource "aws_iam_policy" "this" {
  policy = jsonencode(jsondecode(var.statement))
  name   = substr(sha1(var.statement), 0, 8)
}
output "policy" { value = { sid = jsondecode(var.statement).Statement[0].Sid, n = length(jsondecode(var.statement).Statement), md5 = md5(var.statement) } }
