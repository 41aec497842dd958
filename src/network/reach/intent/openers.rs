//! What lets packets through: rules of security groups, and things that have none.

use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::reach::Reach;
use crate::network::reach::bound::Bound;
use crate::network::reach::boxes::Boxed;
use crate::network::reach::groups::{Peer, Rule, Worn};
use crate::network::reach::pair::{Route, Side};
use crate::network::reach::things::Thing;
use crate::network::sets::PacketSet;

use super::declared::whatever;

/// What lets packets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Opener {
    /// A rule of a security group, in [`crate::network::reach::groups::Groups::rules`].
    Rule(usize),
    /// A resource instance without groups, or with groups of which not all is known.
    Instance(usize),
}

/// What lets packets of a thing through that are not declared whatever the far end is.
pub(super) fn openers(reach: &Reach<'_>, thing: &Thing<'_>, direction: Direction, declared: &[Boxed]) -> Vec<Opener> {
    let groups = &reach.model.groups;
    if thing.groups.open {
        return vec![Opener::Instance(thing.instance)];
    }
    let declared = whatever(declared, direction == Direction::Ingress);
    let opens = |&number: &usize| {
        let rule = &groups.rules[number];
        let packets = rule.packets(Bound::Possible).union(&rule.peer_packets(Bound::Possible));
        !packets.is_subset(&declared)
    };
    let mut found: Vec<Opener> = groups.numbers_of(&thing.groups, direction).filter(opens).map(Opener::Rule).collect();
    if groups.may_have_more(&thing.groups) {
        found.push(Opener::Instance(thing.instance));
    }
    found
}

impl Opener {
    /// The part of routes whose packets it lets through.
    pub(super) fn part<'a>(
        self,
        reach: &Reach<'a>,
        (from, to): (&Side<'_, 'a>, &Side<'_, 'a>),
        routes: &[Route<'a>],
        bound: Bound,
    ) -> Vec<Route<'a>> {
        let Self::Rule(number) = self else { return routes.to_vec() };
        let rule = &reach.model.groups.rules[number];
        let part = |route: &Route<'a>| {
            let far = far(rule, from, to).filter(|far| route.there.references.holds(bound) && rule.names(far, bound));
            let named = far.map_or(PacketSet::EMPTY, |_| rule.peer_packets(bound));
            let packets = rule.packets(bound).union(&named);
            let by_source = rule.direction == Direction::Ingress;
            let boxes: Vec<Boxed> = route.boxes.iter().flat_map(|it| it.within(&packets, by_source)).collect();
            Route { boxes, ..route.clone() }
        };
        routes.iter().map(part).filter(|route| !route.boxes.is_empty()).collect()
    }

    /// The expression that lets these packets through.
    pub(super) fn site<'a>(
        self,
        reach: &Reach<'a>,
        (from, to): (&Side<'_, 'a>, &Side<'_, 'a>),
        packets: Option<&Boxed>,
    ) -> Spot<'a> {
        let number = match self {
            Self::Instance(instance) => return Spot::instance(reach.aws.inventory, instance),
            Self::Rule(number) => number,
        };
        let rule = &reach.model.groups.rules[number];
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

/// The groups at the other end of a rule.
fn far<'m, 'a>(rule: &Rule<'a>, from: &Side<'m, 'a>, to: &Side<'m, 'a>) -> Option<&'m Worn<'a>> {
    let end = match rule.direction {
        Direction::Ingress => from,
        Direction::Egress => to,
    };
    end.thing().map(|(thing, _)| &thing.groups)
}
