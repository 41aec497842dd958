resource "aws_ec2_transit_gateway" "main" {}
resource "aws_vpc" "spoke" {
  for_each   = { a = 1, b = 2, hub = 9 }
  cidr_block = "10.${each.value}.0.0/16"
}
resource "aws_subnet" "spoke" {
  for_each          = { for p in setproduct(["a", "b", "hub"], ["x", "y"]) : "${p[0]}-${p[1]}" => { v = p[0], z = p[1] } }
  vpc_id            = aws_vpc.spoke[each.value.v].id
  cidr_block        = cidrsubnet(aws_vpc.spoke[each.value.v].cidr_block, 8, each.value.z == "x" ? 0 : 1)
  availability_zone = "eu-central-1${each.value.z == "x" ? "a" : "b"}"
}
resource "aws_ec2_transit_gateway_vpc_attachment" "spoke" {
  for_each           = aws_vpc.spoke
  transit_gateway_id = aws_ec2_transit_gateway.main.id
  vpc_id             = each.value.id
  subnet_ids         = [aws_subnet.spoke["${each.key}-x"].id, aws_subnet.spoke["${each.key}-y"].id]
}
resource "aws_default_route_table" "spoke" {
  for_each               = aws_vpc.spoke
  default_route_table_id = each.value.default_route_table_id
  route {
    cidr_block         = "10.0.0.0/8"
    transit_gateway_id = aws_ec2_transit_gateway.main.id
  }
  route {
    cidr_block         = "192.168.0.0/16"
    transit_gateway_id = aws_ec2_transit_gateway.main.id
  }
}
resource "aws_customer_gateway" "office" {
  bgp_asn    = 65000
  ip_address = "81.2.69.160"
  type       = "ipsec.1"
}
resource "aws_vpn_connection" "office" {
  customer_gateway_id = aws_customer_gateway.office.id
  transit_gateway_id  = aws_ec2_transit_gateway.main.id
  type                = "ipsec.1"
  static_routes_only  = true
}
resource "aws_ec2_transit_gateway_route" "office" {
  destination_cidr_block         = "192.168.0.0/16"
  transit_gateway_attachment_id  = aws_vpn_connection.office.transit_gateway_attachment_id
  transit_gateway_route_table_id = aws_ec2_transit_gateway.main.association_default_route_table_id
}
resource "aws_security_group" "x" {
  for_each = aws_vpc.spoke
  vpc_id   = each.value.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = [each.key == "hub" ? "10.0.0.0/8" : "10.9.0.0/16"]
  }
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["192.168.7.0/24"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "app" {
  for_each               = aws_vpc.spoke
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.spoke["${each.key}-x"].id
  vpc_security_group_ids = [aws_security_group.x[each.key].id]
  tags                   = { Tier = each.key == "hub" ? "dns" : "app" }
}
