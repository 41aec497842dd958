//! All tiers against each other and the internet.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, InstanceKey};
use crate::network::aws::security_groups::Direction;
use crate::network::registry::public_addresses;
use crate::network::sets::AddressSet;

use super::Reach;
use super::answer::{Outcome, Packets, Sides, Verdict, between, groups_of};
use super::bound::{Bound, Sure};
use super::boxes::Wanted;
use super::ends::{Resolved, tag};
use super::intent::declared_tier;
use super::pair::Side;
use super::relayed::relayed;
use super::services::{self, Service};
use super::tables::{Kind, TableOf};
use super::things::{Place, Thing};

/// What gets from one tier to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// A tier, `internet` or `on-premises`.
    pub from: String,
    /// Likewise.
    pub to: String,
    /// In a word.
    pub verdict: Verdict,
    /// Whether a load balancer carries the packets on.
    pub relayed: bool,
    /// Of one pair for which that holds.
    pub packets: Vec<Packets>,
}

/// The tag that names tiers, in either spelling.
pub(super) const TIER: &[&str] = &["Tier", "tier"];

/// The matrix: tiers as they are declared, else by their tag, and other things by the address of their resource.
pub(super) fn matrix(reach: &Reach<'_>, wanted: &Wanted, relay: bool) -> Vec<Cell> {
    let mut tiers: BTreeMap<String, Resolved<'_>> = BTreeMap::new();
    let mut declared: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for tier in reach.tiers() {
        for instance in tier.certain {
            declared.entry(instance).or_default().push(format!("tier.{}", tier.name));
        }
    }
    let things = &reach.model.things;
    for (number, thing) in things.things.iter().enumerate() {
        let names = match declared.remove(&thing.instance) {
            Some(own) => own,
            None if thing.word == "NAT gateway" || thing.holder.is_some() => continue,
            None => vec![tier_of(reach, thing)],
        };
        for name in names {
            let of_tier = tiers.entry(name).or_default();
            of_tier.things.extend(things.whole(number).cloned());
            of_tier.services.extend(Service::of(&reach.aws, thing.instance));
        }
    }
    let mut ends =
        vec![("internet".to_owned(), Resolved { internet: Some(public_addresses().clone()), ..Resolved::default() })];
    ends.extend(tiers);
    let looks = Looks::new(reach);
    let mut cells = Vec::new();
    for (from_name, from) in &ends {
        let senders = Senders::new(from);
        for (to_name, to) in &ends {
            let outside = from.internet.is_some() && to.internet.is_some();
            let alone =
                from_name == to_name && from.things.len() < 2 && from.things.iter().all(|thing| thing.places.len() < 2);
            if outside || alone {
                continue;
            }
            let (mut verdict, mut shown) = cell(reach, &looks, &senders, to, wanted);
            if let Some(internet) = &from.internet
                && let Some(served) = services::answer(reach, &to.services, internet, wanted)
                && served.verdict > verdict
            {
                (verdict, shown) = (served.verdict, served.packets);
            }
            let mut is_relayed = false;
            if relay
                && verdict != Verdict::Reachable
                && let Some(further) = relayed(reach, from, to, wanted, 1).filter(|further| further.verdict > verdict)
            {
                (verdict, shown, is_relayed) = (further.verdict, further.packets, true);
            }
            let (from, to) = (from_name.clone(), to_name.clone());
            cells.push(Cell { from, to, verdict, relayed: is_relayed, packets: shown });
        }
    }
    cells
}

/// The tier that a thing is of: by its tag, else the address of its resource.
pub(super) fn tier_of<'a>(reach: &Reach<'a>, thing: &Thing<'a>) -> String {
    if let Some(declared) = declared_tier(reach, thing) {
        return format!("tier.{declared}");
    }
    let tagged = TIER.iter().find_map(|key| tag(&reach.aws, thing.instance, key));
    let tagged = tagged.filter(|_| reach.intent.tiers.is_empty());
    tagged.map_or_else(
        || {
            let address = &reach.aws.inventory.instance(thing.instance).address;
            match address.key {
                InstanceKey::Number(_) => Address { key: InstanceKey::None, ..(**address).clone() }.to_string(),
                InstanceKey::None | InstanceKey::Unknown | InstanceKey::String(_) => address.to_string(),
            }
        },
        |value| format!("tag:Tier={value}"),
    )
}

