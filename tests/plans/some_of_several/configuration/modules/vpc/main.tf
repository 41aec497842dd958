variable "cidr" {}
variable "subnets" { type = map(object({ public = bool, index = number })) }
resource "aws_vpc" "this" { cidr_block = var.cidr }
resource "aws_vpc" "spare" { cidr_block = "172.20.0.0/16" }
resource "aws_subnet" "this" {
  for_each          = var.subnets
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(var.cidr, 8, each.value.index)
  availability_zone = "us-east-1${substr(each.key, -1, 1)}"
  tags              = { Name = each.key }
}
resource "aws_internet_gateway" "this" { vpc_id = aws_vpc.this.id }
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}
resource "aws_route_table" "private" { vpc_id = aws_vpc.this.id }
resource "aws_route_table_association" "this" {
  for_each       = var.subnets
  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = each.value.public ? aws_route_table.public.id : aws_route_table.private.id
}
output "all" { value = aws_subnet.this }
output "private_ids" { value = [for k, s in aws_subnet.this : s.id if !var.subnets[k].public] }
output "vpc" { value = aws_vpc.this }
output "spare" { value = aws_vpc.spare }
