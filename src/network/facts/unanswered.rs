//! Packets that get there, and whose answers do not get back.

use crate::lang::{Marks, Shape, Type, Value};
use crate::network::Network;
use crate::network::aws::spot::Spot;
use crate::network::reach::is_worth_looking;

use super::{text, words};

/// One fact per thing that drops all answers to packets that a security group lets in by name.
pub(super) fn unanswered(network: &Network<'_>) -> Vec<Value> {
    static FACT: Shape<5> = Shape::new(["address", "answered", "site", "text", "why"]);
    if !is_worth_looking(&network.aws) {
        return Vec::new();
    }
    let facts = network.reach().unanswered().into_iter().map(|it| {
        let ports = ["TCP", "UDP"].into_iter().zip(&it.ports).filter(|(_, ports)| !ports.is_empty());
        let ports: Vec<String> = ports.map(|(name, ports)| words::ports(name, ports)).collect();
        let from = it.from.map_or_else(|| "the internet".to_owned(), |from| network.address(from));
        let packets = format!("packets from {from} to {} of {}", words::listed(&ports), network.address(it.to));
        let related = vec![(it.rule.clone(), "this lets them in".to_owned())];
        let own = Spot::instance(network.inventory, it.to);
        let symbolic = network.inventory.instance(it.to).symbolic;
        FACT.object([
            network.address_text(it.spot.instance),
            if symbolic { network.unknown_at(Type::Bool, &own) } else { Value::bool(false) },
            network.leaf_with(&it.spot, related),
            text(&packets, it.rule.marks),
            text(it.why.strip_prefix("of the answer: ").unwrap_or(&it.why), Marks::NONE),
        ])
    });
    facts.collect()
}
