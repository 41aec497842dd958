provider "aws" {
  region = "us-west-2"
}

resource "aws_vpc" "main" {
  cidr_block = "172.16.0.0/16"
}

module "web" {
  source              = "./modules/sg"
  name                = "web"
  use_name_prefix     = false
  vpc_id              = aws_vpc.main.id
  ingress_cidr_blocks = [aws_vpc.main.cidr_block, "10.10.0.0/16"]
  ingress_rules       = ["https-443-tcp", "http-80-tcp"]
  tags                = { Tier = "web" }
}

module "app" {
  source = "./modules/sg"
  name   = "app"
  vpc_id = aws_vpc.main.id
  ingress_with_cidr_blocks = [
    { rule = "ssh-tcp", cidr_blocks = "203.0.113.0/24,198.51.100.7/32" },
    { from_port = 8080, to_port = 8090, protocol = "tcp", description = "User-service ports" },
  ]
  ingress_cidr_blocks = ["10.0.0.0/8"]
  computed_sources    = [module.web.security_group_id]
  number_of_computed  = 1
  egress = {
    dns  = { from = 53, protocol = "udp" }
    self = { self = true, from = 1, to = 65535, protocol = "tcp" }
  }
}

module "off" {
  source = "./modules/sg"
  create = false
  name   = "off"
}

resource "aws_security_group" "inline" {
  name   = "inline"
  vpc_id = aws_vpc.main.id

  ingress {
    description = "one"
    from_port   = "443"
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  dynamic "ingress" {
    for_each = toset([5432, 3306])
    iterator = port
    content {
      from_port       = port.value
      to_port         = port.key
      protocol        = "tcp"
      security_groups = [module.web.security_group_id]
    }
  }

  dynamic "ingress" {
    for_each = { for name, cidrs in { office = ["192.0.2.0/24"], none = [] } : name => cidrs if length(cidrs) > 0 }
    content {
      description      = "from ${ingress.key}"
      from_port        = 22
      to_port          = 22
      protocol         = "TCP"
      cidr_blocks      = ingress.value
      ipv6_cidr_blocks = [for cidr in ingress.value : "2001:db8::/32"]
      self             = true
    }
  }

  egress = [{
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
    description      = "all"
    prefix_list_ids  = null
    security_groups  = null
    self             = false
  }]
}

resource "aws_security_group" "cleared" {
  name    = "cleared"
  ingress = []
  egress  = []
}

resource "aws_vpc_security_group_ingress_rule" "each" {
  for_each          = { a = 1, b = 2 }
  security_group_id = aws_security_group.cleared.id
  cidr_ipv4         = cidrsubnet("10.0.0.0/8", 8, each.value)
  ip_protocol       = "tcp"
  from_port         = 80 + each.value
  to_port           = 80 + each.value
}
