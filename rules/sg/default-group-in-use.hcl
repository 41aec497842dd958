rule "sg/default-group-in-use" {
  title    = "Default security group that has rules"
  severity = "warning"
  since    = "0.1.0"

  for_each      = network.security_groups
  condition     = !(each.value.default && each.value.has_rules)
  error_message = "${each.value.address} gives rules to a default security group"
  highlight     = each.value.site

  why        = "Whatever is launched without a security group gets the default one of its VPC. Its rules then hold for things that nobody meant them for."
  fix        = "Give the default group no rules (an `aws_default_security_group` without `ingress` and `egress`), and a group of its own to each kind of server."
  references = ["AWS: Default security groups for your VPCs", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/default_security_group"]

  example "rules in the default group" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_default_security_group" "this" {
          vpc_id = "vpc-0123456789abcdef0"

          ingress { # violation
            protocol  = "-1"
            from_port = 0
            to_port   = 0
            self      = true
          }
        }
      HCL
    }
  }
  example "a rule for the default group of a VPC" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_security_group_rule" "inside" { # violation
          security_group_id = aws_vpc.main.default_security_group_id
          type              = "ingress"
          protocol          = "tcp"
          from_port         = 443
          to_port           = 443
          cidr_blocks       = ["10.0.0.0/16"]
        }
      HCL
    }
  }
  example "a default group without rules, and a group with some" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_default_security_group" "this" {
          vpc_id = "vpc-0123456789abcdef0"
        }

        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["10.0.0.0/8"]
          }
        }
      HCL
    }
  }
  example "rules that are not known" {
    file "main.tf" {
      content = <<-HCL
        variable "ports" {
          type = list(number)
        }

        resource "aws_default_security_group" "this" {
          vpc_id = "vpc-0123456789abcdef0"

          dynamic "ingress" {
            for_each = var.ports # undetermined
            content {
              protocol  = "tcp"
              from_port = ingress.value
              to_port   = ingress.value
              self      = true
            }
          }
        }
      HCL
    }
  }
}
