rule "network/nat-in-private-subnet" {
  title    = "Public NAT gateway in a subnet that leads nowhere"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.nat_gateways
  condition     = each.value.routed_out
  error_message = "${each.value.address} is a public NAT gateway, but the route table of its subnet ${each.value.subnet} leads to no internet gateway"
  highlight     = each.value.site

  why        = "A NAT gateway sends on what private subnets give it by the route table of the subnet that it is in. Without a way to an internet gateway there (or through a firewall, an appliance, a transit gateway), nothing behind it gets out. The usual slip is to put it into the private subnet that it should serve."
  fix        = "Put the NAT gateway into a public subnet, one whose route table sends `0.0.0.0/0` to an internet gateway; for traffic between private networks alone, set `connectivity_type = \"private\"`. Subnets that another configuration makes are not judged."
  references = ["AWS: NAT gateways", "AWS: Troubleshoot NAT gateways"]

  example "in the private subnet, whose table leads to the gateway itself" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_subnet" "private" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_nat_gateway" "main" {
          allocation_id = "eipalloc-0123456789abcdef0"
          subnet_id     = aws_subnet.private.id # violation
        }

        resource "aws_route_table" "private" {
          vpc_id = aws_vpc.main.id

          route {
            cidr_block     = "0.0.0.0/0"
            nat_gateway_id = aws_nat_gateway.main.id
          }
        }

        resource "aws_route_table_association" "private" {
          subnet_id      = aws_subnet.private.id
          route_table_id = aws_route_table.private.id
        }
      HCL
    }
  }
  example "in a public subnet, behind a firewall, and a private one" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_subnet" "all" {
          count = 3

          vpc_id     = aws_vpc.main.id
          cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
        }

        resource "aws_route_table" "public" {
          vpc_id = aws_vpc.main.id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }

        resource "aws_route_table" "inspected" {
          vpc_id = aws_vpc.main.id

          route {
            cidr_block      = "0.0.0.0/0"
            vpc_endpoint_id = "vpce-0123456789abcdef0"
          }
        }

        resource "aws_route_table_association" "all" {
          count = 2

          subnet_id      = aws_subnet.all[count.index].id
          route_table_id = [aws_route_table.public.id, aws_route_table.inspected.id][count.index]
        }

        resource "aws_nat_gateway" "all" {
          count = 2

          allocation_id = "eipalloc-0123456789abcdef$${count.index}"
          subnet_id     = aws_subnet.all[count.index].id
        }

        resource "aws_nat_gateway" "between_networks" {
          connectivity_type = "private"
          subnet_id         = aws_subnet.all[2].id
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

        resource "aws_subnet" "a" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_route" "internet" {
          count = var.online ? 1 : 0

          route_table_id         = aws_vpc.main.main_route_table_id
          destination_cidr_block = "0.0.0.0/0"
          gateway_id             = "igw-0123456789abcdef0"
        }

        resource "aws_nat_gateway" "main" {
          allocation_id = "eipalloc-0123456789abcdef0"
          subnet_id     = aws_subnet.a.id # undetermined
        }
      HCL
    }
  }
}
