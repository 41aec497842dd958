locals {
  max_subnets = max(
    length(var.private_subnets), length(var.elasticache_subnets), length(var.database_subnets), length(var.redshift_subnets),
  )
  nat_count = var.single_nat_gateway ? 1 : var.one_nat_gateway_per_az ? length(var.azs) : local.max_subnets
  nat_ips   = var.reuse_nat_ips ? var.external_nat_ips : try(aws_eip.nat[*].id, [])
  vpc_id    = try(aws_vpc_ipv4_cidr_block_association.this[0].vpc_id, aws_vpc.this[0].id, "")

  create_public  = var.create && length(var.public_subnets) > 0
  create_private = var.create && length(var.private_subnets) > 0
  create_nat     = var.create && var.enable_nat_gateway && local.create_public

  private_names = [
    for index, cidr in var.private_subnets :
    try(var.private_subnet_names[index], format("${var.name}-private-%s", element(var.azs, index)))
  ]
}

resource "aws_vpc" "this" {
  count = var.create ? 1 : 0

  cidr_block                       = var.cidr
  assign_generated_ipv6_cidr_block = var.enable_ipv6 ? true : null
  enable_dns_hostnames             = true
  tags                             = merge({ "Name" = var.name }, var.tags, var.vpc_tags)
}

resource "aws_vpc_ipv4_cidr_block_association" "this" {
  count      = var.create && length(var.secondary_cidr_blocks) > 0 ? length(var.secondary_cidr_blocks) : 0
  vpc_id     = aws_vpc.this[0].id
  cidr_block = element(var.secondary_cidr_blocks, count.index)
}

resource "aws_vpc_dhcp_options" "this" {
  count               = var.create && var.dhcp_options != null ? 1 : 0
  domain_name         = var.dhcp_options.domain_name
  domain_name_servers = var.dhcp_options.domain_name_servers
  ntp_servers         = var.dhcp_options.ntp_servers
  netbios_node_type   = null
  tags                = var.tags
}

resource "aws_vpc_dhcp_options_association" "this" {
  count           = length(aws_vpc_dhcp_options.this)
  vpc_id          = local.vpc_id
  dhcp_options_id = aws_vpc_dhcp_options.this[0].id
}

resource "aws_internet_gateway" "this" {
  count  = local.create_public ? 1 : 0
  vpc_id = local.vpc_id
  tags   = merge({ Name = var.name }, var.tags)
}

resource "aws_egress_only_internet_gateway" "this" {
  count  = var.create && var.enable_ipv6 && local.max_subnets > 0 ? 1 : 0
  vpc_id = local.vpc_id
  tags   = merge(var.tags, { Name = var.name })
}

resource "aws_subnet" "public" {
  count = local.create_public && (!var.one_nat_gateway_per_az || length(var.public_subnets) >= length(var.azs)) ? length(var.public_subnets) : 0

  availability_zone               = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id            = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) == 0 ? element(var.azs, count.index) : null
  cidr_block                      = var.ipv6_native ? null : element(concat(var.public_subnets, [""]), count.index)
  ipv6_native                     = var.enable_ipv6 && var.ipv6_native
  ipv6_cidr_block                 = var.enable_ipv6 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, count.index) : null
  assign_ipv6_address_on_creation = var.enable_ipv6
  map_public_ip_on_launch         = !var.ipv6_native
  vpc_id                          = local.vpc_id

  tags = merge(
    { Name = try(element([], count.index), format("${var.name}-${var.public_subnet_suffix}-%s", element(var.azs, count.index))) },
    var.tags,
    var.public_subnet_tags,
    lookup(var.subnet_tags_by_az, element(var.azs, count.index), {}),
  )
}

resource "aws_subnet" "private" {
  count = local.create_private ? length(var.private_subnets) : 0

  availability_zone                              = element(var.azs, count.index)
  cidr_block                                     = var.private_subnets[count.index]
  enable_resource_name_dns_aaaa_record_on_launch = var.enable_ipv6 ? true : null
  ipv6_cidr_block                                = var.enable_ipv6 && length(var.private_ipv6_index) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.private_ipv6_index[count.index]) : null
  vpc_id                                         = local.vpc_id
  tags = merge(
    { Name = local.private_names[count.index] },
    var.tags,
    var.private_subnet_tags,
    try(var.subnet_tags_by_az[element(var.azs, count.index)], null),
  )
}

