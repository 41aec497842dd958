variable "context" {
  type = any
  default = {
    enabled            = true
    namespace          = null
    environment        = null
    stage              = null
    name               = null
    delimiter          = null
    attributes         = []
    tags               = {}
    additional_tag_map = {}
    label_order        = []
    id_length_limit    = null
    label_value_case   = null
  }
  validation {
    condition     = lookup(var.context, "label_value_case", null) == null ? true : contains(["lower", "title", "upper", "none"], var.context["label_value_case"])
    error_message = "Allowed values: `lower`, `title`, `upper`, `none`."
  }
}
variable "enabled" {
  type    = bool
  default = null
}
variable "namespace" {
  type    = string
  default = null
}
variable "environment" {
  type    = string
  default = null
}
variable "stage" {
  type    = string
  default = null
}
variable "name" {
  type    = string
  default = null
}
variable "delimiter" {
  type    = string
  default = null
}
variable "attributes" {
  type    = list(string)
  default = []
}
variable "tags" {
  type    = map(string)
  default = {}
}
variable "label_order" {
  type    = list(string)
  default = null
}
variable "id_length_limit" {
  type    = number
  default = null
  validation {
    condition     = var.id_length_limit == null ? true : var.id_length_limit >= 6 || var.id_length_limit == 0
    error_message = "The id_length_limit must be >= 6 if supplied (not null), or 0 for unlimited length."
  }
}
variable "label_value_case" {
  type    = string
  default = null
}

locals {
  defaults = {
    label_order      = ["namespace", "environment", "stage", "name", "attributes"]
    delimiter        = "-"
    replacement      = ""
    hash_length      = 5
    label_value_case = "lower"
  }

  input = {
    enabled            = var.enabled == null ? var.context.enabled : var.enabled
    namespace          = var.namespace == null ? lookup(var.context, "namespace", null) : var.namespace
    environment        = var.environment == null ? lookup(var.context, "environment", null) : var.environment
    stage              = var.stage == null ? lookup(var.context, "stage", null) : var.stage
    name               = var.name == null ? lookup(var.context, "name", null) : var.name
    delimiter          = var.delimiter == null ? lookup(var.context, "delimiter", null) : var.delimiter
    attributes         = compact(distinct(concat(coalesce(lookup(var.context, "attributes", []), []), coalesce(var.attributes, []))))
    tags               = merge(var.context.tags, var.tags)
    additional_tag_map = try(var.context.additional_tag_map, {})
    label_order        = var.label_order == null ? lookup(var.context, "label_order", null) : var.label_order
    id_length_limit    = var.id_length_limit == null ? lookup(var.context, "id_length_limit", null) : var.id_length_limit
    label_value_case   = var.label_value_case == null ? lookup(var.context, "label_value_case", null) : lower(var.label_value_case)
  }

  enabled          = local.input.enabled
  label_value_case = local.input.label_value_case == null ? local.defaults.label_value_case : local.input.label_value_case
  delimiter        = local.input.delimiter == null ? local.defaults.delimiter : local.input.delimiter
  label_order      = local.input.label_order == null ? local.defaults.label_order : coalescelist(local.input.label_order, local.defaults.label_order)
  id_length_limit  = coalesce(local.input.id_length_limit, 0)

  string_label_names = ["name", "namespace", "environment", "stage"]
  normalized = { for key in local.string_label_names : key =>
    local.input[key] == null ? "" : replace(local.input[key], "/[^a-zA-Z0-9-]/", local.defaults.replacement)
  }
  formatted = { for key in local.string_label_names : key =>
    local.label_value_case == "none" ? local.normalized[key] :
    local.label_value_case == "title" ? title(lower(local.normalized[key])) :
    local.label_value_case == "upper" ? upper(local.normalized[key]) : lower(local.normalized[key])
  }
  attributes = compact(distinct([for attribute in local.input.attributes : local.label_value_case == "upper" ? upper(attribute) : lower(attribute)]))

  id_context = merge(local.formatted, { attributes = join(local.delimiter, local.attributes) })
  labels     = [for label in local.label_order : local.id_context[label] if length(local.id_context[label]) > 0]
  id_full    = join(local.delimiter, local.labels)

  id_truncated_length_limit = local.id_length_limit - (local.defaults.hash_length + length(local.delimiter))
  id_truncated              = local.id_truncated_length_limit <= 0 ? "" : "${trimsuffix(substr(local.id_full, 0, local.id_truncated_length_limit), local.delimiter)}${local.delimiter}"
  id_hash                   = md5(local.id_full)
  id_short                  = substr("${local.id_truncated}${local.label_value_case == "upper" ? upper(local.id_hash) : local.id_hash}", 0, local.id_length_limit)
  id                        = local.id_length_limit != 0 && length(local.id_full) > local.id_length_limit ? local.id_short : local.id_full

  generated = { for label in setsubtract(keys(local.id_context), ["attributes"]) : title(label) => local.id_context[label] if length(local.id_context[label]) > 0 }
  tags      = merge(local.generated, { Name = local.id }, local.input.tags)
}

output "id" { value = local.enabled ? local.id : "" }
output "enabled" { value = local.enabled }
output "tags" { value = local.enabled ? local.tags : {} }
output "tags_as_list" {
  value = flatten([for key in keys(local.tags) : merge({ key = key, value = local.tags[key] }, local.input.additional_tag_map)])
}
output "context" {
  value = merge(local.input, { tags = local.tags, attributes = local.attributes })
}
