//! What of the resources the facts about networks are made of.

use crate::inventory::Demand;

use super::Network;

/// The resource types that facts are made of. A test compares them with the types that are named in this folder.
const TYPES: &[&str] = &[
    "aws_alb",
    "aws_alb_listener",
    "aws_alb_target_group",
    "aws_alb_target_group_attachment",
    "aws_autoscaling_attachment",
    "aws_autoscaling_group",
    "aws_dax_cluster",
    "aws_dax_subnet_group",
    "aws_db_instance",
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
    "aws_instance",
    "aws_internet_gateway",
    "aws_internet_gateway_attachment",
    "aws_lambda_function",
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
    "aws_networkfirewall_firewall",
    "aws_networkfirewall_firewall_policy",
    "aws_opensearch_domain",
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_redshift_cluster",
    "aws_redshift_subnet_group",
    "aws_redshiftserverless_workgroup",
    "aws_route",
    "aws_route_table",
    "aws_route_table_association",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_spot_instance_request",
    "aws_subnet",
    "aws_timestreaminfluxdb_db_instance",
    "aws_vpc",
    "aws_vpc_endpoint",
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

impl Network<'_> {
    /// Asks for what a collection is made of.
    pub fn ask(collection: &str, demand: &mut Demand) {
        if collection == "cidrs" {
            demand.ask_cidrs();
        } else {
            TYPES.iter().for_each(|type_name| demand.ask_type(type_name));
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
    fn the_list_holds_every_type_that_facts_name() {
        let mut named = BTreeSet::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/network")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("demand.rs") && !path.ends_with("facts/cidrs.rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let code = text.split("#[cfg(test)]").next().unwrap();
                    let quoted = code.split('"').skip(1).step_by(2);
                    named.extend(quoted.filter(|text| schema::resource(text).is_some()).map(str::to_owned));
                }
            }
        }
        let missing: Vec<&String> = named.iter().filter(|name| !TYPES.contains(&name.as_str())).collect();
        assert!(missing.is_empty(), "plans are not read for facts about {missing:?}: add them to the list");
    }
}
