//! Subnet groups and load balancers, and whether they are in more than one availability zone.

use std::collections::BTreeSet;

use crate::address::Reference;
use crate::inventory::Way;
use crate::lang::{Marks, Type, Value};
use crate::network::Network;
use crate::network::aws::join::Target;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::aws::vpcs::SUBNETS;

use super::{object, text};

/// What is meant to be in several zones, and where it names its subnets. AWS itself refuses one zone of application load
/// balancers ("Subnets for your load balancer", Application Load Balancers) and of subnet groups of RDS, DocumentDB, Neptune
/// and DMS ("Working with DB subnet groups", Amazon RDS User Guide). Redshift keeps a cluster in one zone.
const SPREAD: &[(&str, &[&str])] = &[
    ("aws_alb", &["subnets", "subnet_mapping"]),
    ("aws_dax_subnet_group", &["subnet_ids"]),
    ("aws_db_subnet_group", &["subnet_ids"]),
    ("aws_dms_replication_subnet_group", &["subnet_ids"]),
    ("aws_docdb_subnet_group", &["subnet_ids"]),
    ("aws_elasticache_subnet_group", &["subnet_ids"]),
    ("aws_elb", &["subnets"]),
    ("aws_lb", &["subnets", "subnet_mapping"]),
    ("aws_memorydb_subnet_group", &["subnet_ids"]),
    ("aws_neptune_subnet_group", &["subnet_ids"]),
];

/// The zone of a subnet.
#[derive(Clone, Debug)]
enum Zone<'a> {
    Named(String, Marks),
    /// That which some attribute will hold.
    Of(&'a Reference),
    /// AWS chooses one.
    Any,
    /// Nobody here knows.
    Elsewhere,
}

impl Zone<'_> {
    fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Named(one, _), Self::Named(other, _)) => one == other,
            (Self::Of(one), Self::Of(other)) => one == other,
            (Self::Named(..) | Self::Of(_) | Self::Any | Self::Elsewhere, _) => false,
        }
    }
}

/// One fact per subnet group or load balancer whose subnets are listed.
pub(super) fn spreads(network: &Network<'_>) -> Vec<Value> {
    let mut facts = Vec::new();
    for (type_name, attributes) in SPREAD {
        for index in network.aws.of_type(type_name) {
            let spot = Spot::instance(network.inventory, index);
            let named = attributes.iter().map(|name| spot.get(name));
            let Some(listed) = named.into_iter().find(|listed| is_listed(listed)) else { continue };
            facts.push(fact(network, index, &listed));
        }
    }
    facts
}

/// Whether all subnets are listed, be they known or not.
fn is_listed(spot: &Spot<'_>) -> bool {
    // Among blocks, what is not known stands for any number of them.
    let blocks = spot.way().last().is_some_and(|step| matches!(step, Way::Name("subnet_mapping")));
    let one = |element: &Value| {
        if blocks { element.entries().is_some() } else { element.certain().is_none() || element.identity().is_some() }
    };
    let listed = spot.value.and_then(Value::elements);
    listed.is_some_and(|elements| !elements.is_empty() && elements.iter().all(one)) || spot.some().is_some()
}

fn fact<'a>(network: &Network<'a>, index: usize, listed: &Spot<'a>) -> Value {
    let mut subnets = BTreeSet::new();
    let mut zones: Vec<Zone<'a>> = Vec::new();
    let some = listed.some();
    let is_some = some.is_some();
    for element in some.unwrap_or_else(|| listed.each()) {
        // A block of a load balancer names one subnet.
        let is_block = element.value.is_some_and(|value| value.entries().is_some());
        let id = if is_block { element.get("subnet_id") } else { element };
        let target = id.value.and_then(|value| network.aws.ids().target(value, SUBNETS));
        // Instances of which nobody knows how many there are may be different ones.
        let is_one = match target {
            Some(Target::Instance(subnet)) => !network.inventory.instance(subnet).several,
            Some(Target::Id(_) | Target::Attribute(_)) => true,
            None => false,
        };
        if !is_one || subnets.insert(target.clone()) {
            zones.push(zone(network, target.as_ref().filter(|_| is_one)));
        }
    }
    let fixed: Vec<&Zone<'a>> = zones.iter().filter(|zone| !matches!(zone, Zone::Any)).collect();
    let differ = fixed.iter().any(|zone| !zone.is_as(fixed[0]));
    let in_one_zone = if zones.len() == 1 || !differ && fixed.len() == zones.len() {
        Value::bool(true)
    } else if differ && !is_some {
        Value::bool(false)
    } else {
        network.unknown_at(Type::Bool, listed)
    };
    let (name, marks) = match zones.first() {
        Some(Zone::Named(name, marks)) => (format!(" (`{name}`)"), *marks),
        Some(Zone::Of(_) | Zone::Any | Zone::Elsewhere) | None => (String::new(), Marks::NONE),
    };
    object([
        ("address", network.address_text(index)),
        ("in_one_zone", in_one_zone),
        ("site", network.link(listed, Vec::new())),
        ("zone", text(&name, marks)),
    ])
}

/// The zone of a subnet, by name or id; of an Outpost it is not asked.
fn zone<'a>(network: &Network<'a>, target: Option<&Target>) -> Zone<'a> {
    let Some(subnet) = target.and_then(Target::instance) else { return Zone::Elsewhere };
    let spot = Spot::instance(network.inventory, subnet);
    if !spot.get("outpost_arn").is_unset(network.inventory) {
        return Zone::Elsewhere;
    }
    for name in ["availability_zone", "availability_zone_id"] {
        let zone = spot.get(name);
        match zone.setting(network.inventory) {
            Setting::Unset => {}
            Setting::Unknown => return zone.value.and_then(Value::reference).map_or(Zone::Elsewhere, Zone::Of),
            Setting::Known(_) => return Zone::Named(zone.text().unwrap_or_default().into_owned(), zone.marks),
        }
    }
    Zone::Any
}
