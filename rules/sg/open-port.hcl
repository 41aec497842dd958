rule "sg/open-port" {
  title    = "Port reachable from the internet that is not meant to be public"
  severity = "warning"
  since    = "0.1.0"

  option "allowed" {
    type        = list(number)
    default     = [80, 443]
    description = "TCP and UDP ports that may be open to the internet."

    condition     = alltrue([for port in option.allowed : port >= 0 && port <= 65535 && floor(port) == port])
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
  condition     = !opens_except(each.value, ["tcp", "udp"], option.allowed, option.ipv4_prefix, option.ipv6_prefix)
  error_message = "${each.value.address} lets ${each.value.text} in on ${opened_ports_except(each.value, ["tcp", "udp"], option.allowed, option.ipv4_prefix, option.ipv6_prefix)}"
  highlight     = each.value.site
  covers        = openings_except(each.value, ["tcp", "udp"], option.allowed, option.ipv4_prefix, option.ipv6_prefix)
  yields_to     = ["network/exposed-internal-service", "sg/open-all-ports", "sg/open-admin-port", "sg/open-database-port"]

  why        = "Each port that the internet can reach is something to patch and to watch. Those that were opened for a test, or for one partner, are seldom closed again."
  fix        = "Let in only the addresses that need the port; where everybody does, add it to option `allowed` of this rule."
  references = ["AWS: Security group rules", "RFC 6890", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group"]

  example "a port for everybody, over TCP and over UDP" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 8080
            to_port     = 8080
            cidr_blocks = ["0.0.0.0/0"] # violation
          }
          ingress {
            protocol         = "udp"
            from_port        = 22
            to_port          = 22
            ipv6_cidr_blocks = ["::/0"] # violation
          }
        }
      HCL
    }
  }
  example "a range with more than web ports in it" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 80
            to_port     = 443
            cidr_blocks = ["0.0.0.0/0"] # violation
          }
        }
      HCL
    }
  }
  example "web ports for everybody, ICMP too" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["0.0.0.0/0"]
          }
          ingress {
            protocol    = "icmp"
            from_port   = -1
            to_port     = -1
            cidr_blocks = ["0.0.0.0/0"]
          }
        }
      HCL
    }
  }
  example "a protocol that is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "protocol" {
          type = string
        }

        resource "aws_security_group" "web" {
          ingress {
            protocol    = var.protocol # undetermined
            from_port   = 8080
            to_port     = 8080
            cidr_blocks = ["0.0.0.0/0"]
          }
        }
      HCL
    }
  }
  example "another port is meant to be public" {
    options = { allowed = [443, 8443] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 8443
            to_port     = 8443
            cidr_blocks = ["0.0.0.0/0"]
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
            from_port   = 8080
            to_port     = 8080
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
            from_port        = 8080
            to_port          = 8080
            ipv6_cidr_blocks = ["2600:1f00::/24"]
          }
        }
      HCL
    }
  }
}
