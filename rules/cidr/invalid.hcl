rule "cidr/invalid" {
  title    = "Text that is no CIDR block"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.cidrs
  condition     = each.value.valid
  error_message = "${each.value.address} has `${each.value.text}` in `${each.value.attribute}`, which is no CIDR block: ${each.value.fault}"
  highlight     = each.value.site

  why        = "The provider refuses it, at best when it plans, at worst halfway through an apply."
  fix        = "Write an address, a slash and a prefix length, as in `10.0.0.0/16` or `2001:db8::/32`, without spaces or leading zeros; a single address is `10.0.0.1/32`."
  references = ["RFC 4632", "RFC 4291", "AWS: IP addressing for your VPCs and subnets"]

  example "a mask, an address alone, a prefix length too long" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/255.255.0.0" # violation
        }

        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["10.0.0.0/16", "10.1.0.1", "10.2.0.0/33"] # violation x2
          }
        }
      HCL
    }
  }
  example "blocks of both families, in any spelling that the provider takes" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc_security_group_egress_rule" "all" {
          security_group_id = "sg-0123456789abcdef0"
          ip_protocol       = "-1"
          cidr_ipv6         = "0:0::/0"
        }

        resource "aws_subnet" "a" {
          vpc_id     = aws_vpc.main.id
          cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, 1)
        }
      HCL
    }
  }
  example "text that is not known" {
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
