provider "aws" {
  region = "us-east-1"
}

# Groups that name each other, themselves and in circles; members of two groups.
resource "aws_vpc" "main" {
  cidr_block = "10.60.0.0/16"
}

resource "aws_subnet" "main" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.60.0.0/16", 8, count.index)
  availability_zone = "us-east-1${["a", "b"][count.index]}"
}

resource "aws_security_group" "main" {
  for_each = toset(["ring-0", "ring-1", "ring-2", "cluster", "quiet"])
  name     = each.key
  vpc_id   = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "ring" {
  count                        = 3
  security_group_id            = aws_security_group.main["ring-${count.index}"].id
  referenced_security_group_id = aws_security_group.main["ring-${(count.index + 2) % 3}"].id
  ip_protocol                  = "tcp"
  from_port                    = 7000 + count.index
  to_port                      = 7000 + count.index
}

resource "aws_vpc_security_group_egress_rule" "ring" {
  count             = 3
  security_group_id = aws_security_group.main["ring-${count.index}"].id
  cidr_ipv4         = "10.60.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 0
  to_port           = 65535
}

resource "aws_security_group_rule" "cluster" {
  for_each          = toset(["ingress", "egress"])
  type              = each.key
  security_group_id = aws_security_group.main["cluster"].id
  self              = true
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
}

# Whoever wears the quiet group answers, and asks nobody.
resource "aws_security_group_rule" "quiet" {
  type                     = "ingress"
  security_group_id        = aws_security_group.main["quiet"].id
  source_security_group_id = aws_security_group.main["cluster"].id
  protocol                 = "icmp"
  from_port                = 8
  to_port                  = 0
}

resource "aws_security_group_rule" "pings" {
  type              = "egress"
  security_group_id = aws_security_group.main["cluster"].id
  cidr_blocks       = ["10.60.1.0/24"]
  protocol          = "icmp"
  from_port         = -1
  to_port           = -1
}

resource "aws_instance" "main" {
  for_each = {
    r0   = ["ring-0"], r1 = ["ring-1"], r2 = ["ring-2"], both = ["ring-0", "cluster"]
    one  = ["cluster"], two = ["cluster"], quiet = ["quiet"]
    none = []
  }
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.main[length(each.key) % 2].id
  vpc_security_group_ids = [for name in each.value : aws_security_group.main[name].id]
}
