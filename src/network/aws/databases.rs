//! Databases and caches: whether they are publicly accessible, and the subnets that they may be in.

use crate::lang::Value;

use super::Aws;
use super::join::Target;
use super::spot::{Setting, Spot};
use super::vpcs::SUBNETS;

/// How a resource type says where its instances are, and whether they get a public address.
#[derive(Debug)]
pub struct Kind {
    /// The resource type.
    pub type_name: &'static str,
    /// The attribute that makes it public, and what it is where that is not set.
    pub public: Option<(&'static str, Default)>,
    /// The attribute that names a subnet group, and what may be named there.
    pub group: Option<(&'static str, &'static [(&'static str, &'static str)])>,
    /// The attribute that lists subnets, for types without a subnet group.
    pub subnets: Option<&'static str>,
}

/// What an attribute is where it is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// `false`.
    No,
    /// `true` before version 6 of the provider, `false` from then on ("Terraform AWS Provider Version 6 Upgrade Guide").
    NotSinceVersion6,
}

const RDS: &[(&str, &str)] = &[("aws_db_subnet_group", "name"), ("aws_db_subnet_group", "id")];
const DOCDB: &[(&str, &str)] = &[
    ("aws_docdb_subnet_group", "name"),
    ("aws_docdb_subnet_group", "id"),
    ("aws_db_subnet_group", "name"),
    ("aws_db_subnet_group", "id"),
];
const NEPTUNE: &[(&str, &str)] = &[
    ("aws_neptune_subnet_group", "name"),
    ("aws_neptune_subnet_group", "id"),
    ("aws_db_subnet_group", "name"),
    ("aws_db_subnet_group", "id"),
];
const REDSHIFT: &[(&str, &str)] = &[("aws_redshift_subnet_group", "name"), ("aws_redshift_subnet_group", "id")];
const ELASTICACHE: &[(&str, &str)] =
    &[("aws_elasticache_subnet_group", "name"), ("aws_elasticache_subnet_group", "id")];
const MEMORYDB: &[(&str, &str)] = &[("aws_memorydb_subnet_group", "name"), ("aws_memorydb_subnet_group", "id")];
const DAX: &[(&str, &str)] = &[("aws_dax_subnet_group", "name"), ("aws_dax_subnet_group", "id")];
const DMS: &[(&str, &str)] =
    &[("aws_dms_replication_subnet_group", "replication_subnet_group_id"), ("aws_dms_replication_subnet_group", "id")];

/// The types ("publicly_accessible" and subnet group arguments of each resource's page in the AWS provider's
/// documentation).
pub const KINDS: &[Kind] = &[
    kind("aws_db_instance", Some(("publicly_accessible", Default::No)), Some(("db_subnet_group_name", RDS))),
    kind("aws_rds_cluster", None, Some(("db_subnet_group_name", RDS))),
    kind("aws_rds_cluster_instance", Some(("publicly_accessible", Default::No)), Some(("db_subnet_group_name", RDS))),
    kind(
        "aws_redshift_cluster",
        Some(("publicly_accessible", Default::NotSinceVersion6)),
        Some(("cluster_subnet_group_name", REDSHIFT)),
    ),
    listing("aws_redshiftserverless_workgroup", Some(("publicly_accessible", Default::No)), "subnet_ids"),
    kind("aws_neptune_cluster", None, Some(("neptune_subnet_group_name", NEPTUNE))),
    kind(
        "aws_neptune_cluster_instance",
        Some(("publicly_accessible", Default::No)),
        Some(("neptune_subnet_group_name", NEPTUNE)),
    ),
    kind("aws_neptunegraph_graph", Some(("public_connectivity", Default::No)), None),
    kind("aws_docdb_cluster", None, Some(("db_subnet_group_name", DOCDB))),
    listing("aws_docdbelastic_cluster", None, "subnet_ids"),
    kind(
        "aws_dms_replication_instance",
        Some(("publicly_accessible", Default::No)),
        Some(("replication_subnet_group_id", DMS)),
    ),
    kind("aws_elasticache_cluster", None, Some(("subnet_group_name", ELASTICACHE))),
    kind("aws_elasticache_replication_group", None, Some(("subnet_group_name", ELASTICACHE))),
    listing("aws_elasticache_serverless_cache", None, "subnet_ids"),
    kind("aws_memorydb_cluster", None, Some(("subnet_group_name", MEMORYDB))),
    kind("aws_dax_cluster", None, Some(("subnet_group_name", DAX))),
    listing("aws_timestreaminfluxdb_db_instance", Some(("publicly_accessible", Default::No)), "vpc_subnet_ids"),
    kind("aws_lightsail_database", Some(("publicly_accessible", Default::No)), None),
];

const fn kind(
    type_name: &'static str,
    public: Option<(&'static str, Default)>,
    group: Option<(&'static str, &'static [(&'static str, &'static str)])>,
) -> Kind {
    Kind { type_name, public, group, subnets: None }
}

const fn listing(type_name: &'static str, public: Option<(&'static str, Default)>, subnets: &'static str) -> Kind {
    Kind { type_name, public, group: None, subnets: Some(subnets) }
}

/// Whether the version constraints on the provider leave only versions before 6 (true) or from 6 on (false).
#[must_use]
pub fn is_before_version_6(aws: &Aws<'_>, index: usize) -> Option<bool> {
    let provider = &aws.inventory.instance(index).provider;
    let mut terms = aws.inventory.constraints(provider).flat_map(|constraint| constraint.split(','));
    terms.find_map(|term| before_version_6(term.trim()))
}

