//! Groups and subnets that resources of their own give to interfaces and endpoints.

use std::collections::BTreeMap;

use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;

use super::super::kinds::Targets;

/// What is given, by instance.
#[derive(Debug, Default)]
pub(super) struct Associations<'a> {
    groups: BTreeMap<usize, Vec<Given<'a>>>,
    /// What is not known and is given a group, with what it may be.
    stray: Vec<(Targets, Spot<'a>)>,
    subnets: BTreeMap<usize, Vec<Spot<'a>>>,
}

/// A group that is given.
#[derive(Clone, Debug)]
pub(super) struct Given<'a> {
    /// The expression.
    pub(super) group: Spot<'a>,
    /// Whether it may not be given at all.
    pub(super) perhaps: bool,
    /// Whether it takes the place of the VPC's default group.
    pub(super) instead: bool,
}

/// What has interfaces that are given groups.
const INTERFACES: Targets = &[
    ("aws_instance", "primary_network_interface_id"),
    ("aws_network_interface", "id"),
    ("aws_spot_instance_request", "primary_network_interface_id"),
];
const ENDPOINTS: Targets = &[("aws_vpc_endpoint", "id")];

impl<'a> Associations<'a> {
    /// The groups that are given to something.
    pub(super) fn groups_of(&self, instance: usize) -> Vec<Given<'a>> {
        self.groups.get(&instance).cloned().unwrap_or_default()
    }

    /// What is not known, may be of this type, and is given a group.
    pub(super) fn stray_of(&self, type_name: &str) -> Option<&Spot<'a>> {
        let is_of = |types: Targets| types.iter().any(|(name, _)| *name == type_name);
        self.stray.iter().find(|(types, _)| is_of(types)).map(|(_, spot)| spot)
    }

    /// The subnets in which an endpoint is given interfaces.
    pub(super) fn subnets_of(&self, instance: usize) -> Vec<Spot<'a>> {
        self.subnets.get(&instance).cloned().unwrap_or_default()
    }
}

/// Reads all of them ("Resource: aws_network_interface_sg_attachment", "Resource:
/// aws_vpc_endpoint_security_group_association", "Resource: aws_vpc_endpoint_subnet_association").
pub(super) fn associations<'a>(aws: &Aws<'a>) -> Associations<'a> {
    let mut found = Associations::default();
    for (type_name, holder, holders) in [
        ("aws_network_interface_sg_attachment", "network_interface_id", INTERFACES),
        ("aws_vpc_endpoint_security_group_association", "vpc_endpoint_id", ENDPOINTS),
    ] {
        for index in aws.of_type(type_name) {
            let spot = Spot::instance(aws.inventory, index);
            let (named, group) = (spot.get(holder), spot.get("security_group_id"));
            match named.value.and_then(|value| aws.ids().target(value, holders)) {
                Some(Target::Instance(holder)) => {
                    let perhaps = aws.may_be_absent(index, Some(&Target::Instance(holder)));
                    let instead = spot.get("replace_default_association").truth() == Some(true);
                    found.groups.entry(holder).or_default().push(Given { group, perhaps, instead });
                }
                Some(target) if aws.ids().may_find_made(&target) => found.stray.push((holders, named)),
                None if named.is_unknown(aws.inventory) => found.stray.push((holders, named)),
                Some(Target::Id(_) | Target::Attribute(_)) | None => {}
            }
        }
    }
    for index in aws.of_type("aws_vpc_endpoint_subnet_association") {
        let spot = Spot::instance(aws.inventory, index);
        let endpoint = spot.get("vpc_endpoint_id").value;
        if let Some(Target::Instance(endpoint)) = endpoint.and_then(|value| aws.ids().target(value, ENDPOINTS)) {
            found.subnets.entry(endpoint).or_default().push(spot.get("subnet_id"));
        }
    }
    found
}
