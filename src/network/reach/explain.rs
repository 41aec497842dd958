//! Why an answer is what it is: hop by hop, with the lines that say so.

use crate::inventory::locate;
use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::sets::{AddressSet, PacketSet};

use super::Reach;
use super::acls::AclOf;
use super::answer::{Found, Hop, own_spot};
use super::bound::{Bound, Sure};
use super::boxes::Boxed;
use super::groups::{Peer, Worn};
use super::pair::{Blocker, Side};
use super::walk::{Met, Way};

/// How one of the packets gets there.
pub(super) fn path<'a>(reach: &Reach<'a>, found: &Found<'_, 'a>) -> Vec<Hop> {
    let Some(route) = found.routes.first() else { return Vec::new() };
    let Some(witness) = route.boxes.first() else { return Vec::new() };
    let story = Story { reach, there: &route.there, packets: Witness::of(witness) };
    let mut hops = vec![story.end(&found.pair.from, "from")];
    hops.extend(story.groups(&found.pair.from, &found.pair.to, Direction::Egress));
    for met in &route.there.met {
        hops.extend(story.met(met));
    }
    hops.extend(story.groups(&found.pair.to, &found.pair.from, Direction::Ingress));
    hops.push(story.end(&found.pair.to, "to"));
    for met in route.back.iter().flat_map(|back| &back.met) {
        if let Met::Passed(kind, spot, why) = met {
            hops.push(hop(reach, kind, Some(spot), format!("for the answer, {why}")));
        }
    }
    hops
}

/// The packets of a witness, by either address.
struct Witness {
    sources: PacketSet,
    destinations: PacketSet,
}

impl Witness {
    fn of(it: &Boxed) -> Self {
        let set = |addresses: &AddressSet| {
            PacketSet::between((it.protocols.0, it.ports.0), (it.protocols.0, it.ports.1), addresses)
        };
        Self { sources: set(&it.sources), destinations: set(&it.destinations) }
    }
}

struct Story<'m, 'a> {
    reach: &'m Reach<'a>,
    there: &'m Way<'a>,
    packets: Witness,
}

impl<'a> Story<'_, 'a> {
    fn end(&self, side: &Side<'_, 'a>, which: &'static str) -> Hop {
        match side {
            Side::Place(thing, place) | Side::Client(thing, place, ..) => {
                let own = place.v4.as_ref().or(place.v6.as_ref());
                let addresses = own.filter(|_| !self.reach.way_is_secret()).map(super::answer::addresses);
                let why = match (thing.word, addresses) {
                    ("subnet", _) => format!("{which} an interface in this subnet"),
                    ("member", _) => format!("{which} an interface with this group"),
                    (word, Some(addresses)) => format!("{which} the {word}, private address in {addresses}"),
                    (word, None) => format!("{which} the {word}"),
                };
                hop(self.reach, thing.word, own_spot(self.reach, side).as_ref(), why)
            }
            Side::Internet(set) => {
                Hop { kind: "internet", address: None, why: format!("{which} {}", on_internet(set)), place: None }
            }
            Side::OnPremises(_) => {
                Hop { kind: "on-premises", address: None, why: format!("{which} networks on premises"), place: None }
            }
        }
    }

    /// The rule that lets the packets through.
    fn groups(&self, side: &Side<'_, 'a>, other: &Side<'_, 'a>, direction: Direction) -> Option<Hop> {
        let (thing, _) = side.thing()?;
        let far = other.thing().map(|(far, _)| &far.groups);
        if thing.groups.open {
            return None;
        }
        let packets = match direction {
            Direction::Ingress => &self.packets.sources,
            Direction::Egress => &self.packets.destinations,
        };
        let word =
            if direction == Direction::Ingress { "an ingress rule lets it in" } else { "an egress rule lets it out" };
        for bound in [Bound::Certain, Bound::Possible] {
            if let Some((spot, by_group)) = self.rule(&thing.groups, direction, far, packets, bound) {
                let why = if by_group { format!("{word}, by the group at the other end") } else { word.to_owned() };
                return Some(hop(self.reach, "security-group-rule", Some(&spot), why));
            }
        }
        let spot = thing.groups.spot.clone();
        Some(hop(
            self.reach,
            "security-group",
            spot.as_ref(),
            "which groups it has is not known until apply".to_owned(),
        ))
    }

    fn rule(
        &self,
        own: &Worn<'a>,
        direction: Direction,
        far: Option<&Worn<'a>>,
        packets: &PacketSet,
        bound: Bound,
    ) -> Option<(Spot<'a>, bool)> {
        let references: &Sure<'a> = &self.there.references;
        for rule in self.reach.model.groups.rules_of(own, direction) {
            if !rule.packets(bound).intersection(packets).is_empty() {
                return Some((rule.allowing().clone(), false));
            }
            let named = far.is_some_and(|far| references.holds(bound) && rule.names(far, bound));
            if named && !rule.peer_packets(bound).intersection(packets).is_empty() {
                let spot = rule.peers.iter().find_map(|peer| match (peer, far) {
                    (Peer::Group(group, spot), Some(far)) if far.known.contains(group) => Some(spot.clone()),
                    (Peer::Unknown(spot), _) => Some(spot.clone()),
                    (Peer::Group(..), _) => None,
                });
                return Some((spot.unwrap_or_else(|| rule.allowing().clone()), true));
            }
        }
        None
    }

    fn met(&self, met: &Met<'a>) -> Option<Hop> {
        match met {
            Met::Acl(subnet, direction) => self.acl(*subnet, *direction),
            Met::Nat(thing) => {
                let instance = self.reach.model.things.things[*thing].instance;
                let spot = Spot::instance(self.reach.aws.inventory, instance);
                let why = "puts its own address in place of the source".to_owned();
                Some(hop(self.reach, "nat-gateway", Some(&spot), why))
            }
            Met::Forwarder(_) => None,
            Met::Passed(kind, spot, why) => Some(hop(self.reach, kind, Some(spot), why.clone())),
        }
    }

    /// The entry that lets the packets through; nothing of AWS's own default ACL.
    fn acl(&self, subnet: usize, direction: Direction) -> Option<Hop> {
        let topology = &self.reach.model.topology;
        let AclOf::One(acl) = &topology.subnets[subnet].acl else { return None };
        let packets = match direction {
            Direction::Ingress => &self.packets.sources,
            Direction::Egress => &self.packets.destinations,
        };
        let acl = &topology.acls.acls[*acl];
        let entry = acl.allowing(direction, packets);
        let spot = entry.map(|entry| entry.block.clone()).or_else(|| acl.spot.clone());
        let name = match topology.subnets[subnet].target {
            Target::Instance(instance) => self.reach.aws.inventory.instance(instance).address.to_string(),
            Target::Id(_) | Target::Attribute(_) => "the subnet".to_owned(),
        };
        let word = if direction == Direction::Ingress { "into" } else { "out of" };
        let why = format!("the network ACL lets it {word} `{name}`");
        Some(hop(self.reach, "network-acl", spot.as_ref(), why))
    }
}

