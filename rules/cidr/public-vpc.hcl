rule "cidr/public-vpc" {
  title    = "VPC on public address space"
  severity = "warning"
  since    = "0.1.0"

  for_each      = network.vpc_blocks
  condition     = !each.value.public
  error_message = "${each.value.address} has ${each.value.text}, which holds ${each.value.public_size} of the public internet"
  highlight     = each.value.site

  why        = "Addresses of the public internet belong to somebody. Whatever of theirs the servers in the VPC want to reach, they reach the VPC itself."
  fix        = "Use a private block: 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918), or 100.64.0.0/10 where these are used up (RFC 6598)."
  references = ["RFC 1918", "RFC 6890", "AWS: VPC CIDR blocks"]

  example "addresses of somebody else" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "11.0.0.0/16" # violation
        }
      HCL
    }
  }
  example "private and shared addresses" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }


        resource "aws_vpc_ipv4_cidr_block_association" "pods" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "100.64.0.0/16"
        }
      HCL
    }
  }
  example "a block from a pool" {
    file "main.tf" {
      content = <<-HCL
        variable "pool" {
          type = string
        }

        resource "aws_vpc" "main" {
          ipv4_ipam_pool_id   = var.pool # undetermined
          ipv4_netmask_length = 20
        }
      HCL
    }
  }
}