resource "aws_subnet" "database" {
  count             = length(var.database_subnets) > 0 && var.create ? length(var.database_subnets) : 0
  availability_zone = element(var.azs, count.index)
  cidr_block        = element(var.database_subnets, count.index)
  vpc_id            = local.vpc_id
  tags              = merge({ Name = "${var.name}-db-${substr(element(var.azs, count.index), -1, 1)}" }, var.tags)
}

resource "aws_db_subnet_group" "database" {
  count       = length(aws_subnet.database) > 0 ? 1 : 0
  name        = lower(coalesce("", var.name, "x"))
  description = "Database subnet group for ${var.name}"
  subnet_ids  = aws_subnet.database[*].id
  tags        = merge({ Name = lower(var.name) }, var.tags)
}

locals {
  special = {
    elasticache = var.elasticache_subnets
    redshift    = var.redshift_subnets
    intra       = var.intra_subnets
  }
  special_subnets = merge([
    for kind, cidrs in local.special : {
      for index, cidr in cidrs : "${kind}-${index}" => { kind = kind, cidr = cidr, az = element(var.azs, index) }
    }
  ]...)
}

resource "aws_subnet" "special" {
  for_each          = var.create ? local.special_subnets : {}
  availability_zone = each.value.az
  cidr_block        = each.value.cidr
  vpc_id            = local.vpc_id
  tags              = merge(var.tags, { Name = join("-", compact([var.name, each.value.kind, substr(each.value.az, -2, -1)])) })
}

resource "aws_elasticache_subnet_group" "this" {
  count      = var.create && length(var.elasticache_subnets) > 0 ? 1 : 0
  name       = var.name
  subnet_ids = [for key, subnet in aws_subnet.special : subnet.id if startswith(key, "elasticache-")]
}

resource "aws_redshift_subnet_group" "this" {
  count      = var.create && length(var.redshift_subnets) > 0 ? 1 : 0
  name       = var.name
  subnet_ids = [for index in range(length(var.redshift_subnets)) : aws_subnet.special["redshift-${index}"].id]
}

resource "aws_eip" "nat" {
  count      = local.create_nat && !var.reuse_nat_ips ? local.nat_count : 0
  domain     = "vpc"
  tags       = merge({ Name = format("%s-%s", var.name, element(var.azs, var.single_nat_gateway ? 0 : count.index)) }, var.tags)
  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  count         = local.create_nat ? local.nat_count : 0
  allocation_id = element(local.nat_ips, var.single_nat_gateway ? 0 : count.index)
  subnet_id     = element(aws_subnet.public[*].id, var.single_nat_gateway ? 0 : count.index)
  tags          = merge({ "Name" = format("${var.name}-%s", element(var.azs, var.single_nat_gateway ? 0 : count.index)) }, var.tags)
}

resource "aws_route_table" "public" {
  count  = local.create_public ? 1 : 0
  vpc_id = local.vpc_id
  tags   = { Name = "${var.name}-${var.public_subnet_suffix}" }
}

resource "aws_route" "public" {
  for_each                    = local.create_public ? { for family, cidr in { ipv4 = "0.0.0.0/0", ipv6 = "::/0" } : family => cidr if family == "ipv4" || var.enable_ipv6 } : {}
  route_table_id              = one(aws_route_table.public).id
  destination_cidr_block      = each.key == "ipv4" ? each.value : null
  destination_ipv6_cidr_block = each.key == "ipv6" ? each.value : null
  gateway_id                  = aws_internet_gateway.this[0].id

  timeouts {
    create = "5m"
  }
}

resource "aws_route_table" "private" {
  count  = local.create_private && local.max_subnets > 0 ? (local.create_nat ? local.nat_count : 1) : 0
  vpc_id = local.vpc_id
  tags   = merge({ Name = var.single_nat_gateway ? "${var.name}-private" : format("${var.name}-private-%s", element(var.azs, count.index)) }, var.tags)
}

resource "aws_route" "private_nat" {
  count                  = local.create_nat ? local.nat_count : 0
  route_table_id         = element(aws_route_table.private[*].id, count.index)
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = element(aws_nat_gateway.this[*].id, count.index)
}

resource "aws_route" "private_ipv6" {
  count                       = var.create && var.enable_ipv6 ? length(aws_route_table.private) : 0
  route_table_id              = aws_route_table.private[count.index].id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this[0].id
}

