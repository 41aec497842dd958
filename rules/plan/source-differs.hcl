rule "plan/source-differs" {
  title    = "Plan that was not made of the configuration beside it"
  severity = "info"
  since    = "0.1.0"

  for_each      = plan.source_differences
  condition     = each.value.is_same
  error_message = "the plan was made of another configuration than this one: ${each.value.text}"
  highlight     = each.value.text

  why        = "What a plan does counts, whatever the configuration beside it says; but lines, suppression comments and the resources behind ids that are not known yet come from that configuration. Where it is of another revision, findings may stand at the wrong line, or only at the head of their resource."
  fix        = "Check the plan beside the revision that it was made of (`--source DIR`), or plan again."
  references = ["https://developer.hashicorp.com/terraform/cli/commands/plan"]

  example "a block that was changed after planning" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" { # violation
          cidr_block = "10.1.0.0/16"
        }
      HCL
    }
    file "plan.json" {
      content = <<-JSON
        {
          "format_version": "1.2",
          "resource_changes": [
            {
              "address": "aws_vpc.main",
              "provider_name": "registry.terraform.io/hashicorp/aws",
              "change": {
                "actions": ["create"],
                "after": {"cidr_block": "10.0.0.0/16"},
                "after_unknown": {"id": true}
              }
            }
          ]
        }
      JSON
    }
  }
  example "the configuration that was planned" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }
      HCL
    }
    file "plan.json" {
      content = <<-JSON
        {
          "format_version": "1.2",
          "resource_changes": [
            {
              "address": "aws_vpc.main",
              "provider_name": "registry.terraform.io/hashicorp/aws",
              "change": {
                "actions": ["create"],
                "after": {"cidr_block": "10.0.0.0/16"},
                "after_unknown": {"id": true}
              }
            }
          ]
        }
      JSON
    }
  }
}
