variable "password" {
  type      = string
  sensitive = true
}

variable "office" {
  type      = string
  sensitive = true
}

variable "tags" {
  type      = map(string)
  sensitive = true
}

variable "defaulted" {
  type      = string
  default   = "canary-default-secret"
  sensitive = true
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { Secret = sensitive("canary-provider-tag") }
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.15.0.0/16"
  tags       = merge(var.tags, { Name = "main" })
}

resource "aws_subnet" "main" {
  count      = 2
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_security_group" "main" {
  name        = "main"
  description = "For ${var.defaulted}"
  vpc_id      = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [var.office, "0.0.0.0/0"]
  }

  ingress {
    description = "Database ${nonsensitive(sensitive("plain"))}"
    protocol    = "tcp"
    from_port   = 3306
    to_port     = 3306
    cidr_blocks = [var.office]
  }
}

resource "aws_db_subnet_group" "main" {
  name       = "main"
  subnet_ids = aws_subnet.main[*].id
}

resource "aws_db_instance" "main" {
  identifier           = "main"
  engine               = "postgres"
  instance_class       = "db.t3.micro"
  allocated_storage    = 20
  username             = "admin"
  password             = var.password
  db_subnet_group_name = aws_db_subnet_group.main.name
  publicly_accessible  = true
  skip_final_snapshot  = true
}

resource "aws_launch_template" "main" {
  name      = "main"
  user_data = base64encode("#!/bin/sh\necho ${var.password}")

  tag_specifications {
    resource_type = "instance"
    tags          = { Token = sensitive("canary-nested-mark") }
  }
}

resource "terraform_data" "nested" {
  input = {
    public = "shown"
    secret = { token = var.password, list = ["shown", sensitive("canary-list-element")] }
    prefix = "canary-unknown-prefix-${sensitive(aws_vpc.main.id)}"
  }
}

output "password" {
  value     = "canary-output-${var.password}"
  sensitive = true
}
