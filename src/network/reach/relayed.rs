//! Packets that load balancers carry on: to a listener first, from there to a target.

use std::collections::BTreeMap;

use crate::network::sets::AddressSet;

use super::Reach;
use super::answer::{Answer, Hop, Packets, Verdict, direct};
use super::bound::{Bound, Sure};
use super::boxes::Wanted;
use super::ends::{Client, Resolved};
use super::explain::hop;
use super::relays::{Kind, Relay};
use super::things::Thing;

/// So many load balancers may follow one another.
const MAX_RELAYS: usize = 3;

/// The best way over load balancers, if there is any.
pub(super) fn relayed<'a>(
    reach: &Reach<'a>,
    from: &Resolved<'a>,
    to: &Resolved<'a>,
    wanted: &Wanted,
    depth: usize,
) -> Option<Answer> {
    let ends = Ends::new(reach, to);
    let mut best: Option<Answer> = None;
    for relay in reach.relays().iter() {
        let at_most = if relay.doubt().is_some() { Verdict::Undetermined } else { Verdict::Reachable };
        if best.as_ref().is_some_and(|best| best.verdict >= at_most) {
            continue;
        }
        let other_port = wanted.port.is_some() && relay.target_port().is_some() && wanted.port != relay.target_port();
        let things = if other_port { Vec::new() } else { ends.among(&relay.back.targets) };
        if things.is_empty() {
            continue;
        }
        let target = Resolved { things, ..Resolved::default() };
        for &protocol in relay.front.protocols.iter().filter(|&&own| wanted.protocol.is_none_or(|wanted| wanted == own))
        {
            for unit in from.units() {
                let next = over(reach, &unit, &target, relay, protocol, depth);
                if best.as_ref().is_none_or(|known| next.verdict > known.verdict) {
                    best = Some(next);
                }
            }
            if best.as_ref().is_some_and(|best| best.verdict == Verdict::Reachable) {
                return best;
            }
        }
    }
    best
}

/// The things of an end, by their numbers in [`super::things::Things::things`].
struct Ends<'m, 'a>(BTreeMap<usize, Vec<&'m Thing<'a>>>);

impl<'m, 'a> Ends<'m, 'a> {
    fn new(reach: &Reach<'a>, to: &'m Resolved<'a>) -> Self {
        let mut ends: BTreeMap<usize, Vec<&Thing<'a>>> = BTreeMap::new();
        for thing in &to.things {
            if let Some(number) = reach.model.things.of_instance(thing.instance) {
                ends.entry(number).or_default().push(thing);
            }
        }
        Self(ends)
    }

    /// Those that are among targets, which are ascending.
    fn among(&self, targets: &[usize]) -> Vec<Thing<'a>> {
        let found: Vec<_> = if targets.len() < self.0.len() {
            targets.iter().filter_map(|target| self.0.get(target)).collect()
        } else {
            self.0
                .iter()
                .filter(|(number, _)| targets.binary_search(number).is_ok())
                .map(|(_, things)| things)
                .collect()
        };
        found.into_iter().flatten().map(|&thing| thing.clone()).collect()
    }
}

/// Over one load balancer, or any one of several.
pub(super) fn over<'a>(
    reach: &Reach<'a>,
    from: &Resolved<'a>,
    to: &Resolved<'a>,
    relay: Relay<'_, 'a>,
    protocol: u8,
    depth: usize,
) -> Answer {
    let balancers = relay.front.balancers.iter().map(|&balancer| reach.model.things.things[balancer].clone());
    let balancer = Resolved { things: balancers.collect(), ..Resolved::default() };
    let first_wanted = Wanted { protocol: Some(protocol), port: relay.front.port };
    let mut first = direct(reach, from, &balancer, &first_wanted);
    if first.verdict != Verdict::Reachable && depth < MAX_RELAYS {
        let further = relayed(reach, from, &balancer, &first_wanted, depth + 1);
        first = further.filter(|further| further.verdict > first.verdict).unwrap_or(first);
    }
    if first.verdict == Verdict::Unreachable {
        return first;
    }
    if relay.front.kind == Kind::PrivateLink {
        return through_endpoint(reach, first, relay);
    }
    let second_wanted = Wanted { protocol: Some(protocol), port: relay.target_port() };
    let client = Resolved { client: Some(from.client()), ..balancer.clone() };
    // What comes from an endpoint has the load balancer's own address.
    let endpoint = first.path.iter().any(|hop| hop.kind == ENDPOINT_SERVICE);
    let preserves = if endpoint { Sure::No } else { relay.preserves().clone() };
    let second = match (preserves.doubt(), preserves.holds(Bound::Certain)) {
        (None, true) => direct(reach, &client, to, &second_wanted),
        (None, false) => direct(reach, &balancer, to, &second_wanted),
        (Some(doubt), _) => {
            let mut kept = direct(reach, &client, to, &second_wanted);
            let replaced = direct(reach, &balancer, to, &second_wanted);
            if kept.verdict != replaced.verdict {
                kept = if kept.verdict > replaced.verdict { kept } else { replaced };
                kept.verdict = kept.verdict.min(Verdict::Undetermined);
                kept.depends_on.push(hop(reach, "unknown", Some(doubt), "is not known until apply".to_owned()));
            }
            kept
        }
    };
    joined(reach, first, second, relay)
}

