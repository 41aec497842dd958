rule "sg/open-database-port" {
  title    = "Database or cache port reachable from the internet"
  severity = "error"
  since    = "0.1.0"

  option "ports" {
    type = list(number)
    default = [
      1433, 1521, 2484, 3306, 5432, 5439, 5984, 6379, 6380, 7687, 8086, 8111, 8182, 9042, 9111, 9142, 9200, 9300, 11211,
      11212, 26257, 27017, 27018, 27019, 50000,
    ]
    description = "TCP ports of databases and caches: the engines' defaults, AWS's managed ones included."

    condition     = alltrue([for port in option.ports : port >= 0 && port <= 65535 && floor(port) == port])
    error_message = "a port is a whole number from 0 to 65535"
  }
  option "ipv4_prefix" {
    type        = number
    default     = 16
    description = "Open is what is larger than an IPv4 block of this prefix length."

    condition     = option.ipv4_prefix >= 0 && option.ipv4_prefix <= 32 && floor(option.ipv4_prefix) == option.ipv4_prefix
    error_message = "a prefix length is a whole number from 0 to 32"
  }
  option "ipv6_prefix" {
    type        = number
    default     = 32
    description = "Open is what is larger than an IPv6 block of this prefix length."

    condition     = option.ipv6_prefix >= 0 && option.ipv6_prefix <= 128 && floor(option.ipv6_prefix) == option.ipv6_prefix
    error_message = "a prefix length is a whole number from 0 to 128"
  }

  for_each      = network.ingress_sources
  condition     = !opens(each.value, "tcp", option.ports, option.ipv4_prefix, option.ipv6_prefix)
  error_message = "${each.value.address} lets ${each.value.text} in on ${opened_ports(each.value, "tcp", option.ports, option.ipv4_prefix, option.ipv6_prefix)}"
  highlight     = each.value.site
  covers        = openings(each.value, "tcp", option.ports, option.ipv4_prefix, option.ipv6_prefix)
  yields_to     = ["network/exposed-internal-service", "sg/open-all-ports", "sg/open-admin-port"]

  why        = "A database that answers the internet is one guessed password, or one flaw in its protocol, away from losing all that it holds. Databases belong behind the application that uses them."
  fix        = "Let in the security group of the application (`security_groups`, `referenced_security_group_id`) instead of addresses; people reach the database through a bastion or a VPN."
  references = ["AWS: Security group rules", "RFC 6890", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group"]

  example "PostgreSQL from anywhere" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group_rule" "db" {
          security_group_id = "sg-0123456789abcdef0"
          type              = "ingress"
          protocol          = "tcp"
          from_port         = 5432
          to_port           = 5432
          cidr_blocks       = ["0.0.0.0/0"] # violation
        }
      HCL
    }
  }
  example "PostgreSQL from the application" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "app" {
        }

        resource "aws_security_group" "db" {
          ingress {
            protocol        = "tcp"
            from_port       = 5432
            to_port         = 5432
            security_groups = [aws_security_group.app.id]
            cidr_blocks     = ["10.0.0.0/8"]
          }
        }
      HCL
    }
  }
  example "rules that are not known" {
    file "main.tf" {
      content = <<-HCL
        variable "rules" {
          type = list(object({ port = number, cidr = string }))
        }

        resource "aws_security_group" "db" {
          dynamic "ingress" {
            for_each = var.rules # undetermined
            content {
              protocol    = "tcp"
              from_port   = ingress.value.port
              to_port     = ingress.value.port
              cidr_blocks = [ingress.value.cidr]
            }
          }
        }
      HCL
    }
  }
  example "other ports" {
    options = { ports = [1234] }
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 1234
            to_port     = 1234
            cidr_blocks = ["0.0.0.0/0"] # violation
          }
        }
      HCL
    }
  }
  example "a prefix length for IPv4" {
    options = { ipv4_prefix = 24 }
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol    = "tcp"
            from_port   = 6379
            to_port     = 6379
            cidr_blocks = ["8.8.0.0/20"] # violation
          }
        }
      HCL
    }
  }
  example "a prefix length for IPv6" {
    options = { ipv6_prefix = 24 }
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group" "web" {
          ingress {
            protocol         = "tcp"
            from_port        = 6379
            to_port          = 6379
            ipv6_cidr_blocks = ["2600:1f00::/24"]
          }
        }
      HCL
    }
  }
}
