provider "aws" { region = "us-east-1" }

variable "cidr" {
  type    = string
  default = "10.0.0.0/16"
  validation {
    condition     = can(cidrhost(var.cidr, 0)) && !can(cidrhost(var.cidr, pow(2, 20)))
    error_message = "${var.cidr} is no network of a fitting size."
  }
}
variable "zones" {
  type    = map(number)
  default = { a = 1, b = 2 }
  validation {
    condition     = alltrue([for name, number in var.zones : length(name) == 1 && number > 0])
    error_message = "Zones are letters with positive numbers."
  }
  validation {
    condition     = length(var.zones) <= var.limit
    error_message = "At most ${var.limit} zones."
  }
}
variable "limit" { default = 3 }

resource "aws_vpc" "this" {
  cidr_block = var.cidr
  lifecycle {
    precondition {
      condition     = tonumber(split("/", var.cidr)[1]) <= 24
      error_message = "Too small."
    }
    postcondition {
      condition     = self.enable_dns_support
      error_message = "DNS is off in ${self.id}."
    }
  }
}

resource "aws_subnet" "this" {
  for_each   = var.zones
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet(aws_vpc.this.cidr_block, 8, each.value)
  lifecycle {
    precondition {
      condition     = aws_vpc.this.id != ""
      error_message = "No VPC."
    }
    postcondition {
      condition     = self.cidr_block != aws_vpc.this.cidr_block
      error_message = "All of it."
    }
    replace_triggered_by = [aws_vpc.this.cidr_block]
  }
}

check "subnets" {
  assert {
    condition     = length(aws_subnet.this) > 1
    error_message = "Only ${length(aws_subnet.this)} subnets."
  }
  assert {
    condition     = alltrue([for subnet in aws_subnet.this : subnet.arn != null])
    error_message = "A subnet without a name."
  }
}

check "found" {
  data "aws_vpc" "self" {
    id = aws_vpc.this.id
  }
  assert {
    condition     = data.aws_vpc.self.state == "available"
    error_message = "${data.aws_vpc.self.id} is not available."
  }
}

output "cidrs" {
  value = values(aws_subnet.this)[*].cidr_block
  precondition {
    condition     = length(var.zones) > 0
    error_message = "No zones."
  }
}
