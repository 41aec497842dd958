provider "aws" { region = "us-east-2" }

variable "image_tag" { default = "1.4.2" }
variable "environment" {
  type    = map(string)
  default = { LOG_LEVEL = "info", FEATURE_X = "true" }
}
variable "secrets" {
  type      = map(string)
  default   = { DB_PASSWORD = "arn:aws:ssm:us-east-2:111122223333:parameter/db" }
  sensitive = true
}

resource "aws_ecs_cluster" "this" {
  name = "main"
  dynamic "setting" {
    for_each = { containerInsights = "enabled" }
    content {
      name  = setting.key
      value = setting.value
    }
  }
}

module "api" {
  source  = "./modules/service"
  name    = "api"
  cluster = aws_ecs_cluster.this
  subnets = ["subnet-1", "subnet-2"]
  cpu     = 512
  memory  = 1024
  containers = {
    app = {
      image       = "registry.example.com/api:${var.image_tag}"
      ports       = [8080, 9090]
      environment = var.environment
      health      = ["CMD-SHELL", "curl -f http://localhost:8080/ || exit 1"]
    }
    proxy = { image = "envoy:v1", essential = false, depends_on = { app = "HEALTHY" }, cpu = 64 }
  }
  scaling = {
    cpu    = { metric = "ECSServiceAverageCPUUtilization", target = 60 }
    memory = { metric = "ECSServiceAverageMemoryUtilization", target = 75, cooldown = 120 }
  }
  load_balancer = { target_group_arn = "arn:aws:elasticloadbalancing:us-east-2:111122223333:targetgroup/api/0123456789abcdef", container = "app", port = 8080 }
}

module "worker" {
  source     = "./modules/service"
  name       = "worker"
  cluster    = aws_ecs_cluster.this
  subnets    = ["subnet-3"]
  spot       = 3
  containers = { worker = { image = "registry.example.com/worker:latest", environment = merge(var.environment, { QUEUE = "jobs" }) } }
  volumes    = { data = { file_system_id = "fs-1", access_point = "fsap-1" }, tmp = {} }
}

module "secretive" {
  source     = "./modules/service"
  name       = "secretive"
  cluster    = aws_ecs_cluster.this
  subnets    = ["subnet-3"]
  containers = { app = { image = "app", environment = var.secrets } }
}

output "definition" { value = jsondecode(module.api.definition)[*].name }
output "ports" { value = [for container in jsondecode(module.api.definition) : [for mapping in container.portMappings : mapping.containerPort]] }
output "families" { value = [module.api.family, module.worker.family] }
