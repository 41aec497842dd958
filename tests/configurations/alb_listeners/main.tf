provider "aws" {
  region = "eu-central-1"
  default_tags { tags = { App = "shop" } }
}

locals {
  services = {
    web = { port = 8080, paths = ["/", "/index*"], priority = 100 }
    api = { port = 9000, paths = ["/api/*"], priority = 50, hosts = ["api.example.com"], health = { path = "/healthz", matcher = "200-299" }, sticky = true }
    old = { port = 80, paths = [], priority = 200, weight = 10, headers = { "X-Legacy" = ["yes", "true"] } }
  }
}

resource "aws_vpc" "this" { cidr_block = "10.3.0.0/16" }
resource "aws_subnet" "this" {
  for_each          = { a = 0, b = 1 }
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, each.value)
  availability_zone = "eu-central-1${each.key}"
}

resource "aws_acm_certificate" "this" {
  domain_name               = "example.com"
  subject_alternative_names = ["*.example.com", "api.example.com"]
  validation_method         = "DNS"
  lifecycle { create_before_destroy = true }
}

module "alb" {
  source       = "./modules/alb"
  name         = "shop"
  vpc_id       = aws_vpc.this.id
  subnets      = values(aws_subnet.this)[*].id
  services     = local.services
  access_logs  = { bucket = "logs-of-lb", prefix = "shop" }
  idle_timeout = 120

  listeners = {
    http = { port = 80, redirect = { port = "443", protocol = "HTTPS", status_code = "HTTP_301" } }
    https = {
      port            = 443
      protocol        = "HTTPS"
      certificate_arn = aws_acm_certificate.this.arn
      forward         = { service = "web" }
    }
    admin = { port = 8443, protocol = "HTTPS", certificate_arn = aws_acm_certificate.this.arn, fixed = { type = "text/plain", body = "no", code = 403 } }
    split = { port = 8081, weighted = { web = 90, old = 10 } }
  }
}

module "internal" {
  source    = "./modules/alb"
  name      = "load-balancer-with-a-rather-long-name"
  internal  = true
  vpc_id    = aws_vpc.this.id
  subnets   = [for key, subnet in aws_subnet.this : subnet.id if key != "b"]
  services  = { for name, service in local.services : name => service if service.port > 1024 }
  listeners = { tcp = { port = 8080, forward = { service = "web" } } }
}

output "rules" { value = module.alb.rule_names }
output "name" { value = module.internal.name }
output "domains" { value = [for option in aws_acm_certificate.this.domain_validation_options : option.domain_name] }
output "target_groups" { value = module.alb.target_groups }
