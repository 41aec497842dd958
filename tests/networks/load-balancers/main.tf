provider "aws" {
  region = "us-east-1"
}

# An application and two network load balancers, one of them internal and with groups; instances of an Auto Scaling group.
resource "aws_vpc" "main" {
  cidr_block = "10.30.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.30.0.0/16", 8, count.index)
  availability_zone = "us-east-1${["a", "b"][count.index]}"
}

resource "aws_subnet" "private" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.30.0.0/16", 8, 10 + count.index)
  availability_zone = "us-east-1${["a", "b"][count.index]}"
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "public" {
  count          = 2
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_security_group" "main" {
  for_each = { web = ["0.0.0.0/0", 80], api = ["10.30.0.0/24", 8443], node = ["10.30.0.0/16", 8080] }
  name     = each.key
  vpc_id   = aws_vpc.main.id
  ingress {
    from_port   = each.value[1]
    to_port     = each.value[1]
    protocol    = "tcp"
    cidr_blocks = [each.value[0]]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "web" {
  name            = "web"
  security_groups = [aws_security_group.main["web"].id]
  subnets         = aws_subnet.public[*].id
}

resource "aws_lb" "open" {
  name               = "open"
  load_balancer_type = "network"
  subnets            = aws_subnet.public[*].id
}

resource "aws_lb" "api" {
  name               = "api"
  load_balancer_type = "network"
  internal           = true
  security_groups    = [aws_security_group.main["api"].id]
  subnets            = aws_subnet.private[*].id
}

resource "aws_lb_target_group" "main" {
  for_each    = { web = "HTTP", open = "TCP", api = "TCP" }
  name        = each.key
  port        = 8080
  protocol    = each.value
  target_type = each.key == "api" ? "ip" : "instance"
  vpc_id      = aws_vpc.main.id
}

resource "aws_lb_listener" "main" {
  for_each          = { web = aws_lb.web.arn, open = aws_lb.open.arn, api = aws_lb.api.arn }
  load_balancer_arn = each.value
  port              = each.key == "api" ? 8443 : 80
  protocol          = each.key == "web" ? "HTTP" : "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main[each.key].arn
  }
}

resource "aws_instance" "node" {
  count                  = 2
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.private[count.index].id
  vpc_security_group_ids = [aws_security_group.main["node"].id]
}

resource "aws_lb_target_group_attachment" "node" {
  for_each         = { for pair in setproduct(["web", "open"], [0, 1]) : "${pair[0]}-${pair[1]}" => pair }
  target_group_arn = aws_lb_target_group.main[each.value[0]].arn
  target_id        = aws_instance.node[each.value[1]].id
}

resource "aws_lb_target_group_attachment" "api" {
  target_group_arn = aws_lb_target_group.main["api"].arn
  target_id        = aws_instance.node[0].private_ip
}

resource "aws_launch_template" "worker" {
  name                   = "worker"
  image_id               = "ami-12c6146b"
  instance_type          = "t3.micro"
  vpc_security_group_ids = [aws_security_group.main["api"].id]
}

resource "aws_autoscaling_group" "worker" {
  name                = "worker"
  min_size            = 1
  max_size            = 2
  desired_capacity    = 1
  vpc_zone_identifier = aws_subnet.private[*].id
  launch_template {
    id      = aws_launch_template.worker.id
    version = "$Latest"
  }
}
