rule "sg/mixed-rule-styles" {
  title    = "Security group with both inline rules and rule resources"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.security_group_rule_styles
  condition     = !each.value.mixed
  error_message = "${each.value.address} has inline rules, and ${each.value.separate_rule} adds another from outside"
  highlight     = each.value.site

  why        = "Inline rules are the whole list: at each apply Terraform takes away what is not among them, and at the next one the rule resource puts it back. The group is never what either of them says."
  fix        = "Write all rules of a group in one way, best as `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`."
  references = ["https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_security_group_ingress_rule"]

  example "inline rules and a rule resource" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress { # violation
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["10.0.0.0/8"]
          }
        }

        resource "aws_security_group_rule" "http" {
          security_group_id = aws_security_group.web.id
          type              = "ingress"
          protocol          = "tcp"
          from_port         = 80
          to_port           = 80
          cidr_blocks       = ["10.0.0.0/8"]
        }
      HCL
    }
  }
  example "one style for each group" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "inline" {
          ingress {
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["10.0.0.0/8"]
          }
        }

        resource "aws_security_group" "separate" {
        }

        resource "aws_vpc_security_group_ingress_rule" "http" {
          security_group_id = aws_security_group.separate.id
          ip_protocol       = "tcp"
          from_port         = 80
          to_port           = 80
          cidr_ipv4         = "10.0.0.0/8"
        }
      HCL
    }
  }
  example "inline rules that may be none" {
    file "main.tf" {
      content = <<-HCL
        variable "ports" {
          type = list(number)
        }

        resource "aws_security_group" "web" {
          dynamic "ingress" {
            for_each = var.ports # undetermined
            content {
              protocol    = "tcp"
              from_port   = ingress.value
              to_port     = ingress.value
              cidr_blocks = ["10.0.0.0/8"]
            }
          }
        }

        resource "aws_vpc_security_group_egress_rule" "out" {
          security_group_id = aws_security_group.web.id
          ip_protocol       = "-1"
          cidr_ipv4         = "10.0.0.0/8"
        }
      HCL
    }
  }
  example "a rule resource that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "monitoring" {
          type = bool
        }

        resource "aws_security_group" "app" {
          ingress { # undetermined
            protocol  = "tcp"
            from_port = 443
            to_port   = 443
            self      = true
          }
        }

        resource "aws_security_group_rule" "monitoring" {
          count = var.monitoring ? 1 : 0

          type              = "ingress"
          security_group_id = aws_security_group.app.id
          protocol          = "tcp"
          from_port         = 9100
          to_port           = 9100
          self              = true
        }
      HCL
    }
  }
}
