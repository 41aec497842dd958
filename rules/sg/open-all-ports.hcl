rule "sg/open-all-ports" {
  title    = "Every port reachable from the internet"
  severity = "error"
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

  for_each      = network.ingress_sources
  condition     = !opens_everything(each.value, option.ipv4_prefix, option.ipv6_prefix)
  error_message = "${each.value.address} lets ${each.value.text} in on every port"
  highlight     = each.value.site
  covers        = openings_everything(each.value, option.ipv4_prefix, option.ipv6_prefix)
  yields_to     = ["network/exposed-internal-service"]

  why        = "Whatever ever listens on a member of the group, today or after the next deployment, can be attacked from the whole internet: databases, debuggers, agents that nobody thought of. Ranges count as one where the group's rules together admit them, whatever the split."
  fix        = "Name the ports and the protocol that the service needs, and let in only who needs them; for other servers of yours, refer to their security group."
  references = ["AWS: Security group rules", "RFC 6890", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group"]

  example "all protocols" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = ["10.0.0.0/8", "0.0.0.0/0"] # violation
          }
        }
      HCL
    }
  }
  example "every TCP port, from the halves of the internet and in two rules" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
        }

        resource "aws_security_group_rule" "low" {
          security_group_id = aws_security_group.web.id
          type              = "ingress"
          protocol          = "tcp"
          from_port         = 1
          to_port           = 65535
          cidr_blocks       = ["0.0.0.0/1"] # violation
        }

        resource "aws_vpc_security_group_ingress_rule" "high" {
          security_group_id = aws_security_group.web.id
          ip_protocol       = "6"
          from_port         = 0
          to_port           = 65535
          cidr_ipv4         = "128.0.0.0/1" # violation
        }
      HCL
    }
  }
  example "one port, and everything from inside" {
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
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = ["10.0.0.0/8"]
            self        = true
          }
        }
      HCL
    }
  }
  example "sources that are not known" {
    file "main.tf" {
      content = <<-HCL
        variable "sources" {
          type = list(string)
        }

        resource "aws_security_group" "web" {
          ingress {
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = var.sources # undetermined
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
            from_port   = 0
            to_port     = 65535
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
            from_port        = 0
            to_port          = 65535
            ipv6_cidr_blocks = ["2600:1f00::/24"]
          }
        }
      HCL
    }
  }
}
