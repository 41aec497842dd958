//! One interface (or the internet, or networks on premises) to another: what gets there and back, and what stops the rest.

mod blocker;

use crate::network::aws::Aws;
use crate::network::aws::security_groups::Direction;
use crate::network::sets::{AddressSet, Family, PacketSet};

use super::bound::{Bound, Sure};
use super::boxes::{Boxed, Passing, connections, cover, ports_with};
use super::groups::Worn;
use super::model::Model;
use super::things::{Place, Thing};
use super::walk::{DeadEnd, Goal, Met, Walk, Way};

pub(super) use blocker::Blocker;

/// One end of a connection.
#[derive(Clone, Debug)]
pub(super) enum Side<'m, 'a> {
    /// An interface of a thing: one address of those that it may have.
    Place(&'m Thing<'a>, &'m Place<'a>),
    /// A load balancer that keeps the addresses of its clients: these, any of which will do where that is set.
    Client(&'m Thing<'a>, &'m Place<'a>, AddressSet, bool),
    /// Any of these addresses on the internet.
    Internet(AddressSet),
    /// Any of these addresses on premises.
    OnPremises(AddressSet),
}

impl<'m, 'a> Side<'m, 'a> {
    /// The thing whose interface it is.
    pub(super) const fn thing(&self) -> Option<(&'m Thing<'a>, &'m Place<'a>)> {
        match self {
            Self::Place(thing, place) | Self::Client(thing, place, ..) => Some((thing, place)),
            Self::Internet(_) | Self::OnPremises(_) => None,
        }
    }

    const fn goal(&self) -> Option<Goal> {
        match self {
            Self::Place(_, place) | Self::Client(_, place, ..) => match place.subnet {
                Some(subnet) => Some(Goal::Subnet(subnet)),
                None => None,
            },
            Self::Internet(_) => Some(Goal::Internet),
            Self::OnPremises(_) => Some(Goal::OnPremises),
        }
    }

    fn addresses(&self, family: Family) -> Option<AddressSet> {
        let set = match self {
            Self::Place(_, place) => place.addresses(family)?.clone(),
            Self::Client(_, _, set, _) | Self::Internet(set) | Self::OnPremises(set) => {
                AddressSet::of_family(family, set.family(family).clone())
            }
        };
        Some(set).filter(|set| !set.is_empty())
    }

    /// Whether any of its addresses will do.
    const fn is_any(&self) -> bool {
        match self {
            Self::Place(..) => false,
            Self::Client(_, _, _, any) => *any,
            Self::Internet(_) | Self::OnPremises(_) => true,
        }
    }

    fn groups(&self) -> Option<&'m Worn<'a>> {
        match self {
            Self::Place(thing, _) | Self::Client(thing, ..) => Some(&thing.groups),
            Self::Internet(_) | Self::OnPremises(_) => None,
        }
    }

    /// Whether it has a public IPv4 address.
    fn public(&self) -> Sure<'a> {
        match self {
            Self::Place(_, place) => place.public.clone(),
            Self::Client(..) | Self::Internet(_) | Self::OnPremises(_) => Sure::Yes,
        }
    }

    fn instance(&self) -> Option<usize> {
        match self {
            Self::Place(thing, _) | Self::Client(thing, ..) => Some(thing.instance),
            Self::Internet(_) | Self::OnPremises(_) => None,
        }
    }
}

/// A connection that gets there and back, and how.
#[derive(Clone, Debug)]
pub(super) struct Route<'a> {
    pub(super) boxes: Vec<Boxed>,
    pub(super) there: Way<'a>,
    pub(super) back: Option<Way<'a>>,
}

/// What is asked of a pair.
pub(super) struct Pair<'m, 'a> {
    pub(super) aws: &'m Aws<'a>,
    pub(super) model: &'m Model<'a>,
    pub(super) from: Side<'m, 'a>,
    pub(super) to: Side<'m, 'a>,
    pub(super) wanted: PacketSet,
    pub(super) family: Family,
}

/// Everything of one protocol and port, whatever the address.
fn everything() -> Passing {
    Passing { by_source: PacketSet::everything(), by_destination: PacketSet::everything() }
}

