rule "nacl/open-admin-port" {
  title    = "Network ACL that lets the internet in on an administration port"
  severity = each.value.ephemeral ? "warning" : "error"
  since    = "0.1.0"

  option "ports" {
    type        = list(number)
    default     = [22, 3389]
    description = "TCP ports that count as administration ports."

    condition     = alltrue([for port in option.ports : port >= 0 && port <= 65535 && floor(port) == port])
    error_message = "a port is a whole number from 0 to 65535"
  }
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

  for_each      = network.network_acl_sources
  condition     = !lets_in(each.value, option.ports, option.ipv4_prefix, option.ipv6_prefix)
  error_message = "${each.value.address} lets ${each.value.text} in on ${let_in_ports(each.value, option.ports, option.ipv4_prefix, option.ipv6_prefix)}${each.value.ephemeral ? ", with the ephemeral ports of return traffic" : ""}"
  highlight     = each.value.site

  why        = "A network ACL is the second line: it holds where a security group was opened by mistake. Entries count in the order of their numbers, so an earlier denial closes what a later entry allows. A range of ephemeral ports for return traffic lets in what lies inside it too (RDP from 1024 up), which is only a warning, for there is no way around it without a denial before it."
  fix        = "Allow the port from your own ranges only, or deny it in an entry with a lower number."
  references = ["AWS: Network ACL rules", "AWS: Custom network ACLs for your VPC", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/network_acl"]

  example "ssh from anywhere" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl" "main" {
          vpc_id = "vpc-0123456789abcdef0"

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 0
            to_port    = 1023
            cidr_block = "0.0.0.0/0" # violation
          }
        }
      HCL
    }
  }
  example "an entry as a resource of its own, for all protocols" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl_rule" "all" {
          network_acl_id  = "acl-0123456789abcdef0"
          rule_number     = 100
          rule_action     = "allow"
          protocol        = "all"
          ipv6_cidr_block = "::/0" # violation
        }
      HCL
    }
  }
  example "denied before it is allowed" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl" "main" {
          vpc_id = "vpc-0123456789abcdef0"

          ingress {
            rule_no    = 90
            action     = "deny"
            protocol   = "tcp"
            from_port  = 22
            to_port    = 22
            cidr_block = "0.0.0.0/0"
          }
          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 0
            to_port    = 1023
            cidr_block = "0.0.0.0/0"
          }
        }
      HCL
    }
  }
  example "denied too late" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl" "main" {
          vpc_id = "vpc-0123456789abcdef0"

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 0
            to_port    = 1023
            cidr_block = "0.0.0.0/0" # violation
          }
          ingress {
            rule_no    = 110
            action     = "deny"
            protocol   = "tcp"
            from_port  = 22
            to_port    = 22
            cidr_block = "0.0.0.0/0"
          }
        }
      HCL
    }
  }
  example "return traffic, which RDP is among" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl" "main" {
          vpc_id = "vpc-0123456789abcdef0"

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 1024
            to_port    = 65535
            cidr_block = "0.0.0.0/0" # violation
          }
        }
      HCL
    }
  }
  example "from the office only" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl" "main" {
          vpc_id = "vpc-0123456789abcdef0"

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 22
            to_port    = 22
            cidr_block = "198.51.100.0/24"
          }
          ingress {
            rule_no    = 110
            action     = "allow"
            protocol   = "tcp"
            from_port  = 443
            to_port    = 443
            cidr_block = "0.0.0.0/0"
          }
        }
      HCL
    }
  }
  example "a source that is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "office" {
          type = string
        }

        resource "aws_network_acl" "main" {
          vpc_id = "vpc-0123456789abcdef0"

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 22
            to_port    = 22
            cidr_block = var.office # undetermined
          }
        }
      HCL
    }
  }
  example "other ports" {
    options = { ports = [5985] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl" "main" {
          vpc_id = "vpc-0123456789abcdef0"

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 22
            to_port    = 22
            cidr_block = "0.0.0.0/0"
          }
          ingress {
            rule_no    = 110
            action     = "allow"
            protocol   = "tcp"
            from_port  = 5985
            to_port    = 5985
            cidr_block = "0.0.0.0/0" # violation
          }
        }
      HCL
    }
  }
  example "a prefix length for IPv4" {
    options = { ipv4_prefix = 24 }
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl" "main" {
          vpc_id = "vpc-0123456789abcdef0"

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 22
            to_port    = 22
            cidr_block = "8.8.0.0/20" # violation
          }
        }
      HCL
    }
  }
  example "a prefix length for IPv6" {
    options = { ipv6_prefix = 24 }
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl_rule" "ssh" {
          network_acl_id  = "acl-0123456789abcdef0"
          rule_number     = 100
          rule_action     = "allow"
          protocol        = "tcp"
          from_port       = 22
          to_port         = 22
          ipv6_cidr_block = "2600:1f00::/24"
        }
      HCL
    }
  }
  example "a denial that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "strict" {
          type = bool
        }

        resource "aws_network_acl" "main" {
          vpc_id = "vpc-12345678"

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "-1"
            from_port  = 0
            to_port    = 0
            cidr_block = "0.0.0.0/0"
          }
        }

        resource "aws_network_acl_rule" "deny" { # undetermined
          count = var.strict ? 1 : 0

          network_acl_id = aws_network_acl.main.id
          rule_number    = 10
          rule_action    = "deny"
          protocol       = "-1"
          cidr_block     = "0.0.0.0/0"
        }
      HCL
    }
  }
}
