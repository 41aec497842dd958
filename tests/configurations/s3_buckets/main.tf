provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "replica"
  region = "eu-central-1"
  default_tags { tags = { Replica = "yes" } }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

module "logs" {
  source = "./modules/bucket"
  bucket = "atlas-logs"
  acl    = "log-delivery-write"
  lifecycle_rules = [
    {
      id          = "log"
      prefix      = "log/"
      tags        = { rule = "log", autoclean = "true" }
      transitions = [{ days = 30, storage_class = "ONEZONE_IA" }, { days = 60, storage_class = "GLACIER" }]
      expiration  = { days = 90 }
    },
    { id = "abort", abort_days = 7, enabled = false },
    { id = "old", noncurrent = { days = 30, versions = 3 }, larger_than = 1024 },
  ]
  providers = { aws = aws, aws.replica = aws.replica }
}

module "data" {
  source            = "./modules/bucket"
  bucket            = "atlas-data"
  versioning        = true
  kms_key           = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
  replicate         = { bucket = "atlas-data-replica", prefixes = ["a/", "b/"], storage_class = "STANDARD_IA" }
  logging           = { bucket = module.logs.id, prefix = "s3/" }
  cors              = [{ methods = ["GET", "HEAD"], origins = ["https://*.example.com"], max_age = 3000 }]
  policy_statements = [{ sid = "read", actions = ["s3:GetObject"], principals = { AWS = ["arn:aws:iam::111122223333:root"] } }]
  notifications     = { queue = "arn:aws:sqs:eu-west-1:111122223333:in", suffixes = [".csv", ".json"] }
  providers         = { aws = aws, aws.replica = aws.replica }
}

module "site" {
  source    = "./modules/bucket"
  bucket    = "atlas-site"
  website   = { index = "index.html", error = "404.html", rules = [{ condition = "docs/", redirect = "documents/" }] }
  public    = true
  objects   = fileset("${path.module}/site", "**/*.{html,css}")
  directory = "${path.module}/site"
  providers = { aws = aws, aws.replica = aws.replica }
}

output "etags" { value = module.site.etags }
output "arns" { value = { for name, bucket in { logs = module.logs, data = module.data } : name => bucket.arn } }
output "rules" { value = module.logs.rule_ids }