resource "aws_route_table" "database" {
  count  = var.create && var.database_route.separate && length(var.database_subnets) > 0 ? (var.single_nat_gateway || var.database_route.internet ? 1 : length(var.database_subnets)) : 0
  vpc_id = local.vpc_id

  dynamic "route" {
    for_each = var.database_route.internet ? [aws_internet_gateway.this[0].id] : []
    content {
      cidr_block = "0.0.0.0/0"
      gateway_id = route.value
    }
  }

  dynamic "route" {
    for_each = var.database_route.nat && local.create_nat ? toset(["nat"]) : toset([])
    content {
      cidr_block     = "0.0.0.0/0"
      nat_gateway_id = aws_nat_gateway.this[0].id
    }
  }
}

resource "aws_route_table_association" "private" {
  count          = length(aws_subnet.private)
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = element(aws_route_table.private.*.id, var.single_nat_gateway ? 0 : count.index)
}

resource "aws_route_table_association" "public" {
  count          = length(aws_subnet.public)
  subnet_id      = element(aws_subnet.public[*].id, count.index)
  route_table_id = aws_route_table.public[0].id
}

resource "aws_route_table_association" "database" {
  count          = var.create ? length(var.database_subnets) : 0
  subnet_id      = aws_subnet.database[count.index].id
  route_table_id = element(coalescelist(aws_route_table.database[*].id, aws_route_table.private[*].id), count.index)
}

resource "aws_network_acl" "public" {
  count      = local.create_public && var.public_dedicated_network_acl ? 1 : 0
  vpc_id     = local.vpc_id
  subnet_ids = aws_subnet.public[*].id
  tags       = merge({ Name = "${var.name}-public" }, var.tags)
}

resource "aws_network_acl_rule" "public_inbound" {
  count           = local.create_public && var.public_dedicated_network_acl ? length(var.public_inbound_acl_rules) : 0
  network_acl_id  = aws_network_acl.public[0].id
  egress          = false
  rule_number     = var.public_inbound_acl_rules[count.index]["rule_number"]
  rule_action     = var.public_inbound_acl_rules[count.index]["rule_action"]
  from_port       = lookup(var.public_inbound_acl_rules[count.index], "from_port", null)
  to_port         = lookup(var.public_inbound_acl_rules[count.index], "to_port", null)
  protocol        = var.public_inbound_acl_rules[count.index]["protocol"]
  cidr_block      = lookup(var.public_inbound_acl_rules[count.index], "cidr_block", null)
  ipv6_cidr_block = lookup(var.public_inbound_acl_rules[count.index], "ipv6_cidr_block", null)
}

resource "aws_default_security_group" "this" {
  count  = var.create && var.manage_default_security_group ? 1 : 0
  vpc_id = aws_vpc.this[0].id

  dynamic "ingress" {
    for_each = var.default_security_group_ingress
    content {
      self        = lookup(ingress.value, "self", null)
      cidr_blocks = compact(split(",", lookup(ingress.value, "cidr_blocks", "")))
      from_port   = lookup(ingress.value, "from_port", 0)
      to_port     = lookup(ingress.value, "to_port", 0)
      protocol    = lookup(ingress.value, "protocol", "-1")
    }
  }

  dynamic "egress" {
    for_each = var.default_security_group_egress
    content {
      self             = lookup(egress.value, "self", null)
      cidr_blocks      = compact(split(",", lookup(egress.value, "cidr_blocks", "")))
      ipv6_cidr_blocks = compact(split(",", lookup(egress.value, "ipv6_cidr_blocks", "")))
      description      = lookup(egress.value, "description", null)
      from_port        = lookup(egress.value, "from_port", 0)
      to_port          = lookup(egress.value, "to_port", 0)
      protocol         = lookup(egress.value, "protocol", "-1")
    }
  }
  tags = merge({ "Name" = coalesce(null, "${var.name}-default") }, var.tags)
}

resource "aws_default_network_acl" "this" {
  count                  = var.create && var.manage_default_network_acl ? 1 : 0
  default_network_acl_id = aws_vpc.this[0].default_network_acl_id
  # What only AWS knows may not be listed: subnets of other ACLs are left out.
  subnet_ids = null

  dynamic "ingress" {
    for_each = { for index, cidr in ["0.0.0.0/0", "::/0"] : 100 + index => cidr }
    content {
      action          = "allow"
      cidr_block      = strcontains(ingress.value, ":") ? null : ingress.value
      ipv6_cidr_block = strcontains(ingress.value, ":") ? ingress.value : null
      from_port       = 0
      to_port         = 0
      protocol        = "-1"
      rule_no         = ingress.key
    }
  }
  lifecycle {
    ignore_changes = [subnet_ids]
  }
}

