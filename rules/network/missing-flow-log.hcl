rule "network/missing-flow-log" {
  title    = "VPC without a flow log"
  severity = "info"
  since    = "0.1.0"

  undetermined = "info"

  for_each      = length(configuration.unavailable_modules) == 0 ? network.flow_logs : []
  condition     = each.value.logged
  error_message = "no flow log records what goes through ${each.value.address}"
  highlight     = each.value.site

  why        = "After an incident a flow log tells who spoke with whom; nothing else does, and it cannot be made afterwards. It is an info finding, since many make the logs of all VPCs in one place, where this configuration does not see them; raise its severity if yours belong beside the VPC."
  fix        = "Add an `aws_flow_log` for the VPC, or for each of its subnets. Nothing is said while a module is not available, which might make it."
  references = ["AWS: Logging IP traffic using VPC Flow Logs"]

  example "a VPC without one" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" { # violation
          cidr_block = "10.0.0.0/16"
        }
      HCL
    }
  }
  example "one of the VPC, and one of each subnet" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "a" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_flow_log" "a" {
          vpc_id          = aws_vpc.a.id
          traffic_type    = "ALL"
          log_destination = "arn:aws:s3:::logs"
        }

        resource "aws_vpc" "b" {
          cidr_block = "10.1.0.0/16"
        }

        resource "aws_subnet" "b" {
          count = 2

          vpc_id     = aws_vpc.b.id
          cidr_block = cidrsubnet(aws_vpc.b.cidr_block, 8, count.index)
        }

        resource "aws_flow_log" "b" {
          count = 2

          subnet_id       = aws_subnet.b[count.index].id
          traffic_type    = "REJECT"
          log_destination = "arn:aws:s3:::logs"
        }
      HCL
    }
  }
  example "one that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "logged" {
          type = bool
        }

        resource "aws_vpc" "main" { # undetermined
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_flow_log" "main" {
          count = var.logged ? 1 : 0

          vpc_id          = aws_vpc.main.id
          traffic_type    = "ALL"
          log_destination = "arn:aws:s3:::logs"
        }
      HCL
    }
  }
}
