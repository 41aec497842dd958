rule "module/failed-validation" {
  title    = "Value that the variable's own validation refuses"
  severity = "error"
  since    = "0.1.0"

  for_each             = configuration.failed_validations
  condition            = each.value.holds
  error_message        = "`${each.value.address}` fails its validation: ${each.value.message}"
  undetermined_message = "`${each.value.address}` fails its validation, if there is any instance of its module: ${each.value.message}"
  highlight            = each.value.site

  why        = "The module's author has said which values a variable takes, and `terraform plan` stops at any other. Where a condition hangs on what is known only after apply, Terraform asks it then, and nothing is reported here."
  fix        = "Give another value where this one is typed, or correct the validation block."
  references = ["https://developer.hashicorp.com/terraform/language/values/variables#custom-validation-rules"]

  example "a default, an argument and a value that is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "prefix" {
          default = 30 # violation
          validation {
            condition     = var.prefix <= 28
            error_message = "The network must hold 16 addresses."
          }
        }
        module "small" {
          source = "./net"
          prefix = 29 # violation
        }
        module "good" {
          source = "./net"
          prefix = 24
        }
        module "later" {
          source = "./net"
          prefix = length(aws_vpc.this.id)
        }
        resource "aws_vpc" "this" {
          cidr_block = "10.0.0.0/16"
        }
      HCL
    }
    file "net/main.tf" {
      content = <<-HCL
        variable "prefix" {
          type = number
          validation {
            condition     = var.prefix <= 28
            error_message = "The network must hold 16 addresses."
          }
        }
      HCL
    }
  }
  example "a module of which it is not known whether there is any instance" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "this" {
          cidr_block = "10.0.0.0/16"
        }
        module "net" {
          source   = "./net"
          for_each = toset([aws_vpc.this.id])
          prefix   = 29 # undetermined
        }
      HCL
    }
    file "net/main.tf" {
      content = <<-HCL
        variable "prefix" {
          type = number
          validation {
            condition     = var.prefix <= 28
            error_message = "The network must hold 16 addresses."
          }
        }
      HCL
    }
  }
  example "a value that is taken" {
    file "main.tf" {
      content = <<-HCL
        variable "prefix" {
          default = 24
          validation {
            condition     = var.prefix <= 28
            error_message = "The network must hold 16 addresses."
          }
        }
      HCL
    }
  }
}
