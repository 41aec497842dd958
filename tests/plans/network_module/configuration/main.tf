provider "aws" {
  region = "us-east-1"
}

module "network" {
  source          = "./network"
  name            = "main"
  cidr            = "10.32.0.0/16"
  zones           = ["us-east-1a", "us-east-1b"]
  public_subnets  = ["10.32.0.0/24", "10.32.1.0/24"]
  private_subnets = ["10.32.10.0/24", "10.32.11.0/24"]
  # Not in the VPC.
  database_subnets = ["10.33.20.0/24", "10.32.21.0/24"]
  one_nat_gateway  = false
}

module "spare" {
  source         = "./network"
  name           = "spare"
  cidr           = "10.34.0.0/16"
  zones          = ["us-east-1a"]
  public_subnets = ["10.34.0.0/24"]
}

resource "aws_instance" "web" {
  count                       = 2
  ami                         = "ami-12c6146b"
  instance_type               = "t3.micro"
  subnet_id                   = element(module.network.private_subnets, count.index)
  associate_public_ip_address = true
}

resource "aws_db_subnet_group" "public" {
  name       = "public"
  subnet_ids = module.network.public_subnets
}

resource "aws_security_group" "web" {
  name        = "web"
  description = "In the module's VPC"
  vpc_id      = module.network.vpc_id

  ingress {
    description = "PostgreSQL"
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = concat(module.network.private_subnets_cidr_blocks, ["0.0.0.0/0"])
  }
}

resource "aws_db_instance" "main" {
  identifier                  = "main"
  engine                      = "postgres"
  instance_class              = "db.t3.micro"
  allocated_storage           = 20
  username                    = "main"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.public.name
  vpc_security_group_ids      = [aws_security_group.web.id]
  skip_final_snapshot         = true
}
