rule "network/reachable-admin-port" {
  title    = "Administration port that the internet reaches in effect"
  severity = "error"
  since    = "0.1.0"

  option "ports" {
    type        = list(number)
    default     = [22, 23, 3389, 5985, 5986]
    description = "TCP ports that count as administration ports."

    condition     = alltrue([for port in option.ports : port >= 0 && port <= 65535 && floor(port) == port])
    error_message = "a port is a whole number from 0 to 65535"
  }
  option "ipv4_prefix" {
    type        = number
    default     = 16
    description = "The internet is what is larger than an IPv4 block of this prefix length."

    condition     = option.ipv4_prefix >= 0 && option.ipv4_prefix <= 32 && floor(option.ipv4_prefix) == option.ipv4_prefix
    error_message = "a prefix length is a whole number from 0 to 32"
  }
  option "ipv6_prefix" {
    type        = number
    default     = 32
    description = "The internet is what is larger than an IPv6 block of this prefix length."

    condition     = option.ipv6_prefix >= 0 && option.ipv6_prefix <= 128 && floor(option.ipv6_prefix) == option.ipv6_prefix
    error_message = "a prefix length is a whole number from 0 to 128"
  }

  for_each = [
    for exposure in network.exposures : exposure
    if contains(["instance", "network interface", "Auto Scaling group", "node group", "service"], exposure.kind)
    && (exposure.about == "opening" || (exposure.about == "route" && exposure.through != ""))
  ]
  condition     = !exposes(each.value, "tcp", option.ports, option.ipv4_prefix, option.ipv6_prefix)
  error_message = "${each.value.address} can be administered from the internet${each.value.through}: packets from ${each.value.text} get to ${exposed_ports(each.value, "tcp", option.ports, option.ipv4_prefix, option.ipv6_prefix)}"
  highlight     = each.value.site
  covers        = exposings(each.value, "tcp", option.ports, option.ipv4_prefix, option.ipv6_prefix)
  yields_to     = ["network/exposed-internal-service", "sg/open-all-ports", "sg/open-admin-port"]

  why        = "What no group leaves open by itself is open where things come together: a network load balancer sends from its own private addresses, so that a group which lets in the VPC alone lets in everybody; and the groups of one interface count together. This rule follows the packets; where one group leaves the port open, `sg/open-admin-port` says so."
  fix        = "Give the load balancer a security group that lets in your office or VPN range only, keep the client's address (`preserve_client_ip`), or close the port and use AWS Systems Manager Session Manager."
  references = ["AWS: Client IP preservation for Network Load Balancers", "AWS: Security group rules", "RFC 6890"]

  example "a network load balancer that sends from its own addresses" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "host" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["10.0.0.0/16"]
          }
        }

        resource "aws_instance" "host" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = false
          vpc_security_group_ids      = [aws_security_group.host.id]
        }

        resource "aws_lb" "entry" {
          load_balancer_type = "network"
          subnets            = [aws_subnet.main.id]
        }

        resource "aws_lb_target_group" "ssh" {
          port               = 22
          protocol           = "TCP"
          preserve_client_ip = false
          vpc_id             = aws_vpc.main.id
        }

        resource "aws_lb_listener" "ssh" {
          load_balancer_arn = aws_lb.entry.arn
          port              = 2222
          protocol          = "TCP"

          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.ssh.arn
          }
        }

        resource "aws_lb_target_group_attachment" "ssh" { # violation
          target_group_arn = aws_lb_target_group.ssh.arn
          target_id        = aws_instance.host.id
        }
      HCL
    }
  }
  example "two groups of one instance" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "north" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["8.0.0.0/16"] # violation
          }
        }

        resource "aws_security_group" "south" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["9.0.0.0/16"] # violation
          }
        }

        resource "aws_instance" "host" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = true
          vpc_security_group_ids      = [aws_security_group.north.id, aws_security_group.south.id]
        }
      HCL
    }
  }
  example "the same behind a load balancer that keeps the address of its clients" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "host" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["10.0.0.0/16"]
          }
        }

        resource "aws_instance" "host" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = false
          vpc_security_group_ids      = [aws_security_group.host.id]
        }

        resource "aws_lb" "entry" {
          load_balancer_type = "network"
          subnets            = [aws_subnet.main.id]
        }

        resource "aws_lb_target_group" "ssh" {
          port               = 22
          protocol           = "TCP"
          preserve_client_ip = true
          vpc_id             = aws_vpc.main.id
        }

        resource "aws_lb_listener" "ssh" {
          load_balancer_arn = aws_lb.entry.arn
          port              = 2222
          protocol          = "TCP"

          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.ssh.arn
          }
        }

        resource "aws_lb_target_group_attachment" "ssh" {
          target_group_arn = aws_lb_target_group.ssh.arn
          target_id        = aws_instance.host.id
        }
      HCL
    }
  }
  example "two groups of two instances" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "north" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["8.0.0.0/16"]
          }
        }

        resource "aws_security_group" "south" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["9.0.0.0/16"]
          }
        }

        resource "aws_instance" "north" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = true
          vpc_security_group_ids      = [aws_security_group.north.id]
        }

        resource "aws_instance" "south" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = true
          vpc_security_group_ids      = [aws_security_group.south.id]
        }
      HCL
    }
  }
  example "a target that may not be there" {
    file "main.tf" {
      content = <<-HCL
        variable "reachable" {
          type = bool
        }

        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "host" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["10.0.0.0/16"]
          }
        }

        resource "aws_instance" "host" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = false
          vpc_security_group_ids      = [aws_security_group.host.id]
        }

        resource "aws_lb" "entry" {
          load_balancer_type = "network"
          subnets            = [aws_subnet.main.id]
        }

        resource "aws_lb_target_group" "ssh" {
          port               = 22
          protocol           = "TCP"
          preserve_client_ip = false
          vpc_id             = aws_vpc.main.id
        }

        resource "aws_lb_listener" "ssh" {
          load_balancer_arn = aws_lb.entry.arn
          port              = 2222
          protocol          = "TCP"

          default_action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.ssh.arn
          }
        }

        resource "aws_lb_target_group_attachment" "ssh" { # undetermined
          count = var.reachable ? 1 : 0

          target_group_arn = aws_lb_target_group.ssh.arn
          target_id        = aws_instance.host.id
        }
      HCL
    }
  }
  example "other ports" {
    options = { ports = [2200] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "north" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 2200
            to_port     = 2200
            cidr_blocks = ["8.0.0.0/16"] # violation
          }
        }

        resource "aws_security_group" "south" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 2200
            to_port     = 2200
            cidr_blocks = ["9.0.0.0/16"] # violation
          }
        }

        resource "aws_instance" "host" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = true
          vpc_security_group_ids      = [aws_security_group.north.id, aws_security_group.south.id]
        }
      HCL
    }
  }
  example "a prefix length for IPv4" {
    options = { ipv4_prefix = 24 }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            cidr_block = "0.0.0.0/0"
            gateway_id = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }

        resource "aws_security_group" "north" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["8.0.0.0/24"] # violation
          }
        }

        resource "aws_security_group" "south" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol    = "tcp"
            from_port   = 22
            to_port     = 22
            cidr_blocks = ["9.0.0.0/24"] # violation
          }
        }

        resource "aws_instance" "host" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = true
          vpc_security_group_ids      = [aws_security_group.north.id, aws_security_group.south.id]
        }
      HCL
    }
  }
  example "a prefix length for IPv6" {
    options = { ipv6_prefix = 24 }
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block                       = "10.0.0.0/16"
          assign_generated_ipv6_cidr_block = true
        }

        resource "aws_internet_gateway" "main" {
          vpc_id = aws_vpc.main.id
        }

        resource "aws_default_route_table" "main" {
          default_route_table_id = aws_vpc.main.default_route_table_id

          route {
            ipv6_cidr_block = "::/0"
            gateway_id      = aws_internet_gateway.main.id
          }
        }

        resource "aws_subnet" "main" {
          vpc_id                          = aws_vpc.main.id
          cidr_block                      = "10.0.1.0/24"
          ipv6_cidr_block                 = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 1)
          assign_ipv6_address_on_creation = true
        }

        resource "aws_security_group" "north" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol         = "tcp"
            from_port        = 22
            to_port          = 22
            ipv6_cidr_blocks = ["2600:1f00::/32"]
          }
        }

        resource "aws_security_group" "south" {
          vpc_id = aws_vpc.main.id

          ingress {
            protocol         = "tcp"
            from_port        = 22
            to_port          = 22
            ipv6_cidr_blocks = ["2600:1f01::/32"]
          }
        }

        resource "aws_instance" "host" {
          ami                         = "ami-0123456789abcdef0"
          instance_type               = "t3.micro"
          subnet_id                   = aws_subnet.main.id
          associate_public_ip_address = false
          vpc_security_group_ids      = [aws_security_group.north.id, aws_security_group.south.id]
        }
      HCL
    }
  }
}
