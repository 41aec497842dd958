rule "module/failed-condition" {
  title    = "Precondition or postcondition that does not hold"
  severity = "error"
  since    = "0.1.0"

  for_each             = configuration.failed_conditions
  condition            = each.value.holds
  error_message        = "`${each.value.address}` fails its condition: ${each.value.message}"
  undetermined_message = "`${each.value.address}` fails its condition, if there is any instance of it: ${each.value.message}"
  highlight            = each.value.site

  why        = "`terraform plan` stops at a precondition or postcondition of a resource, data source or output that does not hold. Where one hangs on what is known only after apply, Terraform asks it then, and nothing is reported here."
  fix        = "Change what the condition asks for, or correct the condition."
  references = ["https://developer.hashicorp.com/terraform/language/expressions/custom-conditions"]

  example "a precondition" {
    file "main.tf" {
      content = <<-HCL
        variable "cidr" {
          default = "10.0.0.0/8"
        }
        resource "aws_vpc" "this" {
          cidr_block = var.cidr
          lifecycle {
            precondition {
              condition     = tonumber(split("/", var.cidr)[1]) >= 16 # violation
              error_message = "A VPC holds a /16 at most."
            }
            postcondition {
              condition     = self.id != ""
              error_message = "Known after apply only."
            }
          }
        }
      HCL
    }
  }
  example "a resource of which it is not known whether there is any instance" {
    file "main.tf" {
      content = <<-HCL
        variable "cidr" {
          default = "10.0.0.0/8"
        }
        resource "aws_vpc" "first" {
          cidr_block = "10.0.0.0/16"
        }
        resource "aws_vpc" "this" {
          for_each   = toset([aws_vpc.first.id])
          cidr_block = var.cidr
          lifecycle {
            precondition {
              condition     = tonumber(split("/", var.cidr)[1]) >= 16 # undetermined
              error_message = "A VPC holds a /16 at most."
            }
          }
        }
      HCL
    }
  }
  example "a condition that holds" {
    file "main.tf" {
      content = <<-HCL
        variable "cidr" {
          default = "10.0.0.0/16"
        }
        output "cidr" {
          value = var.cidr
          precondition {
            condition     = endswith(var.cidr, "/16")
            error_message = "A VPC holds a /16 at most."
          }
        }
      HCL
    }
  }
}
