rule "cidr/outside-vpc" {
  title    = "Subnet outside its VPC"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.subnet_blocks
  condition     = each.value.inside_vpc
  error_message = "${each.value.address} has ${each.value.text}, which is not inside ${each.value.vpc}, ${each.value.vpc_blocks}"
  highlight     = each.value.site
  yields_to     = ["cidr/invalid-size"]

  why        = "AWS refuses a subnet that is not inside one of its VPC's blocks, and finds out only when it makes it: halfway through the apply."
  fix        = "Take the subnet's block from the VPC's, with `cidrsubnet(aws_vpc.main.cidr_block, 8, 1)`; or add a secondary block to the VPC."
  references = ["AWS: VPC CIDR blocks", "AWS: Subnet CIDR blocks"]

  example "a block of another network" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }


        resource "aws_subnet" "a" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.1.0.0/24" # violation
        }
      HCL
    }
  }
  example "inside the first block, and inside a secondary one" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }


        resource "aws_vpc_ipv4_cidr_block_association" "more" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "100.64.0.0/16"
        }

        resource "aws_subnet" "a" {
          vpc_id     = aws_vpc.main.id
          cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, 1)
        }

        resource "aws_subnet" "b" {
          vpc_id     = aws_vpc_ipv4_cidr_block_association.more.vpc_id
          cidr_block = "100.64.1.0/24"
        }
      HCL
    }
  }
  example "a VPC whose block is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "block" {
          type = string
        }

        resource "aws_vpc" "main" {
          cidr_block = var.block
        }

        resource "aws_subnet" "a" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24" # undetermined
        }
      HCL
    }
  }
  example "a secondary block that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "large" {
          type = bool
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc_ipv4_cidr_block_association" "more" {
          count = var.large ? 1 : 0

          vpc_id     = aws_vpc.main.id
          cidr_block = "10.9.0.0/16"
        }

        resource "aws_subnet" "app" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.9.1.0/24" # undetermined
        }
      HCL
    }
  }
  example "parts of the block that Amazon gives" {
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
