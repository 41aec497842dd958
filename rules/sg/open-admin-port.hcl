rule "sg/open-admin-port" {
  title    = "Administration port reachable from the internet"
  severity = "error"
  since    = "0.1.0"

  option "ports" {
    type        = list(number)
    default     = [22, 23, 3389, 5985, 5986]
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

  for_each      = network.ingress_sources
  condition     = !opens(each.value, "tcp", option.ports, option.ipv4_prefix, option.ipv6_prefix)
  error_message = "${each.value.address} lets ${each.value.text} in on ${opened_ports(each.value, "tcp", option.ports, option.ipv4_prefix, option.ipv6_prefix)}"
  highlight     = each.value.site
  covers        = openings(each.value, "tcp", option.ports, option.ipv4_prefix, option.ipv6_prefix)
  yields_to     = ["network/exposed-internal-service", "sg/open-all-ports"]

  why        = "Ports for remote administration are scanned day and night, from everywhere. One weak password or one unpatched server behind them is a way into the account."
  fix        = "Let in your office or VPN range only, or close the port and use AWS Systems Manager Session Manager."
  references = ["AWS: Security group rules", "RFC 6890", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group"]

  example "ssh from anywhere" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["0.0.0.0/0"] # violation
          }
        }
      HCL
    }
  }
  example "inside a range, from any IPv6 address, in any spelling" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc_security_group_ingress_rule" "range" {
          security_group_id = "sg-0123456789abcdef0"
          ip_protocol       = "TCP"
          from_port         = 20
          to_port           = 30
          cidr_ipv6         = "0::/0" # violation
        }
      HCL
    }
  }
  example "from a prefix list that holds the internet" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_ec2_managed_prefix_list" "everyone" {
          name           = "everyone"
          address_family = "IPv4"
          max_entries    = 2

          entry {
            cidr = "0.0.0.0/1"
          }
          entry {
            cidr = "128.0.0.0/1"
          }
        }

        resource "aws_security_group" "web" {
          ingress {
            protocol        = "tcp"
            from_port       = 3389
            to_port         = 3389
            prefix_list_ids = [aws_ec2_managed_prefix_list.everyone.id] # violation
          }
        }
      HCL
    }
  }
  example "ssh from the office and from the group itself" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["198.51.100.0/24", "10.0.0.0/8"]
            self        = true
          }
        }
      HCL
    }
  }
  example "the port over UDP" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "udp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["0.0.0.0/0"]
          }
        }
      HCL
    }
  }
  example "one source is known, another is not" {
    file "main.tf" {
      content = <<-HCL
        variable "office" {
          type = string
        }

        resource "aws_security_group" "web" {
          ingress {
            protocol  = "tcp"
            from_port = 22
            to_port   = 22
            cidr_blocks = [
              "0.0.0.0/0", # violation
              var.office,  # undetermined
            ]
          }
        }
      HCL
    }
  }
  example "a port that is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "port" {
          type = number
        }

        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = var.port # undetermined
            to_port     = var.port
            cidr_blocks = ["0.0.0.0/0"]
          }
        }
      HCL
    }
  }
  example "other ports" {
    options = { ports = [10250] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["0.0.0.0/0"]
          }
          ingress {
            protocol    = "tcp"
            from_port   = 10250
            to_port     = 10250
            cidr_blocks = ["0.0.0.0/0"] # violation
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
          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
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
          ingress {
            protocol         = "tcp"
            from_port        = 22
            to_port          = 22
            ipv6_cidr_blocks = ["2600:1f00::/24"]
          }
        }
      HCL
    }
  }
  example "half of the internet in a rule that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "everybody" {
          type = bool
        }

        resource "aws_security_group" "web" {
          name = "web"
        }

        resource "aws_vpc_security_group_ingress_rule" "lower" {
          security_group_id = aws_security_group.web.id
          ip_protocol       = "tcp"
          from_port         = 22
          to_port           = 22
          cidr_ipv4         = "52.0.0.0/16" # undetermined
        }

        resource "aws_vpc_security_group_ingress_rule" "upper" {
          count = var.everybody ? 1 : 0

          security_group_id = aws_security_group.web.id
          ip_protocol       = "tcp"
          from_port         = 22
          to_port           = 22
          cidr_ipv4         = "54.0.0.0/16" # undetermined
        }
      HCL
    }
  }

  example "known beside unknown ranges" {
    file "main.tf" {
      content = <<-HCL
        variable "offices" {
          type = list(string)
        }

        resource "aws_security_group" "bastion" {
          ingress {
            protocol  = "tcp"
            from_port = 22
            to_port   = 22
            cidr_blocks = concat( # undetermined
              var.offices,
              ["0.0.0.0/0"], # violation
            )
          }
        }
      HCL
    }
  }

  example "one of several ports or ranges" {
    file "main.tf" {
      content = <<-HCL
        variable "test" {
          type = bool
        }

        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = var.test ? 22 : 443 # undetermined
            to_port     = 443
            cidr_blocks = ["0.0.0.0/0"]
          }
          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = var.test ? ["192.168.0.0/16"] : ["10.0.0.0/8"]
          }
          ingress {
            protocol    = "tcp"
            from_port   = 3389
            to_port     = 3389
            cidr_blocks = var.test ? ["0.0.0.0/0"] : ["10.0.0.0/8"] # undetermined
          }
          ingress {
            protocol  = "tcp"
            from_port = 23
            to_port   = 23
            cidr_blocks = (var.test
              ? ["0.0.0.0/0", "10.0.0.0/8"] # violation
              : ["0.0.0.0/0"]
            )
          }
        }
      HCL
    }
  }

  example "blocks of which the number is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "rules" {
          type = list(object({ port = number }))
        }

        resource "aws_security_group" "all" {
          dynamic "ingress" {
            for_each = var.rules
            content {
              protocol    = "tcp"
              from_port   = 22
              to_port     = 22
              cidr_blocks = ["0.0.0.0/0"] # undetermined
            }
          }
          dynamic "ingress" {
            for_each = concat(var.rules, [{ port = 22 }]) # undetermined
            content {
              protocol    = "tcp"
              from_port   = ingress.value.port
              to_port     = ingress.value.port
              cidr_blocks = ["0.0.0.0/0"] # violation
            }
          }
        }
      HCL
    }
  }
}
