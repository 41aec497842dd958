//! What the internet reaches: every thing, directly, or behind a load balancer that carries connections on as they are.
//!
//! Three things have to come together: an address, a way, and a rule that lets it in. Each is looked at by itself, so that
//! where one of them is not known, what hangs on it is told apart from what it does not matter for.

use std::collections::BTreeMap;

use crate::network::aws::Aws;
use crate::network::aws::join::Target;
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
use super::kinds::{KINDS, Public, Targets};
use super::matrix::TIER;
use super::pair::{Pair, Side};
use super::relayed::over;
use super::relays::{BALANCERS, Kind, Port, Relay};
use super::things::{Place, Thing, follow};

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

/// Ports at which load balancers listen, by instance; `None` where some are not known.
type Listeners = BTreeMap<usize, Option<PortSet>>;

fn listeners(aws: &Aws<'_>) -> Listeners {
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
fn listening(aws: &Aws<'_>, thing: &Thing<'_>, listeners: &Listeners) -> PacketSet {
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

/// Whether anything here has network interfaces: a look at the inventory alone.
pub(in crate::network) fn is_worth_looking(aws: &Aws<'_>) -> bool {
    KINDS.iter().filter(|kind| !SILENT.contains(&kind.word)).any(|kind| aws.of_type(kind.type_name).next().is_some())
}
