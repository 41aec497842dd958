rule "cidr/overlapping-subnets" {
  title    = "Subnets of one VPC that share addresses"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.subnet_overlaps
  condition     = !each.value.overlaps
  error_message = "${each.value.address} has ${each.value.text}, which shares addresses with ${each.value.other_text} of ${each.value.other}"
  highlight     = each.value.site

  why        = "AWS refuses the second of two overlapping subnets, and finds out only when it makes it: halfway through the apply."
  fix        = "Give each subnet a block of its own; `cidrsubnets` splits the VPC's block without overlaps."
  references = ["AWS: Subnet CIDR blocks", "https://developer.hashicorp.com/terraform/language/functions/cidrsubnets"]

  example "one block inside another" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }


        resource "aws_subnet" "a" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.0.0/20"
        }

        resource "aws_subnet" "b" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.8.0/24" # violation
        }
      HCL
    }
  }
  example "blocks apart, and the same block in two VPCs" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }


        resource "aws_subnet" "main" {
          count = 2

          vpc_id     = aws_vpc.main.id
          cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
        }

        resource "aws_vpc" "other" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "other" {
          vpc_id     = aws_vpc.other.id
          cidr_block = "10.0.0.0/24"
        }
      HCL
    }
  }
  example "a block that is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "block" {
          type = string
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }


        resource "aws_subnet" "a" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.0.0/20"
        }

        resource "aws_subnet" "b" {
          vpc_id     = aws_vpc.main.id
          cidr_block = var.block # undetermined
        }
      HCL
    }
  }
  example "a subnet that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "legacy" {
          type = bool
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "legacy" {
          count = var.legacy ? 1 : 0

          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.0.0/20"
        }

        resource "aws_subnet" "app" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24" # undetermined
        }
      HCL
    }
  }
  example "different parts of the block that Amazon gives" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block                       = "10.0.0.0/16"
          assign_generated_ipv6_cidr_block = true
        }

        resource "aws_subnet" "main" {
          count = 2

          vpc_id          = aws_vpc.main.id
          cidr_block      = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
          ipv6_cidr_block = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, count.index)
        }
      HCL
    }
  }
}
