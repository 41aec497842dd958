rule "network/unused-route" {
  title    = "Route that nothing takes"
  severity = "warning"
  since    = "0.1.0"

  for_each      = network.unused_routes
  condition     = each.value.used
  error_message = "the route to ${each.value.text} in ${each.value.address} is never taken: ${each.value.taken_by} all of it"
  highlight     = each.value.site

  why        = "The most specific route that matches takes a packet. Where more specific routes, and the local ones of the VPC, take all of a destination, its own route does nothing, although it reads as if the traffic went there. AWS refuses a second route to the same destination, but only at apply."
  fix        = "Take the route away, or those that are more specific if they were a mistake. Destinations that are not known before apply, and prefix lists, are not compared."
  references = ["AWS: Route priority"]

  example "two halves take the whole" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_route_table" "main" {
          vpc_id = aws_vpc.main.id

          route { # violation
            cidr_block     = "0.0.0.0/0"
            nat_gateway_id = "nat-0123456789abcdef0"
          }

          route {
            cidr_block         = "0.0.0.0/1"
            transit_gateway_id = "tgw-0123456789abcdef0"
          }

          route {
            cidr_block         = "128.0.0.0/1"
            transit_gateway_id = "tgw-0123456789abcdef0"
          }
        }
      HCL
    }
  }
  example "the same destination twice" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_route" "out" {
          route_table_id         = aws_vpc.main.main_route_table_id
          destination_cidr_block = "0.0.0.0/0"
          nat_gateway_id         = "nat-0123456789abcdef0"
        }

        resource "aws_route" "out_too" { # violation
          route_table_id         = aws_vpc.main.main_route_table_id
          destination_cidr_block = "0.0.0.0/0"
          gateway_id             = "igw-0123456789abcdef0"
        }
      HCL
    }
  }
  example "more specific routes that leave something" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_route_table" "main" {
          vpc_id = aws_vpc.main.id

          route {
            cidr_block         = "10.0.0.0/15"
            transit_gateway_id = "tgw-0123456789abcdef0"
          }

          route {
            cidr_block     = "0.0.0.0/0"
            nat_gateway_id = "nat-0123456789abcdef0"
          }

          route {
            ipv6_cidr_block        = "::/0"
            egress_only_gateway_id = "eigw-0123456789abcdef0"
          }
        }
      HCL
    }
  }
}
