rule "module/not-available" {
  title        = "Module not on this machine: what is in it was not checked"
  severity     = "info"
  undetermined = "info"
  since        = "0.1.0"

  for_each             = configuration.unavailable_modules
  condition            = each.value.passes
  error_message        = "`${each.value.address}` breaks a rule"
  undetermined_message = "`${each.value.address}` is not on this machine (`${each.value.source}`): what is in it was not checked"
  highlight            = each.value.source

  why        = "A module from a registry or a repository is read where `terraform init` or `terraform get` has put it. Before that its resources cannot be seen and its outputs are unknown."
  fix        = "Run `terraform get` first, or check a plan instead of the configuration."
  references = ["https://developer.hashicorp.com/terraform/cli/commands/get"]

  example "a module from the registry, before terraform init" {
    file "main.tf" {
      content = <<-HCL
        module "vpc" {
          source  = "terraform-aws-modules/vpc/aws" # undetermined
          version = "5.8.1"
        }
      HCL
    }
  }
  example "a local module" {
    file "main.tf" {
      content = <<-HCL
        module "vpc" {
          source = "./vpc"
        }
      HCL
    }
    file "vpc/main.tf" {
      content = <<-HCL
        resource "aws_vpc" "this" {
          cidr_block = "10.0.0.0/16"
        }
      HCL
    }
  }
}
