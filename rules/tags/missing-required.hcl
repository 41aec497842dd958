rule "tags/missing-required" {
  title    = "Required tag missing or blank"
  severity = "error"
  since    = "0.1.0"

  option "keys" {
    type        = list(string)
    default     = []
    description = "Keys that every taggable resource must have, letter case included."
  }
  option "include" {
    type        = list(string)
    default     = []
    description = "Resource types that are asked (`*` is any text); empty: all that can be tagged."
  }
  option "exclude" {
    type        = list(string)
    default     = []
    description = "Resource types that are not asked (`*` is any text)."
  }

  for_each = tags_required(option.keys, option_of("tags/wrong-case", "keys"))
  condition = (
    length(option.include) > 0 && !like(each.value.type, option.include)
    || like(each.value.type, option.exclude)
    || length(each.value.missing) == 0
  )
  error_message = "`${each.value.address}` lacks the required ${length(each.value.missing) == 1 ? "tag" : "tags"} ${join(", ", [for key in each.value.missing : "`${key}`"])}"
  highlight     = each.value.missing

  why        = "Owners are asked, costs are split and old resources are found by tags. What lacks one drops out of all three, and nobody notices until the bill comes."
  fix        = "Add the tag to `tags`, or once for all resources to `default_tags` of the provider; a blank value counts as missing."
  references = ["AWS: Best Practices for Tagging AWS Resources", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/resource-tagging"]

  example "one key is missing, another is blank" {
    options = { keys = ["Name", "Owner", "CostCenter"] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_s3_bucket" "logs" {
          tags = { # violation
            Name  = "logs"
            Owner = " "
          }
        }

        resource "aws_vpc" "main" { # violation
          cidr_block = "10.0.0.0/16"
        }
      HCL
    }
  }
  example "the provider's default tags count" {
    options = { keys = ["Name", "Owner"] }
    file "main.tf" {
      content = <<-HCL
        provider "aws" {
          default_tags {
            tags = { Owner = "platform" }
          }
        }

        resource "aws_s3_bucket" "logs" {
          tags = { Name = "logs" }
        }
      HCL
    }
  }
  example "a variable without a value" {
    options = { keys = ["Owner"] }
    file "main.tf" {
      content = <<-HCL
        variable "owner" {
          type = string
        }

        variable "tags" {
          type = map(string)
        }

        resource "aws_s3_bucket" "logs" {
          tags = { Owner = var.owner } # undetermined
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
          tags       = var.tags # undetermined
        }
      HCL
    }
  }
  example "tag blocks of an auto-scaling group count, and what takes no tags is not asked" {
    options = { keys = ["Owner"] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_autoscaling_group" "web" {
          min_size = 1
          max_size = 2
          tag {
            key                 = "Owner"
            value               = "web"
            propagate_at_launch = true
          }
        }

        resource "aws_autoscaling_group" "app" { # violation
          min_size = 1
          max_size = 2
        }

        resource "aws_route_table_association" "a" {
          subnet_id      = "subnet-1"
          route_table_id = "rtb-1"
        }
      HCL
    }
  }
  example "only the types that are named" {
    options = { keys = ["Owner"], include = ["aws_s3_*"] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_s3_bucket" "logs" { # violation
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }
      HCL
    }
  }
  example "all but the types that are named" {
    options = { keys = ["Owner"], exclude = ["aws_s3_bucket"] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_s3_bucket" "logs" {
        }

        resource "aws_vpc" "main" { # violation
          cidr_block = "10.0.0.0/16"
        }
      HCL
    }
  }
  example "a null tag leaves the default one" {
    options = { keys = ["Owner"] }
    file "main.tf" {
      content = <<-HCL
        provider "aws" {
          default_tags {
            tags = {
              Owner = "platform"
            }
          }
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
          tags       = { Owner = null }
        }
      HCL
    }
  }

  example "known beside unknown tags" {
    options = { keys = ["Owner", "Environment"] }

    file "main.tf" {
      content = <<-HCL
        variable "tags" {
          type = map(string)
        }

        resource "aws_vpc" "all" {
          tags = merge(var.tags, { Owner = "web", Environment = "prod" })
        }

        resource "aws_vpc" "defaults" {
          tags = merge({ Owner = "web", Environment = "prod" }, var.tags)
        }

        resource "aws_vpc" "some" {
          tags = merge(var.tags, { Owner = "web" }) # undetermined
        }

        resource "aws_vpc" "blank" {
          tags = merge(var.tags, { Owner = " ", Environment = "prod" }) # violation
        }
      HCL
    }
  }
}
