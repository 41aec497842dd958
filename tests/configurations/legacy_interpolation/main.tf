terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.39, < 6.0"
    }
  }
}

variable "create" { default = true }
variable "names" { default = "a,b,c" }
variable "amap" {
  type = map
  default = { us-east-1 = "ami-1", eu-west-1 = "ami-2" }
}
variable "alist" {
  type    = list
  default = ["x", 1, true]
}
resource "aws_lb" "this" {
  count              = "${var.create ? 1 : 0}"
  name               = "lb"
  internal           = false
  subnets            = ["subnet-1", "subnet-2"]
  security_groups    = ["${aws_security_group.lb.*.id[0]}"]
  dynamic "access_logs" {
    for_each = var.create == false ? [] : [{}]
    content {
      bucket  = lookup(access_logs.value, "bucket", "logs")
      enabled = lookup(access_logs.value, "enabled", null)
    }
  }
}
resource "aws_security_group" "lb" {
  count = var.create ? "1" : "0"
  name  = element(split(",", var.names), 4)
}
resource "aws_lb_target_group" "tg" {
  count    = length(split(",", var.names))
  name     = "tg-${element(split(",", var.names), count.index)}"
  port     = 80 + count.index
  protocol = upper("http")
  vpc_id   = "vpc-1"
  health_check {
    path    = "/${count.index % 2 == 0 ? "even" : "odd"}"
    matcher = "200-299"
    interval = count.index * 10 + 10
  }
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = element(concat(aws_lb.this.*.arn, [""]), 0)
  port              = "443"
  protocol          = "HTTPS"
  certificate_arn   = "arn:aws:acm:us-east-1:123456789012:certificate/x"
  default_action {
    type = "forward"
    forward {
      dynamic "target_group" {
        for_each = aws_lb_target_group.tg
        content {
          arn    = target_group.value.arn
          weight = floor(100 / length(aws_lb_target_group.tg)) + (target_group.key == 0 ? 1 : 0)
        }
      }
    }
  }
}
resource "aws_instance" "i" {
  count         = 3
  ami           = var.amap["us-east-1"]
  instance_type = element(var.alist, count.index) == "x" ? "t3.micro" : "t3.large"
  tags = {
    Name  = format("host%03d", count.index + 1)
    Odd   = count.index % 2 != 0
    List  = join("/", var.alist)
    Peers = join(",", [for i in range(3) : i if i != count.index])
  }
  ebs_block_device {
    device_name = "/dev/sd${element(["f", "g"], count.index)}"
    volume_size = pow(2, count.index + 3)
  }
}
resource "aws_route53_record" "r" {
  for_each = { for i, x in aws_instance.i : x.tags.Name => x.tags if tonumber(trimprefix(x.tags.Name, "host")) > 1 }
  zone_id  = "Z1"
  name     = lower("${each.key}.Example.com.")
  type     = "TXT"
  ttl      = 3e2
  records  = ["\"${each.value.Peers}\"", chomp("x\n\n"), format("%q", each.value.Odd)]
}
output "x" { value = "${aws_security_group.lb[0].name}-${join("", aws_lb_target_group.tg[*].port)}" }
output "y" { value = aws_instance.i.*.tags.Name }
output "z" { value = [for s in aws_lb_target_group.tg : s.health_check[0].path] }
