rule "module/unknown-argument" {
  title    = "Resource type or argument that no known version of the provider has"
  severity = "info"
  since    = "0.1.0"

  for_each      = configuration.unknown_arguments
  condition     = each.value.holds
  error_message = "not in version 6.69.1 or 3.39.0 of the AWS provider: ${each.value.message}"
  highlight     = each.value.site

  why        = "terravet knows versions 6.69.1 and 3.39.0 of the AWS provider. A resource type, argument, block or attribute that neither of them has is most often misspelled, but the version that runs may have it. Where the version constraint or the lock file admits no other version, it is not a finding but a problem, since Terraform will refuse it."
  fix        = "Correct the name, or suppress this where the provider's version has it."
  references = ["https://registry.terraform.io/providers/hashicorp/aws/latest/docs"]

  example "a misspelled argument" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "this" {
          cidr_blok = "10.0.0.0/16" # violation
        }
        resource "aws_vcp" "that" { # violation
          cidr_block = "10.0.0.0/16"
        }
      HCL
    }
  }
  example "arguments of one version or the other" {
    file "main.tf" {
      content = <<-HCL
        terraform {
          required_providers {
            aws = { source = "hashicorp/aws", version = "~> 5.0" }
          }
        }
        resource "aws_vpc" "this" {
          cidr_block                           = "10.0.0.0/16"
          enable_classiclink                   = false
          enable_network_address_usage_metrics = true
        }
      HCL
    }
  }
}