impl<'m, 'a> Pair<'m, 'a> {
    /// Whether what is found certainly holds whatever addresses the interfaces get.
    pub(super) fn is_certain(&self, routes: &[Route<'a>]) -> bool {
        let (Some(sources), Some(destinations)) = (self.from.addresses(self.family), self.to.addresses(self.family))
        else {
            return false;
        };
        let has_family = |side: &Side<'m, 'a>| match side {
            Side::Place(_, place) => self.family == Family::V4 || matches!(place.has_v6, Sure::Yes),
            Side::Client(..) | Side::Internet(_) | Side::OnPremises(_) => true,
        };
        let boxes: Vec<Boxed> = routes.iter().flat_map(|route| route.boxes.iter().cloned()).collect();
        has_family(&self.from)
            && has_family(&self.to)
            && cover(&boxes, (&sources, self.from.is_any()), (&destinations, self.to.is_any()))
    }

    fn walk(&self, bound: Bound, goal: Goal, answer: bool) -> Walk<'m, 'a> {
        let (aws, model, family) = (self.aws, self.model, self.family);
        Walk { aws, model, bound, family, goal, answer, ways: Vec::new(), dead: Vec::new() }
    }

    /// All ways from one side to another.
    fn ways(
        &self,
        from: &Side<'m, 'a>,
        to: &Side<'m, 'a>,
        addresses: &AddressSet,
        bound: Bound,
        answer: bool,
    ) -> Walk<'m, 'a> {
        let way = Way::begin(addresses.clone());
        let Some(goal) = to.goal() else {
            let mut walk = self.walk(bound, Goal::Internet, answer);
            if let Side::Place(_, place) | Side::Client(_, place, ..) = to {
                walk.start_nowhere(way, &place.spot);
            }
            return walk;
        };
        let mut walk = self.walk(bound, goal, answer);
        match from {
            Side::Place(_, place) | Side::Client(_, place, ..) => match place.subnet {
                Some(subnet) => walk.start_in(subnet, way),
                None => walk.start_nowhere(way, &place.spot),
            },
            Side::Internet(_) => walk.start_outside(way),
            Side::OnPremises(_) => walk.start_on_premises(way),
        }
        walk
    }

    /// The connections that get there and back.
    pub(super) fn routes(&self, bound: Bound) -> Vec<Route<'a>> {
        let (Some(sources), Some(destinations)) = (self.from.addresses(self.family), self.to.addresses(self.family))
        else {
            return Vec::new();
        };
        if !self.may_be_let_through(bound) {
            return Vec::new();
        }
        let there = self.ways(&self.from, &self.to, &destinations, bound, false);
        let mut routes = Vec::new();
        for way in there.ways {
            if !self.has_addresses(&way, bound) {
                continue;
            }
            let forth = self.forth(&way, &sources, bound);
            if forth.by_source.is_empty() || forth.by_destination.is_empty() {
                continue;
            }
            for (back, passing) in self.answers(&way, &sources, bound).0 {
                let boxes = connections(&forth, &passing);
                if !boxes.is_empty() {
                    routes.push(Route { boxes, there: way.clone(), back });
                }
            }
        }
        routes
    }

    /// A look at the groups alone, which most pairs do not get past.
    fn may_be_let_through(&self, bound: Bound) -> bool {
        let any = Sure::Yes;
        let own = |side: &Side<'m, 'a>, direction, far: &Side<'m, 'a>| {
            let far = far.groups();
            side.groups().is_none_or(|groups| !self.model.groups.filter(groups, direction, far, &any, bound).is_empty())
        };
        own(&self.to, Direction::Ingress, &self.from) && own(&self.from, Direction::Egress, &self.to)
    }

    /// Whether the interface at the internet's side of a way has a public address.
    fn has_addresses(&self, way: &Way<'a>, bound: Bound) -> bool {
        !way.needs_public || (self.from.public().holds(bound) && self.to.public().holds(bound))
    }

    /// What the filters on a way let through, the groups at both ends included.
    fn forth(&self, way: &Way<'a>, sources: &AddressSet, bound: Bound) -> Passing {
        let groups = &self.model.groups;
        let mut passing = self.met(&way.met, way.translated.as_ref(), bound, everything());
        if let Some(own) = self.from.groups() {
            let filter = groups.filter(own, Direction::Egress, self.to.groups(), &way.references, bound);
            passing.by_destination = passing.by_destination.intersection(&filter);
        }
        if let Some(own) = self.to.groups() {
            let filter = groups.filter(own, Direction::Ingress, self.from.groups(), &way.references, bound);
            passing = by_source(passing, &filter, way.translated.as_ref(), bound);
        }
        passing.by_destination =
            passing.by_destination.intersection(&PacketSet::of_addresses(&way.addresses)).intersection(&self.wanted);
        passing.by_source =
            passing.by_source.intersection(&PacketSet::of_addresses(sources)).intersection(&self.wanted);
        passing
    }

