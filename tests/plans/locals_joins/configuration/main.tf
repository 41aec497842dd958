provider "aws" {
  region = "us-east-1"
}

locals {
  vpcs    = { a = "10.30.0.0/16", b = "10.31.0.0/16" }
  tiers   = ["web", "data"]
  subnets = { for pair in setproduct(keys(local.vpcs), local.tiers) : "${pair[0]}-${pair[1]}" => { vpc = pair[0], tier = pair[1] } }
  vpc_ids = { for key, vpc in aws_vpc.main : key => vpc.id }
  group   = aws_security_group.main["a"].id
}

resource "aws_vpc" "main" {
  for_each   = local.vpcs
  cidr_block = each.value
}

resource "aws_subnet" "main" {
  for_each   = local.subnets
  vpc_id     = aws_vpc.main[each.value.vpc].id
  cidr_block = cidrsubnet(local.vpcs[each.value.vpc], 8, index(local.tiers, each.value.tier))
}

# In `b`, whose addresses it has not.
resource "aws_subnet" "elsewhere" {
  vpc_id     = local.vpc_ids["b"]
  cidr_block = "10.30.200.0/24"
}

resource "aws_route_table" "main" {
  count  = 2
  vpc_id = aws_vpc.main["a"].id

  dynamic "route" {
    for_each = count.index == 0 ? [aws_internet_gateway.main.id] : []

    content {
      cidr_block = "0.0.0.0/0"
      gateway_id = route.value
    }
  }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main["a"].id
}

# The second subnet goes with the first table: it alone is public.
resource "aws_route_table_association" "swapped" {
  count          = 2
  subnet_id      = [aws_subnet.main["a-web"].id, aws_subnet.main["a-data"].id][count.index]
  route_table_id = aws_route_table.main[1 - count.index].id
}

resource "aws_security_group" "main" {
  for_each    = aws_vpc.main
  name        = "main-${each.key}"
  description = "Of one VPC"
  vpc_id      = each.value.id
}

resource "terraform_data" "ports" {
  input = [22, 3389]
}

resource "aws_security_group" "dynamic" {
  name        = "dynamic"
  description = "Of ports that are not known"
  vpc_id      = local.vpc_ids["a"]

  dynamic "ingress" {
    for_each = toset([for port in terraform_data.ports.output : tostring(port)])

    content {
      description = "Port ${ingress.value}"
      protocol    = "tcp"
      from_port   = ingress.value
      to_port     = ingress.value
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_vpc_security_group_ingress_rule" "local" {
  description       = "Through a local value"
  security_group_id = local.group
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_db_subnet_group" "main" {
  name       = "main"
  subnet_ids = [for key, subnet in aws_subnet.main : subnet.id if startswith(key, "a-")]
}

resource "aws_db_instance" "main" {
  identifier                  = "main"
  engine                      = "postgres"
  instance_class              = "db.t3.micro"
  allocated_storage           = 20
  username                    = "main"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.main.name
  vpc_security_group_ids      = [local.group]
  publicly_accessible         = true
  skip_final_snapshot         = true
}
