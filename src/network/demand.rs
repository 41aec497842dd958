//! What of the resources the facts about networks are made of.

use crate::inventory::Demand;

use super::Network;

/// The resource types that facts are made of. A test compares them with the types that are named in this folder.
const TYPES: &[&str] = &[
    "aws_alb",
    "aws_alb_listener",
    "aws_alb_listener_rule",
    "aws_alb_target_group",
    "aws_alb_target_group_attachment",
    "aws_autoscaling_attachment",
    "aws_autoscaling_group",
    "aws_autoscaling_traffic_source_attachment",
    "aws_codebuild_project",
    "aws_dax_cluster",
    "aws_dax_subnet_group",
    "aws_db_instance",
    "aws_db_proxy",
    "aws_db_subnet_group",
    "aws_default_network_acl",
    "aws_default_route_table",
    "aws_default_security_group",
    "aws_default_subnet",
    "aws_default_vpc",
    "aws_dms_replication_instance",
    "aws_dms_replication_subnet_group",
    "aws_docdb_cluster",
    "aws_docdb_cluster_instance",
    "aws_docdb_subnet_group",
    "aws_docdbelastic_cluster",
    "aws_dx_gateway_association",
    "aws_ec2_carrier_gateway",
    "aws_ec2_instance_connect_endpoint",
    "aws_ec2_managed_prefix_list",
    "aws_ec2_managed_prefix_list_entry",
    "aws_ec2_transit_gateway",
    "aws_ec2_transit_gateway_connect",
    "aws_ec2_transit_gateway_peering_attachment",
    "aws_ec2_transit_gateway_peering_attachment_accepter",
    "aws_ec2_transit_gateway_prefix_list_reference",
    "aws_ec2_transit_gateway_route",
    "aws_ec2_transit_gateway_route_table",
    "aws_ec2_transit_gateway_route_table_association",
    "aws_ec2_transit_gateway_route_table_propagation",
    "aws_ec2_transit_gateway_vpc_attachment",
    "aws_ec2_transit_gateway_vpc_attachment_accepter",
    "aws_ecs_service",
    "aws_efs_file_system",
    "aws_efs_mount_target",
    "aws_egress_only_internet_gateway",
    "aws_eip",
    "aws_eip_association",
    "aws_eks_cluster",
    "aws_eks_node_group",
    "aws_elasticache_cluster",
    "aws_elasticache_replication_group",
    "aws_elasticache_serverless_cache",
    "aws_elasticache_subnet_group",
    "aws_elasticsearch_domain",
    "aws_elb",
    "aws_elb_attachment",
    "aws_flow_log",
    "aws_fsx_lustre_file_system",
    "aws_fsx_ontap_file_system",
    "aws_fsx_openzfs_file_system",
    "aws_fsx_windows_file_system",
    "aws_instance",
    "aws_internet_gateway",
    "aws_internet_gateway_attachment",
    "aws_lambda_function",
    "aws_lambda_function_url",
    "aws_launch_configuration",
    "aws_launch_template",
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_listener_rule",
    "aws_lb_target_group",
    "aws_lb_target_group_attachment",
    "aws_lightsail_database",
    "aws_main_route_table_association",
    "aws_memorydb_cluster",
    "aws_memorydb_subnet_group",
    "aws_mq_broker",
    "aws_msk_cluster",
    "aws_msk_serverless_cluster",
    "aws_mwaa_environment",
    "aws_nat_gateway",
    "aws_neptune_cluster",
    "aws_neptune_cluster_instance",
    "aws_neptune_subnet_group",
    "aws_neptunegraph_graph",
    "aws_network_acl",
    "aws_network_acl_association",
    "aws_network_acl_rule",
    "aws_network_interface",
    "aws_network_interface_attachment",
    "aws_network_interface_sg_attachment",
    "aws_networkfirewall_firewall",
    "aws_networkfirewall_firewall_policy",
    "aws_opensearch_domain",
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_redshift_cluster",
    "aws_redshift_subnet_group",
    "aws_redshiftserverless_workgroup",
    "aws_route",
    "aws_route53_resolver_endpoint",
    "aws_route_table",
    "aws_route_table_association",
    "aws_sagemaker_notebook_instance",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_spot_instance_request",
    "aws_subnet",
    "aws_timestreaminfluxdb_db_instance",
    "aws_vpc",
    "aws_vpc_endpoint",
    "aws_vpc_endpoint_security_group_association",
    "aws_vpc_endpoint_service",
    "aws_vpc_endpoint_subnet_association",
    "aws_vpc_ipv4_cidr_block_association",
    "aws_vpc_ipv6_cidr_block_association",
    "aws_vpc_peering_connection",
    "aws_vpc_peering_connection_accepter",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpn_connection",
    "aws_vpn_connection_route",
    "aws_vpn_gateway",
    "aws_vpn_gateway_attachment",
    "aws_vpn_gateway_route_propagation",
];

