rule "nacl/unreached-entry" {
  title    = "Network ACL entry that no packet gets to"
  severity = "warning"
  since    = "0.1.0"

  for_each      = network.unreached_entries
  condition     = each.value.reached
  error_message = "no packet gets to entry ${each.value.number} of ${each.value.address}: ${each.value.by} all of it"
  highlight     = each.value.site

  why        = "Entries are asked in the order of their numbers, and the first that matches decides. A denial behind a permission that matches the same packets denies nothing, although it reads as if it did."
  fix        = "Give the more special entry a lower number than the more general one, or take it away. What is not known before apply leaves no entry without packets."
  references = ["AWS: Network ACL rules"]

  example "a denial behind a permission of everything" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl" "main" {
          vpc_id = "vpc-0123456789abcdef0"

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "-1"
            from_port  = 0
            to_port    = 0
            cidr_block = "0.0.0.0/0"
          }

          ingress { # violation
            rule_no    = 200
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
  example "two entries that match all of a third one, on the way out" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_network_acl" "main" {
          vpc_id = "vpc-0123456789abcdef0"
        }

        resource "aws_network_acl_rule" "halves" {
          count = 2

          network_acl_id = aws_network_acl.main.id
          egress         = true
          rule_number    = 100 + count.index
          rule_action    = "deny"
          protocol       = "tcp"
          from_port      = 0
          to_port        = 65535
          cidr_block     = ["10.0.0.0/9", "10.128.0.0/9"][count.index]
        }

        resource "aws_network_acl_rule" "private" { # violation
          network_acl_id = aws_network_acl.main.id
          egress         = true
          rule_number    = 200
          rule_action    = "allow"
          protocol       = "tcp"
          from_port      = 443
          to_port        = 443
          cidr_block     = "10.0.0.0/8"
        }
      HCL
    }
  }
  example "exceptions first, and the other family and direction" {
    file "main.tf" {
      content = <<-HCL
        variable "office" {
          type = string
        }

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
            protocol   = "-1"
            from_port  = 0
            to_port    = 0
            cidr_block = "0.0.0.0/0"
          }

          ingress {
            rule_no         = 110
            action          = "allow"
            protocol        = "-1"
            from_port       = 0
            to_port         = 0
            ipv6_cidr_block = "::/0"
          }

          ingress {
            rule_no    = 120
            action     = "deny"
            protocol   = "-1"
            from_port  = 0
            to_port    = 0
            cidr_block = var.office
          }

          egress {
            rule_no    = 110
            action     = "allow"
            protocol   = "-1"
            from_port  = 0
            to_port    = 0
            cidr_block = "0.0.0.0/0"
          }
        }
      HCL
    }
  }
}
