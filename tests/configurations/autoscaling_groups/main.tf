provider "aws" {
  region = "us-west-1"
  default_tags { tags = { Owner = "web-team", CostCenter = 1001 } }
}

module "group" {
  source = "./modules/asg"
  for_each = {
    web = {
      image    = "ami-0web", min = 2, max = 6
      script   = ["yum -y install nginx", "systemctl enable --now nginx"]
      policies = { cpu = { target = 55.5 }, requests = { target = 1000, label = "app/web/1/targetgroup/web/2" } }
      tags     = { Tier = "front" }
    }
    batch = {
      image    = "ami-0batch", min = 0, max = 10
      spot     = { base = 1, above = 25, types = ["m5.large", "m5a.large", "m4.large"] }
      schedule = { up = { cron = "0 8 * * 1-5", size = 5 }, down = { cron = "0 20 * * *", size = 0 } }
    }
  }
  name    = each.key
  spec    = each.value
  subnets = ["subnet-1", "subnet-2"]
}

output "sizes" { value = { for name, group in module.group : name => group.size } }
output "user_data" { value = module.group["web"].user_data }
output "tags" { value = module.group["web"].tags }
