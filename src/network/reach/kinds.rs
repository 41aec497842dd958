//! Resource types that have network interfaces, as data: where each says in which subnets these are, which groups they have
//! and whether they get a public address (the arguments of each resource's page in the AWS provider's documentation).

/// A resource type with network interfaces.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) type_name: &'static str,
    /// What to call it.
    pub(super) word: &'static str,
    /// Where subnets are named: paths of attributes, the first that is set counts.
    pub(super) subnets: &'static [&'static str],
    /// The attribute that names a subnet group, and what may be named there.
    pub(super) group: Option<(&'static str, Targets)>,
    /// Where security groups are named.
    pub(super) security_groups: &'static [&'static str],
    pub(super) public: Public,
    /// Whether there is an interface in each of the subnets; in one of them otherwise.
    pub(super) each: bool,
    /// The attribute that names a resource whose subnets and groups it has, where it names none itself.
    pub(super) parent: Option<(&'static str, Targets)>,
    /// What it is without security groups: in the default group of its VPC, or open.
    pub(super) ungrouped: Ungrouped,
    /// Where it says that it has IPv6 addresses.
    pub(super) v6: V6,
}

/// Types and attributes that a value may name.
pub(super) type Targets = &'static [(&'static str, &'static str)];

/// Whether it has a public address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Public {
    /// It has none.
    Never,
    /// Where this attribute is true; and an elastic address counts.
    Attribute(&'static str),
    /// Where this attribute is true, which it is by default before version 6 of the provider.
    NotSinceVersion6(&'static str),
    /// Where this attribute is true; where it is not set, the subnet says.
    OrSubnet(&'static str),
    /// Where this attribute is false.
    Unless(&'static str),
    /// Where it has an elastic address.
    Elastic,
}

/// What it is without security groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ungrouped {
    /// It has the default group of its VPC.
    Default,
    /// It has none, and takes everything.
    Open,
}

/// Whether it has IPv6 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum V6 {
    /// It has none.
    Never,
    /// Where it asks for some (`ipv6_address_count`, `ipv6_addresses`), or its subnet gives some.
    Subnet,
    /// Where this attribute says so: `dualstack`, `DUAL`, `dualstack-without-public-ipv4`, `ipv6`.
    Attribute(&'static str),
}

const RDS: Targets = &[("aws_db_subnet_group", "name"), ("aws_db_subnet_group", "id")];
const DOCDB: Targets = &[
    ("aws_docdb_subnet_group", "name"),
    ("aws_docdb_subnet_group", "id"),
    ("aws_db_subnet_group", "name"),
    ("aws_db_subnet_group", "id"),
];
const NEPTUNE: Targets = &[
    ("aws_neptune_subnet_group", "name"),
    ("aws_neptune_subnet_group", "id"),
    ("aws_db_subnet_group", "name"),
    ("aws_db_subnet_group", "id"),
];
const REDSHIFT: Targets = &[("aws_redshift_subnet_group", "name"), ("aws_redshift_subnet_group", "id")];
const ELASTICACHE: Targets = &[("aws_elasticache_subnet_group", "name"), ("aws_elasticache_subnet_group", "id")];
const MEMORYDB: Targets = &[("aws_memorydb_subnet_group", "name"), ("aws_memorydb_subnet_group", "id")];
const DAX: Targets = &[("aws_dax_subnet_group", "name"), ("aws_dax_subnet_group", "id")];
const DMS: Targets =
    &[("aws_dms_replication_subnet_group", "replication_subnet_group_id"), ("aws_dms_replication_subnet_group", "id")];

/// A type of which nothing is said yet.
const fn kind(type_name: &'static str, word: &'static str) -> Kind {
    Kind {
        type_name,
        word,
        subnets: &[],
        group: None,
        security_groups: &[],
        public: Public::Never,
        each: false,
        parent: None,
        ungrouped: Ungrouped::Default,
        v6: V6::Never,
    }
}

impl Kind {
    const fn at(self, subnets: &'static [&'static str]) -> Self {
        Self { subnets, ..self }
    }

    const fn within(self, attribute: &'static str, groups: Targets) -> Self {
        Self { group: Some((attribute, groups)), ..self }
    }

    const fn wearing(self, security_groups: &'static [&'static str]) -> Self {
        Self { security_groups, ..self }
    }

    const fn public(self, public: Public) -> Self {
        Self { public, ..self }
    }

    const fn each(self) -> Self {
        Self { each: true, ..self }
    }

    const fn of(self, attribute: &'static str, parents: Targets) -> Self {
        Self { parent: Some((attribute, parents)), ..self }
    }

    const fn open(self) -> Self {
        Self { ungrouped: Ungrouped::Open, ..self }
    }

    const fn v6(self, v6: V6) -> Self {
        Self { v6, ..self }
    }
}

