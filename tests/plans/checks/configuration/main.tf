provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.31.0.0/16"

  lifecycle {
    postcondition {
      condition     = self.main_route_table_id != ""
      error_message = "There is no main route table."
    }
  }
}

check "public" {
  assert {
    condition     = startswith(aws_vpc.main.cidr_block, "192.168.")
    error_message = "It is no 192.168 network."
  }
}

check "later" {
  assert {
    condition     = aws_vpc.main.id != ""
    error_message = "It has no id."
  }
}

resource "aws_default_security_group" "main" {
  vpc_id = aws_vpc.main.id

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
