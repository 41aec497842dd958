provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block                       = "10.14.0.0/16"
  assign_generated_ipv6_cidr_block = true
}

resource "aws_eip" "office" {
  domain = "vpc"
}

resource "terraform_data" "later" {
  input = {
    ports  = [22, 443]
    ratio  = 0.1
    half   = 0.5
    huge   = 1208925819614629174706176
    vpc    = aws_vpc.main.id
    prefix = "vpc-is-${aws_vpc.main.id}"
    none   = null
    nested = { list = [aws_vpc.main.arn, "known"], set = toset(["b", "a"]) }
  }
  triggers_replace = [aws_eip.office.public_ip, 1.5, "0.1", true]
}

resource "terraform_data" "all" {
  input = terraform_data.later.output
}

resource "aws_security_group" "mixed" {
  name        = "mixed"
  description = "For ${aws_vpc.main.id}"
  vpc_id      = aws_vpc.main.id
  tags        = { Name = "mixed", Vpc = aws_vpc.main.id }

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["${aws_eip.office.public_ip}/32", "0.0.0.0/0"]
  }

  ingress {
    protocol    = "tcp"
    from_port   = 3306
    to_port     = 3306
    cidr_blocks = ["${aws_eip.office.public_ip}/32"]
  }
}

resource "aws_security_group" "dynamic" {
  name   = "dynamic"
  vpc_id = aws_vpc.main.id

  dynamic "ingress" {
    for_each = terraform_data.all.output.ports

    content {
      protocol    = "tcp"
      from_port   = ingress.value
      to_port     = ingress.value
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_subnet" "six" {
  vpc_id          = aws_vpc.main.id
  cidr_block      = "10.14.1.0/24"
  ipv6_cidr_block = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 1)
}

resource "aws_subnet" "overlapping" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.14.1.128/25"
}

resource "aws_cloudwatch_log_group" "flow" {
  name = "flow-${aws_vpc.main.id}"
}

resource "aws_sns_topic" "alarms" {
  name = "alarms"
}

resource "aws_cloudwatch_metric_alarm" "tenth" {
  alarm_name          = "tenth"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "CPUUtilization"
  namespace           = "AWS/EC2"
  period              = 60
  statistic           = "Average"
  threshold           = 0.1
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

output "prefixed" {
  value = "arn:aws:s3:::flow-logs-${aws_vpc.main.id}"
}

output "list" {
  value = [aws_vpc.main.id, "known", null]
}
