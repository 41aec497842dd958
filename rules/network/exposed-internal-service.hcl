rule "network/exposed-internal-service" {
  title    = "Database, cache or other internal service that the internet reaches"
  severity = "error"
  since    = "0.1.0"

  option "kinds" {
    type        = list(string)
    default     = ["broker", "cache", "database", "mount target", "replication instance", "search domain"]
    description = "Kinds of things that are internal, whatever their tags: those of the default, and `internal load balancer` (behind a network one, as for fixed addresses), `load balancer`, `instance`, `Auto Scaling group`, `network interface`, `service` (of ECS), `node group`, `cluster` (of EKS)."

    condition = alltrue([for kind in option.kinds : contains([
      "broker", "cache", "database", "mount target", "replication instance", "search domain", "internal load balancer",
      "instance", "Auto Scaling group", "network interface", "service", "node group", "cluster", "load balancer",
    ], kind)])
    error_message = "a kind is one of those that the option's description names"
  }
  option "tiers" {
    type        = list(string)
    default     = ["cache", "data", "database", "db", "internal", "private"]
    description = "Words in the tag Tier that say that a thing is internal, whatever kind it is; `*` is any letters."
  }
  option "ipv4_prefix" {
    type        = number
    default     = 16
    description = "The internet is what is larger than an IPv4 block of this prefix length."

    condition     = option.ipv4_prefix >= 0 && option.ipv4_prefix <= 32 && floor(option.ipv4_prefix) == option.ipv4_prefix
    error_message = "a prefix length is a whole number from 0 to 32"
  }
  option "ipv6_prefix" {
    type        = number
    default     = 32
    description = "The internet is what is larger than an IPv6 block of this prefix length."

    condition     = option.ipv6_prefix >= 0 && option.ipv6_prefix <= 128 && floor(option.ipv6_prefix) == option.ipv6_prefix
    error_message = "a prefix length is a whole number from 0 to 128"
  }

  for_each = [
    for exposure in network.exposures : exposure
    if contains(option.kinds, exposure.kind) || says(exposure.tier, option.tiers)
  ]
  condition     = !exposes(each.value, ["tcp", "udp"], ["0-65535"], option.ipv4_prefix, option.ipv6_prefix)
  error_message = "${each.value.address} can be reached from the internet${each.value.through}: packets from ${each.value.text} get to ${exposed_ports(each.value, ["tcp", "udp"], ["0-65535"], option.ipv4_prefix, option.ipv6_prefix)}"
  highlight     = each.value.site
  covers        = exposings(each.value, ["tcp", "udp"], ["0-65535"], option.ipv4_prefix, option.ipv6_prefix)

  why        = "What holds data, or serves others inside, has no business with the internet. Here everything that has to come together has: an address that the internet can use (or a load balancer that passes connections on), a way there and back, network ACLs and a rule that let it in. The application in front of it cannot protect it any more."
  fix        = "Let in the security group of the application instead of addresses, take the public address away (`publicly_accessible = false`), and put it in subnets without a route to an internet gateway. What the internet may use stands behind an application load balancer."
  references = ["AWS: Hiding a DB instance in a VPC from the internet", "AWS: Client IP preservation for Network Load Balancers", "AWS: Security group rules", "RFC 6890"]

  example "a public database that a rule lets everybody in to" {
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
          count = 2

          vpc_id     = aws_vpc.main.id
          cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
        }

        resource "aws_db_subnet_group" "main" {
          subnet_ids = aws_subnet.main[*].id
        }

        resource "aws_security_group" "db" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 5432
            to_port     = 5432
            cidr_blocks = ["0.0.0.0/0", "10.0.0.0/16"] # violation
          }
        }

        resource "aws_db_instance" "orders" {
          engine                 = "postgres"
          instance_class         = "db.t4g.micro"
          publicly_accessible    = true
          db_subnet_group_name   = aws_db_subnet_group.main.name
          vpc_security_group_ids = [aws_security_group.db.id]
        }
      HCL
    }
  }
  example "the same rule, but no public address; a public address, but no such rule" {
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
          count = 2

          vpc_id     = aws_vpc.main.id
          cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
        }

        resource "aws_db_subnet_group" "main" {
          subnet_ids = aws_subnet.main[*].id
        }

        resource "aws_security_group" "everybody" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 5432
            to_port     = 5432
            cidr_blocks = ["0.0.0.0/0"]
          }
        }

        resource "aws_security_group" "office" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 5432
            to_port     = 5432
            cidr_blocks = ["198.51.100.0/24", "203.0.113.7/32"]
          }
        }

        resource "aws_db_instance" "private" {
          engine                 = "postgres"
          instance_class         = "db.t4g.micro"
          db_subnet_group_name   = aws_db_subnet_group.main.name
          vpc_security_group_ids = [aws_security_group.everybody.id]
        }

        resource "aws_db_instance" "for_the_office" {
          engine                 = "postgres"
          instance_class         = "db.t4g.micro"
          publicly_accessible    = true
          db_subnet_group_name   = aws_db_subnet_group.main.name
          vpc_security_group_ids = [aws_security_group.office.id]
        }
      HCL
    }
  }
  example "a flag that is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "public" {
          type = bool
        }

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

        resource "aws_redshift_subnet_group" "main" {
          name       = "main"
          subnet_ids = [aws_subnet.main.id]
        }

        resource "aws_security_group" "facts" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "-1"
            from_port   = 0
            to_port     = 0
            cidr_blocks = ["0.0.0.0/0"]
          }
        }

        resource "aws_redshift_cluster" "facts" {
          cluster_identifier        = "facts"
          node_type                 = "ra3.large"
          publicly_accessible       = var.public # undetermined
          cluster_subnet_group_name = aws_redshift_subnet_group.main.name
          vpc_security_group_ids    = [aws_security_group.facts.id]
        }
      HCL
    }
  }
  example "behind a network load balancer, which sends from its own addresses" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_subnet" "public" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.0.0/24"
        }

        resource "aws_route_table" "public" {
          vpc_id = aws_vpc.main.id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }

        resource "aws_route_table_association" "public" {
          subnet_id      = aws_subnet.public.id
          route_table_id = aws_route_table.public.id
        }

        resource "aws_subnet" "data" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "mongo" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 27017
            to_port     = 27017
            cidr_blocks = ["10.0.0.0/16"]
          }
        }

        resource "aws_instance" "mongo" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "r7g.large"
          subnet_id              = aws_subnet.data.id
          vpc_security_group_ids = [aws_security_group.mongo.id]
          tags                   = { Tier = "data" }
        }

        resource "aws_lb" "entry" {
          load_balancer_type = "network"
          subnets            = [aws_subnet.public.id]
        }

        resource "aws_lb_target_group" "mongo" {
          port               = 27017
          protocol           = "TCP"
          preserve_client_ip = false
          vpc_id             = aws_vpc.main.id
        }

        resource "aws_lb_listener" "mongo" {
          load_balancer_arn = aws_lb.entry.arn
          port              = 443
          protocol          = "TCP"

          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.mongo.arn
          }
        }

        resource "aws_lb_target_group_attachment" "mongo" { # violation
          target_group_arn = aws_lb_target_group.mongo.arn
          target_id        = aws_instance.mongo.id
        }
      HCL
    }
  }
  example "other kinds: every instance" {
    options = { kinds = ["instance"] }
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
            cidr_blocks = ["0.0.0.0/0"] # violation
          }
        }

        resource "aws_instance" "web" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = true
          vpc_security_group_ids      = [aws_security_group.web.id]
        }
      HCL
    }
  }
  example "another tier" {
    options = { tiers = ["backend"] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block                       = "10.0.0.0/16"
          assign_generated_ipv6_cidr_block = true
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            ipv6_cidr_block = "::/0"
            gateway_id      = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id                          = aws_vpc.main.id
          cidr_block                      = "10.0.1.0/24"
          ipv6_cidr_block                 = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 1)
          assign_ipv6_address_on_creation = true
        }

        resource "aws_security_group" "all" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol         = "tcp"
            from_port        = 8080
            to_port          = 8080
            ipv6_cidr_blocks = ["::/0"] # violation
          }
        }

        resource "aws_instance" "worker" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.main.id
          vpc_security_group_ids = [aws_security_group.all.id]
          tags                   = { Tier = "orders-backend" }
        }
      HCL
    }
  }
  example "a prefix length for IPv4" {
    options = { ipv4_prefix = 24 }
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

        resource "aws_security_group" "db" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 3306
            to_port     = 3306
            cidr_blocks = ["8.8.0.0/20"] # violation
          }
        }

        resource "aws_instance" "db" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = true
          vpc_security_group_ids      = [aws_security_group.db.id]
          tags                        = { Tier = "db" }
        }
      HCL
    }
  }
  example "a prefix length for IPv6" {
    options = { ipv6_prefix = 24 }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block                       = "10.0.0.0/16"
          assign_generated_ipv6_cidr_block = true
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            ipv6_cidr_block = "::/0"
            gateway_id      = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id                          = aws_vpc.main.id
          cidr_block                      = "10.0.1.0/24"
          ipv6_cidr_block                 = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 1)
          assign_ipv6_address_on_creation = true
        }

        resource "aws_security_group" "db" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol         = "tcp"
            from_port        = 3306
            to_port          = 3306
            ipv6_cidr_blocks = ["2600:1f00::/24"]
          }
        }

        resource "aws_instance" "db" {
          ami                    = "ami-0123456789abcdef0"
          instance_type          = "t3.micro"
          subnet_id              = aws_subnet.main.id
          vpc_security_group_ids = [aws_security_group.db.id]
          tags                   = { Tier = "db" }
        }
      HCL
    }
  }
}
