rule "tags/invalid-value" {
  title    = "Tag value not among those allowed"
  severity = "error"
  since    = "0.1.0"

  option "values" {
    type        = any
    default     = {}
    description = "By tag key: the list of values that are allowed, or a regular expression that a value must match as a whole."

    condition     = alltrue([for key, allowed in option.values : can(allowed_value(allowed, ""))])
    error_message = "for each tag key it has a list of texts, or a regular expression"
  }

  for_each = tags_with(keys(option.values))
  condition = (
    !contains(keys(option.values), each.value.key)
    || allowed_value(option.values[each.value.key], each.value.value)
  )
  error_message = "tag `${each.value.key}` of `${each.value.address}` has the value `${each.value.value}`, which is not allowed"
  highlight     = each.value.value

  why        = "Reports and policies group by tag values. `prod`, `Prod` and `production` are three groups, two of them overlooked."
  fix        = "Use one of the allowed values; option `values` of the rule lists them."
  references = ["AWS: Best Practices for Tagging AWS Resources"]

  example "a value outside the list, and one that matches the pattern only in part" {
    options = { values = { Environment = ["dev", "production"], CostCenter = "[0-9]{4}" } }
    file "main.tf" {
      content = <<-HCL
        resource "aws_s3_bucket" "logs" {
          tags = {
            Environment = "prod"  # violation
            CostCenter  = "12345" # violation
            Owner       = "anyone"
          }
        }
      HCL
    }
  }
  example "allowed values" {
    options = { values = { Environment = ["dev", "production"], CostCenter = "[0-9]{4}" } }
    file "main.tf" {
      content = <<-HCL
        resource "aws_s3_bucket" "logs" {
          tags = {
            Environment = "production"
            CostCenter  = 1234
          }
        }

        resource "aws_s3_bucket" "untagged" {
        }
      HCL
    }
  }
  example "a value that is not known" {
    options = { values = { Environment = ["dev", "production"] } }
    file "main.tf" {
      content = <<-HCL
        variable "environment" {
          type = string
        }

        resource "aws_s3_bucket" "logs" {
          tags = { Environment = var.environment } # undetermined
        }
      HCL
    }
  }
}
