provider "aws" { region = "us-east-1" }
module "vpc" {
  source = "./modules/vpc"
  cidr   = "10.60.0.0/16"
  subnets = {
    pub-a = { public = true, index = 0 }
    pub-b = { public = true, index = 1 }
    app-a = { public = false, index = 2 }
    app-b = { public = false, index = 3 }
  }
}
# not in public subnets: nothing is to be found
resource "aws_db_subnet_group" "filtered" {
  name       = "filtered"
  subnet_ids = [for k, s in module.vpc.all : s.id if startswith(k, "app")]
}
resource "aws_db_subnet_group" "ids" {
  name       = "ids"
  subnet_ids = module.vpc.private_ids
}
resource "aws_db_subnet_group" "matching" {
  name       = "matching"
  subnet_ids = matchkeys(values(module.vpc.all)[*].id, keys(module.vpc.all), ["app-a", "app-b"])
}
resource "aws_db_subnet_group" "own" {
  name       = "own"
  subnet_ids = [for k, s in aws_subnet.own : s.id if k != "x"]
}
resource "aws_subnet" "own" {
  for_each          = { x = "a", y = "a", z = "b" }
  vpc_id            = module.vpc.vpc.id
  cidr_block        = "10.60.${index(["x", "y", "z"], each.key) + 50}.0/24"
  availability_zone = "us-east-1${each.value}"
}
resource "aws_route_table" "own" {
  vpc_id = module.vpc.vpc.id
}
resource "aws_route" "own" {
  route_table_id         = aws_route_table.own.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.none.id
}
resource "aws_internet_gateway" "none" { vpc_id = module.vpc.vpc.id }
resource "aws_route_table_association" "own" {
  subnet_id      = aws_subnet.own["x"].id
  route_table_id = aws_route_table.own.id
}
resource "aws_db_instance" "db" {
  for_each               = { filtered = aws_db_subnet_group.filtered.name, ids = aws_db_subnet_group.ids.name, matching = aws_db_subnet_group.matching.name, own = aws_db_subnet_group.own.name }
  identifier             = each.key
  engine                 = "mysql"
  instance_class         = "db.t3.micro"
  allocated_storage      = 20
  username               = "u"
  password               = "initial-password"
  db_subnet_group_name   = each.value
  vpc_security_group_ids = [for k, g in aws_security_group.g : g.id if k == "closed"]
}
resource "aws_security_group" "g" {
  for_each    = toset(["open", "closed"])
  name        = each.key
  description = each.key
  vpc_id      = module.vpc.vpc.id
}
resource "aws_vpc_security_group_ingress_rule" "open" {
  security_group_id = aws_security_group.g["open"].id
  description       = "web"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
resource "aws_vpc_security_group_ingress_rule" "wide" {
  security_group_id = element([for g in aws_security_group.g : g.id], 1)
  description       = "web"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 3400
}
resource "aws_lb" "one" {
  name            = "one"
  internal        = true
  security_groups = values(aws_security_group.g)[*].id
  subnets         = slice([for s in aws_subnet.own : s.id], 0, 2)
}
resource "aws_network_interface" "n" {
  subnet_id       = element(values(aws_subnet.own)[*].id, 2)
  security_groups = [aws_security_group.g["open"].id]
}