/// The attributes and blocks of them that facts are made of. A test compares them with those that are named in this folder.
const ATTRIBUTES: &[&str] = &[
    "accept_status",
    "action",
    "address",
    "alb_target_group_arn",
    "allocation_id",
    "arn",
    "assign_generated_ipv6_cidr_block",
    "assign_ipv6_address_on_creation",
    "associate_public_ip_address",
    "associated_gateway_id",
    "association_default_route_table_id",
    "auto_accept",
    "autoscaling_group_name",
    "availability_zone",
    "availability_zone_id",
    "blackhole",
    "broker_node_group_info",
    "cache",
    "carrier_gateway_id",
    "cidr",
    "cidr_block",
    "cidr_block_associations",
    "cidr_blocks",
    "cidr_ipv4",
    "cidr_ipv6",
    "client_subnets",
    "cluster",
    "cluster_identifier",
    "cluster_name",
    "cluster_subnet_group_name",
    "connectivity_type",
    "core_network_arn",
    "db_subnet_group_name",
    "default",
    "default_action",
    "default_network_acl_id",
    "default_route_table_association",
    "default_route_table_id",
    "default_route_table_propagation",
    "default_security_group_id",
    "description",
    "desired_capacity",
    "desired_count",
    "desired_size",
    "destination_cidr_block",
    "destination_ipv6_cidr_block",
    "destination_prefix_list_id",
    "direction",
    "egress",
    "egress_only_gateway_id",
    "elb",
    "endpoint",
    "engine",
    "entry",
    "file_system_id",
    "filter",
    "firewall_policy_arn",
    "from_port",
    "gateway_id",
    "icmp_code",
    "icmp_type",
    "id",
    "identifier",
    "ingress",
    "instance",
    "instance_id",
    "instances",
    "internal",
    "internet_gateway_id",
    "ip_address",
    "ip_address_type",
    "ip_protocol",
    "ipv4_ipam_pool_id",
    "ipv4_netmask_length",
    "ipv6_address_count",
    "ipv6_addresses",
    "ipv6_cidr_block",
    "ipv6_cidr_blocks",
    "ipv6_ipam_pool_id",
    "ipv6_native",
    "ipv6_netmask_length",
    "labels",
    "launch_configuration",
    "launch_template",
    "lb_target_group_arn",
    "listener",
    "listener_arn",
    "load_balancer",
    "load_balancer_arn",
    "load_balancer_type",
    "load_balancers",
    "local_gateway_id",
    "main_route_table_id",
    "map_public_ip_on_launch",
    "min_size",
    "mixed_instances_policy",
    "name",
    "nat_gateway_id",
    "neptune_subnet_group_name",
    "netmask_length",
    "network_acl_id",
    "network_configuration",
    "network_interface",
    "network_interface_id",
    "network_load_balancer_arns",
    "number_of_broker_nodes",
    "outpost_arn",
    "owner",
    "peer_owner_id",
    "peer_region",
    "peer_transit_gateway_id",
    "peer_vpc_id",
    "port",
    "prefix_list_id",
    "prefix_list_ids",
    "preserve_client_ip",
    "primary_network_interface_id",
    "private_ip",
    "private_ips",
    "private_ips_count",
    "propagating_vgws",
    "propagation_default_route_table_id",
    "protocol",
    "public_connectivity",
    "publicly_accessible",
    "replace_default_association",
    "replication_group_id",
    "replication_subnet_group_id",
    "resource_type",
    "resources",
    "route",
    "route_table_id",
    "rule_action",
    "rule_no",
    "rule_number",
    "scaling_config",
    "secondary_private_ip_address_count",
    "secondary_private_ips",
    "security_group_id",
    "security_group_ids",
    "security_group_referencing_support",
    "security_groups",
    "service",
    "service_name",
    "source_dest_check",
    "spot_instance_id",
    "static_routes_only",
    "subnet_group_name",
    "subnet_id",
    "subnet_ids",
    "subnet_mapping",
    "subnets",
    "tag",
    "tag_specifications",
    "tags",
    "tags_all",
    "target_group_arn",
    "target_group_arns",
    "target_id",
    "target_type",
    "to_port",
    "traffic_source",
    "transit_gateway_attachment_id",
    "transit_gateway_default_route_table_association",
    "transit_gateway_default_route_table_propagation",
    "transit_gateway_id",
    "transit_gateway_route_table_id",
    "type",
    "values",
    "vpc",
    "vpc_config",
    "vpc_endpoint_id",
    "vpc_endpoint_type",
    "vpc_id",
    "vpc_options",
    "vpc_peering_connection_id",
    "vpc_security_group_ids",
    "vpc_subnet_ids",
    "vpc_zone_identifier",
    "vpn_connection_id",
    "vpn_gateway_id",
    // What tells, in plans and state, the inline rules of a group from those that other resources make in it.
    "referenced_security_group_id",
    "self",
    "source_security_group_id",
];

