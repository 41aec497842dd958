rule "cidr/invalid-size" {
  title    = "VPC or subnet block of a size that AWS does not take"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.blocks
  condition     = each.value.fits
  error_message = "${each.value.address} has ${each.value.text}, and AWS takes blocks of a ${each.value.owner} from ${each.value.limits} only"
  highlight     = each.value.site

  why        = "AWS takes IPv4 blocks from /16 to /28. IPv6 blocks go in steps of four, from /44 to /60 for a VPC and from /44 to /64 for a subnet. Anything else fails when it is made."
  fix        = "Take a prefix length within the limits; a VPC that needs more than a /16 gets secondary blocks."
  references = ["AWS: VPC CIDR blocks", "AWS: Subnet CIDR blocks"]

  example "too large, and too small" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/8" # violation
        }

        resource "aws_subnet" "a" {
          vpc_id          = aws_vpc.main.id
          cidr_block      = "10.0.0.0/29"          # violation
          ipv6_cidr_block = "2600:1f18:1:a00::/62" # violation
        }
      HCL
    }
  }
  example "within the limits" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }


        resource "aws_subnet" "a" {
          vpc_id          = aws_vpc.main.id
          cidr_block      = "10.0.0.0/28"
          ipv6_cidr_block = "2600:1f18:1:a00::/64"
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
          cidr_block = var.block # undetermined
        }
      HCL
    }
  }
  example "a size that is asked of a pool" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          ipv4_ipam_pool_id   = "ipam-pool-12345678"
          ipv4_netmask_length = 8 # violation
        }
      HCL
    }
  }
  example "too small a part of the /56 that Amazon gives" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block                       = "10.0.0.0/16"
          assign_generated_ipv6_cidr_block = true
        }

        resource "aws_subnet" "main" {
          vpc_id          = aws_vpc.main.id
          cidr_block      = "10.0.1.0/24"
          ipv6_cidr_block = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 9, 1) # violation
        }
      HCL
    }
  }
}
