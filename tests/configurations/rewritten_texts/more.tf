resource "aws_rds_cluster_instance" "a" {
  cluster_identifier           = "x"
  instance_class               = "db.r5.large"
  engine                       = "aurora-mysql"
  preferred_maintenance_window = "Mon:00:00-Mon:03:00"
}
resource "aws_elasticache_replication_group" "a2" {
  replication_group_id = "main"
  description          = "x"
  node_type            = "cache.t3.micro"
  maintenance_window   = "Sun:05:00-Sun:09:00"
}
resource "aws_docdb_cluster" "a" {
  preferred_maintenance_window = "Mon:00:00-Mon:03:00"
  master_username              = "x"
  master_password              = "yyyyyyyyy"
}
resource "aws_docdb_cluster_instance" "a" {
  cluster_identifier           = "x"
  instance_class               = "db.r5.large"
  preferred_maintenance_window = "Mon:00:00-Mon:03:00"
}
resource "aws_neptune_cluster" "a" {
  preferred_maintenance_window = "Mon:00:00-Mon:03:00"
}
resource "aws_neptune_cluster_instance" "a" {
  cluster_identifier           = "x"
  instance_class               = "db.r5.large"
  preferred_maintenance_window = "Mon:00:00-Mon:03:00"
}
resource "aws_dax_cluster" "a" {
  cluster_name       = "x"
  iam_role_arn       = "arn:aws:iam::123456789012:role/x"
  node_type          = "dax.r4.large"
  replication_factor = 1
  maintenance_window = "Mon:00:00-Mon:03:00"
}
resource "aws_memorydb_cluster" "a" {
  acl_name           = "x"
  node_type          = "db.t4g.small"
  maintenance_window = "mon:00:00-mon:03:00"
}
resource "aws_alb_listener" "a" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/x/1"
  port              = 80
  protocol          = "http"
  default_action {
    type = "fixed-response"
    fixed_response { content_type = "text/plain" }
  }
}
resource "aws_spot_instance_request" "a" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  user_data     = "aGVsbG8="
}
resource "aws_instance" "b64" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  user_data     = base64encode("hello")
}
resource "aws_launch_template" "a" {
  user_data = "aGVsbG8="
}
resource "aws_iam_role" "r" {
  assume_role_policy = "{ \"a<b\": 1.50, \"Version\": \"x\" }"
  inline_policy {
    name   = "x"
    policy = "{ \"b\": \"a<b&\", \"Version\": \"x\", \"a\": [1.50, 1e3, 12] }"
  }
}
resource "aws_iam_role_policy" "r" {
  role   = "x"
  policy = "{ \"b\": \"a<b&\", \"Statement\": [], \"Id\": \"x\", \"a\": [1.50, 1e3, 12] }"
}
resource "aws_elb" "a2" {
  name               = "Xy"
  availability_zones = ["us-east-1a"]
  listener {
    instance_port     = 80
    instance_protocol = "HTTP"
    lb_port           = 80
    lb_protocol       = "http"
  }
}
resource "aws_lb_target_group" "a2" {
  name             = "x"
  port             = 80
  protocol         = "HTTP"
  vpc_id           = "vpc-1"
  protocol_version = "http1"
  health_check { protocol = "http" }
}
resource "aws_db_parameter_group" "a" {
  name   = "abc"
  family = "MySQL5.7"
  parameter {
    name         = "UPPER"
    value        = "X"
    apply_method = "Immediate"
  }
}
resource "aws_nat_gateway" "n" { subnet_id = "subnet-1" }
resource "aws_acm_certificate" "a2" {
  domain_name       = "X.com"
  validation_method = "DNS"
}