/// The best over all pairs: the first that is reachable ends the search.
fn cell<'m, 'a>(
    reach: &'m Reach<'a>,
    looks: &Looks,
    senders: &Senders<'m, 'a>,
    to: &'m Resolved<'a>,
    wanted: &Wanted,
) -> (Verdict, Vec<Packets>) {
    let wanted = wanted.packets();
    let mut outcome = Outcome::default();
    for destination in groups_of(to) {
        for source in looks.candidates(reach, senders, &destination.1) {
            between(reach, &senders.all[source], &destination, &wanted, &mut outcome, false);
            if outcome.verdict == Verdict::Reachable {
                return (outcome.verdict, reach.packets(&outcome.certain));
            }
            // One example is enough.
            outcome.possible.truncate(1);
        }
    }
    let found = reach.packets(&outcome.possible);
    (outcome.verdict, found)
}

/// Who sends, by what rules may name.
struct Senders<'m, 'a> {
    all: Vec<Sides<'m, 'a>>,
    /// By group: who wears it.
    by_group: BTreeMap<usize, Vec<usize>>,
    /// Those of whom a look at rules says nothing.
    anyhow: Vec<usize>,
    /// The addresses of all others.
    addresses: AddressSet,
}

impl<'m, 'a> Senders<'m, 'a> {
    fn new(from: &'m Resolved<'a>) -> Self {
        let all = groups_of(from);
        let (mut by_group, mut anyhow): (BTreeMap<usize, Vec<usize>>, Vec<usize>) = (BTreeMap::new(), Vec::new());
        let mut addresses = Vec::new();
        for (number, (_, sides)) in all.iter().enumerate() {
            for side in sides {
                match side {
                    Side::Place(thing, place) if thing.groups.doubt.is_none() && place.subnet.is_some() => {
                        thing.groups.known.iter().for_each(|&group| by_group.entry(group).or_default().push(number));
                        addresses.extend([&place.v4, &place.v6].into_iter().flatten());
                    }
                    Side::Place(..) | Side::Client(..) | Side::Internet(_) | Side::OnPremises(_) => anyhow.push(number),
                }
            }
        }
        let addresses = addresses.into_iter().collect();
        Self { all, by_group, anyhow, addresses }
    }
}

/// A first look at pairs, which most do not survive.
pub(super) struct Looks {
    /// By VPC: what it is joined with, however indirectly; `None` where that may be anything.
    joined: Vec<Option<usize>>,
    /// By thing: whom it lets in, and where it lets packets out to.
    lets: BTreeMap<usize, (Far, Far)>,
    /// Whether some packets come from the address of a NAT gateway within private networks.
    pub(super) translated: bool,
}

/// The other end, as rules name it.
struct Far {
    addresses: AddressSet,
    groups: BTreeSet<usize>,
    anyone: bool,
}

impl Far {
    fn holds(&self, thing: &Thing<'_>, place: &Place<'_>) -> bool {
        self.anyone
            || thing.groups.doubt.is_some()
            || thing.groups.known.iter().any(|group| self.groups.contains(group))
            || [&place.v4, &place.v6].into_iter().flatten().any(|own| own.overlaps(&self.addresses))
    }
}