    /// What stands on a way lets through: by the packet's source and destination.
    fn met(&self, met: &[Met<'a>], translated: Option<&AddressSet>, bound: Bound, mut passing: Passing) -> Passing {
        let at_nat = met.iter().position(|it| matches!(it, Met::Nat(_)));
        for (index, it) in met.iter().enumerate() {
            // A source that nobody knows is translated from the beginning.
            let translated = translated.filter(|_| at_nat.is_none_or(|nat| index > nat));
            passing = self.one_met(it, translated, bound, passing);
        }
        passing
    }

    fn one_met(&self, met: &Met<'a>, translated: Option<&AddressSet>, bound: Bound, mut passing: Passing) -> Passing {
        match met {
            Met::Acl(subnet, direction) => {
                let topology = &self.model.topology;
                let filter = topology.acls.filter(&topology.subnets[*subnet].acl, *direction, bound);
                match direction {
                    Direction::Ingress => by_source(passing, &filter, translated, bound),
                    Direction::Egress => {
                        passing.by_destination = passing.by_destination.intersection(&filter);
                        passing
                    }
                }
            }
            Met::Forwarder(thing) => {
                let own = &self.model.things.things[*thing].groups;
                let filter = |direction| self.model.groups.filter(own, direction, None, &Sure::No, bound);
                passing.by_destination = passing.by_destination.intersection(&filter(Direction::Egress));
                by_source(passing, &filter(Direction::Ingress), translated, bound)
            }
            Met::Nat(_) | Met::Passed(..) => passing,
        }
    }

    /// The ways of answers to what came along a way: what passes, by the connection's own source and destination. And the
    /// dead ends.
    fn answers(
        &self,
        there: &Way<'a>,
        sources: &AddressSet,
        bound: Bound,
    ) -> (Vec<(Option<Way<'a>>, Passing)>, Vec<DeadEnd<'a>>) {
        let nat = there.met.iter().find_map(|met| if let Met::Nat(thing) = met { Some(*thing) } else { None });
        let at_nat = there.met.iter().position(|met| matches!(met, Met::Nat(_)));
        // Up to a NAT gateway, and to the internet, answers take the way back.
        let mirrored = match (&self.to, at_nat) {
            (Side::Internet(_), _) => there.met.as_slice(),
            // What a load balancer carries on comes back through it.
            _ if matches!(self.from, Side::Client(..)) => there.met.as_slice(),
            (_, Some(nat)) => &there.met[..nat],
            (_, None) => &[],
        };
        let mut base = everything();
        let forwarder = |met: &Met<'a>| matches!(met, Met::Forwarder(_));
        for (index, met) in mirrored.iter().enumerate().filter(|(_, met)| !forwarder(met)) {
            let translated = there.translated.as_ref().filter(|_| at_nat.is_none_or(|nat| index > nat));
            base = self.mirrored(met, translated, bound, base);
        }
        if matches!(self.to, Side::Internet(_)) || matches!(self.from, Side::Client(..)) {
            return (vec![(None, base)], Vec::new());
        }
        let nat_side = nat.map(|nat| {
            let thing = &self.model.things.things[nat];
            Side::Place(thing, &thing.places[0])
        });
        let home = nat_side.as_ref().unwrap_or(&self.from);
        let back_to = if nat.is_some() { there.translated.clone().unwrap_or_default() } else { sources.clone() };
        if nat.is_none() && there.translated.is_some() {
            // Who knows where it came from: so nobody knows how the answer goes.
            let way = Way { doubts: there.doubts.clone(), ..Way::begin(sources.clone()) };
            return (vec![(Some(way), base)], Vec::new());
        }
        let walk = self.ways(&self.to, home, &back_to, bound, true);
        let mut found = Vec::new();
        for way in walk.ways {
            // What the interface sends to the internet, it sends from its public address, as it was addressed.
            if matches!(home, Side::Internet(_)) && way.translated.is_some() && bound == Bound::Certain {
                continue;
            }
            let mut passing = self.met(&way.met, way.translated.as_ref(), bound, everything());
            let own = PacketSet::of_addresses(&way.addresses);
            if nat.is_some() {
                let translated = there.translated.clone().unwrap_or_default();
                let to_nat = passing.by_destination.intersection(&own);
                let ports = ports_with(&to_nat, &translated, bound == Bound::Certain);
                passing.by_destination = ports;
            } else {
                passing.by_destination = passing.by_destination.intersection(&own);
            }
            // The answer's source is the connection's destination.
            let passing = Passing {
                by_source: base.by_source.intersection(&passing.by_destination),
                by_destination: base.by_destination.intersection(&passing.by_source),
            };
            found.push((Some(way), passing));
        }
        (found, walk.dead)
    }

    /// What a network ACL lets through of answers that come back where the packets came.
    fn mirrored(&self, met: &Met<'a>, translated: Option<&AddressSet>, bound: Bound, mut passing: Passing) -> Passing {
        let Met::Acl(subnet, direction) = met else { return passing };
        let topology = &self.model.topology;
        let acl = &topology.subnets[*subnet].acl;
        match direction {
            // It left here: the answer comes in, from the connection's destination.
            Direction::Egress => {
                let filter = topology.acls.filter(acl, Direction::Ingress, bound);
                passing.by_destination = passing.by_destination.intersection(&filter);
                passing
            }
            Direction::Ingress => {
                let filter = topology.acls.filter(acl, Direction::Egress, bound);
                by_source(passing, &filter, translated, bound)
            }
        }
    }
}

/// Applies a filter by source: to the sources themselves, or to the ports where another address stands in their place.
fn by_source(mut passing: Passing, filter: &PacketSet, translated: Option<&AddressSet>, bound: Bound) -> Passing {
    match translated {
        None => passing.by_source = passing.by_source.intersection(filter),
        Some(address) => {
            passing.by_source = passing.by_source.intersection(&ports_with(filter, address, bound == Bound::Certain));
        }
    }
    passing
}
