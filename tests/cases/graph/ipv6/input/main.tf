
resource "aws_vpc" "main" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
}
resource "aws_egress_only_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "six" {
  count                           = 2
  vpc_id                          = aws_vpc.main.id
  ipv6_native                     = true
  ipv6_cidr_block                 = "2001:db8:1234:${count.index}::/64"
  assign_ipv6_address_on_creation = true
  availability_zone               = "eu-central-1${["a", "b"][count.index]}"
}
resource "aws_route_table" "r" {
  count  = 2
  vpc_id = aws_vpc.main.id
  route {
    ipv6_cidr_block        = "::/0"
    gateway_id             = count.index == 0 ? aws_internet_gateway.main.id : null
    egress_only_gateway_id = count.index == 1 ? aws_egress_only_internet_gateway.main.id : null
  }
}
resource "aws_route_table_association" "r" {
  count          = 2
  subnet_id      = aws_subnet.six[count.index].id
  route_table_id = aws_route_table.r[count.index].id
}
resource "aws_security_group" "x" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port        = 443
    to_port          = 443
    protocol         = "tcp"
    ipv6_cidr_blocks = ["::/0"]
  }
  egress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    ipv6_cidr_blocks = ["::/0"]
  }
}
resource "aws_instance" "i" {
  for_each               = { front = 0, back = 1 }
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.six[each.value].id
  vpc_security_group_ids = [aws_security_group.x.id]
}