fn on_internet(set: &AddressSet) -> String {
    let text = super::answer::addresses(set);
    if text == "internet" { "the internet".to_owned() } else { format!("{text} on the internet") }
}

/// What stops the packets.
pub(super) fn blocked(reach: &Reach<'_>, blocker: &Blocker<'_>) -> Hop {
    let mut found = hop(reach, blocker.kind, blocker.spot.as_ref(), blocker.why.clone());
    if found.address.is_none() {
        found.address = blocker.instance.map(|instance| reach.aws.inventory.instance(instance).address.to_string());
    }
    found
}

/// The most things that an answer hangs on.
const MAX_DOUBTS: usize = 20;

/// What an answer hangs on.
pub(super) fn depends_on<'a>(reach: &Reach<'a>, found: &[Found<'_, 'a>]) -> Vec<Hop> {
    let mut hops: Vec<Hop> = Vec::new();
    for found in found {
        for spot in doubts(reach, found) {
            let next = hop(reach, "unknown", Some(&spot), "is not known until apply".to_owned());
            if !hops.contains(&next) && hops.len() < MAX_DOUBTS {
                hops.push(next);
            }
        }
        if hops.is_empty() {
            hops.extend(unsettled(reach, found));
        }
    }
    hops
}

/// The expressions that a pair's answer hangs on.
pub(super) fn doubts<'a>(reach: &Reach<'a>, found: &Found<'_, 'a>) -> Vec<Spot<'a>> {
    let mut spots = Vec::new();
    let Some(route) = found.routes.first() else { return spots };
    let Some(witness) = route.boxes.first().map(Witness::of) else { return spots };
    let groups = &reach.model.groups;
    for (side, direction, packets) in [
        (&found.pair.from, Direction::Egress, &witness.destinations),
        (&found.pair.to, Direction::Ingress, &witness.sources),
    ] {
        if let Some((thing, place)) = side.thing() {
            spots.extend(place.has_v6.doubt().cloned());
            if place.subnet.is_none() {
                spots.push(place.spot.clone());
            }
            if route.there.needs_public {
                spots.extend(place.public.doubt().cloned());
            }
            if !thing.groups.open {
                spots.extend(groups.doubts(&thing.groups, direction, packets));
            }
        }
    }
    spots.extend(route.there.doubts.iter().cloned());
    spots.extend(route.there.references.doubt().cloned());
    if let Some(back) = &route.back {
        spots.extend(back.doubts.iter().cloned());
    }
    let topology = &reach.model.topology;
    let met = route.there.met.iter().chain(route.back.iter().flat_map(|back| &back.met));
    for met in met {
        let Met::Acl(subnet, direction) = met else { continue };
        match &topology.subnets[*subnet].acl {
            AclOf::One(acl) => {
                let all = PacketSet::everything();
                spots.extend(topology.acls.acls[*acl].doubts(*direction, &all));
            }
            AclOf::Unknown(spot) => spots.push(spot.clone()),
            AclOf::Default => {}
        }
    }
    spots
}

/// Where everything is known but which address, or which subnet, an interface gets.
fn unsettled<'a>(reach: &Reach<'a>, found: &Found<'_, 'a>) -> Vec<Hop> {
    let mut hops = Vec::new();
    for side in [&found.pair.from, &found.pair.to] {
        if let Some((thing, _)) = side.thing() {
            let why = if thing.places.len() > 1 && !thing.each {
                "which of its subnets it is in, and which address it gets, is not known until apply"
            } else {
                "which private address it gets is not known until apply"
            };
            hops.push(hop(reach, "address", own_spot(reach, side).as_ref(), why.to_owned()));
        }
    }
    hops
}

/// A hop at a spot.
pub(super) fn hop(reach: &Reach<'_>, kind: &'static str, spot: Option<&Spot<'_>>, why: String) -> Hop {
    let inventory = reach.aws.inventory;
    let place = spot.and_then(|spot| locate(reach.aws.trees, inventory, spot.instance, &spot.way(), spot.value));
    let address = spot.map(|spot| {
        let mut address = inventory.instance(spot.instance).address.to_string();
        if kind == "unknown"
            && let Some(place) = &place
            && !place.path.is_empty()
        {
            address = format!("{address}.{}", place.path);
        }
        address
    });
    Hop { kind, address, why, place: place.map(|place| place.span) }
}
