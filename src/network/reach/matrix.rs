//! All tiers against each other and the internet.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, InstanceKey};
use crate::network::aws::security_groups::Direction;
use crate::network::registry::public_addresses;
use crate::network::sets::AddressSet;

use super::Reach;
use super::answer::{Outcome, Packets, Verdict, between, groups_of, packets};
use super::bound::{Bound, Sure};
use super::boxes::Wanted;
use super::ends::{Resolved, tag};
use super::pair::Side;
use super::relayed::relayed;
use super::tables::{Kind, TableOf};
use super::things::Thing;

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
    for thing in &reach.model.things.things {
        if let Some(own) = declared.remove(&thing.instance) {
            own.into_iter().for_each(|name| tiers.entry(name).or_default().things.push(thing.clone()));
        } else if thing.word != "NAT gateway" && thing.holder.is_none() {
            tiers.entry(tier_of(reach, thing)).or_default().things.push(thing.clone());
        }
    }
    let mut ends =
        vec![("internet".to_owned(), Resolved { internet: Some(public_addresses().clone()), ..Resolved::default() })];
    ends.extend(tiers);
    let looks = Looks::new(reach);
    let mut cells = Vec::new();
    for (from_name, from) in &ends {
        for (to_name, to) in &ends {
            let outside = from.internet.is_some() && to.internet.is_some();
            let alone =
                from_name == to_name && from.things.len() < 2 && from.things.iter().all(|thing| thing.places.len() < 2);
            if outside || alone {
                continue;
            }
            let (mut verdict, mut shown) = cell(reach, &looks, from, to, wanted);
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
pub(super) fn tier_of(reach: &Reach<'_>, thing: &Thing<'_>) -> String {
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
    from: &'m Resolved<'a>,
    to: &'m Resolved<'a>,
    wanted: &Wanted,
) -> (Verdict, Vec<Packets>) {
    let wanted = wanted.packets();
    let mut outcome = Outcome::default();
    let sources = groups_of(from);
    for destination in groups_of(to) {
        for source in sources.iter().filter(|source| looks.may_meet(reach, &source.1, &destination.1)) {
            between(reach, source, &destination, &wanted, &mut outcome, false);
            if outcome.verdict == Verdict::Reachable {
                return (outcome.verdict, packets(&outcome.certain));
            }
            // One example is enough.
            outcome.possible.truncate(1);
        }
    }
    let found = packets(&outcome.possible);
    (outcome.verdict, found)
}

/// A first look at pairs, which most do not survive.
pub(super) struct Looks {
    /// By VPC: what it is joined with, however indirectly; `None` where that may be anything.
    joined: Vec<Option<usize>>,
    /// By thing: where packets may come from, and which groups may name their sender.
    lets_in: BTreeMap<usize, LetsIn>,
    /// Whether some packets come from the address of a NAT gateway within private networks.
    pub(super) translated: bool,
}

struct LetsIn {
    addresses: AddressSet,
    groups: BTreeSet<usize>,
    anyone: bool,
}

impl Looks {
    pub(super) fn new(reach: &Reach<'_>) -> Self {
        // Behind a NAT gateway, the sender has another address.
        let private = |route: &super::tables::Route<'_>| {
            route.via.kind == Kind::Nat && route.blocks.iter().any(|block| block.prefix_len() > 0)
        };
        let translated = reach.model.topology.tables.tables.iter().any(|table| table.routes.iter().any(private));
        let things = reach.model.things.things.iter();
        let lets_in = things.map(|thing| (thing.instance, lets_in(reach, thing, translated)));
        Self { joined: joined(reach), lets_in: lets_in.collect(), translated }
    }

    /// Whether packets may get from one to the other at all.
    pub(super) fn may_meet(&self, reach: &Reach<'_>, source: &[Side<'_, '_>], destination: &[Side<'_, '_>]) -> bool {
        source.iter().any(|source| destination.iter().any(|destination| self.may_pair(reach, source, destination)))
    }

    pub(super) fn may_pair(&self, reach: &Reach<'_>, source: &Side<'_, '_>, destination: &Side<'_, '_>) -> bool {
        let (Side::Place(from, source), Side::Place(to, destination)) = (source, destination) else { return true };
        let vpc = |subnet: Option<usize>| subnet.and_then(|subnet| reach.model.topology.subnets[subnet].vpc);
        let (Some(one), Some(other)) = (vpc(source.subnet), vpc(destination.subnet)) else { return true };
        let apart = self.joined[one].zip(self.joined[other]).is_some_and(|(one, other)| one != other);
        if apart {
            return false;
        }
        let Some(lets_in) = self.lets_in.get(&to.instance) else { return true };
        lets_in.anyone
            || from.groups.doubt.is_some()
            || from.groups.known.iter().any(|group| lets_in.groups.contains(group))
            || [&source.v4, &source.v6].into_iter().flatten().any(|own| own.overlaps(&lets_in.addresses))
    }
}

fn lets_in(reach: &Reach<'_>, thing: &Thing<'_>, translated: bool) -> LetsIn {
    let groups = &reach.model.groups;
    let filter = groups.filter(&thing.groups, Direction::Ingress, None, &Sure::No, Bound::Possible);
    let addresses: AddressSet = filter.pieces().map(|(_, _, addresses)| addresses).collect();
    let named = groups.rules_of(&thing.groups, Direction::Ingress).filter(|_| !thing.groups.open);
    let (mut peers, mut anyone) = (BTreeSet::new(), translated || addresses == AddressSet::everything());
    for peer in named.flat_map(|rule| &rule.peers) {
        match peer {
            super::groups::Peer::Group(group, _) => drop(peers.insert(*group)),
            super::groups::Peer::Unknown(_) => anyone = true,
        }
    }
    LetsIn { addresses, groups: peers, anyone }
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
