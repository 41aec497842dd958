rule "module/failed-check" {
  title    = "Check whose assertion does not hold"
  severity = "warning"
  since    = "0.1.0"

  for_each             = configuration.failed_checks
  condition            = each.value.holds
  error_message        = "`${each.value.address}` fails: ${each.value.message}"
  undetermined_message = "`${each.value.address}` fails, if there is any instance of its module: ${each.value.message}"
  highlight            = each.value.site

  why        = "A `check` block says what should hold of the infrastructure; Terraform warns where it does not, and goes on. One that fails by what is in the configuration alone will fail in every plan. Where it hangs on what is known only after apply, or on its data source, nothing is reported here."
  fix        = "Change what the assertion asks for, or correct the assertion."
  references = ["https://developer.hashicorp.com/terraform/language/checks"]

  example "an assertion about a variable" {
    file "main.tf" {
      content = <<-HCL
        variable "zones" {
          default = ["a"]
        }
        check "zones" {
          assert {
            condition     = length(var.zones) >= 2 # violation
            error_message = "One zone is not enough."
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
        module "zones" {
          source = "./zones"
          count  = length(aws_vpc.this.id)
        }
      HCL
    }
    file "zones/main.tf" {
      content = <<-HCL
        locals {
          zones = ["a"]
        }
        check "zones" {
          assert {
            condition     = length(local.zones) >= 2 # undetermined
            error_message = "One zone is not enough."
          }
        }
      HCL
    }
  }
  example "an assertion that holds, and one that is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "zones" {
          default = ["a", "b"]
        }
        check "zones" {
          data "aws_vpc" "there" {
            id = "vpc-1"
          }
          assert {
            condition     = length(var.zones) >= 2
            error_message = "One zone is not enough."
          }
          assert {
            condition     = data.aws_vpc.there.cidr_block == "10.0.0.0/16"
            error_message = "Another network."
          }
        }
      HCL
    }
  }
}
