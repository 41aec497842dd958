variable "partner" {
  type      = string
  default   = "81.2.69.160/27"
  sensitive = true
}
variable "p" {
  type      = number
  default   = 4711
  sensitive = true
}
resource "aws_vpc" "m" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "m" { vpc_id = aws_vpc.m.id }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.m.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "m" {
  vpc_id = aws_vpc.m.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.m.id
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.m.id
}
resource "aws_security_group" "w" {
  vpc_id = aws_vpc.m.id
  ingress {
    from_port   = var.p
    to_port     = var.p
    protocol    = "tcp"
    cidr_blocks = [var.partner]
  }
}
resource "aws_instance" "i" {
  ami                         = "ami-1"
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.a.id
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_security_group.w.id]
}