resource "aws_default_route_table" "this" {
  count                  = var.create && var.manage_default_route_table ? 1 : 0
  default_route_table_id = aws_vpc.this[0].default_route_table_id
  route                  = []
  tags                   = var.tags
}

resource "aws_vpn_gateway" "this" {
  count           = var.create && var.enable_vpn_gateway ? 1 : 0
  vpc_id          = local.vpc_id
  amazon_side_asn = var.amazon_side_asn
}

resource "aws_vpn_gateway_route_propagation" "private" {
  count          = var.create && var.enable_vpn_gateway ? length(var.private_subnets) : 0
  route_table_id = element(aws_route_table.private[*].id, count.index)
  vpn_gateway_id = element(concat(aws_vpn_gateway.this[*].id, []), 0)
}

resource "aws_customer_gateway" "this" {
  for_each    = var.customer_gateways
  bgp_asn     = each.value["bgp_asn"]
  ip_address  = each.value["ip_address"]
  device_name = lookup(each.value, "device_name", null)
  type        = "ipsec.1"
  tags        = merge({ Name = "${var.name}-${each.key}" }, var.tags)
}

resource "aws_cloudwatch_log_group" "flow" {
  count             = var.create && try(var.flow_log.destination_type == "cloud-watch-logs", false) ? 1 : 0
  name              = "/aws/vpc-flow-log/${var.name}"
  retention_in_days = var.flow_log.retention
}

resource "aws_iam_role" "flow" {
  count       = length(aws_cloudwatch_log_group.flow)
  name_prefix = "vpc-flow-log-role-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "vpc-flow-logs.amazonaws.com" } }]
  })
}

resource "aws_flow_log" "this" {
  count                    = var.create && var.flow_log != null ? 1 : 0
  log_destination_type     = var.flow_log.destination_type
  log_destination          = var.flow_log.destination_type == "s3" ? var.flow_log.destination : one(aws_cloudwatch_log_group.flow[*].arn)
  log_format               = var.flow_log.format
  iam_role_arn             = one(aws_iam_role.flow[*].arn)
  traffic_type             = "ALL"
  vpc_id                   = local.vpc_id
  max_aggregation_interval = var.flow_log.interval

  dynamic "destination_options" {
    for_each = var.flow_log.destination_type == "s3" ? [true] : []
    content {
      file_format                = "parquet"
      per_hour_partition         = destination_options.value
      hive_compatible_partitions = !destination_options.value
    }
  }
}

resource "aws_security_group" "endpoints" {
  count       = length([for endpoint in values(var.endpoints) : endpoint if endpoint.type == "Interface"]) > 0 ? 1 : 0
  name_prefix = "${var.name}-endpoints-"
  vpc_id      = local.vpc_id
  dynamic "ingress" {
    for_each = toset(concat([var.cidr], var.secondary_cidr_blocks))
    content {
      from_port   = 443
      to_port     = 443
      protocol    = "tcp"
      cidr_blocks = [ingress.key]
    }
  }
}

resource "aws_vpc_endpoint" "this" {
  for_each            = var.create ? var.endpoints : {}
  vpc_id              = local.vpc_id
  service_name        = "com.amazonaws.eu-west-1.${coalesce(each.value.service, each.key)}"
  vpc_endpoint_type   = each.value.type
  private_dns_enabled = each.value.type == "Interface" ? each.value.private_dns : null
  security_group_ids  = each.value.type == "Interface" ? aws_security_group.endpoints[*].id : null
  subnet_ids          = each.value.type == "Interface" ? { private = aws_subnet.private[*].id, intra = [for key, subnet in aws_subnet.special : subnet.id if startswith(key, "intra")] }[each.value.subnets] : null
  route_table_ids     = each.value.type == "Gateway" ? flatten([aws_route_table.private[*].id, aws_route_table.public[*].id]) : null
  policy              = each.value.policy
  tags                = merge(var.tags, { Name = replace(each.key, "_", ".") })
}
