provider "aws" {
  region = "us-east-1"
}

data "aws_vpc" "shared" {
  tags = { Name = "shared" }
}

data "aws_subnets" "shared" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.shared.id]
  }
}

data "aws_subnet" "shared" {
  for_each = toset(data.aws_subnets.shared.ids)
  id       = each.value
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_vpc" "new" {
  cidr_block = "10.10.0.0/16"
}

data "aws_security_groups" "later" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.new.id]
  }
}

resource "aws_subnet" "outside" {
  vpc_id     = data.aws_vpc.shared.id
  cidr_block = "10.9.2.128/25"
}

resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = data.aws_vpc.shared.id

  ingress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = concat([data.aws_vpc.shared.cidr_block], ["0.0.0.0/0"])
  }
}

output "later" {
  value = data.aws_security_groups.later.ids
}
