rule "module/missing-argument" {
  title    = "Argument that is required in one known version of the provider only"
  severity = "info"
  since    = "0.1.0"

  for_each      = configuration.missing_arguments
  condition     = each.value.holds
  error_message = "required in one known version of the AWS provider: ${each.value.message}"
  highlight     = each.value.site

  why        = "terravet knows versions 6.69.1 and 3.39.0 of the AWS provider. What both require must be set, and is a problem where it is not. What only one of them requires may be left out, if the version that runs does not require it."
  fix        = "Set the argument, or suppress this where the provider's version does not require it."
  references = ["https://registry.terraform.io/providers/hashicorp/aws/latest/docs"]

  example "an argument that 6.69.1 requires" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_cur_report_definition" "costs" { # violation
          report_name                = "costs"
          time_unit                  = "HOURLY"
          format                     = "Parquet"
          compression                = "Parquet"
          additional_schema_elements = ["RESOURCES"]
          s3_bucket                  = "costs"
          s3_region                  = "us-east-1"
        }
      HCL
    }
  }
  example "an old version, which does not require it" {
    file "main.tf" {
      content = <<-HCL
        terraform {
          required_providers {
            aws = { source = "hashicorp/aws", version = "~> 3.0" }
          }
        }
        resource "aws_cur_report_definition" "costs" {
          report_name                = "costs"
          time_unit                  = "HOURLY"
          format                     = "Parquet"
          compression                = "Parquet"
          additional_schema_elements = ["RESOURCES"]
          s3_bucket                  = "costs"
          s3_region                  = "us-east-1"
        }
      HCL
    }
  }
}
