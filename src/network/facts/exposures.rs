//! What the internet reaches in effect, by what lets it in.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lang::eval::Evaluated;
use crate::lang::{Marks, Shape, Type, Value};
use crate::network::aws::databases::{KINDS, placement};
use crate::network::aws::openness::{Limits, contributors};
use crate::network::aws::spot::Spot;
use crate::network::reach::{Exposure, Opening, is_worth_looking};
use crate::network::sets::{AddressSet, PacketSet, PortSet};
use crate::network::{Along, Network};
use crate::source::Problem;

use super::security_groups::{coverage, far_end};
use super::{Arguments, number, text, words};

/// One thing to look at: where it stands, and the exposures that have to do with it.
#[derive(Debug)]
pub(in crate::network) struct Group<'a> {
    about: About,
    spot: Spot<'a>,
    /// Exposures of [`crate::network::reach::Reach::exposures`], each with one of its openings.
    members: Vec<(usize, usize)>,
}

/// What of an exposure is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::network) enum About {
    /// What lets packets in.
    Opening,
    /// Whether it has a public address, where that is not known.
    Address,
    /// Whether there is a way to it, where that is not known.
    Route,
}

impl About {
    /// The packets that an address and ways let through.
    const fn packets<'e>(self, exposure: &'e Exposure<'_>) -> &'e PacketSet {
        match self {
            Self::Opening => &exposure.certain,
            Self::Address => &exposure.if_public,
            Self::Route => &exposure.if_routed,
        }
    }
}

/// The ports that openings leave open: of TCP and of UDP, certainly and perhaps.
pub(in crate::network) type Opened = [(PortSet, PortSet); 2];

/// The protocols that have ports: their numbers and names.
const PROTOCOLS: [(u8, &str); 2] = [(6, "TCP"), (17, "UDP")];

/// One fact per kind of thing that lets packets from the internet get to things of one kind and tier, or may.
pub(super) fn exposures(network: &Network<'_>) -> Vec<Value> {
    static FACT: Shape<8> = Shape::new(["about", "address", "exposure", "kind", "site", "text", "through", "tier"]);
    if !is_worth_looking(&network.aws) {
        return Vec::new();
    }
    let exposures = network.reach().exposures();
    let groups = network.exposed();
    let facts = groups.iter().enumerate().map(|(index, group)| {
        let (first, opening) = group.members[0];
        let exposure = &exposures[first];
        let of = &exposure.openings[opening];
        FACT.object([
            text(about(group.about, exposure, of), Marks::NONE),
            text(&subjects(network, exposures, group), Marks::NONE),
            number(index),
            text(exposure.kind, Marks::NONE),
            network.leaf_along(&group.spot, along(network, group)),
            text(&source(network, of), of.spot.marks),
            text(&through(network, exposure), Marks::NONE),
            text(exposure.tier.as_deref().unwrap_or_default(), Marks::NONE),
        ])
    });
    facts.collect()
}

/// What it hangs on, if anything is not known.
fn about(about: About, exposure: &Exposure<'_>, opening: &Opening<'_>) -> &'static str {
    match about {
        About::Opening if opening.source.is_none() && opening.certain.is_empty() => "groups",
        About::Route if exposure.any_port => "port",
        About::Opening => "opening",
        About::Address => "address",
        About::Route => "route",
    }
}

/// The most things that a message names.
const NAMED: usize = 3;

fn subjects(network: &Network<'_>, exposures: &[Exposure<'_>], group: &Group<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    for (exposure, _) in &group.members {
        let name = network.address(exposures[*exposure].instance);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() > NAMED {
        let more = names.len() - NAMED;
        names.truncate(NAMED);
        names.push(format!("{more} more"));
    }
    words::listed(&names)
}

fn source(network: &Network<'_>, opening: &Opening<'_>) -> String {
    let rules = &network.aws.security_groups().rules;
    opening
        .source
        .map_or_else(|| "the internet".to_owned(), |(rule, part)| far_end(network, &rules[rule].sources[part]))
}

fn through(network: &Network<'_>, exposure: &Exposure<'_>) -> String {
    match exposure.carrier {
        Some((balancer, Some(port))) => format!(" through port {port} of {}", network.address(balancer)),
        Some((balancer, None)) => format!(" through {}", network.address(balancer)),
        None => String::new(),
    }
}

