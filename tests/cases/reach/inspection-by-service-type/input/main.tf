
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "app" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "gwlbe" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/28"
}
resource "aws_vpc" "insp" { cidr_block = "10.99.0.0/16" }
resource "aws_subnet" "insp" {
  vpc_id     = aws_vpc.insp.id
  cidr_block = "10.99.0.0/24"
}
resource "aws_lb" "gw" {
  load_balancer_type = "gateway"
  subnets            = [aws_subnet.insp.id]
}
resource "aws_vpc_endpoint_service" "gw" {
  acceptance_required        = false
  gateway_load_balancer_arns = [aws_lb.gw.arn]
}
resource "aws_vpc_endpoint" "gw" {
  vpc_id            = aws_vpc.main.id
  service_name      = aws_vpc_endpoint_service.gw.service_name
  vpc_endpoint_type = aws_vpc_endpoint_service.gw.service_type
  subnet_ids        = [aws_subnet.gwlbe.id]
}
resource "aws_route_table" "edge" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block      = "10.0.1.0/24"
    vpc_endpoint_id = aws_vpc_endpoint.gw.id
  }
}
resource "aws_route_table_association" "edge" {
  gateway_id     = aws_internet_gateway.main.id
  route_table_id = aws_route_table.edge.id
}
resource "aws_route_table" "gwlbe" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "gwlbe" {
  subnet_id      = aws_subnet.gwlbe.id
  route_table_id = aws_route_table.gwlbe.id
}
resource "aws_route_table" "app" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block      = "0.0.0.0/0"
    vpc_endpoint_id = aws_vpc_endpoint.gw.id
  }
}
resource "aws_route_table_association" "app" {
  subnet_id      = aws_subnet.app.id
  route_table_id = aws_route_table.app.id
}
resource "aws_security_group" "w" {
  name   = "w"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "w" {
  ami                         = "ami-1"
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.app.id
  vpc_security_group_ids      = [aws_security_group.w.id]
  associate_public_ip_address = true
}
