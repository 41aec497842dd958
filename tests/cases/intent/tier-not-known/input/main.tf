variable "n" { type = string }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "db" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 22
    to_port     = 5432
    protocol    = "tcp"
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_instance" "web" {

  subnet_id              = aws_subnet.main.id
  vpc_security_group_ids = [aws_security_group.web.id]
  tags                   = { Tier = var.n }
}
resource "aws_instance" "db" {
  subnet_id              = aws_subnet.main.id
  vpc_security_group_ids = [aws_security_group.db.id]
  tags                   = { Tier = "db" }
}
