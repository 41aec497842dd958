resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpn_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route" "office" {
  route_table_id         = aws_vpc.main.main_route_table_id
  destination_cidr_block = "192.168.0.0/16"
  gateway_id             = aws_vpn_gateway.main.id
}
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["192.168.0.0/16"]
  }
}
resource "aws_security_group" "db" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["192.168.0.0/16"]
  }
}
resource "aws_instance" "tier" {
  for_each               = { web = aws_security_group.web.id, db = aws_security_group.db.id }
  subnet_id              = aws_subnet.main.id
  vpc_security_group_ids = [each.value]
  tags                   = { Tier = each.key }
}
