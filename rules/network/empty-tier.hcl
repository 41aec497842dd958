rule "network/empty-tier" {
  title    = "Tier that nothing is in"
  severity = "warning"
  since    = "0.1.0"

  for_each      = network.tiers
  condition     = !each.value.is_empty
  error_message = "nothing with a network interface is in tier `${each.value.text}`, so the flows that name it say nothing"
  highlight     = each.value.site

  why        = "A tier whose tags are misspelled is empty, and its flows look as if they were kept. Where nothing is in any tier, the configuration is taken to be about something else, and nothing is said."
  fix        = "Correct what the tier matches: the tags of the things themselves (`match`), of their subnets (`subnets`), or their addresses (`addresses`)."
  references = ["AWS: Tagging AWS resources"]

  example "a value that no tag has" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "web" { match = { Tier = "web" } }
        tier "db"  { match = { Tier = "database" } } # violation

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

        resource "aws_instance" "tier" {
          for_each  = toset(["web", "db"])
          subnet_id = aws_subnet.main.id
          tags      = { Tier = each.key }
        }
      HCL
    }
  }
  example "by tags of the subnet, and by address" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "web" { subnets   = { Tier = ["web", "frontend-*"] } }
        tier "db"  { addresses = ["aws_instance.db"] }

        flow { from = tier.web  to = tier.db  ports = [5432] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "main" {
          for_each   = { frontend-a = "10.0.1.0/24", db = "10.0.2.0/24" }
          vpc_id     = aws_vpc.main.id
          cidr_block = each.value
          tags       = { Tier = each.key }
        }

        resource "aws_instance" "web" {
          subnet_id = aws_subnet.main["frontend-a"].id
        }

        resource "aws_instance" "db" {
          subnet_id = aws_subnet.main["db"].id
        }
      HCL
    }
  }
  example "a tag that is not known before apply" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "web" { match = { Tier = "web" } }
        tier "db"  { match = { Tier = "db" } } # undetermined

        flow { from = tier.web  to = tier.db  ports = [5432] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        variable "tier" {
          type = string
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_instance" "tier" {
          for_each               = { web = "web", other = var.tier }
          subnet_id              = aws_subnet.main.id
          vpc_security_group_ids = [aws_security_group.main.id]
          tags                   = { Tier = each.value }
        }
      HCL
    }
  }
}
