provider "aws" { region = "us-west-2" }

variable "master_password" {
  type      = string
  sensitive = true
  default   = "correct-horse"
}

module "postgres" {
  source          = "./modules/aurora"
  name            = "orders"
  engine          = "aurora-postgresql"
  engine_version  = "15.4"
  master_password = var.master_password
  subnet_ids      = ["subnet-1", "subnet-2"]
  instances = {
    writer   = { class = "db.r6g.large", promotion_tier = 0 }
    reader-1 = {}
    reader-2 = { class = "db.r6g.xlarge", publicly_accessible = false, performance_insights = true, az = "us-west-2c" }
  }
  endpoints          = { analytics = { type = "READER", members = ["reader-2"] }, rest = { type = "ANY", excluded = ["writer"] } }
  cluster_parameters = { "rds.force_ssl" = 1, log_min_duration_statement = { value = 1000, method = "immediate" } }
  autoscaling        = { min = 1, max = 5, cpu = 70.5 }
  backup             = { retention = 14, window = "02:00-03:00" }
  monitoring         = { interval = 30 }
  ingress            = [{ cidr = "10.0.0.0/8" }, { group = "sg-123" }]
}

module "serverless" {
  source                      = "./modules/aurora"
  name                        = "Events_Store"
  engine                      = "aurora-mysql"
  instances                   = { one = { class = "db.serverless" } }
  serverless_v2               = { min_capacity = 0.5, max_capacity = 8 }
  manage_master_user_password = true
  subnet_ids                  = ["subnet-3"]
}

output "port" { value = [module.postgres.port, module.serverless.port] }
output "instances" { value = module.postgres.instance_classes }
output "has_password" { value = nonsensitive(module.postgres.password != null) }
output "password" {
  value     = module.postgres.password
  sensitive = true
}
output "parameters" { value = module.postgres.parameters }
