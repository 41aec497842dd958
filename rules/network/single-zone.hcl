rule "network/single-zone" {
  title    = "Subnet group or load balancer in one availability zone alone"
  severity = "warning"
  since    = "0.1.0"

  for_each      = network.zone_spreads
  condition     = !each.value.in_one_zone
  error_message = "${each.value.address} has subnets of one availability zone${each.value.zone} alone"
  highlight     = each.value.site

  why        = "When a zone fails, all that is in it alone fails with it: no standby can take over in another one. AWS refuses a single zone of application load balancers and of subnet groups of RDS, DocumentDB, Neptune and DMS, but only at apply."
  fix        = "Name subnets of two zones or more. A subnet without `availability_zone` is put anywhere, and two of them may meet in one zone: say which. Subnets that another configuration makes, of which there are several, are not judged."
  references = ["AWS: Availability Zones for your Application Load Balancer", "AWS: Working with a DB instance in a VPC"]

  example "two subnets, one zone" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "db" {
          count = 2

          vpc_id            = aws_vpc.main.id
          cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
          availability_zone = "eu-west-1a"
        }

        resource "aws_db_subnet_group" "db" {
          subnet_ids = aws_subnet.db[*].id # violation
        }
      HCL
    }
  }
  example "one subnet is in one zone, whichever that is" {
    file "main.tf" {
      content = <<-HCL
        variable "subnet" {
          type = string
        }

        resource "aws_lb" "inner" {
          load_balancer_type = "network"
          internal           = true
          subnets            = [var.subnet] # violation
        }
      HCL
    }
  }
  example "several zones, by name or by number" {
    file "main.tf" {
      content = <<-HCL
        data "aws_availability_zones" "all" {
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "db" {
          for_each = { a = "eu-west-1a", b = "eu-west-1b" }

          vpc_id            = aws_vpc.main.id
          cidr_block        = each.key == "a" ? "10.0.1.0/24" : "10.0.2.0/24"
          availability_zone = each.value
        }

        resource "aws_db_subnet_group" "db" {
          subnet_ids = [for subnet in aws_subnet.db : subnet.id]
        }

        resource "aws_subnet" "public" {
          count = 2

          vpc_id            = aws_vpc.main.id
          cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, 10 + count.index)
          availability_zone = data.aws_availability_zones.all.names[count.index]
        }

        resource "aws_lb" "web" {
          subnets = aws_subnet.public[*].id
        }
      HCL
    }
  }
  example "zones that AWS chooses" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "a" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_subnet" "b" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.2.0/24"
        }

        resource "aws_elb" "web" {
          subnets = [aws_subnet.a.id, aws_subnet.b.id] # undetermined

          listener {
            instance_port     = 80
            instance_protocol = "http"
            lb_port           = 80
            lb_protocol       = "http"
          }
        }
      HCL
    }
  }
}
