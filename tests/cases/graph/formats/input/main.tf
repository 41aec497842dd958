variable "partner" {
  type = string
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  for_each          = { a = 0, b = 1 }
  vpc_id            = aws_vpc.main.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, each.value)
}

resource "aws_subnet" "db" {
  for_each          = { a = 10, b = 11 }
  vpc_id            = aws_vpc.main.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, each.value)
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "public" {
  for_each       = aws_subnet.public
  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

resource "aws_nat_gateway" "main" {
  subnet_id = aws_subnet.public["a"].id
}

resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    description = "HTTPS for everybody"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    description = "SSH from the office"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["198.18.0.0/15", "81.2.69.160/27"]
  }

  ingress {
    description = "A partner"
    from_port   = 9000
    to_port     = 9010
    protocol    = "tcp"
    cidr_blocks = [var.partner]
  }

  egress {
    description = "Everything"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "db" {
  vpc_id = aws_vpc.main.id

  ingress {
    description     = "PostgreSQL"
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }
}

resource "aws_instance" "web" {
  count                       = 3
  ami                         = "ami-1"
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.public[["a", "b"][count.index % 2]].id
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_security_group.web.id]
  tags                        = { Tier = "web" }
}

resource "aws_db_subnet_group" "main" {
  subnet_ids = [for subnet in aws_subnet.db : subnet.id]
}

resource "aws_db_instance" "main" {
  engine                 = "postgres"
  instance_class         = "db.t4g.medium"
  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.db.id]
  storage_encrypted      = true
}
