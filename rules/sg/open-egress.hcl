rule "sg/open-egress" {
  title    = "Everything may go out to the internet"
  severity = "warning"
  since    = "0.1.0"

  option "ipv4_prefix" {
    type        = number
    default     = 16
    description = "Open is what is larger than an IPv4 block of this prefix length."

    condition     = option.ipv4_prefix >= 0 && option.ipv4_prefix <= 32 && floor(option.ipv4_prefix) == option.ipv4_prefix
    error_message = "a prefix length is a whole number from 0 to 32"
  }
  option "ipv6_prefix" {
    type        = number
    default     = 32
    description = "Open is what is larger than an IPv6 block of this prefix length."

    condition     = option.ipv6_prefix >= 0 && option.ipv6_prefix <= 128 && floor(option.ipv6_prefix) == option.ipv6_prefix
    error_message = "a prefix length is a whole number from 0 to 128"
  }

  for_each      = network.egress_destinations
  condition     = !opens_everything(each.value, option.ipv4_prefix, option.ipv6_prefix)
  error_message = "${each.value.address} lets every protocol and port out to ${each.value.text}"
  highlight     = each.value.site

  why        = "What has been broken into calls home, and sends out what it found. A server that may only speak to what it needs is of far less use to an intruder."
  fix        = "Name the protocol, the ports and the destinations that are needed: most servers get by with 443, and with security groups or prefix lists as destinations."
  references = ["AWS: Security group rules", "RFC 6890", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group"]

  example "everything out" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          egress {
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = ["0.0.0.0/0"] # violation
          }
        }
      HCL
    }
  }
  example "everything out over IPv6, as a rule of its own" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc_security_group_egress_rule" "all" {
          security_group_id = "sg-0123456789abcdef0"
          ip_protocol       = "-1"
          cidr_ipv6         = "::/0" # violation
        }
      HCL
    }
  }
  example "HTTPS out, and everything inside" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          egress {
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["0.0.0.0/0"]
          }
          egress {
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = ["10.0.0.0/8"]
          }
        }
      HCL
    }
  }
  example "a prefix list of somebody else" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          egress {
            protocol        = "-1"
            from_port       = 0
            to_port         = 0
            prefix_list_ids = ["pl-0123456789abcdef0"] # undetermined
          }
        }
      HCL
    }
  }
  example "a prefix length for IPv4" {
    options = { ipv4_prefix = 24 }
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          egress {
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = ["8.8.0.0/20"] # violation
          }
        }
      HCL
    }
  }
  example "a prefix length for IPv6" {
    options = { ipv6_prefix = 24 }
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          egress {
            protocol         = "-1"
            from_port        = 0
            to_port          = 0
            ipv6_cidr_blocks = ["2600:1f00::/24"]
          }
        }
      HCL
    }
  }
}
