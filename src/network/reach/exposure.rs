//! What the internet reaches: every thing, directly, or behind a load balancer that carries connections on as they are.
//!
//! Three things have to come together: an address, a way, and a rule that lets it in. Each is looked at by itself, so that
//! where one of them is not known, what hangs on it is told apart from what it does not matter for. `carried` has what load
//! balancers carry on, `listening` the ports that things listen at.

mod carried;
mod listening;

use crate::network::aws::Aws;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::sources::Rest;
use crate::network::aws::spot::Spot;
use crate::network::registry::public_addresses;
use crate::network::sets::{AddressSet, Family, PacketSet, PortSet, Protocols};

use super::Reach;
use super::answer::{Hop, direct};
use super::bound::{Bound, Sure};
use super::boxes::Wanted;
use super::ends::{Resolved, tag};
use super::explain::hop;
use super::groups::Worn;
use super::kinds::{KINDS, Public};
use super::matrix::TIER;
use super::pair::{Pair, Side};
use super::relayed::over;
use super::relays::Relay;
use super::things::{Place, Thing, follow};

use listening::{Listeners, listeners, listening};

/// A thing that packets from the internet get to, or may get to.
#[derive(Debug)]
pub struct Exposure<'a> {
    /// Its instance.
    pub instance: usize,
    /// What kind of thing it is.
    pub kind: &'static str,
    /// The value of its tag `Tier`.
    pub tier: Option<String>,
    /// The load balancer that carries the packets on, if one does: its instance, and the port at which it listens.
    pub carrier: Option<(usize, Option<u16>)>,
    /// TCP and UDP packets that its address and the ways to it let through, by source: certainly.
    pub certain: PacketSet,
    /// Likewise, if it has a public address; and what that hangs on.
    pub if_public: PacketSet,
    /// Where it is not known whether it has a public address: the expression.
    pub address: Option<Spot<'a>>,
    /// Likewise, if there is a way at all that is not known; and where it is said how it is joined to the network.
    pub if_routed: PacketSet,
    /// What names its subnet, or puts it behind the load balancer.
    pub joint: Spot<'a>,
    /// Whether it is not known which of its ports packets get to.
    pub any_port: bool,
    /// What lets packets in.
    pub openings: Vec<Opening<'a>>,
    /// In [`super::things::Things::things`].
    thing: usize,
    /// The way through a load balancer: a front in [`Reach::relays`], and one of those behind it.
    relay: Option<(usize, usize)>,
}

/// What lets packets in: a source of a security-group rule, or what puts a thing behind a load balancer.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    /// The expression.
    pub spot: Spot<'a>,
    /// Where it is a source of a rule: the rule, and the source in it.
    pub source: Option<(usize, usize)>,
    /// The packets that it certainly lets in, by source.
    pub certain: PacketSet,
    /// Those that it may let in.
    pub possible: PacketSet,
    /// The most addresses that are not known to be among them, where that is known.
    pub at_most: Option<(Family, u128)>,
    /// Whether it may not be there at all.
    pub perhaps: bool,
}

/// All exposures. Linear in things and relays: what no rule lets in from public addresses is not looked at further.
pub(super) fn read<'a>(reach: &Reach<'a>) -> Vec<Exposure<'a>> {
    let listeners = listeners(&reach.aws);
    let mut found = Vec::new();
    for thing in 0..reach.model.things.things.len() {
        found.extend(directly(reach, thing, &listeners));
    }
    found.extend(carried::read(reach));
    found
}

/// How packets get there, hop by hop.
pub(super) fn hops(reach: &Reach<'_>, exposure: &Exposure<'_>, protocol: u8, port: u16) -> Vec<Hop> {
    let internet = Resolved { internet: Some(public_addresses().clone()), ..Resolved::default() };
    let thing = reach.model.things.things[exposure.thing].clone();
    let target = Resolved { things: vec![thing], ..Resolved::default() };
    let mut hops = match exposure.relay {
        Some((front, back)) => {
            let front = &reach.relays().fronts[front];
            let back = &reach.relays().behind(front)[back];
            let only = reach.model.things.of_instance(exposure.carrier.map_or(exposure.instance, |carrier| carrier.0));
            let front = front.of(only.into_iter().collect());
            over(reach, &internet, &target, Relay { front: &front, back }, protocol, 1).path
        }
        None => direct(reach, &internet, &target, &Wanted { protocol: Some(protocol), port: Some(port) }).path,
    };
    let public =
        KINDS.iter().find(|kind| kind.type_name == reach.aws.inventory.instance(exposure.instance).type_name());
    if let Some(Public::Attribute(path) | Public::NotSinceVersion6(path) | Public::OrSubnet(path)) =
        public.map(|kind| kind.public).filter(|_| exposure.relay.is_none())
    {
        let given = follow(&Spot::instance(reach.aws.inventory, exposure.instance), path);
        let given = given.iter().find(|spot| spot.truth() == Some(true));
        hops.extend(given.map(|spot| hop(reach, "address", Some(spot), "gives it a public address".to_owned())));
    }
    hops
}

