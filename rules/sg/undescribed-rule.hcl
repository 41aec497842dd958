rule "sg/undescribed-rule" {
  title    = "Security group rule without a description"
  severity = "info"
  since    = "0.1.0"

  for_each      = network.security_group_rules
  condition     = each.value.described
  error_message = "${each.value.address} has an ${each.value.direction} rule without a description"
  highlight     = each.value.site
  undetermined  = "info"

  why        = "Two years on, nobody knows whom a rule was for, so nobody dares to take it away."
  fix        = "Say in `description` whom the rule is for; a ticket number does no harm."
  references = ["AWS: Security group rules", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_security_group_ingress_rule"]

  example "one rule without a description, one with a blank one" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress { # violation
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["10.0.0.0/8"]
          }
          egress {
            description = " " # violation
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["10.0.0.0/8"]
          }
        }
      HCL
    }
  }
  example "a described rule" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc_security_group_ingress_rule" "web" {
          security_group_id = "sg-0123456789abcdef0"
          description       = "HTTPS from the load balancer"
          ip_protocol       = "tcp"
          from_port         = 443
          to_port           = 443
          cidr_ipv4         = "10.0.0.0/8"
        }
      HCL
    }
  }
  example "a description that is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "why" {
          type = string
        }

        resource "aws_vpc_security_group_ingress_rule" "web" {
          security_group_id = "sg-0123456789abcdef0"
          description       = var.why # undetermined
          ip_protocol       = "-1"
          cidr_ipv4         = "10.0.0.0/8"
        }
      HCL
    }
  }
}
