rule "cidr/overlapping-networks" {
  title    = "Joined VPCs that share addresses"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.network_overlaps
  condition     = !each.value.overlaps
  error_message = "${each.value.address} has ${each.value.text}, which shares addresses with ${each.value.other_text} of ${each.value.other}; the two are ${each.value.how}"
  highlight     = each.value.site

  why        = "Between VPCs with the same addresses nothing can be routed: a peering connection of theirs fails, and a transit gateway sends the traffic to one of them only."
  fix        = "Give each VPC that is to be joined to others a block of its own, secondary blocks included; IP Address Manager keeps track of them."
  references = ["AWS: VPC peering limitations", "AWS: How AWS Transit Gateway works"]

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
