rule "network/overlapping-tiers" {
  title    = "Thing in two tiers"
  severity = "warning"
  since    = "0.1.0"

  for_each      = network.tier_overlaps
  condition     = !each.value.overlaps
  error_message = "${each.value.address} is in ${each.value.text} and in ${each.value.other}: it may do what either may"
  highlight     = each.value.site

  why        = "What is in two tiers has the flows of both, so each of them allows more than it says."
  fix        = "Tell the tiers apart: by another tag, or by addresses."
  references = ["AWS: Tagging AWS resources"]

  example "a tier that takes in everything of an environment" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "web" { match = { Tier = "web" } }
        tier "all" { match = { Environment = "prod" } } # violation

        flow { from = tier.all  to = internet  ports = [443] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_instance" "web" {
          count     = 2
          subnet_id = aws_subnet.main.id
          tags      = { Tier = "web", Environment = "prod" }
        }
      HCL
    }
  }
  example "tiers apart" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "web" { match = { Tier = "web" } }
        tier "db"  { match = { Tier = "db", Environment = "prod" } }

        flow { from = tier.web  to = tier.db  ports = [5432] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_instance" "web" {
          for_each  = toset(["web", "db"])
          subnet_id = aws_subnet.main.id
          tags      = { Tier = each.key, Environment = "prod" }
        }
      HCL
    }
  }
  example "a tag that is not known before apply" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "web" { match = { Tier = "web" } }
        tier "all" { match = { Environment = "prod" } } # undetermined

        flow { from = tier.all  to = internet  ports = [443] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        variable "environment" {
          type = string
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_instance" "web" {
          subnet_id = aws_subnet.main.id
          tags      = { Tier = "web", Environment = var.environment }
        }
      HCL
    }
  }
}
