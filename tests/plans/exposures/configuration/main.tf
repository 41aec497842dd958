provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

locals {
  subnets = {
    public-a   = { number = 0, zone = "us-east-1a" }
    public-b   = { number = 1, zone = "us-east-1b" }
    isolated-a = { number = 16, zone = "us-east-1a" }
    isolated-b = { number = 17, zone = "us-east-1b" }
  }
  public   = [for name, subnet in aws_subnet.main : subnet.id if startswith(name, "public")]
  isolated = [for name, subnet in aws_subnet.main : subnet.id if startswith(name, "isolated")]
}

resource "aws_subnet" "main" {
  for_each = local.subnets

  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, each.value.number)
  availability_zone = each.value.zone
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "public" {
  for_each = toset(["public-a", "public-b"])

  subnet_id      = aws_subnet.main[each.key].id
  route_table_id = aws_route_table.public.id
}

# The internet gets to the one in public subnets; the isolated one has no way, the third lets in the office alone.
resource "aws_security_group" "database" {
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id = aws_security_group.database.id
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_security_group" "office" {
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "office" {
  security_group_id = aws_security_group.office.id
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = "203.0.113.0/24"
}

resource "aws_db_subnet_group" "public" {
  name       = "public"
  subnet_ids = local.public
}

resource "aws_db_subnet_group" "isolated" {
  name       = "isolated"
  subnet_ids = local.isolated
}

resource "aws_db_instance" "exposed" {
  engine                 = "postgres"
  instance_class         = "db.t4g.micro"
  allocated_storage      = 20
  username               = "main"
  publicly_accessible    = true
  skip_final_snapshot    = true
  db_subnet_group_name   = aws_db_subnet_group.public.name
  vpc_security_group_ids = [aws_security_group.database.id]
}

resource "aws_db_instance" "isolated" {
  engine                 = "postgres"
  instance_class         = "db.t4g.micro"
  allocated_storage      = 20
  username               = "main"
  publicly_accessible    = true
  skip_final_snapshot    = true
  db_subnet_group_name   = aws_db_subnet_group.isolated.name
  vpc_security_group_ids = [aws_security_group.database.id]
}

resource "aws_db_instance" "office" {
  engine                 = "postgres"
  instance_class         = "db.t4g.micro"
  allocated_storage      = 20
  username               = "main"
  publicly_accessible    = true
  skip_final_snapshot    = true
  db_subnet_group_name   = aws_db_subnet_group.public.name
  vpc_security_group_ids = [aws_security_group.office.id]
}

# Behind a network load balancer that does not keep addresses, a group that lets in the VPC lets in everybody; behind one that
# does, it does not.
resource "aws_security_group" "inside" {
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "inside" {
  for_each = toset(["22", "8080"])

  security_group_id = aws_security_group.inside.id
  ip_protocol       = "tcp"
  from_port         = each.key
  to_port           = each.key
  cidr_ipv4         = aws_vpc.main.cidr_block
}

resource "aws_instance" "app" {
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t4g.micro"
  subnet_id              = aws_subnet.main["isolated-a"].id
  vpc_security_group_ids = [aws_security_group.inside.id]
}

resource "aws_lb" "main" {
  load_balancer_type = "network"
  subnets            = local.public
}

resource "aws_lb_target_group" "main" {
  for_each = { lost = "false", kept = "true" }

  name               = each.key
  port               = 22
  protocol           = "TCP"
  preserve_client_ip = each.value
  vpc_id             = aws_vpc.main.id
}

resource "aws_lb_listener" "main" {
  for_each = { lost = 2222, kept = 2223 }

  load_balancer_arn = aws_lb.main.arn
  port              = each.value
  protocol          = "TCP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main[each.key].arn
  }
}

resource "aws_lb_target_group_attachment" "main" {
  for_each = aws_lb_target_group.main

  target_group_arn = each.value.arn
  target_id        = aws_instance.app.id
}
