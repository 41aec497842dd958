rule "network/unintended-flow" {
  title    = "Packets get through between tiers that no flow allows"
  severity = "error"
  since    = "0.1.0"

  for_each             = network.unintended_flows
  condition            = each.value.allowed
  error_message        = "${each.value.address} lets ${each.value.from} reach ${each.value.to} on ${each.value.packets}, which no flow allows: ${each.value.example}, for example"
  undetermined_message = "whether ${each.value.from} reaches ${each.value.to} on ${each.value.packets}, which no flow allows, hangs on this, which is not known yet"
  highlight            = each.value.site

  why        = "`.terravet.hcl` declares the tiers of the network and the flows between them; everything else is denied. A way that nobody declared is one that nobody watches: the rule of a migration that was never taken out, a range that holds more than was thought, a group that is worn by more than one tier."
  fix        = "Narrow the rule to the tier that is meant, or declare the flow in `.terravet.hcl` if it is wanted."
  references = ["AWS: Infrastructure security in Amazon VPC", "AWS: What is Network Access Analyzer?"]

  example "a database that the whole VPC reaches" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "web" { match = { Tier = "web" } }
        tier "app" { match = { Tier = "app" } }
        tier "db"  { match = { Tier = "db" } }

        flow { from = tier.web  to = tier.app  ports = [8080] }
        flow { from = tier.app  to = tier.db   ports = [5432] }
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

        resource "aws_security_group" "web" {
          vpc_id = aws_vpc.main.id

          egress {
            protocol    = "tcp"
            from_port   = 1024
            to_port     = 65535
            cidr_blocks = ["10.0.0.0/16"]
          }
        }

        resource "aws_security_group" "app" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol        = "tcp"
            from_port       = 8080
            to_port         = 8080
            security_groups = [aws_security_group.web.id]
          }

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
            protocol    = "tcp"
            from_port   = 5432
            to_port     = 5432
            cidr_blocks = ["10.0.0.0/16"] # violation
          }
        }

        resource "aws_instance" "tier" {
          for_each               = { web = aws_security_group.web.id, app = aws_security_group.app.id, db = aws_security_group.db.id }
          subnet_id              = aws_subnet.main.id
          vpc_security_group_ids = [each.value]
          tags                   = { Tier = each.key }
        }
      HCL
    }
  }
  example "a port that is open beside the one that is meant, to the group itself too" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "web" {
          match = { Tier = "web" }
        }

        flow {
          from  = "203.0.113.0/24"
          to    = tier.web
          ports = [443, "8000-8100"]
        }
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

        resource "aws_security_group" "web" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["203.0.113.0/24"]
          }

          ingress {
            protocol    = "tcp"
            from_port   = 8000
            to_port     = 8200
            cidr_blocks = ["203.0.113.0/24"] # violation
          }

          ingress {
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["198.51.100.0/24"] # violation
          }

          ingress {
            protocol  = "-1"
            from_port = 0
            to_port   = 0
            self      = true # violation
          }

          egress {
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = ["10.0.0.0/16"]
          }
        }

        resource "aws_instance" "web" {
          count                       = 2
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = true
          vpc_security_group_ids      = [aws_security_group.web.id]
          tags                        = { Tier = "web" }
        }
      HCL
    }
  }
  example "what is declared, and nothing else" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "app" { match = { Tier = "app" } }
        tier "db"  { addresses = ["aws_db_instance.*"] }

        flow { from = tier.app  to = tier.db   ports = [5432] }
        flow { from = tier.app  to = internet  ports = [443] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "main" {
          count      = 2
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.$${count.index}.0/24"
        }

        resource "aws_security_group" "app" {
          vpc_id = aws_vpc.main.id

          egress {
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = ["0.0.0.0/0"]
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

        resource "aws_db_subnet_group" "main" {
          subnet_ids = aws_subnet.main[*].id
        }

        resource "aws_db_instance" "main" {
          instance_class         = "db.t4g.medium"
          db_subnet_group_name   = aws_db_subnet_group.main.name
          vpc_security_group_ids = [aws_security_group.db.id]
        }

        resource "aws_instance" "app" {
          subnet_id              = aws_subnet.main[0].id
          vpc_security_group_ids = [aws_security_group.app.id]
          tags                   = { Tier = "app" }
        }
      HCL
    }
  }
  example "a range that is not known before apply" {
    file ".terravet.hcl" {
      content = <<-HCL
        tier "app" { match = { Tier = "app" } }
        tier "db"  { match = { Tier = "db" } }

        flow { from = tier.app  to = tier.db  ports = [5432] }
      HCL
    }
    file "main.tf" {
      content = <<-HCL
        variable "monitoring" {
          type = string
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
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = ["0.0.0.0/0"]
          }
        }

        resource "aws_security_group" "db" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 9100
            to_port     = 9100
            cidr_blocks = [var.monitoring] # undetermined
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
