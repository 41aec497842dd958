variable "create" {
  type    = bool
  default = true
}
variable "name" {
  type    = string
  default = ""
}
variable "cidr" { type = string }
variable "secondary_cidr_blocks" {
  type    = list(string)
  default = []
}
variable "azs" {
  type    = list(string)
  default = []
}
variable "private_subnets" {
  type    = list(string)
  default = []
}
variable "public_subnets" {
  type    = list(string)
  default = []
}
variable "database_subnets" {
  type    = list(string)
  default = []
}
variable "elasticache_subnets" {
  type    = list(string)
  default = []
}
variable "redshift_subnets" {
  type    = list(string)
  default = []
}
variable "intra_subnets" {
  type    = list(string)
  default = []
}
variable "private_subnet_names" {
  type    = list(string)
  default = []
}
variable "public_subnet_suffix" { default = "public" }
variable "private_subnet_tags" {
  type    = map(string)
  default = {}
}
variable "public_subnet_tags" {
  type    = map(string)
  default = {}
}
variable "subnet_tags_by_az" {
  type    = map(map(string))
  default = {}
}
variable "enable_nat_gateway" { default = false }
variable "single_nat_gateway" { default = false }
variable "one_nat_gateway_per_az" { default = false }
variable "reuse_nat_ips" { default = false }
variable "external_nat_ips" {
  type    = list(string)
  default = []
}
variable "enable_ipv6" { default = false }
variable "ipv6_native" { default = false }
variable "private_ipv6_index" {
  type    = list(number)
  default = []
}
variable "enable_vpn_gateway" {
  type    = bool
  default = false
}
variable "amazon_side_asn" {
  type    = string
  default = "64512"
}
variable "customer_gateways" {
  type    = map(map(any))
  default = {}
}
variable "manage_default_security_group" { default = false }
variable "default_security_group_ingress" {
  type    = list(map(string))
  default = []
}
variable "default_security_group_egress" {
  type    = list(map(string))
  default = []
}
variable "manage_default_network_acl" { default = false }
variable "manage_default_route_table" { default = false }
variable "public_dedicated_network_acl" { default = false }
variable "public_inbound_acl_rules" {
  type    = list(map(string))
  default = [{ rule_number = 100, rule_action = "allow", from_port = 0, to_port = 0, protocol = "-1", cidr_block = "0.0.0.0/0" }]
}
variable "flow_log" {
  type = object({
    destination_type = optional(string, "cloud-watch-logs")
    destination      = optional(string)
    retention        = optional(number)
    format           = optional(string)
    interval         = optional(number, 600)
  })
  default = null
}
variable "dhcp_options" {
  type = object({
    domain_name         = optional(string)
    domain_name_servers = optional(list(string), ["AmazonProvidedDNS"])
    ntp_servers         = optional(set(string))
  })
  default = null
}
variable "endpoints" {
  type = map(object({
    service     = optional(string)
    type        = optional(string, "Interface")
    private_dns = optional(bool)
    subnets     = optional(string, "private")
    policy      = optional(string)
  }))
  default = {}
}
variable "database_route" {
  type = object({
    separate = optional(bool, false)
    internet = optional(bool, false)
    nat      = optional(bool, false)
  })
  default  = {}
  nullable = false
}
variable "tags" {
  type    = map(string)
  default = {}
}
variable "vpc_tags" {
  type    = map(string)
  default = {}
}
