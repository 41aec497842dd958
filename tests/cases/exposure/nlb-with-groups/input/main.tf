resource "aws_vpc" "v" { cidr_block = "10.1.0.0/16" }
resource "aws_internet_gateway" "g" { vpc_id = aws_vpc.v.id }
resource "aws_subnet" "s" {
  count      = 2
  vpc_id     = aws_vpc.v.id
  cidr_block = cidrsubnet(aws_vpc.v.cidr_block, 8, count.index)
  availability_zone = ["eu-west-1a", "eu-west-1b"][count.index]
}
resource "aws_route_table" "r" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}
resource "aws_route_table_association" "a" {
  for_each       = { for i, s in aws_subnet.s : i => s.id }
  subnet_id      = each.value
  route_table_id = aws_route_table.r.id
}
resource "aws_lb" "n" {
  name               = "n"
  load_balancer_type = "network"
  subnets            = aws_subnet.s[*].id
  security_groups    = [aws_security_group.lb.id]
}
resource "aws_lb_target_group" "t" {
  for_each = { ssh = 22, db = 5432 }
  name     = each.key
  port     = each.value
  protocol = "TCP"
  vpc_id   = aws_vpc.v.id
}
resource "aws_lb_listener" "l" {
  for_each          = aws_lb_target_group.t
  load_balancer_arn = aws_lb.n.arn
  port              = each.value.port + 1000
  protocol          = each.value.protocol
  default_action {
    type = "forward"
    forward {
      target_group { arn = each.value.arn }
    }
  }
}
resource "aws_security_group" "lb" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 1000
    to_port     = 7000
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "i" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol        = "tcp"
    from_port       = 22
    to_port         = 22
    security_groups = [aws_security_group.lb.id]
  }
}
resource "aws_launch_template" "t" {
  image_id               = "ami-1"
  instance_type          = "t3.micro"
  vpc_security_group_ids = [aws_security_group.i.id]
}
resource "aws_autoscaling_group" "a" {
  min_size            = 1
  max_size            = 2
  vpc_zone_identifier = aws_subnet.s[*].id
  target_group_arns   = [for t in aws_lb_target_group.t : t.arn]
  launch_template { id = aws_launch_template.t.id }
}