impl Looks {
    pub(super) fn new(reach: &Reach<'_>) -> Self {
        // Behind a NAT gateway, the sender has another address.
        let private = |route: &super::tables::Route<'_>| {
            route.via.kind == Kind::Nat && route.blocks.iter().any(|block| block.prefix_len() > 0)
        };
        let translated = reach.model.topology.tables.tables.iter().any(|table| table.routes.iter().any(private));
        let far =
            |thing| (far(reach, thing, Direction::Ingress, translated), far(reach, thing, Direction::Egress, false));
        let lets = reach.model.things.things.iter().map(|thing| (thing.instance, far(thing)));
        Self { joined: joined(reach), lets: lets.collect(), translated }
    }

    /// Whether packets may get from one to the other at all.
    pub(super) fn may_meet(&self, reach: &Reach<'_>, source: &[Side<'_, '_>], destination: &[Side<'_, '_>]) -> bool {
        source.iter().any(|source| destination.iter().any(|destination| self.may_pair(reach, source, destination)))
    }

    /// Likewise, of one place and another.
    pub(super) fn may_pair(&self, reach: &Reach<'_>, source: &Side<'_, '_>, destination: &Side<'_, '_>) -> bool {
        if let (Side::Place(from, own), Side::Place(to, _)) = (source, destination)
            && self.lets.get(&to.instance).is_some_and(|(far, _)| !far.holds(from, own))
        {
            return false;
        }
        self.may_send(reach, source, destination)
    }

    /// The senders of whom something may get to one of these places, in order.
    fn candidates(&self, reach: &Reach<'_>, senders: &Senders<'_, '_>, destination: &[Side<'_, '_>]) -> Vec<usize> {
        let mut found = senders.anyhow.clone();
        for place in destination {
            let lets_in = match place {
                Side::Place(thing, _) => self.lets.get(&thing.instance).map(|(far, _)| far).filter(|far| !far.anyone),
                Side::Client(..) | Side::Internet(_) | Side::OnPremises(_) => None,
            };
            let may = |number: &usize| senders.all[*number].1.iter().any(|side| self.may_send(reach, side, place));
            let Some(lets_in) = lets_in else {
                found.extend((0..senders.all.len()).filter(may));
                continue;
            };
            let named = lets_in.groups.iter().filter_map(|group| senders.by_group.get(group));
            found.extend(named.flatten().copied().filter(may));
            if senders.addresses.overlaps(&lets_in.addresses) {
                let addressed = |number: &usize| {
                    let sides = senders.all[*number].1.iter();
                    sides.filter_map(Side::thing).any(|(thing, place)| lets_in.holds(thing, place))
                };
                found.extend((0..senders.all.len()).filter(addressed).filter(may));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether packets may go from one place to another, as far as their VPCs and what the sender lets out are concerned.
    fn may_send(&self, reach: &Reach<'_>, source: &Side<'_, '_>, destination: &Side<'_, '_>) -> bool {
        let (Side::Place(from, source), Side::Place(to, destination)) = (source, destination) else { return true };
        if self.lets.get(&from.instance).is_some_and(|(_, far)| !far.holds(to, destination)) {
            return false;
        }
        let vpc = |subnet: Option<usize>| subnet.and_then(|subnet| reach.model.topology.subnets[subnet].vpc);
        let (Some(one), Some(other)) = (vpc(source.subnet), vpc(destination.subnet)) else { return true };
        self.joined[one].zip(self.joined[other]).is_none_or(|(one, other)| one == other)
    }
}

fn far(reach: &Reach<'_>, thing: &Thing<'_>, direction: Direction, translated: bool) -> Far {
    let groups = &reach.model.groups;
    let filter = groups.filter(&thing.groups, direction, None, &Sure::No, Bound::Possible);
    let addresses: AddressSet = filter.pieces().map(|(_, _, addresses)| addresses).collect();
    let named = groups.rules_of(&thing.groups, direction).filter(|_| !thing.groups.open);
    let (mut peers, mut anyone) = (BTreeSet::new(), translated || addresses == AddressSet::everything());
    for peer in named.flat_map(|rule| &rule.peers) {
        match peer {
            super::groups::Peer::Group(group, _) => drop(peers.insert(*group)),
            super::groups::Peer::Unknown(_) => anyone = true,
        }
    }
    Far { addresses, groups: peers, anyone }
}

/// VPCs that peering connections or transit gateways join, however indirectly.
fn joined(reach: &Reach<'_>) -> Vec<Option<usize>> {
    let topology = &reach.model.topology;
    let mut root: Vec<usize> = (0..topology.vpcs.len()).collect();
    fn find(root: &mut [usize], mut number: usize) -> usize {
        while root[number] != number {
            root[number] = root[root[number]];
            number = root[number];
        }
        number
    }
    let join = |root: &mut Vec<usize>, one: usize, other: usize| {
        let (one, other) = (find(root, one), find(root, other));
        root[one] = other;
    };
    for peering in &topology.peerings {
        if let [Some(one), Some(other)] = peering.ends {
            join(&mut root, one, other);
        }
    }
    let mut first: Option<usize> = None;
    for vpc in reach.model.transit.attached() {
        match first {
            Some(first) => join(&mut root, first, vpc),
            None => first = Some(vpc),
        }
    }
    let mut found: Vec<Option<usize>> = (0..root.len()).map(|number| Some(find(&mut root, number))).collect();
    // What leads to something that is not known may lead anywhere.
    let mut wild = BTreeSet::new();
    for subnet in &topology.subnets {
        let Some(vpc) = subnet.vpc else { continue };
        let open = match &subnet.table {
            TableOf::Unknown(_) => true,
            TableOf::One(table) => {
                let table = &topology.tables.tables[*table];
                let open = |kind: &Kind| matches!(kind, Kind::Unknown | Kind::Interface | Kind::Endpoint);
                let foreign = |route: &super::tables::Route<'_>| {
                    let named = matches!(route.via.target, Some(crate::network::aws::join::Target::Instance(_)));
                    let joins = matches!(route.via.kind, Kind::Peering | Kind::Transit);
                    open(&route.via.kind) || (joins && !named)
                };
                table.doubt.is_some() || table.routes.iter().any(foreign)
            }
        };
        if open {
            wild.insert(vpc);
        }
    }
    for peering in &topology.peerings {
        if peering.ends.iter().any(Option::is_none) {
            wild.extend(peering.ends.iter().flatten());
        }
    }
    for vpc in wild {
        found[vpc] = None;
    }
    found
}