/// What one term of a constraint says of that ("Version Constraints", Terraform Language).
fn before_version_6(term: &str) -> Option<bool> {
    let digits = term.find(|character: char| character.is_ascii_digit())?;
    let (operator, version) = term.split_at(digits);
    let mut parts = version.split(['.', '-']).map(|part| part.trim().parse::<u64>().ok());
    let major = parts.next()??;
    let rest: Vec<u64> = parts.map_while(|part| part).collect();
    match operator.trim() {
        "" | "=" => Some(major < 6),
        "<" if major < 6 || (major == 6 && rest.iter().all(|&part| part == 0)) => Some(true),
        "<=" if major < 6 => Some(true),
        // With one part alone it sets no upper bound.
        "~>" if major < 6 && !rest.is_empty() => Some(true),
        ">" | ">=" | "~>" if major >= 6 => Some(false),
        _ => None,
    }
}

/// The subnets that a database may be in.
#[derive(Debug)]
pub struct Placement<'a> {
    /// The expression in the database that says so.
    pub spot: Spot<'a>,
    /// Subnets of the inventory, each with the expression that names it.
    pub subnets: Vec<(usize, Spot<'a>)>,
    /// Subnets of the inventory some of which it may be in, if there are no others.
    pub some: Vec<usize>,
    /// The expression of subnets that are not known; the database's own where it stands elsewhere.
    pub doubt: Option<Spot<'a>>,
}

/// Where a database of this kind is. `None` where the configuration says nothing of it.
#[must_use]
pub fn placement<'a>(aws: &Aws<'a>, kind: &Kind, index: usize) -> Option<Placement<'a>> {
    let database = Spot::instance(aws.inventory, index);
    let mut placement = match (kind.group, kind.subnets) {
        (Some((attribute, groups)), _) => {
            let spot = database.get(attribute);
            let doubt = match spot.setting(aws.inventory) {
                Setting::Unset => return None,
                Setting::Unknown | Setting::Known(_) => Some(spot.clone()),
            };
            // Without a group it is in AWS's own default one.
            let certain = |value: &&Value| value.certain().is_none() || value.reference().is_some();
            match spot.value.filter(certain).and_then(|value| aws.ids().target(value, groups)) {
                Some(Target::Instance(group)) => {
                    let ids = Spot::instance(aws.inventory, group).get("subnet_ids");
                    let mut placement = listed(aws, &ids);
                    placement.doubt = placement.doubt.and(doubt);
                    placement
                }
                // A group of another configuration.
                Some(Target::Id(_) | Target::Attribute(_)) | None => {
                    Placement { spot: spot.clone(), subnets: Vec::new(), some: Vec::new(), doubt }
                }
            }
        }
        (None, Some(attribute)) => {
            let spot = database.get(attribute);
            if spot.is_unset(aws.inventory) {
                return None;
            }
            listed(aws, &spot)
        }
        (None, None) => return None,
    };
    placement.spot = database.get(kind.group.map_or_else(|| kind.subnets.unwrap_or_default(), |group| group.0));
    Some(placement)
}

fn listed<'a>(aws: &Aws<'a>, ids: &Spot<'a>) -> Placement<'a> {
    let subnet = |id: &Spot<'a>| match id.value.and_then(|value| aws.ids().target(value, SUBNETS)) {
        Some(Target::Instance(subnet)) => Some(subnet),
        // A subnet of another configuration, or one that is not known.
        Some(Target::Id(_) | Target::Attribute(_)) | None => None,
    };
    let some: Option<Vec<usize>> = ids.some().and_then(|some| some.iter().map(subnet).collect());
    let mut placement =
        Placement { spot: ids.clone(), subnets: Vec::new(), some: some.unwrap_or_default(), doubt: None };
    if ids.is_unknown(aws.inventory) {
        placement.doubt = Some(ids.clone());
    }
    for id in ids.each() {
        match subnet(&id) {
            Some(subnet) => placement.subnets.push((subnet, id)),
            None => drop(placement.doubt.get_or_insert(id)),
        }
    }
    placement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn constraints_tell_versions_before_6_from_later_ones() {
        for term in ["5.100.0", "= 5.1", "~> 5.0", "~> 4.67.0", "< 6", "< 6.0.0", "<= 5.99"] {
            assert_eq!(before_version_6(term), Some(true), "{term}");
        }
        for term in ["6.0.0", "= 6.1", "~> 6.0", ">= 6", "> 6.0"] {
            assert_eq!(before_version_6(term), Some(false), "{term}");
        }
        for term in [">= 5.0", "~> 5", "!= 5.1", "< 6.1", "", "> 5.9"] {
            assert_eq!(before_version_6(term), None, "{term}");
        }
    }

    #[test]
    fn the_provider_has_these_types_and_attributes() {
        let has = |type_name: &str, attribute: &str| {
            let found = schema::resource(type_name).unwrap_or_else(|| panic!("{type_name}"));
            assert!(found.body.attribute(attribute).is_some(), "{type_name}.{attribute}");
        };
        for kind in KINDS {
            kind.public.iter().for_each(|(attribute, _)| has(kind.type_name, attribute));
            kind.subnets.iter().for_each(|attribute| has(kind.type_name, attribute));
            if let Some((attribute, groups)) = &kind.group {
                has(kind.type_name, attribute);
                groups.iter().for_each(|(group, name)| {
                    has(group, name);
                    has(group, "subnet_ids");
                });
            }
        }
    }
}
