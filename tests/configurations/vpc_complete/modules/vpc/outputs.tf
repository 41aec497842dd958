output "vpc_id" {
  value = try(aws_vpc.this[0].id, null)
}
output "azs" {
  value = var.azs
}
output "private_subnets_cidr_blocks" {
  value = compact(aws_subnet.private[*].cidr_block)
}
output "nat_ids" {
  value = aws_nat_gateway.this[*].id
}
output "route_counts" {
  value = {
    public  = length(aws_route.public)
    private = length(aws_route.private_nat) + length(aws_route.private_ipv6)
  }
}
output "endpoint_services" {
  value = { for key, endpoint in aws_vpc_endpoint.this : key => "${endpoint.vpc_endpoint_type}:${basename(replace(endpoint.service_name, ".", "/"))}" }
}
output "subnet_names" {
  value = sort(concat(aws_subnet.public[*].tags.Name, [for subnet in aws_subnet.special : subnet.tags["Name"]]))
}
