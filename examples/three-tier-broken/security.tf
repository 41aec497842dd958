resource "aws_security_group" "tier" {
  for_each = {
    alb     = "Load balancer: the internet on 80 and 443"
    web     = "Web servers: the load balancer on 80 and 443"
    app     = "Application servers: web on 8080"
    db      = "Database: app on its port, no way out"
    bastion = "Bastion: the office on 22"
  }

  name        = "${var.environment}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.main.id

  tags = {
    Name = "${var.environment}-${each.key}"
    Tier = each.key
  }
}

locals {
  # From one tier to another: a rule out of the first and a rule into the second.
  flows = {
    alb-web-http  = { from = "alb", to = "web", port = 80 }
    alb-web-https = { from = "alb", to = "web", port = 443 }
    web-app       = { from = "web", to = "app", port = 8080 }
    app-db        = { from = "app", to = "db", port = var.database_port }
    bastion-web   = { from = "bastion", to = "web", port = 22 }
    bastion-app   = { from = "bastion", to = "app", port = 22 }
    bastion-db    = { from = "bastion", to = "db", port = var.database_port }
  }
}

resource "aws_vpc_security_group_egress_rule" "flow" {
  for_each = local.flows

  security_group_id            = aws_security_group.tier[each.value.from].id
  referenced_security_group_id = aws_security_group.tier[each.value.to].id
  description                  = "To ${each.value.to} on ${each.value.port}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port

  tags = { Name = "${var.environment}-${each.key}" }
}

resource "aws_vpc_security_group_ingress_rule" "flow" {
  for_each = local.flows

  security_group_id            = aws_security_group.tier[each.value.to].id
  referenced_security_group_id = aws_security_group.tier[each.value.from].id
  description                  = "From ${each.value.from} on ${each.value.port}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port

  tags = { Name = "${var.environment}-${each.key}" }
}

resource "aws_vpc_security_group_ingress_rule" "internet" {
  for_each = { http = 80, https = 443 }

  security_group_id = aws_security_group.tier["alb"].id
  description       = "The internet on ${each.value}"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value

  tags = { Name = "${var.environment}-internet-${each.key}" }
}

# "Only for the migration": half the internet each.
resource "aws_vpc_security_group_ingress_rule" "migration" {
  for_each = toset(["0.0.0.0/1", "128.0.0.0/1"])

  security_group_id = aws_security_group.tier["db"].id
  description       = "Migration"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432

  tags = { Name = "${var.environment}-migration" }
}

resource "aws_vpc_security_group_ingress_rule" "office" {
  for_each = toset(var.office_cidrs)

  security_group_id = aws_security_group.tier["bastion"].id
  description       = "SSH from the office"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22

  tags = { Name = "${var.environment}-office" }
}

resource "aws_vpc_security_group_egress_rule" "internet" {
  for_each = toset(["web", "app"])

  security_group_id = aws_security_group.tier[each.key].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"

  tags = { Name = "${var.environment}-${each.key}-out" }
}

# Nothing may use the VPC's default group: it is taken over and emptied.
resource "aws_default_security_group" "main" {
  vpc_id = aws_vpc.main.id

  ingress {
    description = "Within the group"
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    self        = true
  }

  tags = { Name = "${var.environment}-unused" }
}
