# What the provider plans for what is not set is there for references: defaults, blocks that it makes itself.
provider "aws" { region = "us-east-1" }
resource "aws_vpc" "this" { cidr_block = "10.0.0.0/16" }
resource "aws_instance" "this" {
  ami           = "ami-1"
  instance_type = "t3.micro"
}
resource "aws_instance" "disks" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  root_block_device { volume_size = 20 }
}
resource "aws_lb" "this" { subnets = ["subnet-1", "subnet-2"] }
resource "aws_db_instance" "this" {
  instance_class    = "db.t3.micro"
  allocated_storage = 10
  engine            = "mysql"
  username          = "u"
  password          = "p"
}
resource "aws_s3_bucket" "this" {}
resource "aws_security_group" "this" {}
resource "aws_lb_target_group" "this" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.this.id
}
output "texts" { value = "${aws_vpc.this.instance_tenancy} ${aws_lb.this.idle_timeout}s ${aws_security_group.this.description} ${aws_lb_target_group.this.deregistration_delay}" }
output "choices" { value = [aws_vpc.this.enable_dns_support ? "dns" : "no dns", aws_db_instance.this.publicly_accessible ? "open" : "closed", aws_instance.disks.root_block_device[0].delete_on_termination ? "temporary" : "kept"] }
output "root_volume" { value = aws_instance.this.root_block_device[0].volume_id }
output "volumes" { value = aws_instance.this.ebs_block_device[*].volume_id }
output "size" { value = aws_instance.disks.root_block_device[0].volume_size }
output "versioning" { value = aws_s3_bucket.this.versioning[0].enabled }
output "health" { value = aws_lb_target_group.this.health_check[0].path }
output "no_tags" { value = aws_vpc.this.tags == null }
output "groups" { value = length(aws_lb.this.subnets) }
