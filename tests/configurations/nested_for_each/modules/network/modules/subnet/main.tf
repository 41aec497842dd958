variable "vpc_id" {}
variable "subnet" {
  type = object({ tier = string, zone = string, cidr = string })
}
variable "public" {
  default = false
}
resource "aws_subnet" "this" {
  vpc_id                  = var.vpc_id
  cidr_block              = var.subnet.cidr
  availability_zone       = var.subnet.zone
  map_public_ip_on_launch = var.public
  tags                    = { Name = "${var.subnet.tier}-${substr(var.subnet.zone, -1, 1)}", Path = path.module }
}
resource "aws_route_table" "this" {
  vpc_id = var.vpc_id
  dynamic "route" {
    for_each = var.public ? ["0.0.0.0/0"] : []
    content {
      cidr_block = route.value
      gateway_id = aws_internet_gateway.this[route.key].id
    }
  }
}
resource "aws_internet_gateway" "this" {
  count  = var.public ? 1 : 0
  vpc_id = var.vpc_id
}
resource "aws_route_table_association" "this" {
  subnet_id      = aws_subnet.this.id
  route_table_id = aws_route_table.this.id
}
output "cidr" {
  value = aws_subnet.this.cidr_block
}
output "route_table_id" {
  value = aws_route_table.this.id
}
