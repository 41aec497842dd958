provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.16.0.0/16"
}

removed {
  from = aws_subnet.forgotten

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_subnet.destroyed

  lifecycle {
    destroy = true
  }
}

resource "aws_subnet" "new" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.16.3.0/24"
}
