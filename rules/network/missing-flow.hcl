rule "network/missing-flow" {
  title    = "Declared flow that cannot work"
  severity = "error"
  since    = "0.1.0"

  for_each             = network.missing_flows
  condition            = each.value.works
  error_message        = "${each.value.from} cannot reach ${each.value.to} on ${each.value.packets}, although a flow declares it: ${each.value.why}"
  undetermined_message = "whether ${each.value.from} reaches ${each.value.to} on ${each.value.packets}, as a flow declares, hangs on this, which is not known yet"
  highlight            = each.value.site

  why        = "A flow in `.terravet.hcl` says what has to work. Where no packet of it gets there, or no answer back, the application will not work after apply, and the first to see it looks in the wrong place: half of a pair of rules, a route, a network ACL without the ephemeral ports."
  fix        = "Let it through where this stands, or take the flow out of `.terravet.hcl` if it is not needed any more."
  references = ["AWS: Security group rules", "AWS: Control subnet traffic with network access control lists", "AWS: Configure route tables"]

  example "a rule that lets in, and none that lets out" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "app" { match = { Tier = "app" } }
        tier "db"  { match = { Tier = "db" } }

        flow { from = tier.app  to = tier.db  ports = [5432] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "app" { # violation
          vpc_id = aws_vpc.main.id
        }

        resource "aws_security_group" "db" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol        = "tcp"
            from_port       = 5432
            to_port         = 5432
            security_groups = [aws_security_group.app.id]
          }
        }

        resource "aws_instance" "tier" {
          for_each               = { app = aws_security_group.app.id, db = aws_security_group.db.id }
          subnet_id              = aws_subnet.main.id
          vpc_security_group_ids = [each.value]
          tags                   = { Tier = each.key }
        }
      HCL
    }
  }
  example "one port of two, by a network ACL that forgets answers" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "web" { match = { Tier = "web" } }

        flow { from = internet  to = tier.web  ports = [80, 443] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_network_acl" "main" { # violation
          vpc_id     = aws_vpc.main.id
          subnet_ids = [aws_subnet.main.id]

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 443
            to_port    = 443
            cidr_block = "0.0.0.0/0"
          }

          egress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 1024
            to_port    = 65535
            cidr_block = "0.0.0.0/0"
          }
        }

        resource "aws_security_group" "web" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 80
            to_port     = 443
            cidr_blocks = ["0.0.0.0/0"]
          }
        }

        resource "aws_instance" "web" {
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = true
          vpc_security_group_ids      = [aws_security_group.web.id]
          tags                        = { Tier = "web" }
        }
      HCL
    }
  }
  example "both rules" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "app" { match = { Tier = "app" } }
        tier "db"  { match = { Tier = "db" } }

        flow { from = tier.app  to = tier.db  ports = [5432] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "app" {
          vpc_id = aws_vpc.main.id

          egress {
            protocol    = "tcp"
            from_port   = 5432
            to_port     = 5432
            cidr_blocks = ["10.0.0.0/16"]
          }
        }

        resource "aws_security_group" "db" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol        = "tcp"
            from_port       = 5432
            to_port         = 5432
            security_groups = [aws_security_group.app.id]
          }
        }

        resource "aws_instance" "tier" {
          for_each               = { app = aws_security_group.app.id, db = aws_security_group.db.id }
          subnet_id              = aws_subnet.main.id
          vpc_security_group_ids = [each.value]
          tags                   = { Tier = each.key }
        }
      HCL
    }
  }
  example "a port that is not known before apply" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "app" { match = { Tier = "app" } }
        tier "db"  { match = { Tier = "db" } }

        flow { from = tier.app  to = tier.db  ports = [5432] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        variable "port" {
          type = number
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "app" {
          vpc_id = aws_vpc.main.id

          egress {
            protocol    = "tcp"
            from_port   = 5432
            to_port     = 5432
            cidr_blocks = ["10.0.0.0/16"]
          }
        }

        resource "aws_security_group" "db" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol        = "tcp"
            from_port       = var.port # undetermined
            to_port         = var.port
            security_groups = [aws_security_group.app.id]
          }
        }

        resource "aws_instance" "tier" {
          for_each               = { app = aws_security_group.app.id, db = aws_security_group.db.id }
          subnet_id              = aws_subnet.main.id
          vpc_security_group_ids = [each.value]
          tags                   = { Tier = each.key }
        }
      HCL
    }
  }
}
