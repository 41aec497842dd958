rule "network/dead-route" {
  title    = "Route that leads nowhere"
  severity = "warning"
  since    = "0.1.0"

  for_each      = network.dead_routes
  condition     = !each.value.dead
  error_message = "the route to ${each.value.text} in ${each.value.address} leads nowhere: ${each.value.why}"
  highlight     = each.value.site

  why        = "A route whose target does not serve the VPC of its table is a blackhole: packets that take it are dropped. AWS refuses some of these at apply, and keeps others, such as a route over a peering connection that nobody accepts."
  fix        = "Attach the gateway to the VPC of the table, accept the peering connection (`auto_accept`, or `aws_vpc_peering_connection_accepter`), or route to a gateway of this VPC. Connections that another account or configuration accepts are not judged."
  references = ["AWS: Route table concepts", "AWS: Update your route tables for a VPC peering connection", "AWS: Transit gateway VPC attachments"]

  example "a connection that nothing accepts, and a gateway that is attached to no VPC" {
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
        }

        resource "aws_route" "to_b" {
          route_table_id            = aws_vpc.a.main_route_table_id
          destination_cidr_block    = "10.1.0.0/16"
          vpc_peering_connection_id = aws_vpc_peering_connection.both.id # violation
        }

        resource "aws_internet_gateway" "loose" {
        }

        resource "aws_route_table" "b" {
          vpc_id = aws_vpc.b.id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.loose.id # violation
          }
        }
      HCL
    }
  }
  example "gateways of another VPC" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "a" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "b" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_subnet" "b" {
          vpc_id     = aws_vpc.b.id
          cidr_block = "10.1.0.0/24"
        }

        resource "aws_nat_gateway" "b" {
          connectivity_type = "private"
          subnet_id         = aws_subnet.b.id
        }

        resource "aws_ec2_transit_gateway" "hub" {
        }

        resource "aws_ec2_transit_gateway_vpc_attachment" "b" {
          transit_gateway_id = aws_ec2_transit_gateway.hub.id
          vpc_id             = aws_vpc.b.id
          subnet_ids         = [aws_subnet.b.id]
        }

        resource "aws_route_table" "a" {
          vpc_id = aws_vpc.a.id

          route {
            cidr_block     = "0.0.0.0/0"
            nat_gateway_id = aws_nat_gateway.b.id # violation
          }

          route {
            cidr_block         = "10.0.0.0/8"
            transit_gateway_id = aws_ec2_transit_gateway.hub.id # violation
          }
        }
      HCL
    }
  }
  example "gateways of this VPC, and a connection that is accepted" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "a" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "b" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_internet_gateway" "a" {
        }

        resource "aws_internet_gateway_attachment" "a" {
          internet_gateway_id = aws_internet_gateway.a.id
          vpc_id              = aws_vpc.a.id
        }

        resource "aws_vpc_peering_connection" "both" {
          vpc_id      = aws_vpc.a.id
          peer_vpc_id = aws_vpc.b.id
        }

        resource "aws_vpc_peering_connection_accepter" "both" {
          vpc_peering_connection_id = aws_vpc_peering_connection.both.id
          auto_accept               = true
        }

        resource "aws_route_table" "a" {
          vpc_id = aws_vpc.a.id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.a.id
          }

          route {
            cidr_block                = "10.1.0.0/16"
            vpc_peering_connection_id = aws_vpc_peering_connection.both.id
          }
        }
      HCL
    }
  }
  example "a connection that may be accepted" {
    file "main.tf" {
      content = <<-HCL
        variable "accept" {
          type = bool
        }

        resource "aws_vpc" "a" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "b" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_vpc_peering_connection" "both" {
          vpc_id      = aws_vpc.a.id
          peer_vpc_id = aws_vpc.b.id
          auto_accept = var.accept
        }

        resource "aws_route" "to_b" {
          route_table_id            = aws_vpc.a.main_route_table_id
          destination_cidr_block    = "10.1.0.0/16"
          vpc_peering_connection_id = aws_vpc_peering_connection.both.id # undetermined
        }
      HCL
    }
  }
}
