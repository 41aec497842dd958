rule "network/database-in-public-subnet" {
  title    = "Database in a subnet routed to an internet gateway"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.database_placements
  condition     = !each.value.in_public_subnet
  error_message = "${each.value.address} may be placed in ${each.value.subnet}, whose route table leads to an internet gateway"
  highlight     = each.value.site

  why        = "In a public subnet a database is one attribute away from an address on the internet. In a private one it cannot be reached from there at all, whatever else is set."
  fix        = "Make the subnet group of private subnets: such whose route table has no route to an internet gateway."
  references = ["AWS: Working with a DB instance in a VPC", "AWS: Subnets for your VPC"]

  example "a subnet group of public subnets" {
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

        resource "aws_subnet" "db" {
          count = 2

          vpc_id     = aws_vpc.main.id
          cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
        }

        resource "aws_route_table_association" "db" {
          count = 2

          subnet_id      = element(aws_subnet.db[*].id, count.index)
          route_table_id = aws_route_table.main.id
        }

        resource "aws_db_subnet_group" "db" {
          name       = "db"
          subnet_ids = aws_subnet.db[*].id
        }

        resource "aws_db_instance" "orders" {
          instance_class       = "db.t4g.micro"
          engine               = "postgres"
          db_subnet_group_name = aws_db_subnet_group.db.name # violation
        }
      HCL
    }
  }
  example "a subnet group of private subnets" {
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

        resource "aws_subnet" "db" {
          count = 2

          vpc_id     = aws_vpc.main.id
          cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
        }

        resource "aws_db_subnet_group" "db" {
          name       = "db"
          subnet_ids = aws_subnet.db[*].id
        }

        resource "aws_db_instance" "orders" {
          instance_class       = "db.t4g.micro"
          engine               = "postgres"
          db_subnet_group_name = aws_db_subnet_group.db.name
        }
      HCL
    }
  }
  example "subnets that are not known" {
    file "main.tf" {
      content = <<-HCL
        variable "subnets" {
          type = list(string)
        }

        resource "aws_elasticache_subnet_group" "cache" {
          name       = "cache"
          subnet_ids = var.subnets
        }

        resource "aws_elasticache_cluster" "cache" {
          cluster_id        = "cache"
          subnet_group_name = aws_elasticache_subnet_group.cache.name # undetermined
        }
      HCL
    }
  }
}
