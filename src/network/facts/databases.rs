//! Databases and caches.

use crate::lang::{Marks, Type, Value};
use crate::network::Network;
use crate::network::aws::databases::{Default, KINDS, is_before_version_6, placement};
use crate::network::aws::routes::Internet;
use crate::network::aws::spot::{Setting, Spot};

use super::{object, subnets::internet, text};

/// One fact per database or cache that can be publicly accessible.
pub(super) fn databases(network: &Network<'_>) -> Vec<Value> {
    let mut facts = Vec::new();
    for kind in KINDS {
        let Some((attribute, default)) = kind.public else { continue };
        for index in network.aws.of_type(kind.type_name) {
            let spot = Spot::instance(network.inventory, index);
            let public = spot.get(attribute);
            let (public, site) = match (public.setting(network.inventory), default) {
                (Setting::Unset, Default::No) => (Value::bool(false), &spot),
                (Setting::Unset, Default::NotSinceVersion6) => match is_before_version_6(&network.aws, index) {
                    Some(before) => (Value::bool(before), &spot),
                    None => (network.unknown_at(Type::Bool, &spot), &spot),
                },
                (Setting::Unknown, _) => (network.unknown_at(Type::Bool, &public), &public),
                (Setting::Known(_), _) => (Value::bool(public.truth() == Some(true)), &public),
            };
            facts.push(object([
                ("address", network.address_text(index)),
                ("public", public),
                ("site", network.leaf(site)),
            ]));
        }
    }
    facts
}

/// One fact per database or cache whose subnets the configuration names.
pub(super) fn placements(network: &Network<'_>) -> Vec<Value> {
    let aws = &network.aws;
    let mut facts = Vec::new();
    for kind in KINDS {
        for index in aws.of_type(kind.type_name) {
            let Some(placement) = placement(aws, kind, index) else { continue };
            let mut settled = Internet::No;
            let mut subnet = None;
            for candidate in &placement.subnets {
                let found = aws.routes().of_subnet(aws, candidate.0);
                match (&settled, &found) {
                    (_, Internet::Yes(_)) => {
                        (settled, subnet) = (found, Some(candidate));
                        break;
                    }
                    (Internet::No, Internet::Perhaps(_)) => (settled, subnet) = (found, Some(candidate)),
                    (Internet::No | Internet::Perhaps(_) | Internet::Yes(_), Internet::No | Internet::Perhaps(_)) => {}
                }
            }
            if let (Internet::No, Some(doubt)) = (&settled, &placement.doubt) {
                let some: Vec<Internet<'_>> =
                    placement.some.iter().map(|&subnet| aws.routes().of_subnet(aws, subnet)).collect();
                settled = match some.as_slice() {
                    [] => Internet::Perhaps(doubt.clone()),
                    // Whichever of them it is in.
                    all if all.iter().all(|one| matches!(one, Internet::No)) => Internet::No,
                    [Internet::Yes(route), rest @ ..] if rest.iter().all(|one| matches!(one, Internet::Yes(_))) => {
                        Internet::Yes(route.clone())
                    }
                    _ => Internet::Perhaps(doubt.clone()),
                };
            }
            let (routed, mut related) = internet(network, &placement.spot, &settled);
            if let Some((subnet, member)) = subnet {
                let message = format!("{} is one of its subnets", network.address(*subnet));
                related.insert(0, (member.clone(), message));
            }
            let named = subnet.map(|(subnet, _)| *subnet).or_else(|| placement.some.first().copied());
            facts.push(object([
                ("address", network.address_text(index)),
                ("in_public_subnet", routed),
                ("site", network.link(&placement.spot, related)),
                ("subnet", text(&named.map(|subnet| network.address(subnet)).unwrap_or_default(), Marks::NONE)),
            ]));
        }
    }
    facts
}
