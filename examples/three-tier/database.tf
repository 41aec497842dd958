resource "aws_db_subnet_group" "main" {
  name       = var.environment
  subnet_ids = local.subnet_ids.db

  tags = { Name = var.environment }
}

resource "aws_db_instance" "main" {
  identifier                  = var.environment
  engine                      = "postgres"
  engine_version              = "16"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 100
  storage_encrypted           = true
  port                        = var.database_port
  username                    = "application"
  manage_master_user_password = true
  multi_az                    = true
  db_subnet_group_name        = aws_db_subnet_group.main.name
  vpc_security_group_ids      = [aws_security_group.tier["db"].id]
  skip_final_snapshot         = false
  final_snapshot_identifier   = "${var.environment}-final"

  tags = { Name = var.environment, Tier = "db" }
}
