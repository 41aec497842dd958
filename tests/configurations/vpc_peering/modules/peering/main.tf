terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.this, aws.peer]
    }
  }
}

variable "requester" { type = object({ vpc_id = string, cidr = string, route_tables = set(string) }) }
variable "accepter" { type = object({ vpc_id = string, cidr = string, route_tables = set(string), owner = optional(string) }) }
variable "region" { type = string }
variable "dns" {
  type    = object({ requester = optional(bool, false), accepter = optional(bool, false) })
  default = {}
}

resource "aws_vpc_peering_connection" "this" {
  provider      = aws.this
  vpc_id        = var.requester.vpc_id
  peer_vpc_id   = var.accepter.vpc_id
  peer_owner_id = var.accepter.owner
  peer_region   = var.region
  auto_accept   = false
  tags          = { Name = "${var.requester.cidr} to ${var.accepter.cidr}" }
}

resource "aws_vpc_peering_connection_accepter" "this" {
  provider                  = aws.peer
  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
  auto_accept               = true
}

resource "aws_vpc_peering_connection_options" "this" {
  provider                  = aws.this
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.this.id
  requester { allow_remote_vpc_dns_resolution = var.dns.requester }
}

resource "aws_route" "there" {
  provider                  = aws.this
  for_each                  = var.requester.route_tables
  route_table_id            = each.value
  destination_cidr_block    = var.accepter.cidr
  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
}

resource "aws_route" "back" {
  provider                  = aws.peer
  for_each                  = var.accepter.route_tables
  route_table_id            = each.value
  destination_cidr_block    = var.requester.cidr
  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
}

output "tags" { value = aws_vpc_peering_connection_accepter.this.tags_all }
