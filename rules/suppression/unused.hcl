rule "suppression/unused" {
  title    = "Suppression that matches nothing"
  severity = "warning"
  since    = "0.1.0"

  for_each      = policy.suppressions
  condition     = length(each.value.unused) == 0
  error_message = "the suppression of ${join(", ", [for rule in each.value.unused : "`${rule}`"])} matches nothing"

  why = "It hides the next mistake at this place, which nobody has looked at yet."
  fix = "Remove it."

  example "what it covered is mended" {
    rules = ["module/not-available"]
    file "main.tf" {
      content = <<-HCL
        /* terravet:ignore[module/not-available] vendored soon */ # violation
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
  example "it suppresses something, or its rule does not run" {
    rules = ["module/not-available"]
    file "main.tf" {
      content = <<-HCL
        # terravet:ignore[module/not-available] checked in its own repository
        module "vpc" {
          source  = "terraform-aws-modules/vpc/aws"
          version = "5.8.1"
        }

        # terravet:ignore[tags/missing-required] shared bucket
        resource "aws_s3_bucket" "logs" {
        }
      HCL
    }
  }
}
