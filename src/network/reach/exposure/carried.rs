//! What load balancers carry on as it is from the internet to their targets.

use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::registry::public_addresses;
use crate::network::sets::{AddressSet, Family, PacketSet, PortSet, Protocols};

use crate::network::reach::Reach;
use crate::network::reach::bound::{Bound, Sure};
use crate::network::reach::pair::Side;
use crate::network::reach::relays::{Kind, Port, Relay};
use crate::network::reach::things::Thing;

use super::{Exposure, Opening, arriving, bare, blank, hang_on, openings, packets, public};

/// What load balancers carry on.
pub(super) fn read<'a>(reach: &Reach<'a>) -> Vec<Exposure<'a>> {
    let mut found = Vec::new();
    let relays = reach.relays();
    for (number, front) in relays.fronts.iter().enumerate().filter(|(_, front)| front.kind == Kind::Connections) {
        for (back, behind) in relays.behind(front).iter().enumerate() {
            if front.balancers.len() * behind.targets.len() > MAX_CHOICES {
                continue;
            }
            for &balancer in front.balancers.iter() {
                let carried = |&target| carried(reach, Way { relay: (number, back), balancer, target });
                found.extend(behind.targets.iter().filter_map(carried));
            }
        }
    }
    found
}

/// Where more than so many pairs of a load balancer and a target may be meant, nothing is said of any of them.
const MAX_CHOICES: usize = 16;

/// One load balancer and one target of a relay.
struct Way {
    relay: (usize, usize),
    balancer: usize,
    target: usize,
}

/// What gets to a thing through a load balancer that carries connections on as they are: a network one, or a classic one
/// for TCP. What an application load balancer asks of its targets is its own.
fn carried<'a>(reach: &Reach<'a>, way: Way) -> Option<Exposure<'a>> {
    let front = &reach.relays().fronts[way.relay.0];
    let relay = Relay { front, back: &reach.relays().behind(front)[way.relay.1] };
    let things = &reach.model.things.things;
    let (balancer, target) = (&things[way.balancer], &things[way.target]);
    if balancer.places.iter().all(|place| matches!(place.public, Sure::No)) {
        return None;
    }
    let protocols: Vec<Protocols> = front.protocols.iter().map(|&number| Protocols::One(number)).collect();
    let at = |port: Port| port.map_or_else(PortSet::everything, |port| PortSet::range(port, port));
    let [listens, wanted] = [front.port, relay.target_port()].map(|port| packets(&protocols, &at(port)));
    let keeps = relay.preserves().holds(Bound::Certain);
    let all = wanted.intersection(&PacketSet::of_addresses(public_addresses()));
    let attachment = Opening {
        spot: relay.attachment().clone(),
        source: None,
        certain: all.clone(),
        possible: all.clone(),
        at_most: None,
        perhaps: false,
    };
    let openings = if keeps {
        let by_address = openings(reach, target, &wanted);
        by_address.into_iter().chain(by_group(reach, balancer, target, &all)).collect()
    } else {
        vec![attachment]
    };
    if openings.is_empty() {
        return None;
    }
    let through = |bound| {
        let mut found = PacketSet::EMPTY;
        for family in Family::ALL {
            let mut first = AddressSet::EMPTY;
            for place in &balancer.places {
                if !public(balancer, place, family).holds(bound) {
                    continue;
                }
                let (from, to) = (Side::Internet(public_addresses().clone()), Side::Place(balancer, place));
                let let_in = arriving(reach, from, to, listens.clone(), family, bound);
                first = let_in.pieces().fold(first, |all, (_, _, addresses)| all.union(addresses));
            }
            let first = AddressSet::of_family(family, first.family(family).clone());
            if first.is_empty() {
                continue;
            }
            // Behind it, all goes on in the target's family.
            let behind =
                Family::ALL.iter().map(|&to| behind(reach, (balancer, target), &first, keeps, &wanted, to, bound));
            found = behind.fold(found, |all, set| all.union(&set));
        }
        found
    };
    let mut exposure = blank(reach, way.target, relay.attachment().clone());
    exposure.carrier = Some((balancer.instance, front.port));
    exposure.relay = Some(way.relay);
    exposure.any_port = relay.target_port().is_none();
    exposure.certain = through(Bound::Certain);
    exposure.if_public = exposure.certain.clone();
    exposure.if_routed = through(Bound::Possible);
    exposure.openings = openings;
    let inventory = reach.aws.inventory;
    let unsure = relay.doubt().or_else(|| relay.unknown_port()).or_else(|| relay.preserves().doubt()).cloned();
    let symbolic = [target.instance, balancer.instance].into_iter().find(|&it| inventory.instance(it).symbolic);
    if let Some(doubt) = unsure.or_else(|| symbolic.map(|it| Spot::instance(inventory, it))) {
        hang_on(&mut exposure, doubt);
    }
    let nothing = exposure.certain.is_empty() && exposure.if_routed.is_empty();
    Some(exposure).filter(|_| !nothing)
}

/// What of packets from these clients a load balancer carries on gets to its target.
fn behind<'a>(
    reach: &Reach<'a>,
    (balancer, target): (&Thing<'a>, &Thing<'a>),
    clients: &AddressSet,
    keeps: bool,
    wanted: &PacketSet,
    family: Family,
    bound: Bound,
) -> PacketSet {
    let open = bare(target);
    let mut found: Option<PacketSet> = None;
    for place in &target.places {
        let mut here = PacketSet::EMPTY;
        for own in &balancer.places {
            let (from, to) = if keeps {
                (Side::Client(balancer, own, clients.clone(), true), Side::Place(&open, place))
            } else {
                (Side::Place(balancer, own), Side::Place(target, place))
            };
            let arrived = arriving(reach, from, to, wanted.clone(), family, bound);
            let set = if keeps {
                arrived
            } else {
                let ports = arrived.pieces().map(|(first, last, _)| PacketSet::between(first, last, clients));
                ports.fold(PacketSet::EMPTY, |all, next| all.union(&next))
            };
            here = here.union(&set);
        }
        found = Some(match found {
            Some(known) if target.each || bound == Bound::Possible => known.union(&here),
            Some(known) => known.intersection(&here),
            None => here,
        });
    }
    found.unwrap_or_default()
}

/// What lets a load balancer's clients in, though packets keep their addresses: rules that name one of its groups ("Update
/// the security groups for your Network Load Balancer", User Guide for Network Load Balancers).
fn by_group<'a>(reach: &Reach<'a>, balancer: &Thing<'a>, target: &Thing<'a>, all: &PacketSet) -> Vec<Opening<'a>> {
    let mut found = Vec::new();
    for rule in reach.model.groups.rules_of(&target.groups, Direction::Ingress) {
        for (bound, spot) in rule.naming(&balancer.groups) {
            let packets = |bound| rule.peer_packets(bound).intersection(all);
            let (certain, possible) = match bound {
                Bound::Certain => (packets(Bound::Certain), packets(Bound::Possible)),
                Bound::Possible => (PacketSet::EMPTY, packets(Bound::Possible)),
            };
            if !possible.is_empty() {
                found.push(Opening { spot, source: None, certain, possible, at_most: None, perhaps: false });
            }
        }
    }
    found
}
