rule "network/full-subnet" {
  title    = "Subnet that has not enough addresses for what is put into it"
  severity = each.value.overflows ? "error" : "warning"
  since    = "0.1.0"

  for_each      = network.subnet_loads
  condition     = each.value.fits
  error_message = "${each.value.address} ${each.value.text}"
  highlight     = each.value.site

  why        = "AWS keeps five addresses of each subnet. What does not fit into the rest fails, at apply or later, when something should scale; and a subnet cannot be made larger, only replaced with all that is in it. Counted is what certainly takes addresses there: instances, interfaces, gateways, endpoints, load balancers, and the desired number of Auto Scaling groups, ECS services and node groups."
  fix        = "Give the subnet a larger block, or spread what is in it over more subnets. A subnet of an application or classic load balancer is a /27 at least, with eight free addresses, or it cannot scale: a warning."
  references = ["AWS: Subnet CIDR blocks", "AWS: Availability Zones for your Application Load Balancer"]

  example "twelve instances in a /28, which has eleven addresses" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_subnet" "small" {
          vpc_id     = "vpc-0123456789abcdef0"
          cidr_block = "10.0.0.0/28" # violation
        }

        resource "aws_instance" "web" {
          count = 12

          ami           = "ami-0123456789abcdef0"
          instance_type = "t3.micro"
          subnet_id     = aws_subnet.small.id
        }
      HCL
    }
  }
  example "a load balancer in subnets that are too small, and a group that does not fit into two of them" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_subnet" "small" {
          count = 2

          vpc_id            = "vpc-0123456789abcdef0"
          cidr_block        = cidrsubnet("10.0.0.0/24", 4, count.index) # violation x2
          availability_zone = ["eu-west-1a", "eu-west-1b"][count.index]
        }

        resource "aws_lb" "web" {
          subnets = aws_subnet.small[*].id
        }

        resource "aws_autoscaling_group" "web" {
          min_size            = 2
          max_size            = 40
          desired_capacity    = 24
          vpc_zone_identifier = aws_subnet.small[*].id # violation
        }
      HCL
    }
  }
  example "what fits" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_subnet" "web" {
          count = 2

          vpc_id            = "vpc-0123456789abcdef0"
          cidr_block        = cidrsubnet("10.0.0.0/24", 3, count.index)
          availability_zone = ["eu-west-1a", "eu-west-1b"][count.index]
        }

        resource "aws_lb" "web" {
          subnets = aws_subnet.web[*].id
        }

        resource "aws_instance" "web" {
          count = 38

          ami           = "ami-0123456789abcdef0"
          instance_type = "t3.micro"
          subnet_id     = aws_subnet.web[count.index % 2].id
        }
      HCL
    }
  }
  example "nobody knows how many, in the smallest subnet that there is" {
    file "main.tf" {
      content = <<-HCL
        variable "instances" {
          type = number
        }

        resource "aws_subnet" "small" {
          vpc_id     = "vpc-0123456789abcdef0"
          cidr_block = "10.0.0.0/28" # undetermined
        }

        resource "aws_autoscaling_group" "web" {
          min_size            = 1
          max_size            = 40
          desired_capacity    = var.instances
          vpc_zone_identifier = [aws_subnet.small.id]
        }
      HCL
    }
  }
}
