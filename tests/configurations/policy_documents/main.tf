provider "aws" { region = "us-east-1" }

variable "buckets" {
  type    = map(list(string))
  default = { logs = ["s3:PutObject"], data = ["s3:GetObject", "s3:ListBucket"] }
}

data "aws_iam_policy_document" "base" {
  policy_id = "base"
  statement {
    sid       = "Deny"
    effect    = "Deny"
    actions   = ["*"]
    resources = ["*"]
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = [false]
    }
  }
}

data "aws_iam_policy_document" "access" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  dynamic "statement" {
    for_each = var.buckets
    content {
      sid       = title(statement.key)
      actions   = statement.value
      resources = [for suffix in ["", "/*"] : "arn:aws:s3:::${statement.key}${suffix}"]
      dynamic "principals" {
        for_each = length(statement.value) > 1 ? { AWS = ["arn:aws:iam::111122223333:role/a"], Service = ["ec2.amazonaws.com"] } : {}
        content {
          type        = principals.key
          identifiers = principals.value
        }
      }
    }
  }
}

data "aws_iam_policy_document" "deferred" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.this.arn]
  }
}

resource "aws_sqs_queue" "this" { name = "documents" }
resource "aws_iam_policy" "access" {
  name   = "access"
  policy = data.aws_iam_policy_document.access.json
}
resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.id
  policy    = data.aws_iam_policy_document.deferred.json
}
output "statements" { value = length(jsondecode(data.aws_iam_policy_document.access.json).Statement) }
