locals {
  subnet_ids = {
    for tier in keys(local.tiers) : tier => [
      for zone in var.zones : aws_subnet.main["${tier}-${zone}"].id
    ]
  }
}

resource "aws_lb" "main" {
  name               = var.environment
  load_balancer_type = "application"
  security_groups    = [aws_security_group.tier["alb"].id]
  subnets            = local.subnet_ids.public

  drop_invalid_header_fields = true

  tags = { Name = var.environment, Tier = "alb" }
}

resource "aws_lb_target_group" "web" {
  name     = "${var.environment}-web"
  port     = 443
  protocol = "HTTPS"
  vpc_id   = aws_vpc.main.id

  tags = { Name = "${var.environment}-web" }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }

  tags = { Name = "${var.environment}-http" }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.main.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }

  tags = { Name = "${var.environment}-https" }
}

resource "aws_launch_template" "tier" {
  for_each = toset(["web", "app"])

  name                   = "${var.environment}-${each.key}"
  image_id               = var.image_id
  instance_type          = "t3.small"
  vpc_security_group_ids = [aws_security_group.tier[each.key].id]

  metadata_options {
    http_tokens = "required"
  }

  tags = { Name = "${var.environment}-${each.key}" }
}

resource "aws_autoscaling_group" "tier" {
  for_each = aws_launch_template.tier

  name                = "${var.environment}-${each.key}"
  min_size            = 3
  max_size            = 9
  vpc_zone_identifier = local.subnet_ids[each.key]
  target_group_arns   = each.key == "web" ? [aws_lb_target_group.web.arn] : []

  launch_template {
    id      = each.value.id
    version = each.value.latest_version
  }

  # The provider's default_tags do not reach Auto Scaling groups.
  dynamic "tag" {
    for_each = {
      Name        = "${var.environment}-${each.key}"
      Tier        = each.key
      Owner       = "platform"
      Environment = var.environment
      CostCenter  = "4711"
    }

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_instance" "bastion" {
  ami                         = var.image_id
  instance_type               = "t3.micro"
  subnet_id                   = local.subnet_ids.public[0]
  vpc_security_group_ids      = [aws_security_group.tier["bastion"].id]
  associate_public_ip_address = true

  metadata_options {
    http_tokens = "required"
  }

  tags = { Name = "${var.environment}-bastion", Tier = "bastion" }
}
