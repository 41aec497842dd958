terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = ">= 3.0"
      configuration_aliases = [aws.replica]
    }
  }
}

variable "bucket" { type = string }
variable "acl" {
  type    = string
  default = null
}
variable "versioning" { default = false }
variable "public" { default = false }
variable "kms_key" {
  type    = string
  default = null
}
variable "lifecycle_rules" {
  type    = any
  default = []
}
variable "replicate" {
  type    = object({ bucket = string, prefixes = optional(list(string), [""]), storage_class = optional(string) })
  default = null
}
variable "logging" {
  type    = map(string)
  default = {}
}
variable "cors" {
  type    = list(object({ methods = list(string), origins = list(string), headers = optional(list(string)), max_age = optional(number) }))
  default = []
}
variable "website" {
  type    = any
  default = {}
}
variable "policy_statements" {
  type    = list(object({ sid = string, actions = list(string), effect = optional(string, "Allow"), principals = map(list(string)) }))
  default = []
}
variable "notifications" {
  type    = object({ queue = string, suffixes = list(string) })
  default = null
}
variable "objects" {
  type    = set(string)
  default = []
}
variable "directory" { default = "." }

resource "aws_s3_bucket" "this" {
  bucket        = var.bucket
  force_destroy = var.public
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id
  rule { object_ownership = var.acl == null ? "BucketOwnerEnforced" : "ObjectWriter" }
}

resource "aws_s3_bucket_acl" "this" {
  count      = var.acl == null ? 0 : 1
  bucket     = aws_s3_bucket.this.id
  acl        = var.acl
  depends_on = [aws_s3_bucket_ownership_controls.this]
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = !var.public
  block_public_policy     = !var.public
  ignore_public_acls      = true
  restrict_public_buckets = !var.public
}

resource "aws_s3_bucket_versioning" "this" {
  count  = var.versioning ? 1 : 0
  bucket = aws_s3_bucket.this.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.bucket
  rule {
    bucket_key_enabled = var.kms_key != null ? true : null
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  count  = length(var.lifecycle_rules) > 0 ? 1 : 0
  bucket = aws_s3_bucket.this.id

  dynamic "rule" {
    for_each = var.lifecycle_rules
    content {
      id     = try(rule.value.id, null)
      status = try(rule.value.enabled ? "Enabled" : "Disabled", "Enabled")

      dynamic "abort_incomplete_multipart_upload" {
        for_each = try([rule.value.abort_days], [])
        content { days_after_initiation = abort_incomplete_multipart_upload.value }
      }
      dynamic "expiration" {
        for_each = try(flatten([rule.value.expiration]), [])
        content {
          days = try(expiration.value.days, null)
          date = try(expiration.value.date, null)
        }
      }
      dynamic "transition" {
        for_each = try(flatten([rule.value.transitions]), [])
        content {
          days          = try(transition.value.days, null)
          storage_class = transition.value.storage_class
        }
      }
      dynamic "noncurrent_version_expiration" {
        for_each = try([rule.value.noncurrent], [])
        content {
          noncurrent_days           = noncurrent_version_expiration.value.days
          newer_noncurrent_versions = try(noncurrent_version_expiration.value.versions, null)
        }
      }
      dynamic "filter" {
        for_each = can(rule.value.tags) ? [1] : []
        content {
          and {
            prefix = try(rule.value.prefix, null)
            tags   = rule.value.tags
          }
        }
      }
      dynamic "filter" {
        for_each = can(rule.value.tags) ? [] : [1]
        content {
          prefix                   = try(rule.value.prefix, can(rule.value.larger_than) ? null : "")
          object_size_greater_than = try(rule.value.larger_than, null)
        }
      }
    }
  }
}

resource "aws_s3_bucket" "replica" {
  count    = var.replicate == null ? 0 : 1
  provider = aws.replica
  bucket   = var.replicate.bucket
}

resource "aws_s3_bucket_replication_configuration" "this" {
  count  = length(aws_s3_bucket.replica)
  bucket = aws_s3_bucket.this.id
  role   = "arn:aws:iam::111122223333:role/replication"

  dynamic "rule" {
    for_each = { for index, prefix in var.replicate.prefixes : prefix => index }
    content {
      id       = trimsuffix(rule.key, "/")
      priority = rule.value
      status   = "Enabled"
      filter { prefix = rule.key }
      delete_marker_replication { status = "Disabled" }
      destination {
        bucket        = aws_s3_bucket.replica[0].arn
        storage_class = var.replicate.storage_class
      }
    }
  }
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  count         = length(keys(var.logging)) > 0 ? 1 : 0
  bucket        = aws_s3_bucket.this.id
  target_bucket = var.logging["bucket"]
  target_prefix = try(var.logging["prefix"], null)
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count  = length(var.cors) > 0 ? 1 : 0
  bucket = aws_s3_bucket.this.id
  dynamic "cors_rule" {
    for_each = var.cors
    content {
      allowed_methods = cors_rule.value.methods
      allowed_origins = cors_rule.value.origins
      allowed_headers = cors_rule.value.headers
      max_age_seconds = cors_rule.value.max_age
    }
  }
}

resource "aws_s3_bucket_website_configuration" "this" {
  count  = length(keys(var.website)) > 0 ? 1 : 0
  bucket = aws_s3_bucket.this.id
  index_document { suffix = var.website.index }
  dynamic "error_document" {
    for_each = try([var.website.error], [])
    content { key = error_document.value }
  }
  dynamic "routing_rule" {
    for_each = try(var.website.rules, [])
    content {
      condition { key_prefix_equals = routing_rule.value.condition }
      redirect { replace_key_prefix_with = routing_rule.value["redirect"] }
    }
  }
}

data "aws_iam_policy_document" "this" {
  count = length(var.policy_statements) > 0 ? 1 : 0
  dynamic "statement" {
    for_each = var.policy_statements
    content {
      sid       = statement.value.sid
      effect    = statement.value.effect
      actions   = statement.value.actions
      resources = ["arn:aws:s3:::${var.bucket}/*"]
      dynamic "principals" {
        for_each = statement.value.principals
        content {
          type        = principals.key
          identifiers = principals.value
        }
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  count  = length(data.aws_iam_policy_document.this)
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.this[0].json
}

resource "aws_s3_bucket_notification" "this" {
  count  = var.notifications != null ? 1 : 0
  bucket = aws_s3_bucket.this.id
  dynamic "queue" {
    for_each = var.notifications.suffixes
    content {
      queue_arn     = var.notifications.queue
      events        = ["s3:ObjectCreated:*"]
      filter_suffix = queue.value
    }
  }
}

resource "aws_s3_object" "this" {
  for_each     = var.objects
  bucket       = aws_s3_bucket.this.id
  key          = each.value
  source       = "${var.directory}/${each.value}"
  etag         = filemd5("${var.directory}/${each.value}")
  content_type = lookup({ html = "text/html", css = "text/css" }, reverse(split(".", each.key))[0], "binary/octet-stream")
}

output "id" { value = aws_s3_bucket.this.id }
output "arn" { value = aws_s3_bucket.this.arn }
output "rule_ids" { value = flatten(aws_s3_bucket_lifecycle_configuration.this[*].rule[*].id) }
output "etags" { value = { for key, object in aws_s3_object.this : key => object.etag } }