/// The kind of the hop from an endpoint to the load balancer of its service.
const ENDPOINT_SERVICE: &str = "endpoint-service";

/// From an endpoint to the load balancer of the service, which no route leads to.
fn through_endpoint<'a>(reach: &Reach<'a>, first: Answer, relay: Relay<'_, 'a>) -> Answer {
    let mut answer = Answer { relayed: true, ..first };
    for doubt in relay.doubt().into_iter().chain(relay.unknown_port()) {
        answer.verdict = answer.verdict.min(Verdict::Undetermined);
        answer.depends_on.push(hop(reach, "unknown", Some(doubt), "is not known until apply".to_owned()));
    }
    let why = "its service is behind a network load balancer".to_owned();
    answer.path.push(hop(reach, ENDPOINT_SERVICE, Some(relay.attachment()), why));
    answer
}

/// Both halves of a way.
fn joined<'a>(reach: &Reach<'a>, first: Answer, second: Answer, relay: Relay<'_, 'a>) -> Answer {
    let mut verdict = first.verdict.min(second.verdict);
    let mut depends_on: Vec<Hop> = first.depends_on.into_iter().chain(second.depends_on).collect();
    for doubt in relay.doubt().into_iter().chain(relay.unknown_port()) {
        verdict = verdict.min(Verdict::Undetermined);
        depends_on.push(hop(reach, "unknown", Some(doubt), "is not known until apply".to_owned()));
    }
    if verdict == Verdict::Reachable {
        depends_on.clear();
    }
    let mut path = first.path;
    let port = relay
        .front
        .port
        .filter(|_| !reach.way_is_secret())
        .map_or_else(|| "its port".to_owned(), |port| format!("port {port}"));
    path.push(hop(reach, "listener", Some(&relay.front.listener), format!("listens on {port} and carries it on")));
    let endpoint = path.iter().any(|hop| hop.kind == ENDPOINT_SERVICE);
    let keeps = if relay.preserves().holds(Bound::Certain) && !endpoint { ", with the client's address" } else { "" };
    path.push(hop(reach, "target", Some(relay.attachment()), format!("is behind the load balancer{keeps}")));
    path.extend(second.path.into_iter().skip(1));
    let source = first.packets.into_iter().next().map(|first| first.source);
    let mut packets: Vec<Packets> = Vec::new();
    for arriving in second.packets {
        let next = Packets { source: source.clone().unwrap_or(arriving.source), ..arriving };
        if !packets.contains(&next) {
            packets.push(next);
        }
    }
    Answer { verdict, relayed: true, packets, path, blocked_by: second.blocked_by, depends_on }
}

impl<'a> Resolved<'a> {
    /// Its things one by one, and the rest.
    fn units(&self) -> Vec<Self> {
        let things = self.things.iter().map(|thing| Self { things: vec![thing.clone()], ..Self::default() });
        let internet = self.internet.iter().map(|set| Self { internet: Some(set.clone()), ..Self::default() });
        let premises = self.premises.iter().map(|set| Self { premises: Some(set.clone()), ..Self::default() });
        things.chain(internet).chain(premises).collect()
    }

    /// The addresses that its packets come from, as a target sees them where they are kept.
    fn client(&self) -> Client {
        if let Some(known) = &self.client {
            return known.clone();
        }
        let any = self.things.is_empty();
        let places = self.things.iter().flat_map(|thing| &thing.places);
        let own = places.flat_map(|place| [&place.v4, &place.v6]).flatten();
        let all: AddressSet = own.chain(&self.internet).chain(&self.premises).collect();
        Client { addresses: all, any }
    }
}
