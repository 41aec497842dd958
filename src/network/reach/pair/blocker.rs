//! What stops the packets of a pair: the thing that those stop at that get furthest.

use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::sets::{AddressSet, PacketSet};

use super::super::acls::AclOf;
use super::super::bound::{Bound, Sure};
use super::super::boxes::{Passing, connections, cover};
use super::super::walk::{DeadEnd, Met, Way};
use super::{Pair, Side, everything};

/// What stops the packets.
#[derive(Clone, Debug)]
pub(in crate::network::reach) struct Blocker<'a> {
    /// How far they got.
    pub(in crate::network::reach) depth: usize,
    pub(in crate::network::reach) kind: &'static str,
    pub(in crate::network::reach) spot: Option<Spot<'a>>,
    pub(in crate::network::reach) instance: Option<usize>,
    pub(in crate::network::reach) why: String,
}

impl<'m, 'a> Pair<'m, 'a> {
    /// What stops packets that may not get there or back at all: the thing that those stop at that get furthest.
    pub(in crate::network::reach) fn blocker(&self) -> Option<Blocker<'a>> {
        let bound = Bound::Possible;
        let (sources, destinations) = (self.from.addresses(self.family), self.to.addresses(self.family));
        let at =
            |depth, kind, spot, instance, why: &str| Some(Blocker { depth, kind, spot, instance, why: why.to_owned() });
        let (Some(sources), Some(destinations)) = (sources, destinations) else {
            let side = if self.from.addresses(self.family).is_none() { &self.from } else { &self.to };
            let spot = side.instance().map(|instance| Spot::instance(self.aws.inventory, instance));
            let why = format!("it has no {} address", self.family.name());
            return at(0, "address", spot, side.instance(), &why);
        };
        let mut best: Option<Blocker<'a>> = None;
        let mut keep = |next: Option<Blocker<'a>>| {
            if let Some(next) = next
                && best.as_ref().is_none_or(|known| next.depth > known.depth)
            {
                best = Some(next);
            }
        };
        if let Some(own) = self.from.groups() {
            let filter = self.model.groups.filter(own, Direction::Egress, self.to.groups(), &Sure::Yes, bound);
            let passes = filter.intersection(&self.wanted).intersection(&PacketSet::of_addresses(&destinations));
            if passes.is_empty() {
                return self.group_blocker(1, &self.from, Direction::Egress);
            }
        }
        let walk = self.ways(&self.from, &self.to, &destinations, bound, false);
        for dead in &walk.dead {
            keep(self.dead_end(dead, 2, &sources));
        }
        for way in &walk.ways {
            keep(self.stop_on(way, &sources));
        }
        best
    }

    /// What drops all answers to packets that certainly get there, and what these meet; `None` where it is not certain that
    /// some get there, or that no answer gets back.
    pub(in crate::network::reach) fn unanswered(&self) -> Option<(Blocker<'a>, Vec<Met<'a>>)> {
        let (sources, destinations) = (self.from.addresses(self.family)?, self.to.addresses(self.family)?);
        let bound = Bound::Certain;
        let there = self.ways(&self.from, &self.to, &destinations, bound, false).ways;
        let arrives = |way: &&Way<'a>| {
            let boxes = connections(&self.forth(way, &sources, bound), &everything());
            let whole = ((&sources, self.from.is_any()), (&destinations, self.to.is_any()));
            self.has_addresses(way, bound) && cover(&boxes, whole.0, whole.1)
        };
        let way = there.iter().find(arrives)?;
        if !self.routes(Bound::Possible).is_empty() {
            return None;
        }
        Some((self.stop_on(way, &sources)?, way.met.clone()))
    }

    /// Where packets end that go a dead end: there, or at a filter before.
    fn dead_end(&self, dead: &DeadEnd<'a>, base: usize, sources: &AddressSet) -> Option<Blocker<'a>> {
        let way = Way { met: dead.met.clone(), ..Way::begin(dead.addresses.clone()) };
        self.filtered(&way, base, sources).map_or_else(
            |depth| {
                let instance = dead.spot.as_ref().map(|spot| spot.instance);
                Some(Blocker { depth, kind: dead.kind, spot: dead.spot.clone(), instance, why: dead.why.clone() })
            },
            Some,
        )
    }

    /// The first filter on a way that nothing passes; how far packets get where there is none.
    fn filtered(&self, way: &Way<'a>, base: usize, sources: &AddressSet) -> Result<Blocker<'a>, usize> {
        let bound = Bound::Possible;
        let start = Passing {
            by_source: self.wanted.intersection(&PacketSet::of_addresses(sources)),
            by_destination: self.wanted.intersection(&PacketSet::of_addresses(&way.addresses)),
        };
        let mut passing = start;
        if let Some(own) = self.from.groups() {
            let filter = self.model.groups.filter(own, Direction::Egress, self.to.groups(), &way.references, bound);
            passing.by_destination = passing.by_destination.intersection(&filter);
            if !meet(&passing) {
                let found = self.group_blocker(base - 1, &self.from, Direction::Egress);
                return found.ok_or(base);
            }
        }
        let at_nat = way.met.iter().position(|it| matches!(it, Met::Nat(_)));
        for (index, met) in way.met.iter().enumerate() {
            let translated = way.translated.as_ref().filter(|_| at_nat.is_none_or(|nat| index > nat));
            let before = passing.clone();
            passing = self.one_met(met, translated, bound, passing);
            if meet(&passing) {
                continue;
            }
            let depth = base + index;
            return match met {
                Met::Acl(subnet, direction) => Ok(self.acl_blocker(depth, *subnet, *direction, &before, false)),
                Met::Forwarder(thing) => {
                    let instance = self.model.things.things[*thing].instance;
                    let spot = Some(Spot::instance(self.aws.inventory, instance));
                    let why = "the groups of the appliance do not let it through".to_owned();
                    Ok(Blocker { depth, kind: "security-group", spot, instance: Some(instance), why })
                }
                Met::Nat(_) | Met::Passed(..) => Err(depth),
            };
        }
        Err(base + way.met.len())
    }

    /// What stops packets on a way that leads to the goal.
    fn stop_on(&self, way: &Way<'a>, sources: &AddressSet) -> Option<Blocker<'a>> {
        let bound = Bound::Possible;
        let depth = match self.filtered(way, 2, sources) {
            Ok(blocker) => return Some(blocker),
            Err(depth) => depth,
        };
        if !self.has_addresses(way, bound) {
            let side = if self.from.public().holds(bound) { &self.to } else { &self.from };
            let spot = side.instance().map(|instance| Spot::instance(self.aws.inventory, instance));
            let why = "it has no public IPv4 address".to_owned();
            return Some(Blocker { depth, kind: "address", spot, instance: side.instance(), why });
        }
        let forth = self.forth(way, sources, bound);
        if !meet(&forth) {
            return self.group_blocker(depth + 1, &self.to, Direction::Ingress);
        }
        let base = depth + 10;
        let (answers, dead) = self.answers(way, sources, bound);
        let mut best: Option<Blocker<'a>> = None;
        for end in dead {
            let instance = end.spot.as_ref().map(|spot| spot.instance);
            let why = format!("of the answer: {}", end.why);
            let depth = base + end.met.len();
            if best.as_ref().is_none_or(|known| depth > known.depth) {
                best = Some(Blocker { depth, kind: end.kind, spot: end.spot, instance, why });
            }
        }
        for (back, _) in answers {
            let met = match &back {
                Some(back) => back.met.clone(),
                None => way.met.iter().rev().cloned().collect(),
            };
            let found = self.answer_blocker(base, &met, back.is_some(), &forth, way);
            if best.is_none() {
                best = found;
            }
        }
        best
    }

    /// The network ACL that no answer passes.
    fn answer_blocker(
        &self,
        base: usize,
        met: &[Met<'a>],
        walked: bool,
        forth: &Passing,
        way: &Way<'a>,
    ) -> Option<Blocker<'a>> {
        let bound = Bound::Possible;
        let mut passing = everything();
        for (index, met) in met.iter().enumerate() {
            let before = passing.clone();
            passing = if walked {
                let mut swapped = Passing { by_source: passing.by_destination, by_destination: passing.by_source };
                swapped = self.one_met(met, None, bound, swapped);
                Passing { by_source: swapped.by_destination, by_destination: swapped.by_source }
            } else {
                self.mirrored(met, way.translated.as_ref(), bound, passing)
            };
            if let Met::Acl(subnet, direction) = met
                && connections(forth, &passing).is_empty()
                && !connections(forth, &before).is_empty()
            {
                let direction = match (walked, direction) {
                    (true, direction) => *direction,
                    (false, Direction::Ingress) => Direction::Egress,
                    (false, Direction::Egress) => Direction::Ingress,
                };
                return Some(self.acl_blocker(base + index, *subnet, direction, &before, true));
            }
        }
        None
    }

    fn acl_blocker(
        &self,
        depth: usize,
        subnet: usize,
        direction: Direction,
        before: &Passing,
        answer: bool,
    ) -> Blocker<'a> {
        let topology = &self.model.topology;
        let packets = match direction {
            Direction::Ingress => &before.by_source,
            Direction::Egress => &before.by_destination,
        };
        let word = if direction == Direction::Ingress { "into" } else { "out of" };
        let what = if answer { "answers" } else { "it" };
        let name = match &topology.subnets[subnet].target {
            Target::Instance(instance) => {
                format!("`{}`", self.aws.inventory.instance(*instance).address)
            }
            _ => "the subnet".to_owned(),
        };
        let (spot, entry) = match &topology.subnets[subnet].acl {
            AclOf::One(acl) => {
                let acl = &topology.acls.acls[*acl];
                let entry = if answer { None } else { acl.deciding(direction, packets) };
                let spot = entry.map(|entry| entry.block.clone()).or_else(|| acl.spot.clone());
                (spot, entry.is_some())
            }
            AclOf::Default => (None, false),
            AclOf::Unknown(spot) => (Some(spot.clone()), false),
        };
        let why = if answer {
            format!("the network ACL lets no answers {word} {name}: answers go to ports 1024-65535")
        } else if entry {
            format!("an entry of the network ACL keeps {what} from going {word} {name}")
        } else {
            format!("no entry of the network ACL lets {what} {word} {name}")
        };
        let instance = spot.as_ref().map(|spot| spot.instance);
        Blocker { depth, kind: "network-acl", spot, instance, why }
    }

    fn group_blocker(&self, depth: usize, side: &Side<'m, 'a>, direction: Direction) -> Option<Blocker<'a>> {
        let groups = side.groups()?;
        let what = match direction {
            Direction::Ingress => "no ingress rule of its security groups lets it in",
            Direction::Egress => "no egress rule of its security groups lets it out",
        };
        let spot = groups.known.iter().find_map(|&group| match self.model.groups.groups[group].target {
            Some(Target::Instance(instance)) => Some(Spot::instance(self.aws.inventory, instance)),
            _ => None,
        });
        let instance = spot.as_ref().map(|spot| spot.instance).or_else(|| side.instance());
        let spot = spot.or_else(|| groups.spot.clone());
        Some(Blocker { depth, kind: "security-group", spot, instance, why: what.to_owned() })
    }
}

/// Whether some packet is in both.
fn meet(passing: &Passing) -> bool {
    !connections(passing, &everything()).is_empty()
}
