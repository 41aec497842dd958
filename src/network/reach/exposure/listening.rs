//! The ports that things listen at.

use std::collections::BTreeMap;

use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;
use crate::network::reach::kinds::Targets;
use crate::network::reach::relays::{BALANCERS, Port};
use crate::network::reach::things::Thing;
use crate::network::sets::{PacketSet, PortSet, Protocols};

use super::packets;

/// Ports at which load balancers listen, by instance; `None` where some are not known.
pub(super) type Listeners = BTreeMap<usize, Option<PortSet>>;

pub(super) fn listeners(aws: &Aws<'_>) -> Listeners {
    let mut found = Listeners::new();
    let mut add = |balancer: usize, port: Option<i64>| {
        let known = found.entry(balancer).or_insert(Some(PortSet::EMPTY));
        *known = known.take().zip(port).map(|(known, port)| known.union(&PortSet::clamped(port, port)));
    };
    for listener in ["aws_lb_listener", "aws_alb_listener"].iter().flat_map(|name| aws.of_type(name)) {
        let spot = Spot::instance(aws.inventory, listener);
        let named = spot.get("load_balancer_arn").value.and_then(|arn| aws.ids().target(arn, BALANCERS));
        if let Some(Target::Instance(balancer)) = named {
            add(balancer, spot.get("port").integer());
        }
    }
    for balancer in aws.of_type("aws_elb") {
        for block in Spot::instance(aws.inventory, balancer).get("listener").each() {
            add(balancer, block.get("lb_port").integer());
        }
    }
    found
}

/// The ports of engines that are set up without one ("Settings for DB instances", Amazon RDS User Guide).
const ENGINES: &[(&str, u16)] = &[
    ("aurora-mysql", 3306),
    ("aurora-postgresql", 5432),
    ("db2", 50000),
    ("mariadb", 3306),
    ("mysql", 3306),
    ("oracle", 1521),
    ("postgres", 5432),
    ("sqlserver", 1433),
];

/// Things that people and programs use over TCP alone.
const OVER_TCP: &[&str] = &["broker", "cache", "database", "mount target", "replication instance", "search domain"];

/// The packets that a thing may listen for: as it says itself, or what it belongs to; else all of TCP and UDP.
pub(super) fn listening(aws: &Aws<'_>, thing: &Thing<'_>, listeners: &Listeners) -> PacketSet {
    let both = [Protocols::TCP, Protocols::UDP];
    let protocols = if OVER_TCP.contains(&thing.word) { &both[..1] } else { &both[..] };
    let ports = match thing.word {
        "mount target" => Some(PortSet::range(2049, 2049)),
        "load balancer" => listeners.get(&thing.instance).cloned().flatten(),
        "database" => port_of(aws, thing.instance).map(|port| PortSet::range(port, port)),
        _ => None,
    };
    packets(protocols, &ports.unwrap_or_else(PortSet::everything))
}

/// The port of a database, where it is known.
fn port_of(aws: &Aws<'_>, database: usize) -> Port {
    const CLUSTERS: Targets = &[
        ("aws_rds_cluster", "id"),
        ("aws_rds_cluster", "cluster_identifier"),
        ("aws_neptune_cluster", "id"),
        ("aws_neptune_cluster", "cluster_identifier"),
    ];
    let own = Spot::instance(aws.inventory, database);
    let cluster = own.get("cluster_identifier").value.and_then(|id| aws.ids().target(id, CLUSTERS));
    let said_by = match cluster {
        Some(Target::Instance(cluster)) => Spot::instance(aws.inventory, cluster),
        Some(Target::Id(_) | Target::Attribute(_)) | None => own,
    };
    let port = said_by.get("port");
    if !port.is_unset(aws.inventory) {
        return port.integer().and_then(|port| u16::try_from(port).ok()).filter(|&port| port > 0);
    }
    let engine = said_by.get("engine").text()?;
    ENGINES.iter().find(|(name, _)| engine.starts_with(name)).map(|engine| engine.1)
}
