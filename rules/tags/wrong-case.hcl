rule "tags/wrong-case" {
  title    = "Tag key spelled in another letter case, or with space around it"
  severity = "warning"
  since    = "0.1.0"

  option "keys" {
    type        = list(string)
    default     = []
    description = "Keys as they should be spelled."
  }

  for_each      = tags_named(option.keys)
  condition     = contains(option.keys, each.value.key)
  error_message = "tag `${each.value.key}` of `${each.value.address}` should be spelled ${join(" or ", [for key in option.keys : "`${key}`" if lower(trimspace(key)) == lower(trimspace(each.value.key))])}"
  highlight     = each.value.key

  why        = "Tag keys are case-sensitive: to AWS, `owner` and `Owner` are two tags. What is tagged with one is not found by the other."
  fix        = "Spell the key exactly as option `keys` has it."
  references = ["AWS: Tag naming limits and requirements"]

  example "another letter case" {
    options = { keys = ["Owner", "CostCenter"] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_s3_bucket" "logs" {
          tags = {
            owner         = "web"  # violation
            "CostCenter " = "1234" # violation
            Name          = "logs"
          }
        }
      HCL
    }
  }
  example "as it should be" {
    options = { keys = ["Owner", "CostCenter"] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_s3_bucket" "logs" {
          tags = {
            Owner      = "web"
            CostCenter = "1234"
          }
        }
      HCL
    }
  }
  example "tags that are not known" {
    options = { keys = ["Owner"] }
    file "main.tf" {
      content = <<-HCL
        variable "tags" {
          type = map(string)
        }

        resource "aws_s3_bucket" "logs" {
          tags = var.tags # undetermined
        }
      HCL
    }
  }
}
