environment     = "production"
office_cidrs    = ["203.0.113.0/24"]
certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d"
flow_log_bucket = "arn:aws:s3:::flow-logs-production"