/// Kinds that take no connections from outside: functions, NAT gateways and endpoints.
const SILENT: &[&str] = &["function", "NAT gateway", "endpoint"];

/// What gets to a thing from the internet without a load balancer.
fn directly<'a>(reach: &Reach<'a>, number: usize, listeners: &Listeners) -> Vec<Exposure<'a>> {
    let thing = &reach.model.things.things[number];
    let addressed =
        |place: &&Place<'a>| Family::ALL.iter().any(|&family| !matches!(public(thing, place, family), Sure::No));
    if SILENT.contains(&thing.word) || !thing.places.iter().any(|place| addressed(&place)) {
        return Vec::new();
    }
    let wanted = listening(&reach.aws, thing, listeners);
    let openings = openings(reach, thing, &wanted);
    if openings.is_empty() {
        return Vec::new();
    }
    let mut exposures: Vec<Exposure<'a>> = Vec::new();
    for place in &thing.places {
        let mut next = blank(reach, number, place.spot.clone());
        for family in Family::ALL {
            let sure = public(thing, place, family);
            if matches!(sure, Sure::No) {
                continue;
            }
            let ways = |bound| ways(reach, thing, place, &wanted, family, bound);
            let certain = ways(Bound::Certain);
            next.if_public = next.if_public.union(&certain);
            match &sure {
                Sure::Yes => {
                    next.certain = next.certain.union(&certain);
                    next.if_routed = next.if_routed.union(&ways(Bound::Possible));
                }
                Sure::Perhaps(doubt) => next.address = Some(doubt.clone()),
                Sure::No => {}
            }
        }
        match exposures.last_mut().filter(|_| !thing.each) {
            // It is in one of its places.
            Some(known) => {
                known.certain = known.certain.intersection(&next.certain);
                known.if_public = known.if_public.intersection(&next.if_public);
                known.if_routed = known.if_routed.union(&next.if_routed);
                known.address = known.address.take().or(next.address);
            }
            None => exposures.push(next),
        }
    }
    exposures.retain(|it| !it.if_public.is_empty() || !it.if_routed.is_empty());
    for exposure in &mut exposures {
        exposure.openings.clone_from(&openings);
        if reach.aws.inventory.instance(thing.instance).symbolic {
            hang_on(exposure, Spot::instance(reach.aws.inventory, thing.instance));
        }
    }
    exposures
}

fn blank<'a>(reach: &Reach<'a>, number: usize, joint: Spot<'a>) -> Exposure<'a> {
    let thing = &reach.model.things.things[number];
    let named = thing.holder.map_or(thing, |holder| &reach.model.things.things[holder]);
    let internal = thing.word == "load balancer" && thing.places.iter().all(|place| matches!(place.public, Sure::No));
    let tier = [named, thing].iter().find_map(|it| TIER.iter().find_map(|key| tag(&reach.aws, it.instance, key)));
    Exposure {
        instance: named.instance,
        kind: if internal { "internal load balancer" } else { named.word },
        tier,
        carrier: None,
        certain: PacketSet::EMPTY,
        if_public: PacketSet::EMPTY,
        address: None,
        if_routed: PacketSet::EMPTY,
        joint,
        any_port: false,
        openings: Vec::new(),
        thing: number,
        relay: None,
    }
}

/// What is certain if there is such a thing at all, hangs on that.
fn hang_on<'a>(exposure: &mut Exposure<'a>, doubt: Spot<'a>) {
    exposure.if_routed = exposure.if_routed.union(&exposure.certain);
    exposure.certain = PacketSet::EMPTY;
    exposure.if_public = PacketSet::EMPTY;
    exposure.address = None;
    exposure.joint = doubt;
}

/// Whether the internet may address it. Internal load balancers with IPv6 addresses take nothing from internet gateways
/// ("IP address type", User Guide for Application Load Balancers: `ipv6.deny_all_igw_traffic`).
fn public<'a>(thing: &Thing<'a>, place: &Place<'a>, family: Family) -> Sure<'a> {
    match family {
        Family::V4 => place.public.clone(),
        Family::V6 if thing.word == "load balancer" => place.has_v6.and(&place.public),
        Family::V6 if place.v6.is_none() => Sure::No,
        Family::V6 => place.has_v6.clone(),
    }
}

