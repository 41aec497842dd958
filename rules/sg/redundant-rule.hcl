rule "sg/redundant-rule" {
  title    = "Security-group rule that other rules of the group make needless"
  severity = "info"
  since    = "0.1.0"

  undetermined = "info"

  for_each      = network.redundant_rules
  condition     = !each.value.redundant
  error_message = "${each.value.text} changes nothing: ${each.value.by} all of it through"
  highlight     = each.value.site

  why        = "The rules of a group are permissions that count together. One that a wider one covers restricts nothing, although it reads as if it did: whoever takes it away believes that a way is closed, and it is open. AWS refuses the same rule twice, but only at apply."
  fix        = "Decide which of them is meant. If the narrow one, take the wide one away; else take the narrow one away. What is not known before apply makes no rule needless."
  references = ["AWS: Security group rules", "AWS: Control traffic to your AWS resources using security groups"]

  example "an office inside a network that is let in anyway" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            from_port   = 0
            to_port     = 65535
            protocol    = "tcp"
            cidr_blocks = ["10.0.0.0/8"]
          }

          ingress { # violation
            from_port   = 443
            to_port     = 443
            protocol    = "tcp"
            cidr_blocks = ["10.20.0.0/16"]
          }
        }
      HCL
    }
  }
  example "one of several blocks, and two rules that cover a third one together" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
        }

        resource "aws_security_group_rule" "offices" {
          security_group_id = aws_security_group.web.id
          type              = "ingress"
          from_port         = 443
          to_port           = 443
          protocol          = "tcp"
          cidr_blocks       = ["10.0.0.0/8", "10.20.0.0/16", "192.168.0.0/16"] # violation
        }

        resource "aws_vpc_security_group_egress_rule" "low" {
          security_group_id = aws_security_group.web.id
          ip_protocol       = "udp"
          from_port         = 1
          to_port           = 100
          cidr_ipv4         = "0.0.0.0/0"
        }

        resource "aws_vpc_security_group_egress_rule" "high" {
          security_group_id = aws_security_group.web.id
          ip_protocol       = "udp"
          from_port         = 90
          to_port           = 200
          cidr_ipv4         = "0.0.0.0/0"
        }

        resource "aws_vpc_security_group_egress_rule" "middle" { # violation
          security_group_id = aws_security_group.web.id
          ip_protocol       = "udp"
          from_port         = 53
          to_port           = 123
          cidr_ipv4         = "10.0.0.0/8"
        }
      HCL
    }
  }
  example "rules of which each lets something else through" {
    file "main.tf" {
      content = <<-HCL
        variable "office" {
          type = string
        }

        resource "aws_security_group" "lb" {
        }

        resource "aws_security_group" "web" {
          ingress {
            from_port       = 443
            to_port         = 443
            protocol        = "tcp"
            cidr_blocks     = ["10.0.0.0/8", var.office]
            security_groups = [aws_security_group.lb.id]
          }

          ingress {
            from_port   = 443
            to_port     = 443
            protocol    = "udp"
            cidr_blocks = ["10.0.0.0/8"]
          }

          ingress {
            from_port        = 80
            to_port          = 443
            protocol         = "tcp"
            ipv6_cidr_blocks = ["::/0"]
          }

          egress {
            from_port   = 443
            to_port     = 443
            protocol    = "tcp"
            cidr_blocks = ["10.0.0.0/8"]
          }
        }
      HCL
    }
  }
}