/// Puts together what stands at one place and is about things of one kind and tier.
pub(in crate::network) fn group<'a>(network: &Network<'a>) -> Vec<Group<'a>> {
    type Key<'k> = (About, Place, &'static str, &'k Option<String>, Option<(usize, Option<u16>)>);
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut known: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for (index, exposure) in network.reach().exposures().iter().enumerate() {
        let address = exposure.address.clone().map(|spot| (About::Address, spot));
        let unsure = exposure.if_routed != exposure.certain;
        let route = unsure.then(|| (About::Route, joint(network, exposure)));
        let openings = exposure.openings.iter().map(|opening| (About::Opening, opening.spot.clone()));
        for (number, (about, spot)) in openings.chain(address).chain(route).enumerate() {
            let opening = if about == About::Opening { number } else { 0 };
            let place = Place::of(exposure.openings[opening].source.filter(|_| about == About::Opening), &spot);
            let key = (about, place, exposure.kind, &exposure.tier, exposure.carrier);
            let group = *known.entry(key).or_insert_with(|| {
                groups.push(Group { about, spot, members: Vec::new() });
                groups.len() - 1
            });
            groups[group].members.push((index, opening));
        }
    }
    groups
}

/// Which place a spot is.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Source(usize, usize),
    Expression(usize, String),
}

impl Place {
    fn of(source: Option<(usize, usize)>, spot: &Spot<'_>) -> Self {
        match source {
            Some((rule, part)) => Self::Source(rule, part),
            None => Self::Expression(spot.instance, spot.path()),
        }
    }
}

/// What hangs on the way to a thing stands where the thing itself says which subnets it is in.
fn joint<'a>(network: &Network<'a>, exposure: &Exposure<'a>) -> Spot<'a> {
    let type_name = network.inventory.instance(exposure.instance).type_name();
    let kind = KINDS.iter().find(|kind| kind.type_name == type_name && exposure.carrier.is_none());
    let placed = kind.and_then(|kind| placement(&network.aws, kind, exposure.instance));
    placed.map_or_else(|| exposure.joint.clone(), |placed| placed.spot)
}

/// The packets that a finding shows the way of.
fn along(network: &Network<'_>, group: &Group<'_>) -> Option<Along> {
    let (exposure, opening) = group.members[0];
    let all = &network.reach().exposures()[exposure];
    let packets = all.openings[opening].certain.intersection(&all.certain);
    let first = PROTOCOLS.iter().find_map(|(protocol, _)| Some((*protocol, packets.of_protocol(*protocol).next()?.0)));
    first.filter(|_| group.about == About::Opening).map(|(protocol, port)| Along { exposure, protocol, port })
}

/// What each opening of an exposure leaves open, where more than a block of these prefix lengths is.
pub(in crate::network) fn opened(exposure: &Exposure<'_>, about: About, limits: Limits) -> Vec<Opened> {
    let let_through = about.packets(exposure);
    let mut found: Vec<Opened> = exposure.openings.iter().map(|_| Opened::default()).collect();
    for (at, (protocol, _)) in PROTOCOLS.iter().enumerate() {
        let pick = |certain: bool| -> Vec<PacketSet> {
            let openings = exposure.openings.iter();
            let own = |it: &Opening<'_>| {
                if certain || it.is_small(limits) { it.certain.clone() } else { it.possible.clone() }
            };
            openings.map(|it| own(it).intersection(let_through)).collect()
        };
        let (certain, possible) = (pick(true), pick(false));
        let perhaps: Vec<bool> = exposure.openings.iter().map(|opening| opening.perhaps).collect();
        for (number, ports) in contributing(&certain, &perhaps, *protocol, limits).into_iter().enumerate() {
            found[number][at].0 = ports;
        }
        let nothing = vec![false; perhaps.len()];
        for (number, ports) in contributing(&possible, &nothing, *protocol, limits).into_iter().enumerate() {
            found[number][at].1 = ports.difference(&found[number][at].0);
        }
    }
    found
}

impl Opening<'_> {
    /// Whether what is not known of it is no more than a block that counts for nothing.
    fn is_small(&self, limits: Limits) -> bool {
        self.at_most.is_some_and(|(family, count)| count <= limits.addresses(family))
    }
}