/// Packets of these protocols to these ports.
fn packets(protocols: &[Protocols], ports: &PortSet) -> PacketSet {
    let sets = protocols.iter().map(|&protocol| PacketSet::new(protocol, ports, &AddressSet::everything()));
    sets.fold(PacketSet::EMPTY, |all, set| all.union(&set))
}

/// The packets from the internet that have a way to an interface and back, whatever its groups let in.
fn ways<'a>(
    reach: &Reach<'a>,
    thing: &Thing<'a>,
    place: &Place<'a>,
    wanted: &PacketSet,
    family: Family,
    bound: Bound,
) -> PacketSet {
    let place = Place { public: Sure::Yes, ..place.clone() };
    let thing = bare(thing);
    let (from, to) = (Side::Internet(public_addresses().clone()), Side::Place(&thing, &place));
    arriving(reach, from, to, wanted.clone(), family, bound)
}

/// A thing that lets everything in.
fn bare<'a>(thing: &Thing<'a>) -> Thing<'a> {
    let groups = Worn { open: true, ..Worn::default() };
    let &Thing { instance, word, each, holder, beside, part_of, .. } = thing;
    Thing { instance, word, each, holder, beside, part_of, groups, places: Vec::new(), forwards: Sure::No }
}

/// The packets that get from one side to another, by source: whatever address the other one has.
fn arriving<'a>(
    reach: &Reach<'a>,
    from: Side<'_, 'a>,
    to: Side<'_, 'a>,
    wanted: PacketSet,
    family: Family,
    bound: Bound,
) -> PacketSet {
    let all = to.thing().and_then(|(_, place)| place.addresses(family).cloned()).unwrap_or_default();
    let pair = Pair { aws: &reach.aws, model: &reach.model, from, to, wanted, family };
    let mut found = PacketSet::EMPTY;
    for it in pair.routes(bound).iter().flat_map(|route| &route.boxes) {
        if bound == Bound::Certain && !all.is_subset(&it.destinations) {
            continue;
        }
        let (first, last) = ((it.protocols.0, it.ports.0), (it.protocols.1, it.ports.1));
        found = found.union(&PacketSet::between(first, last, &it.sources));
    }
    found
}

/// What lets such packets in to a thing from public addresses: the sources of the rules of its groups.
fn openings<'a>(reach: &Reach<'a>, thing: &Thing<'a>, wanted: &PacketSet) -> Vec<Opening<'a>> {
    let own = Spot::instance(reach.aws.inventory, thing.instance);
    let everything = wanted.intersection(&PacketSet::of_addresses(public_addresses()));
    let whole = |spot: Spot<'a>, certain: bool| Opening {
        spot,
        source: None,
        certain: if certain { everything.clone() } else { PacketSet::EMPTY },
        possible: everything.clone(),
        at_most: None,
        perhaps: false,
    };
    if thing.groups.open {
        return vec![whole(own, true)];
    }
    let mut found = Vec::new();
    if let Some(unknown) = reach.model.groups.unknown_of(&thing.groups) {
        found.push(whole(unknown.clone(), false));
    }
    let rules = &reach.aws.security_groups().rules;
    for &group in &thing.groups.known {
        for number in reach.model.groups.written(group, Direction::Ingress) {
            let rule = &rules[number];
            for (part, source) in rule.sources.iter().enumerate().filter(|(_, source)| source.is_of_interest()) {
                let certain = if rule.symbolic || rule.doubt.is_some() {
                    PacketSet::EMPTY
                } else {
                    rule.traffic.packets(&source.public).intersection(&everything)
                };
                let may = source.possible().cloned().unwrap_or_else(AddressSet::everything);
                let possible = rule.traffic.possible_packets(&may).intersection(&everything);
                if possible.is_empty() {
                    continue;
                }
                let at_most = if let Rest::AtMost(family, count) = source.rest { Some((family, count)) } else { None };
                let (spot, perhaps) = (source.spot.clone(), rule.may_be_absent);
                found.push(Opening { spot, source: Some((number, part)), certain, possible, at_most, perhaps });
            }
        }
    }
    found
}

/// Whether anything here has network interfaces: a look at the inventory alone.
pub(in crate::network) fn is_worth_looking(aws: &Aws<'_>) -> bool {
    KINDS.iter().filter(|kind| !SILENT.contains(&kind.word)).any(|kind| aws.of_type(kind.type_name).next().is_some())
}
