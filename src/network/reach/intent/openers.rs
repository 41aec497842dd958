//! What lets packets through: rules of security groups, and things that have none.

use std::collections::BTreeSet;

use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::reach::Reach;
use crate::network::reach::bound::Bound;
use crate::network::reach::boxes::Boxed;
use crate::network::reach::groups::{Peer, Rule, Worn};
use crate::network::reach::pair::{Route, Side};
use crate::network::reach::relays::{Listener, listeners};
use crate::network::reach::things::Thing;
use crate::network::sets::{AddressSet, PacketSet};

/// What lets packets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Opener {
    /// A rule of a security group, in [`crate::network::reach::groups::Groups::rules`].
    Rule(usize),
    /// A listener of a load balancer that has no groups, in [`Openers::listeners`].
    Listener(usize),
    /// A resource instance without groups, or with groups of which not all is known.
    Instance(usize),
}

/// What may let packets through.
pub(super) struct Openers<'m, 'a> {
    reach: &'m Reach<'a>,
    listeners: Vec<Listener<'a>>,
}

/// What is known of many ends at once.
#[derive(Debug, Default)]
pub(super) struct Far {
    /// The addresses that they may have.
    pub(super) addresses: AddressSet,
    /// The groups that they wear.
    pub(super) groups: BTreeSet<usize>,
    /// Whether not all of that is known.
    pub(super) anyone: bool,
}

impl Far {
    /// Adds a thing.
    pub(super) fn add(&mut self, thing: &Thing<'_>) {
        let own = thing.places.iter().flat_map(|place| [&place.v4, &place.v6]).flatten();
        self.addresses = own.chain([&self.addresses]).collect();
        self.groups.extend(&thing.groups.known);
        self.anyone |= thing.groups.doubt.is_some() || thing.places.iter().any(|place| place.subnet.is_none());
    }

    fn is_named(&self, peer: &Peer<'_>) -> bool {
        match peer {
            Peer::Group(group, _) => self.anyone || self.groups.contains(group),
            Peer::Unknown(_) => true,
        }
    }
}

/// Whether it takes only what its listeners take: a load balancer without groups.
pub(super) fn is_open_balancer(thing: &Thing<'_>) -> bool {
    thing.groups.open && thing.word == "load balancer"
}

impl<'m, 'a> Openers<'m, 'a> {
    pub(super) fn of(reach: &'m Reach<'a>) -> Self {
        Self { reach, listeners: listeners(&reach.aws, &reach.model) }
    }

    /// What lets packets of a thing through, from or to such a far end, that are not among the declared ones.
    pub(super) fn undeclared(
        &self,
        thing: &Thing<'_>,
        direction: Direction,
        far: &Far,
        declared: &PacketSet,
    ) -> Vec<Opener> {
        let groups = &self.reach.model.groups;
        if is_open_balancer(thing) && direction == Direction::Ingress {
            let own = self.listeners.iter().enumerate().filter(|(_, listener)| listener.balancer == thing.instance);
            let opens = own.filter(|(_, listener)| !taken(listener, Bound::Possible).is_subset(declared));
            return opens.map(|(number, _)| Opener::Listener(number)).collect();
        }
        if thing.groups.open {
            return vec![Opener::Instance(thing.instance)];
        }
        let opens = |&number: &usize| {
            let rule = &groups.rules[number];
            let at_addresses = rule.packets(Bound::Possible).difference(declared);
            let is_met = |(_, _, addresses): (_, _, &AddressSet)| far.anyone || addresses.overlaps(&far.addresses);
            let named = rule.peers.iter().any(|peer| far.is_named(peer));
            at_addresses.pieces().any(is_met) || named && !rule.peer_packets(Bound::Possible).is_subset(declared)
        };
        let mut found: Vec<Opener> =
            groups.numbers_of(&thing.groups, direction).filter(opens).map(Opener::Rule).collect();
        if groups.may_have_more(&thing.groups) {
            found.push(Opener::Instance(thing.instance));
        }
        found
    }

    /// The part of routes whose packets an opener lets through.
    pub(super) fn part(
        &self,
        opener: Opener,
        (from, to): (&Side<'_, 'a>, &Side<'_, 'a>),
        routes: &[Route<'a>],
        bound: Bound,
    ) -> Vec<Route<'a>> {
        let number = match opener {
            Opener::Instance(_) => return routes.to_vec(),
            Opener::Listener(number) => {
                let taken = taken(&self.listeners[number], bound);
                return within(routes, |_| taken.clone(), true);
            }
            Opener::Rule(number) => number,
        };
        let rule = &self.reach.model.groups.rules[number];
        let packets = |route: &Route<'a>| {
            let far = far(rule, from, to).filter(|far| route.there.references.holds(bound) && rule.names(far, bound));
            let named = far.map_or(PacketSet::EMPTY, |_| rule.peer_packets(bound));
            rule.packets(bound).union(&named)
        };
        within(routes, packets, rule.direction == Direction::Ingress)
    }

    /// The expression that lets these packets through.
    pub(super) fn site(
        &self,
        opener: Opener,
        (from, to): (&Side<'_, 'a>, &Side<'_, 'a>),
        packets: Option<&Boxed>,
    ) -> Spot<'a> {
        let number = match opener {
            Opener::Instance(instance) => return Spot::instance(self.reach.aws.inventory, instance),
            Opener::Listener(number) => return self.listeners[number].spot.clone(),
            Opener::Rule(number) => number,
        };
        let rule = &self.reach.model.groups.rules[number];
        let addresses = packets.map(|it| match rule.direction {
            Direction::Ingress => &it.sources,
            Direction::Egress => &it.destinations,
        });
        let source = rule.sources.iter().find(|(own, _)| addresses.is_some_and(|addresses| own.overlaps(addresses)));
        let peer = || {
            let far = far(rule, from, to)?;
            rule.peers.iter().find_map(|peer| match peer {
                Peer::Group(group, spot) if far.known.contains(group) => Some(spot.clone()),
                Peer::Group(..) | Peer::Unknown(_) => None,
            })
        };
        source.map(|(_, spot)| spot.clone()).or_else(peer).unwrap_or_else(|| rule.spot.clone())
    }
}

/// What a listener takes, from wherever.
pub(super) fn taken(listener: &Listener<'_>, bound: Bound) -> PacketSet {
    let all = AddressSet::everything();
    match (listener.port, bound) {
        (None, Bound::Certain) => PacketSet::EMPTY,
        (None, Bound::Possible) => PacketSet::everything(),
        (Some(port), _) => listener.protocols.iter().fold(PacketSet::EMPTY, |taken, &protocol| {
            taken.union(&PacketSet::between((protocol, port), (protocol, port), &all))
        }),
    }
}

/// The parts of routes whose packets are in a set, by source or destination.
fn within<'a>(routes: &[Route<'a>], packets: impl Fn(&Route<'a>) -> PacketSet, by_source: bool) -> Vec<Route<'a>> {
    let part = |route: &Route<'a>| {
        let packets = packets(route);
        Route { boxes: route.boxes.iter().flat_map(|it| it.within(&packets, by_source)).collect(), ..route.clone() }
    };
    routes.iter().map(part).filter(|route| !route.boxes.is_empty()).collect()
}

/// The groups at the other end of a rule.
fn far<'m, 'a>(rule: &Rule<'a>, from: &Side<'m, 'a>, to: &Side<'m, 'a>) -> Option<&'m Worn<'a>> {
    let end = match rule.direction {
        Direction::Ingress => from,
        Direction::Egress => to,
    };
    end.thing().map(|(thing, _)| &thing.groups)
}
