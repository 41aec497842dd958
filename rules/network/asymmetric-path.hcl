rule "network/asymmetric-path" {
  title    = "Answers that are dropped: allowed one way, not the other"
  severity = "warning"
  since    = "0.1.0"

  for_each      = network.unanswered
  condition     = each.value.answered
  error_message = "${each.value.address} drops the answers to ${each.value.text}: ${each.value.why}"
  highlight     = each.value.site

  why        = "A security group lets the packets in by name, routes and network ACLs let them get there, and no answer gets back: connections hang until they time out, which takes long to find. Network ACLs do not remember connections: answers go to a port from 1024 to 65535 of the client. And what comes in over a gateway needs a route back."
  fix        = "Allow the ephemeral ports in the network ACL in the other direction, or add the route back. Where nobody is meant to get there, take the rule out of the security group."
  references = ["AWS: Ephemeral ports", "AWS: Control subnet traffic with network access control lists", "AWS: Transit gateway route tables"]

  example "a network ACL without the ephemeral ports" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "app" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_subnet" "db" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.2.0/24"
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

        resource "aws_instance" "app" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.app.id
          vpc_security_group_ids = [aws_security_group.app.id]
        }

        resource "aws_instance" "db" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.db.id
          vpc_security_group_ids = [aws_security_group.db.id]
        }

        resource "aws_network_acl" "db" { # violation
          vpc_id     = aws_vpc.main.id
          subnet_ids = [aws_subnet.db.id]

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 5432
            to_port    = 5432
            cidr_block = "10.0.1.0/24"
          }

          egress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 443
            to_port    = 443
            cidr_block = "10.0.1.0/24"
          }
        }
      HCL
    }
  }
  example "with them" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "app" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_subnet" "db" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.2.0/24"
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

        resource "aws_instance" "app" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.app.id
          vpc_security_group_ids = [aws_security_group.app.id]
        }

        resource "aws_instance" "db" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.db.id
          vpc_security_group_ids = [aws_security_group.db.id]
        }

        resource "aws_network_acl" "db" {
          vpc_id     = aws_vpc.main.id
          subnet_ids = [aws_subnet.db.id]

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 5432
            to_port    = 5432
            cidr_block = "10.0.1.0/24"
          }

          egress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 32768
            to_port    = 60999
            cidr_block = "10.0.1.0/24"
          }
        }
      HCL
    }
  }
  example "a network ACL that keeps the packets out" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "app" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_subnet" "db" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.2.0/24"
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

        resource "aws_instance" "app" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.app.id
          vpc_security_group_ids = [aws_security_group.app.id]
        }

        resource "aws_instance" "db" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.db.id
          vpc_security_group_ids = [aws_security_group.db.id]
        }

        resource "aws_network_acl" "db" {
          vpc_id     = aws_vpc.main.id
          subnet_ids = [aws_subnet.db.id]

          ingress {
            rule_no    = 100
            action     = "deny"
            protocol   = "tcp"
            from_port  = 5432
            to_port    = 5432
            cidr_block = "10.0.1.0/24"
          }

          egress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 443
            to_port    = 443
            cidr_block = "10.0.1.0/24"
          }
        }
      HCL
    }
  }
  example "a transit gateway, and no route back" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "one" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_vpc" "two" {
          cidr_block = "10.2.0.0/16"
        }

        resource "aws_subnet" "one" {
          vpc_id     = aws_vpc.one.id
          cidr_block = "10.1.1.0/24"
        }

        resource "aws_subnet" "two" {
          vpc_id     = aws_vpc.two.id
          cidr_block = "10.2.1.0/24"
        }

        resource "aws_ec2_transit_gateway" "main" {
        }

        resource "aws_ec2_transit_gateway_vpc_attachment" "one" {
          transit_gateway_id = aws_ec2_transit_gateway.main.id
          vpc_id             = aws_vpc.one.id
          subnet_ids         = [aws_subnet.one.id]
        }

        resource "aws_ec2_transit_gateway_vpc_attachment" "two" {
          transit_gateway_id = aws_ec2_transit_gateway.main.id
          vpc_id             = aws_vpc.two.id
          subnet_ids         = [aws_subnet.two.id]
        }

        resource "aws_route" "one" {
          route_table_id         = aws_vpc.one.main_route_table_id
          destination_cidr_block = "10.2.0.0/16"
          transit_gateway_id     = aws_ec2_transit_gateway.main.id
        }

        resource "aws_route_table" "two" { # violation
          vpc_id = aws_vpc.two.id
        }

        resource "aws_route_table_association" "two" {
          subnet_id      = aws_subnet.two.id
          route_table_id = aws_route_table.two.id
        }

        resource "aws_security_group" "one" {
          vpc_id = aws_vpc.one.id

          egress {
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = ["0.0.0.0/0"]
          }
        }

        resource "aws_security_group" "two" {
          vpc_id = aws_vpc.two.id

          ingress {
            protocol    = "tcp"
            from_port   = 443
            to_port     = 443
            cidr_blocks = ["10.1.0.0/16"]
          }
        }

        resource "aws_instance" "one" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.one.id
          vpc_security_group_ids = [aws_security_group.one.id]
        }

        resource "aws_instance" "two" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.two.id
          vpc_security_group_ids = [aws_security_group.two.id]
        }
      HCL
    }
  }
  example "a database that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "databases" {
          type = number
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "app" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_subnet" "db" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.2.0/24"
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

        resource "aws_instance" "app" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.app.id
          vpc_security_group_ids = [aws_security_group.app.id]
        }

        resource "aws_instance" "db" { # undetermined
          count = var.databases

          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.db.id
          vpc_security_group_ids = [aws_security_group.db.id]
        }

        resource "aws_network_acl" "db" {
          vpc_id     = aws_vpc.main.id
          subnet_ids = [aws_subnet.db.id]

          ingress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 5432
            to_port    = 5432
            cidr_block = "10.0.1.0/24"
          }

          egress {
            rule_no    = 100
            action     = "allow"
            protocol   = "tcp"
            from_port  = 443
            to_port    = 443
            cidr_block = "10.0.1.0/24"
          }
        }
      HCL
    }
  }
}