const VPC_GROUPS: &[&str] = &["vpc_security_group_ids"];
const IDS: &[&str] = &["security_group_ids"];

/// The types.
pub(super) const KINDS: &[Kind] = &[
    kind("aws_instance", "instance")
        .at(&["subnet_id", "network_interface.subnet_id"])
        .wearing(&["vpc_security_group_ids", "security_groups"])
        .public(Public::OrSubnet("associate_public_ip_address"))
        .v6(V6::Subnet),
    kind("aws_spot_instance_request", "instance")
        .at(&["subnet_id"])
        .wearing(&["vpc_security_group_ids", "security_groups"])
        .public(Public::OrSubnet("associate_public_ip_address"))
        .v6(V6::Subnet),
    kind("aws_network_interface", "network interface")
        .at(&["subnet_id"])
        .wearing(&["security_groups"])
        .public(Public::Elastic)
        .v6(V6::Subnet),
    kind("aws_autoscaling_group", "Auto Scaling group")
        .at(&["vpc_zone_identifier"])
        .public(Public::OrSubnet(""))
        .each()
        .v6(V6::Subnet),
    kind("aws_lb", "load balancer")
        .at(&["subnets", "subnet_mapping.subnet_id"])
        .wearing(&["security_groups"])
        .public(Public::Unless("internal"))
        .each()
        .v6(V6::Attribute("ip_address_type")),
    kind("aws_alb", "load balancer")
        .at(&["subnets", "subnet_mapping.subnet_id"])
        .wearing(&["security_groups"])
        .public(Public::Unless("internal"))
        .each()
        .v6(V6::Attribute("ip_address_type")),
    kind("aws_elb", "load balancer")
        .at(&["subnets"])
        .wearing(&["security_groups"])
        .public(Public::Unless("internal"))
        .each(),
    kind("aws_db_instance", "database")
        .within("db_subnet_group_name", RDS)
        .wearing(VPC_GROUPS)
        .public(Public::Attribute("publicly_accessible")),
    kind("aws_rds_cluster", "database").within("db_subnet_group_name", RDS).wearing(VPC_GROUPS),
    kind("aws_rds_cluster_instance", "database")
        .within("db_subnet_group_name", RDS)
        .public(Public::Attribute("publicly_accessible"))
        .of("cluster_identifier", &[("aws_rds_cluster", "id"), ("aws_rds_cluster", "cluster_identifier")]),
    kind("aws_docdb_cluster", "database").within("db_subnet_group_name", DOCDB).wearing(VPC_GROUPS),
    kind("aws_docdb_cluster_instance", "database")
        .of("cluster_identifier", &[("aws_docdb_cluster", "id"), ("aws_docdb_cluster", "cluster_identifier")]),
    kind("aws_neptune_cluster", "database").within("neptune_subnet_group_name", NEPTUNE).wearing(VPC_GROUPS),
    kind("aws_neptune_cluster_instance", "database")
        .within("neptune_subnet_group_name", NEPTUNE)
        .public(Public::Attribute("publicly_accessible"))
        .of("cluster_identifier", &[("aws_neptune_cluster", "id"), ("aws_neptune_cluster", "cluster_identifier")]),
    kind("aws_redshift_cluster", "database")
        .within("cluster_subnet_group_name", REDSHIFT)
        .wearing(VPC_GROUPS)
        .public(Public::NotSinceVersion6("publicly_accessible")),
    kind("aws_redshiftserverless_workgroup", "database")
        .at(&["subnet_ids"])
        .wearing(IDS)
        .public(Public::Attribute("publicly_accessible"))
        .each(),
    kind("aws_elasticache_cluster", "cache").within("subnet_group_name", ELASTICACHE).wearing(IDS).of(
        "replication_group_id",
        &[("aws_elasticache_replication_group", "id"), ("aws_elasticache_replication_group", "replication_group_id")],
    ),
    kind("aws_elasticache_replication_group", "cache").within("subnet_group_name", ELASTICACHE).wearing(IDS),
    kind("aws_elasticache_serverless_cache", "cache").at(&["subnet_ids"]).wearing(IDS).each(),
    kind("aws_memorydb_cluster", "cache").within("subnet_group_name", MEMORYDB).wearing(IDS),
    kind("aws_dax_cluster", "cache").within("subnet_group_name", DAX).wearing(IDS),
    kind("aws_opensearch_domain", "search domain")
        .at(&["vpc_options.subnet_ids"])
        .wearing(&["vpc_options.security_group_ids"])
        .each(),
    kind("aws_elasticsearch_domain", "search domain")
        .at(&["vpc_options.subnet_ids"])
        .wearing(&["vpc_options.security_group_ids"])
        .each(),
    kind("aws_ecs_service", "service")
        .at(&["network_configuration.subnets"])
        .wearing(&["network_configuration.security_groups"])
        .public(Public::Attribute("network_configuration.assign_public_ip"))
        .each()
        .v6(V6::Subnet),
    kind("aws_lambda_function", "function")
        .at(&["vpc_config.subnet_ids"])
        .wearing(&["vpc_config.security_group_ids"])
        .each(),
    kind("aws_efs_mount_target", "mount target").at(&["subnet_id"]).wearing(&["security_groups"]),
    kind("aws_eks_cluster", "cluster")
        .at(&["vpc_config.subnet_ids"])
        .wearing(&["vpc_config.security_group_ids"])
        .each(),
    kind("aws_eks_node_group", "node group").at(&["subnet_ids"]).public(Public::OrSubnet("")).each().v6(V6::Subnet),
    kind("aws_msk_cluster", "broker")
        .at(&["broker_node_group_info.client_subnets"])
        .wearing(&["broker_node_group_info.security_groups"])
        .each(),
    kind("aws_mq_broker", "broker")
        .at(&["subnet_ids"])
        .wearing(&["security_groups"])
        .public(Public::Attribute("publicly_accessible"))
        .each(),
    kind("aws_dms_replication_instance", "replication instance")
        .within("replication_subnet_group_id", DMS)
        .wearing(VPC_GROUPS)
        .public(Public::Attribute("publicly_accessible")),
    kind("aws_vpc_endpoint", "endpoint").at(&["subnet_ids"]).wearing(IDS).each(),
    kind("aws_db_proxy", "database proxy").at(&["vpc_subnet_ids"]).wearing(VPC_GROUPS).each(),
    kind("aws_docdbelastic_cluster", "database").at(&["subnet_ids"]).wearing(VPC_GROUPS).each(),
    kind("aws_timestreaminfluxdb_db_instance", "database")
        .at(&["vpc_subnet_ids"])
        .wearing(VPC_GROUPS)
        .public(Public::Attribute("publicly_accessible")),
    kind("aws_fsx_lustre_file_system", "file system").at(&["subnet_ids"]).wearing(IDS).each(),
    kind("aws_fsx_windows_file_system", "file system").at(&["subnet_ids"]).wearing(IDS).each(),
    kind("aws_fsx_ontap_file_system", "file system").at(&["subnet_ids"]).wearing(IDS).each(),
    kind("aws_fsx_openzfs_file_system", "file system").at(&["subnet_ids"]).wearing(IDS).each(),
    kind("aws_msk_serverless_cluster", "broker")
        .at(&["vpc_config.subnet_ids"])
        .wearing(&["vpc_config.security_group_ids"])
        .each(),
    kind("aws_mwaa_environment", "Airflow environment")
        .at(&["network_configuration.subnet_ids"])
        .wearing(&["network_configuration.security_group_ids"])
        .each(),
    kind("aws_route53_resolver_endpoint", "resolver endpoint").at(&["ip_address.subnet_id"]).wearing(IDS).each(),
    kind("aws_ec2_instance_connect_endpoint", "endpoint").at(&["subnet_id"]).wearing(IDS),
    kind("aws_codebuild_project", "build")
        .at(&["vpc_config.subnets"])
        .wearing(&["vpc_config.security_group_ids"])
        .each(),
    kind("aws_sagemaker_notebook_instance", "notebook").at(&["subnet_id"]).wearing(&["security_groups"]),
    kind("aws_nat_gateway", "NAT gateway").at(&["subnet_id"]).public(Public::Elastic).open(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn the_provider_has_these_types_and_attributes() {
        for kind in KINDS {
            let found = schema::resource(kind.type_name).unwrap_or_else(|| panic!("{}", kind.type_name));
            let has = |path: &str| {
                let first = path.split('.').next().unwrap();
                let known = found.body.attribute(first).is_some() || found.body.block(first).is_some();
                assert!(known, "{}.{path}", kind.type_name);
            };
            kind.subnets.iter().chain(kind.security_groups).for_each(|path| has(path));
            kind.group.iter().chain(&kind.parent).for_each(|(attribute, _)| has(attribute));
            match kind.public {
                Public::Attribute(path) | Public::NotSinceVersion6(path) | Public::Unless(path) => has(path),
                Public::OrSubnet(path) if !path.is_empty() => has(path),
                Public::OrSubnet(_) | Public::Never | Public::Elastic => {}
            }
        }
    }
}
