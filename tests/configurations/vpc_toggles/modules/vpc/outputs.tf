output "vpc_id" {
  value = try(aws_vpc.this[0].id, null)
}
output "private_subnets" {
  value = aws_subnet.private[*].id
}
output "private_subnets_cidr_blocks" {
  value = compact(aws_subnet.private[*].cidr_block)
}
output "public_subnets" {
  value = aws_subnet.public[*].id
}
output "database_subnet_group" {
  value = try(aws_db_subnet_group.database[0].id, null)
}
output "azs" {
  value = var.azs
}
