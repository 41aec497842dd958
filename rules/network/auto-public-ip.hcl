rule "network/auto-public-ip" {
  title    = "Subnet that gives public addresses on launch"
  severity = "warning"
  since    = "0.1.0"

  option "public" {
    type        = list(string)
    default     = ["public"]
    description = "Words that say that a subnet is meant to be public, in its resource name or its tags Name, Tier and Type; `*` is any letters."
  }

  for_each      = network.subnets
  condition     = !(each.value.gives_public_addresses && !says(each.value.labels, option.public))
  error_message = "${each.value.address} gives a public address to everything that is launched in it"
  highlight     = each.value.launch_site

  why        = "Servers that need no public address get one without anybody asking, and can be reached as soon as a security group slips."
  fix        = "Set `map_public_ip_on_launch = false` and give an address where it is needed; where the subnet is meant to be public, let its name or its tag Name, Tier or Type say so."
  references = ["AWS: IP addressing for your VPCs and subnets", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/subnet"]

  example "a subnet for the application" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_subnet" "app" {
          vpc_id                  = "vpc-0123456789abcdef0"
          cidr_block              = "10.0.1.0/24"
          map_public_ip_on_launch = true # violation
        }
      HCL
    }
  }
  example "subnets that are meant to be public, and one that gives none" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_subnet" "public_a" {
          vpc_id                  = "vpc-0123456789abcdef0"
          cidr_block              = "10.0.1.0/24"
          map_public_ip_on_launch = true
        }

        resource "aws_subnet" "b" {
          vpc_id                  = "vpc-0123456789abcdef0"
          cidr_block              = "10.0.2.0/24"
          map_public_ip_on_launch = true
          tags                    = { Tier = "Public" }
        }

        resource "aws_subnet" "app" {
          vpc_id     = "vpc-0123456789abcdef0"
          cidr_block = "10.0.3.0/24"
        }
      HCL
    }
  }
  example "whether it does is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "addresses" {
          type = bool
        }

        resource "aws_subnet" "app" {
          vpc_id                  = "vpc-0123456789abcdef0"
          cidr_block              = "10.0.1.0/24"
          map_public_ip_on_launch = var.addresses # undetermined
        }
      HCL
    }
  }
  example "another word for public" {
    options = { public = ["dmz"] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_subnet" "dmz" {
          vpc_id                  = "vpc-0123456789abcdef0"
          cidr_block              = "10.0.1.0/24"
          map_public_ip_on_launch = true
        }
      HCL
    }
  }
  example "a name that is known in part says so" {
    file "main.tf" {
      content = <<-HCL
        variable "environment" {
          type = string
        }

        resource "aws_subnet" "this" {
          vpc_id                  = "vpc-12345678"
          cidr_block              = "10.0.1.0/24"
          map_public_ip_on_launch = true

          tags = {
            Name = "$${var.environment}-public-a"
          }
        }
      HCL
    }
  }
}
