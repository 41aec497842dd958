provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "m" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "g" {
  name        = "g"
  description = "g"
  vpc_id      = aws_vpc.m.id
}

resource "aws_security_group_rule" "kept" {
  type              = "ingress"
  description       = "kept"
  security_group_id = aws_security_group.g.id
  from_port         = 443
  to_port           = 443
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_security_group_rule" "forgotten" {
  type              = "ingress"
  description       = "forgotten"
  security_group_id = aws_security_group.g.id
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_security_group_rule" "deleted" {
  type              = "ingress"
  description       = "deleted"
  security_group_id = aws_security_group.g.id
  from_port         = 3389
  to_port           = 3389
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
}
