terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.39, < 6.0"
    }
  }
}

locals {
  p = <<-E
  {
    "Version": "2012-10-17",
    "Statement": [
      { "Sid": "x", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*" , "Principal": "*" }
    ]
  }
  E
}
resource "aws_iam_policy" "a" {
  policy = local.p
}
resource "aws_iam_role" "a" {
  assume_role_policy = local.p
  name               = "x"
  path               = "/x/"
  inline_policy {
    name   = "i"
    policy = local.p
  }
}
resource "aws_iam_role_policy" "a" {
  role   = "x"
  policy = local.p
}
resource "aws_iam_user_policy" "a" {
  user   = "x"
  policy = local.p
}
resource "aws_iam_group_policy" "a" {
  group  = "x"
  policy = local.p
}
resource "aws_s3_bucket_policy" "a" {
  bucket = "x"
  policy = local.p
}
resource "aws_s3_bucket" "a" {
  bucket = "xy-x"
  policy = local.p
}
resource "aws_sqs_queue" "a" { policy = local.p }
resource "aws_sqs_queue_policy" "a" {
  queue_url = "https://x/y"
  policy    = local.p
}
resource "aws_sns_topic" "a" {
  policy          = local.p
  delivery_policy = local.p
}
resource "aws_sns_topic_policy" "a" {
  arn    = "arn:aws:sns:us-east-1:123456789012:x"
  policy = local.p
}
resource "aws_kms_key" "a" { policy = local.p }
resource "aws_ecr_repository_policy" "a" {
  repository = "x"
  policy     = local.p
}
resource "aws_ecr_lifecycle_policy" "a" {
  repository = "x"
  policy     = "{ \"rules\": [ {\"rulePriority\": 1, \"selection\": {\"tagStatus\": \"any\", \"countType\": \"imageCountMoreThan\", \"countNumber\": 3}, \"action\": {\"type\": \"expire\"}} ] }"
}
resource "aws_cloudwatch_event_rule" "a" { event_pattern = "{ \"source\": [ \"aws.ec2\" ] }" }
resource "aws_vpc_endpoint" "a" {
  vpc_id       = "vpc-1"
  service_name = "com.amazonaws.us-east-1.s3"
  policy       = local.p
}
resource "aws_secretsmanager_secret" "a" { policy = local.p }
resource "aws_secretsmanager_secret_policy" "a" {
  secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:x"
  policy     = local.p
}
resource "aws_ssm_document" "a" {
  name          = "xyz"
  document_type = "Command"
  content       = "{ \"schemaVersion\": \"2.2\" }"
}
resource "aws_cloudwatch_dashboard" "a" {
  dashboard_name = "x"
  dashboard_body = "{ \"widgets\": [] }"
}
resource "aws_elasticsearch_domain" "a" {
  domain_name     = "xyz"
  access_policies = local.p
}
resource "aws_opensearch_domain" "a" {
  domain_name     = "xyz"
  access_policies = local.p
}
resource "aws_efs_file_system_policy" "a" {
  file_system_id = "fs-1"
  policy         = local.p
}
resource "aws_backup_vault_policy" "a" {
  backup_vault_name = "x"
  policy            = local.p
}
resource "aws_cloudwatch_log_resource_policy" "a" {
  policy_name     = "x"
  policy_document = local.p
}
resource "aws_glue_resource_policy" "a" { policy = local.p }
resource "aws_lambda_function" "a" {
  function_name = "x"
  role          = "arn:aws:iam::123456789012:role/x"
  filename      = "main.tf"
  handler       = "h"
  runtime       = "python3.12"
  memory_size   = "256"
}
resource "aws_route53_record" "a" {
  zone_id = "/hostedzone/Z1"
  name    = "A.Example.COM."
  type    = "A"
  ttl     = 60
  records = ["1.2.3.4"]
}
resource "aws_route53_record" "b" {
  zone_id = "Z1"
  name    = "*.x.com"
  type    = "A"
  alias {
    name                   = "LB.Example.com."
    zone_id                = "Z2"
    evaluate_target_health = true
  }
}
resource "aws_route53_zone" "a" { name = "Example.com." }
resource "aws_instance" "a" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  user_data     = "hello"
  ebs_block_device {
    device_name = "/dev/sdf"
    volume_size = 3
  }
}
resource "aws_instance" "b" {
  ami              = "ami-1"
  instance_type    = "t3.micro"
  user_data_base64 = "aGVsbG8="
}
resource "aws_launch_configuration" "a" {
  image_id      = "ami-1"
  instance_type = "t3.micro"
  user_data     = "hello"
}
resource "aws_db_instance" "a" {
  identifier          = "main-db"
  engine              = "Postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 10
  username            = "x"
  password            = "yyyyyyyyy"
  backup_window       = "09:46-10:16"
  maintenance_window  = "Mon:00:00-Mon:03:00"
  skip_final_snapshot = true
}
resource "aws_rds_cluster" "a" {
  cluster_identifier           = "main"
  engine                       = "aurora-mysql"
  availability_zones           = ["us-east-1a"]
  preferred_maintenance_window = "Mon:00:00-Mon:03:00"
  master_username              = "x"
  master_password              = "yyyyyyyyy"
}
resource "aws_elasticache_cluster" "a" {
  cluster_id         = "main"
  engine             = "redis"
  node_type          = "cache.t3.micro"
  num_cache_nodes    = 1
  maintenance_window = "Sun:05:00-Sun:09:00"
}
resource "aws_elasticache_replication_group" "a" {
  replication_group_id = "main"
  description          = "x"
  node_type            = "cache.t3.micro"
}
resource "aws_db_subnet_group" "a" {
  name       = "main"
  subnet_ids = ["subnet-2", "subnet-1", "subnet-2"]
}
resource "aws_lb_listener" "a" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/x/1"
  port              = 80
  protocol          = "http"
  default_action {
    type = "redirect"
    redirect {
      status_code = "HTTP_301"
    }
  }
}
resource "aws_lb_target_group" "a" {
  name     = "x"
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
}
resource "aws_elb" "a" {
  name               = "x"
  availability_zones = ["us-east-1a"]
  listener {
    instance_port      = 80
    instance_protocol  = "HTTP"
    lb_port            = 80
    lb_protocol        = "HTTP"
    ssl_certificate_id = ""
  }
}
resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id          = "vpc-1"
  cidr_block      = "10.0.0.0/24"
  ipv6_cidr_block = "2001:DB8:0:0::/64"
}
resource "aws_route" "a" {
  route_table_id              = "rtb-1"
  destination_ipv6_cidr_block = "2001:DB8:0::/48"
  gateway_id                  = "igw-1"
}
resource "aws_security_group_rule" "six" {
  security_group_id = "sg-1"
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 1
  to_port           = 2
  ipv6_cidr_blocks  = ["2001:DB8:0::/48", "::0/0"]
  cidr_blocks       = ["10.0.0.0/8"]
}
resource "aws_security_group" "six" {
  ingress {
    protocol         = "tcp"
    from_port        = 1
    to_port          = 2
    ipv6_cidr_blocks = ["2001:DB8:0::/48", "::0/0"]
  }
  egress {
    protocol         = "-1"
    from_port        = 0
    to_port          = 0
    ipv6_cidr_blocks = ["2001:DB8:0::/48", "::0/0"]
  }
}
resource "aws_vpc_security_group_ingress_rule" "six" {
  security_group_id = "sg-1"
  cidr_ipv6         = "2001:DB8:0::/48"
  ip_protocol       = "TCP"
  from_port         = 1
  to_port           = 2
}
resource "aws_network_acl_rule" "six" {
  network_acl_id  = "acl-1"
  rule_number     = 1
  rule_action     = "allow"
  protocol        = "tcp"
  from_port       = 1
  to_port         = 1
  ipv6_cidr_block = "2001:DB8:0::/48"
}
resource "aws_route_table" "six" {
  vpc_id = "vpc-1"
  route {
    ipv6_cidr_block = "2001:DB8:0::/48"
    gateway_id      = "igw-1"
  }
}
resource "aws_network_acl" "six" {
  vpc_id = "vpc-1"
  ingress {
    rule_no         = 1
    action          = "allow"
    from_port       = 1
    to_port         = 1
    protocol        = "tcp"
    ipv6_cidr_block = "2001:DB8:0::/48"
  }
  ingress {
    rule_no    = 2
    action     = "ALLOW"
    from_port  = 0
    to_port    = 0
    protocol   = "all"
    cidr_block = "10.0.0.0/8"
  }
}
resource "aws_ec2_managed_prefix_list" "a" {
  name           = "x"
  address_family = "IPv6"
  max_entries    = 3
  entry {
    cidr = "2001:DB8:0::/48"
  }
}
resource "aws_acm_certificate" "a" {
  domain_name               = "x.com"
  validation_method         = "DNS"
  subject_alternative_names = ["y.com"]
}
resource "aws_cloudfront_function" "f" {
  name    = "x"
  runtime = "cloudfront-js-1.0"
  code    = "x"
}
resource "aws_autoscaling_group" "a" {
  name                 = "x"
  min_size             = 1
  max_size             = 1
  launch_configuration = "x"
  availability_zones   = ["us-east-1b", "us-east-1a"]
  health_check_type    = "elb"
}
resource "aws_cloudwatch_metric_alarm" "a" {
  alarm_name          = "x"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "x"
  namespace           = "AWS/EC2"
  period              = 60
  statistic           = "Average"
  threshold           = "80.50"
}
resource "aws_s3_object" "o" {
  bucket  = "x"
  key     = "/a//b"
  content = "x"
}
resource "aws_dynamodb_table" "a" {
  billing_mode = "PAY_PER_REQUEST"
  name         = "x"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
resource "aws_eip" "e" { domain = "vpc" }
resource "aws_efs_file_system" "a" { creation_token = "x" }
resource "aws_key_pair" "k" {
  key_name   = "x"
  public_key = " ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC4 x@y\n"
}
