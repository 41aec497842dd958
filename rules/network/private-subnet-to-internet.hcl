rule "network/private-subnet-to-internet" {
  title    = "Private subnet routed to an internet gateway"
  severity = "error"
  since    = "0.1.0"

  option "private" {
    type        = list(string)
    default     = ["private", "priv", "internal", "isolated"]
    description = "Words that say that a subnet is private, in its resource name or its tags Name, Tier and Type; `*` is any letters."
  }
  option "roles" {
    type        = list(string)
    default     = ["data", "database", "db"]
    description = "Words there for what belongs in private subnets. They say so only of subnets that do not give public addresses (`map_public_ip_on_launch`)."
  }

  option "public" {
    type        = list(string)
    default     = ["public"]
    description = "Words that say that a subnet is public, which outweigh the others: where one stands in what is known of those names, the part that is not known yet raises no doubt."
  }

  for_each = network.subnets
  condition = !(
    each.value.routed_to_internet && (
      says(each.value.labels, option.private, option.public) && !says(each.value.labels, option.public, option.private) ||
      says(each.value.labels, option.roles, option.public) && !says(each.value.labels, option.public, option.roles) &&
      !each.value.gives_public_addresses
    )
  )
  error_message = "${each.value.address} is called private, but its route table sends public addresses to an internet gateway"
  highlight     = each.value.site

  why        = "A subnet is public when its route table leads to an internet gateway, whatever it is called. People put databases where the name says private. A word like `database` only says what is meant to be in a subnet: where that gives public addresses too, it is public on purpose, and other rules speak of it. A subnet called private that gives public addresses is one mistake more, and no excuse."
  fix        = "Associate the subnet with a route table that has no route to an internet gateway; for traffic out, route to a NAT gateway or, for IPv6, to an egress-only one."
  references = ["AWS: Subnets for your VPC", "AWS: Route tables", "AWS: Enable internet access for a VPC using an internet gateway"]

  example "a private subnet with the public route table" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_route_table" "main" {
          vpc_id = aws_vpc.main.id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }


        resource "aws_subnet" "private" { # violation
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_route_table_association" "private" {
          subnet_id      = aws_subnet.private.id
          route_table_id = aws_route_table.main.id
        }
      HCL
    }
  }
  example "by the main route table, which holds for subnets without one" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }


        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_route" "out" {
          route_table_id         = aws_vpc.main.main_route_table_id
          destination_cidr_block = "0.0.0.0/0"
          gateway_id             = aws_internet_gateway.main.id
        }

        resource "aws_subnet" "a" { # violation
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
          tags       = { Name = "app-db-1" }
        }
      HCL
    }
  }
  example "a private subnet behind a NAT gateway, and a public one" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_route_table" "main" {
          vpc_id = aws_vpc.main.id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }


        resource "aws_subnet" "public" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_route_table_association" "public" {
          subnet_id      = aws_subnet.public.id
          route_table_id = aws_route_table.main.id
        }

        resource "aws_nat_gateway" "main" {
          subnet_id = aws_subnet.public.id
        }

        resource "aws_subnet" "private" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.2.0/24"
        }

        resource "aws_route_table" "private" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_route" "out" {
          route_table_id         = aws_route_table.private.id
          destination_cidr_block = "0.0.0.0/0"
          nat_gateway_id         = aws_nat_gateway.main.id
        }

        resource "aws_route_table_association" "private" {
          subnet_id      = aws_subnet.private.id
          route_table_id = aws_route_table.private.id
        }
      HCL
    }
  }
  example "a gateway that is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "gateway" {
          type = string
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_route_table" "main" {
          vpc_id = aws_vpc.main.id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = var.gateway
          }
        }

        resource "aws_subnet" "private" { # undetermined
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_route_table_association" "private" {
          subnet_id      = aws_subnet.private.id
          route_table_id = aws_route_table.main.id
        }
      HCL
    }
  }
  example "another word for private" {
    options = { private = ["vault"] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_route_table" "main" {
          vpc_id = aws_vpc.main.id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }


        resource "aws_subnet" "vault" { # violation
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_route_table_association" "vault" {
          subnet_id      = aws_subnet.vault.id
          route_table_id = aws_route_table.main.id
        }
      HCL
    }
  }
  example "a subnet for databases is private, unless it gives public addresses" {
    options = { roles = ["database", "cache"] }
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

        resource "aws_subnet" "database" { # violation
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_subnet" "cache" {
          vpc_id                  = aws_vpc.main.id
          cidr_block              = "10.0.2.0/24"
          map_public_ip_on_launch = true
        }

        resource "aws_subnet" "public_database" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.3.0/24"
        }

        resource "aws_subnet" "data" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.4.0/24"
        }
      HCL
    }
  }
  example "a private subnet that gives public addresses, and one that a tag calls public" {
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

        resource "aws_subnet" "private" { # violation
          vpc_id                  = aws_vpc.main.id
          cidr_block              = "10.0.1.0/24"
          map_public_ip_on_launch = true
        }

        resource "aws_subnet" "internal" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.2.0/24"
          tags       = { Name = "public-edge" }
        }
      HCL
    }
  }
  example "names that are known in part" {
    options = { public = ["public", "dmz"] }
    file "main.tf" {
      content = <<-HCL
        variable "zone" {
          type = string
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

        resource "aws_subnet" "dmz" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
          tags       = { Name = "shop-$${var.zone}" }
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.2.0/24"
          tags       = { Name = "shop-$${var.zone}" } # undetermined
        }
      HCL
    }
  }
  example "a route that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "online" {
          type = bool
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_subnet" "private" { # undetermined
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_route" "internet" {
          count = var.online ? 1 : 0

          route_table_id         = aws_vpc.main.main_route_table_id
          destination_cidr_block = "0.0.0.0/0"
          gateway_id             = aws_internet_gateway.main.id
        }
      HCL
    }
  }
}