/// On which ports each of these sets of packets is one of those that together are larger than the limits. On what is
/// there `perhaps`, others cannot count.
fn contributing(sets: &[PacketSet], perhaps: &[bool], protocol: u8, limits: Limits) -> Vec<PortSet> {
    let mut events: BTreeMap<u32, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (number, set) in sets.iter().enumerate() {
        for (first, last, _) in set.of_protocol(protocol) {
            events.entry(first.into()).or_default().0.push(number);
            events.entry(u32::from(last) + 1).or_default().1.push(number);
        }
    }
    let mut found: Vec<Vec<(u16, u16)>> = vec![Vec::new(); sets.len()];
    let mut active: Vec<usize> = Vec::new();
    let mut borders = events.iter().peekable();
    while let Some((&from, (begin, end))) = borders.next() {
        active.retain(|number| !end.contains(number));
        active.extend(begin);
        let (Some(next), Ok(from)) = (borders.peek().map(|(next, _)| **next), u16::try_from(from)) else { break };
        let last = (next - 1) as u16;
        let here = |number: &usize| sets[*number].addresses(protocol, from).clone();
        let (alone, joint): (Vec<usize>, Vec<usize>) = active.iter().partition(|number| perhaps[**number]);
        let together = contributors(&joint.iter().map(here).collect::<Vec<AddressSet>>(), limits);
        let by_itself = alone.iter().map(|number| contributors(&[here(number)], limits)[0]);
        let all = joint.iter().copied().zip(together).chain(alone.iter().copied().zip(by_itself));
        all.filter(|(_, counts)| *counts).for_each(|(number, _)| found[number].push((from, last)));
    }
    found.into_iter().map(|ranges| ranges.into_iter().collect()).collect()
}

/// What a call asks about.
struct Asked<'n, 'a> {
    group: &'n Group<'a>,
    /// The ports that are asked for: of TCP and of UDP, certainly and perhaps.
    ports: Opened,
}

fn asked<'n, 'a>(network: &'n Network<'a>, call: &Arguments<'_>) -> Result<Asked<'n, 'a>, Box<Problem>> {
    let limits = Limits { ipv4: call.prefix(3, 32)?, ipv6: call.prefix(4, 128)? };
    let (protocols, wanted) = (call.texts(1)?, call.ports(network, 2)?);
    let Some(group) = network.exposed().get(call.number_in(0, "exposure")?) else {
        return call.fail("argument 1 is no fact that this function takes");
    };
    let mut ports = Opened::default();
    for &(exposure, opening) in &group.members {
        let all = network.opened(exposure, group.about, limits);
        // What is certain is said at the opening itself.
        let settled = (group.about != About::Opening).then(|| network.opened(exposure, About::Opening, limits));
        for (at, (_, name)) in PROTOCOLS.iter().enumerate() {
            if !protocols.iter().any(|protocol| protocol.eq_ignore_ascii_case(name)) {
                continue;
            }
            let (certain, possible) = match &settled {
                None => (all[opening][at].0.clone(), all[opening][at].1.clone()),
                Some(settled) => {
                    let open = |all: &[Opened]| all.iter().fold(PortSet::EMPTY, |ports, it| ports.union(&it[at].0));
                    (PortSet::EMPTY, open(&all).difference(&open(settled)))
                }
            };
            ports[at].0 = ports[at].0.union(&certain.intersection(&wanted));
            ports[at].1 = ports[at].1.union(&possible.intersection(&wanted));
        }
    }
    Ok(Asked { group, ports })
}

/// `exposes(exposure, protocols, ports, ipv4_prefix, ipv6_prefix)`: whether it lets more public addresses get to one of the
/// ports than a block of that prefix length holds.
pub(super) fn exposes(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    let asked = asked(network, call)?;
    let certain = asked.ports.iter().any(|(certain, _)| !certain.is_empty());
    let possible = asked.ports.iter().any(|(_, possible)| !possible.is_empty());
    if certain || !possible {
        return Ok(Value::bool(certain));
    }
    Ok(network.unknown_at(Type::Bool, &asked.group.spot))
}

/// `exposed_ports(exposure, protocols, ports, ipv4_prefix, ipv6_prefix)`: those ports, in words.
pub(super) fn exposed_ports(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    let asked = asked(network, call)?;
    let parts = PROTOCOLS.iter().zip(&asked.ports).filter(|(_, (certain, _))| !certain.is_empty());
    let parts: Vec<String> = parts.map(|((_, name), (certain, _))| words::ports(name, certain)).collect();
    Ok(text(&words::listed(&parts), asked.group.spot.marks))
}

/// `exposings(exposure, protocols, ports, ipv4_prefix, ipv6_prefix)`: the same, as a rule's `covers` has them.
pub(super) fn exposings(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    let asked = asked(network, call)?;
    let list = |certain: bool| {
        let ranges = PROTOCOLS.iter().zip(&asked.ports).flat_map(|((_, name), ports)| {
            let ports = if certain { &ports.0 } else { &ports.1 };
            ports.ranges().map(move |(first, last)| Value::string(&format!("{name}/{first}-{last}")))
        });
        ranges.collect::<Vec<Value>>()
    };
    Ok(coverage(list(true), list(false), false))
}

/// What openings leave open, by exposure, what is looked at, and limits.
pub(in crate::network) type Cache = BTreeMap<(usize, About, Limits), Rc<Vec<Opened>>>;