/// Names, which decide nothing about packets.
const NAMES: &[&str] = &["name", "name_prefix", "tag", "tags", "tags_all"];

/// Whether facts about networks are made of resources of a type.
pub(super) fn is_asked(type_name: &str) -> bool {
    TYPES.binary_search(&type_name).is_ok()
}

/// The attributes that may decide which packets get where.
pub(super) fn deciding() -> impl Iterator<Item = &'static str> {
    ATTRIBUTES.iter().copied().filter(|name| !NAMES.contains(name))
}

impl Network<'_> {
    /// Asks for what a collection is made of.
    pub fn ask(collection: &str, demand: &mut Demand) {
        if collection == "cidrs" {
            demand.ask_cidrs();
        } else {
            TYPES.iter().for_each(|type_name| demand.ask_attributes(type_name, ATTRIBUTES));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::schema;

    #[test]
    fn the_lists_hold_every_type_and_attribute_that_facts_name() {
        let mut named = BTreeSet::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/network")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("demand.rs") && !path.ends_with("facts/cidrs.rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                    named.extend(code.split('"').skip(1).step_by(2).map(str::to_owned));
                }
            }
        }
        let types = TYPES.iter().flat_map(|name| [schema::resource(name), schema::data_source(name)]).flatten();
        let known: BTreeSet<&str> = types
            .flat_map(|known| {
                let body = &known.body;
                let attributes = body.attributes.iter().map(|(name, _)| &**name);
                attributes.chain(body.blocks.iter().map(|(name, _)| &**name)).collect::<Vec<_>>()
            })
            .collect();
        let lost: Vec<&String> =
            named.iter().filter(|name| known.contains(name.as_str()) && !ATTRIBUTES.contains(&name.as_str())).collect();
        assert!(lost.is_empty(), "plans are not read for facts about {lost:?}: add them to the list");
        named.retain(|name| schema::resource(name).is_some());
        let missing: Vec<&String> = named.iter().filter(|name| !TYPES.contains(&name.as_str())).collect();
        assert!(missing.is_empty(), "plans are not read for facts about {missing:?}: add them to the list");
    }
}
