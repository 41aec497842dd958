rule "network/unrouted-peering" {
  title    = "Peering connection that one side has no route over"
  severity = "warning"
  since    = "0.1.0"

  for_each      = length(configuration.unavailable_modules) == 0 ? network.peerings : []
  condition     = each.value.routed
  error_message = "${each.value.address} joins two VPCs, but ${each.value.without_route} no route over it to the other one"
  highlight     = each.value.site

  why        = "A peering connection carries nothing by itself: each VPC needs a route to the other's addresses, one for the question and one for the answer. With a route on one side alone, packets arrive and their answers are lost."
  fix        = "Add a route over the peering connection, to the other VPC's block or a part of it, to the route tables of both sides that should speak with each other. Connections to VPCs of other configurations are not judged, and nothing is while a module is not available."
  references = ["AWS: Update your route tables for a VPC peering connection"]

  example "a route on one side alone" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "a" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "b" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_vpc_peering_connection" "both" { # violation
          vpc_id      = aws_vpc.a.id
          peer_vpc_id = aws_vpc.b.id
          auto_accept = true
        }

        resource "aws_route" "to_b" {
          route_table_id            = aws_vpc.a.main_route_table_id
          destination_cidr_block    = aws_vpc.b.cidr_block
          vpc_peering_connection_id = aws_vpc_peering_connection.both.id
        }
      HCL
    }
  }
  example "routes on both sides, to a part of the other VPC on one of them" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "a" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "b" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_vpc_peering_connection" "both" {
          vpc_id      = aws_vpc.a.id
          peer_vpc_id = aws_vpc.b.id
          auto_accept = true
        }

        resource "aws_route" "to_b" {
          route_table_id            = aws_vpc.a.main_route_table_id
          destination_cidr_block    = aws_vpc.b.cidr_block
          vpc_peering_connection_id = aws_vpc_peering_connection.both.id
        }

        resource "aws_route_table" "b" {
          vpc_id = aws_vpc.b.id

          route {
            cidr_block                = "10.0.7.0/24"
            vpc_peering_connection_id = aws_vpc_peering_connection.both.id
          }
        }
      HCL
    }
  }
  example "a route to somewhere else" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "a" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "b" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_vpc_peering_connection" "both" { # violation
          vpc_id      = aws_vpc.a.id
          peer_vpc_id = aws_vpc.b.id
          auto_accept = true
        }

        resource "aws_route" "to_b" {
          route_table_id            = aws_vpc.a.main_route_table_id
          destination_cidr_block    = "10.1.0.0/16"
          vpc_peering_connection_id = aws_vpc_peering_connection.both.id
        }

        resource "aws_route" "to_a" {
          route_table_id            = aws_vpc.b.main_route_table_id
          destination_cidr_block    = "10.10.0.0/16"
          vpc_peering_connection_id = aws_vpc_peering_connection.both.id
        }
      HCL
    }
  }
  example "a route that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "answers" {
          type = bool
        }

        resource "aws_vpc" "a" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "b" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_vpc_peering_connection" "both" { # undetermined
          vpc_id      = aws_vpc.a.id
          peer_vpc_id = aws_vpc.b.id
          auto_accept = true
        }

        resource "aws_route" "to_b" {
          route_table_id            = aws_vpc.a.main_route_table_id
          destination_cidr_block    = "10.1.0.0/16"
          vpc_peering_connection_id = aws_vpc_peering_connection.both.id
        }

        resource "aws_route" "to_a" {
          count = var.answers ? 1 : 0

          route_table_id            = aws_vpc.b.main_route_table_id
          destination_cidr_block    = "10.0.0.0/16"
          vpc_peering_connection_id = aws_vpc_peering_connection.both.id
        }
      HCL
    }
  }
  example "a route in whatever tables a data source finds" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "app" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "data" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_vpc_peering_connection" "main" { # undetermined
          vpc_id      = aws_vpc.app.id
          peer_vpc_id = aws_vpc.data.id
          auto_accept = true
        }

        resource "aws_route" "there" {
          route_table_id            = aws_vpc.app.main_route_table_id
          destination_cidr_block    = "10.1.0.0/16"
          vpc_peering_connection_id = aws_vpc_peering_connection.main.id
        }

        data "aws_route_tables" "data" {
          vpc_id = aws_vpc.data.id
        }

        resource "aws_route" "back" {
          for_each = toset(data.aws_route_tables.data.ids)

          route_table_id            = each.value
          destination_cidr_block    = "10.0.0.0/16"
          vpc_peering_connection_id = aws_vpc_peering_connection.main.id
        }
      HCL
    }
  }
}
