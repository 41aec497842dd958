rule "network/unattached" {
  title    = "Security group, route table or network ACL that nothing uses"
  severity = each.value.kind == "security group" ? "info" : "warning"
  since    = "0.1.0"

  for_each      = network.unattached
  condition     = each.value.used
  error_message = "nothing uses the ${each.value.kind} ${each.value.address}"
  highlight     = each.value.site

  why        = "A group protects the interfaces that have it, and a route table or network ACL holds for the subnets that are associated with it. What nothing uses does nothing, although it reads as if it did: subnets without a table or ACL of their own have the main table and the default ACL of the VPC, which lets everything through."
  fix        = "Associate it with what it was made for, or take it away. What an output hands on, any other expression names or a data source may find is taken to be used; and where nothing of a kind is used at all, others are taken to do that."
  references = ["AWS: Control traffic to your AWS resources using security groups", "AWS: Subnet route tables", "AWS: Network ACL basics"]

  example "a table without a subnet, and an ACL" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "a" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_route_table" "public" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_route_table" "private" { # violation
          vpc_id = aws_vpc.main.id
        }

        resource "aws_route" "out" {
          route_table_id         = aws_route_table.private.id
          destination_cidr_block = "0.0.0.0/0"
          nat_gateway_id         = "nat-0123456789abcdef0"
        }

        resource "aws_route_table_association" "a" {
          subnet_id      = aws_subnet.a.id
          route_table_id = aws_route_table.public.id
        }

        resource "aws_network_acl" "a" {
          vpc_id     = aws_vpc.main.id
          subnet_ids = [aws_subnet.a.id]
        }

        resource "aws_network_acl" "strict" { # violation
          vpc_id = aws_vpc.main.id
        }

        resource "aws_network_acl_rule" "none" {
          network_acl_id = aws_network_acl.strict.id
          rule_number    = 100
          rule_action    = "deny"
          protocol       = "-1"
          cidr_block     = "0.0.0.0/0"
        }
      HCL
    }
  }
  example "a group that only has rules" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
        }

        resource "aws_security_group" "old" { # violation
          ingress {
            from_port       = 443
            to_port         = 443
            protocol        = "tcp"
            security_groups = [aws_security_group.web.id]
          }
        }

        resource "aws_vpc_security_group_egress_rule" "old" {
          security_group_id = aws_security_group.old.id
          ip_protocol       = "-1"
          cidr_ipv4         = "10.0.0.0/8"
        }

        resource "aws_instance" "web" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          vpc_security_group_ids = [aws_security_group.web.id]
        }
      HCL
    }
  }
  example "groups that an output hands on, or a local value names" {
    file "main.tf" {
      content = <<-HCL
        locals {
          groups = [aws_security_group.web.id]
        }

        resource "aws_security_group" "web" {
        }

        resource "aws_security_group" "for_others" {
        }

        output "group" {
          value = aws_security_group.for_others.id
        }
      HCL
    }
  }
  example "a group that a controller in the cluster finds by its tag" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "nodes" {
          tags = { "karpenter.sh/discovery" = "main" }
        }

        resource "aws_security_group" "forgotten" { # violation
          tags = { Name = "nodes" }
        }

        resource "aws_security_group" "cluster" {
        }

        resource "aws_instance" "bastion" {
          vpc_security_group_ids = [aws_security_group.cluster.id]
        }
      HCL
    }
  }
}
