variable "context" {
  type    = any
  default = { enabled = true, namespace = null, stage = null, attributes = [], tags = {}, delimiter = null, label_order = [], regex_replace_chars = null, id_length_limit = null }
}
locals {
  defaults = { label_order = ["namespace", "stage", "name", "attributes"], regex_replace_chars = "/[^-a-zA-Z0-9]/", delimiter = "-", replacement = "" }
  input    = merge(var.context, { namespace = "Acme Corp!", stage = "PROD", name = "web_app", attributes = compact(["", "blue", "", "v2"]), tags = { Team = "net", "Cost-Center" = 42 } })
  chars    = coalesce(local.input.regex_replace_chars, local.defaults.regex_replace_chars)
  parts    = { for k in ["namespace", "stage", "name"] : k => lower(replace(coalesce(local.input[k], "none"), local.chars, local.defaults.replacement)) }
  attrs    = { attributes = join(coalesce(local.input.delimiter, local.defaults.delimiter), local.input.attributes) }
  order    = length(local.input.label_order) > 0 ? local.input.label_order : local.defaults.label_order
  labels   = [for l in local.order : merge(local.parts, local.attrs)[l] if length(merge(local.parts, local.attrs)[l]) > 0]
  id_full  = join(coalesce(local.input.delimiter, local.defaults.delimiter), local.labels)
  limit    = 18
  id_hash  = substr(md5(local.id_full), 0, 5)
  id_short = length(local.id_full) > local.limit ? trimsuffix(substr(local.id_full, 0, local.limit - 6), "-") : local.id_full
  id       = length(local.id_full) > local.limit ? "${local.id_short}-${local.id_hash}" : local.id_full
  tags     = { for k, v in merge(local.parts, local.input.tags) : title(k) => try(upper(v), tostring(v)) }
  asg_tags = [for i, k in keys(local.tags) : merge({ key = k, value = local.tags[k] }, { propagate_at_launch = true })]
  weird    = { "%{if true}a%{else}b%{endif}" = 1, (join("", ["x", "y"])) = 2, "${1 + 1}" = 3 }
}
resource "aws_s3_bucket" "b" {
  count  = var.context.enabled ? 2 : 0
  bucket = "${local.id}-${count.index}"
  tags   = merge(local.tags, { Index = count.index, Weird = jsonencode(local.weird), Asg = yamlencode(local.asg_tags) })
}
resource "aws_sns_topic" "t" {
  for_each = toset([for t in ["b", "a", "B", "é", "10", "9"] : "${local.id}-${t}" if t != "é"])
  name     = each.key
  tags     = { V = each.value, N = length(each.value), F = format("%-10s|%5.2f|%x|%#v", each.value, 3.14159, 255, [1, "a", null, true]) }
}
output "o" { value = { id = local.id, tags = local.tags, order = local.order, bucket = aws_s3_bucket.b[*].bucket, topics = keys(aws_sns_topic.t) } }
