rule "cidr/overlapping-networks" {
  title    = "Networks that route to each other and share addresses"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.network_overlaps
  condition     = !each.value.overlaps
  error_message = "${each.value.address} has ${each.value.text}, which shares addresses with ${each.value.other_text} of ${each.value.other}; the two are ${each.value.how}"
  highlight     = each.value.site

  why        = "Between networks with the same addresses nothing can be routed: a peering connection of theirs fails, and a transit gateway or a VPN connection sends the traffic to one of them only. VPCs of one transit gateway that no table of it lets meet may share addresses."
  fix        = "Give each VPC that is to be joined to others a block of its own, secondary blocks included; IP Address Manager keeps track of them."
  references = ["AWS: VPC peering limitations", "AWS: How AWS Transit Gateway works", "AWS: Route tables and VPN route priority"]

  example "peered VPCs with the same block" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "other" {
          cidr_block = "10.0.0.0/16" # violation
        }

        resource "aws_vpc_peering_connection" "both" {
          vpc_id      = aws_vpc.main.id
          peer_vpc_id = aws_vpc.other.id
        }
      HCL
    }
  }
  example "a secondary block, over a transit gateway" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }


        resource "aws_vpc" "other" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_vpc_ipv4_cidr_block_association" "more" {
          vpc_id     = aws_vpc.other.id
          cidr_block = "10.0.128.0/20" # violation
        }

        resource "aws_ec2_transit_gateway" "hub" {
        }

        resource "aws_ec2_transit_gateway_vpc_attachment" "all" {
          for_each = { main = aws_vpc.main.id, other = aws_vpc.other.id }

          transit_gateway_id = aws_ec2_transit_gateway.hub.id
          vpc_id             = each.value
          subnet_ids         = ["subnet-0123456789abcdef0"]
        }
      HCL
    }
  }
  example "the same block in VPCs that are not joined, another one in those that are" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "other" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_vpc_peering_connection" "both" {
          vpc_id      = aws_vpc.main.id
          peer_vpc_id = aws_vpc.other.id
        }

        resource "aws_vpc" "alone" {
          cidr_block = "10.0.0.0/16"
        }
      HCL
    }
  }
  example "peered transit gateways, and a network on premises" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "here" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "there" {
          cidr_block = "10.0.0.0/17" # violation
        }

        resource "aws_ec2_transit_gateway" "all" {
          for_each = toset(["here", "there"])
        }

        resource "aws_ec2_transit_gateway_vpc_attachment" "all" {
          for_each = { here = aws_vpc.here.id, there = aws_vpc.there.id }

          transit_gateway_id = aws_ec2_transit_gateway.all[each.key].id
          vpc_id             = each.value
          subnet_ids         = ["subnet-0123456789abcdef0"]
        }

        resource "aws_ec2_transit_gateway_peering_attachment" "both" {
          transit_gateway_id      = aws_ec2_transit_gateway.all["here"].id
          peer_transit_gateway_id = aws_ec2_transit_gateway.all["there"].id
          peer_region             = "eu-west-1"
        }

        resource "aws_ec2_transit_gateway_route" "there" {
          transit_gateway_route_table_id = aws_ec2_transit_gateway.all["here"].association_default_route_table_id
          transit_gateway_attachment_id  = aws_ec2_transit_gateway_peering_attachment.both.id
          destination_cidr_block         = "10.0.0.0/8"
        }

        resource "aws_vpn_gateway" "here" {
          vpc_id = aws_vpc.here.id
        }

        resource "aws_vpn_connection" "office" {
          vpn_gateway_id      = aws_vpn_gateway.here.id
          customer_gateway_id = "cgw-0123456789abcdef0"
          type                = "ipsec.1"
          static_routes_only  = true
        }

        resource "aws_vpn_connection_route" "office" {
          for_each = toset(["10.0.128.0/20", "10.0.0.0/8", "192.168.0.0/16"])

          vpn_connection_id      = aws_vpn_connection.office.id
          destination_cidr_block = each.value # violation
        }
      HCL
    }
  }
  example "VPCs of one transit gateway that never meet, whose tables lead to a third one" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "all" {
          for_each = { a = "10.0.0.0/16", b = "10.0.0.0/16", shared = "10.9.0.0/16" }

          cidr_block = each.value
        }

        resource "aws_ec2_transit_gateway" "hub" {
          default_route_table_association = "disable"
          default_route_table_propagation = "disable"
        }

        resource "aws_ec2_transit_gateway_vpc_attachment" "all" {
          for_each = aws_vpc.all

          transit_gateway_id = aws_ec2_transit_gateway.hub.id
          vpc_id             = each.value.id
          subnet_ids         = ["subnet-0123456789abcdef0"]
        }

        resource "aws_ec2_transit_gateway_route_table" "all" {
          for_each = aws_vpc.all

          transit_gateway_id = aws_ec2_transit_gateway.hub.id
        }

        resource "aws_ec2_transit_gateway_route_table_association" "all" {
          for_each = aws_vpc.all

          transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.all[each.key].id
          transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.all[each.key].id
        }

        resource "aws_ec2_transit_gateway_route_table_propagation" "shared" {
          for_each = toset(["a", "b"])

          transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.all["shared"].id
          transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.all[each.key].id
        }
      HCL
    }
  }
  example "a peer in another configuration" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }


        resource "aws_vpc_peering_connection" "partner" {
          vpc_id      = aws_vpc.main.id
          peer_vpc_id = "vpc-0123456789abcdef0" # undetermined
        }
      HCL
    }
  }
  example "a peering that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "peered" {
          type = bool
        }

        resource "aws_vpc" "a" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc" "b" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_vpc_peering_connection" "this" { # undetermined
          count = var.peered ? 1 : 0

          vpc_id      = aws_vpc.a.id
          peer_vpc_id = aws_vpc.b.id
        }
      HCL
    }
  }
}
