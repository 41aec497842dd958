//! Which ways there are for a packet from a subnet, or a gateway, to where it is to go: route tables, gateways and what
//! stands between, without regard to what groups and network ACLs let through.
//!
//! Of several interfaces that AWS may choose (the zones of an attachment or firewall), a way is certain only if it is there
//! for each of them.

mod appliances;
mod gateways;
mod inwards;
mod outwards;
mod transit;

use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::sets::{AddressSet, Family};

use super::bound::{Bound, Sure};
use super::model::Model;

/// Where packets are to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// An interface in a subnet.
    Subnet(usize),
    Internet,
    OnPremises,
}

/// What a packet meets on its way, in order.
#[derive(Clone, Debug)]
pub(super) enum Met<'a> {
    /// The network ACL of a subnet that it leaves or enters.
    Acl(usize, Direction),
    /// A NAT gateway, which puts one of its addresses in place of the source.
    Nat(usize),
    /// An interface that forwards it: the groups of a thing, inwards and outwards.
    Forwarder(usize),
    /// Something that it passes: what kind, where it stands, and in which words.
    Passed(&'static str, Spot<'a>, String),
}

/// A way.
#[derive(Clone, Debug)]
pub(super) struct Way<'a> {
    /// The destinations that take it.
    pub(super) addresses: AddressSet,
    pub(super) met: Vec<Met<'a>>,
    /// Whether rules that name groups count at its end.
    pub(super) references: Sure<'a>,
    /// What else it hangs on.
    pub(super) doubts: Vec<Spot<'a>>,
    /// The addresses of which a NAT gateway puts one in place of the source.
    pub(super) translated: Option<AddressSet>,
    /// Whether it ends at a gateway that puts the interface's public address in place of the source.
    pub(super) needs_public: bool,
    /// Where it has been.
    pub(super) seen: Vec<(u8, usize)>,
}

/// A way that ends too early.
#[derive(Clone, Debug)]
pub(super) struct DeadEnd<'a> {
    pub(super) met: Vec<Met<'a>>,
    pub(super) addresses: AddressSet,
    pub(super) kind: &'static str,
    pub(super) spot: Option<Spot<'a>>,
    pub(super) why: String,
}

/// All ways to a goal.
pub(super) struct Walk<'m, 'a> {
    pub(super) aws: &'m Aws<'a>,
    pub(super) model: &'m Model<'a>,
    pub(super) bound: Bound,
    pub(super) family: Family,
    pub(super) goal: Goal,
    /// Whether it is the way of answers: they pass no gateway that lets nothing in.
    pub(super) answer: bool,
    pub(super) ways: Vec<Way<'a>>,
    pub(super) dead: Vec<DeadEnd<'a>>,
}

/// The most things that a packet meets.
const MAX_MET: usize = 64;
/// The most ways that are told apart.
const MAX_WAYS: usize = 512;

impl<'a> Way<'a> {
    /// At its beginning.
    pub(super) fn begin(addresses: AddressSet) -> Self {
        Self {
            addresses,
            met: Vec::new(),
            references: Sure::Yes,
            doubts: Vec::new(),
            translated: None,
            needs_public: false,
            seen: Vec::new(),
        }
    }

    fn to(&self, addresses: AddressSet) -> Self {
        Self { addresses, ..self.clone() }
    }

    fn pass(mut self, met: Met<'a>) -> Self {
        self.met.push(met);
        self
    }

    fn hang_on(mut self, spots: impl IntoIterator<Item = Spot<'a>>) -> Self {
        self.doubts.extend(spots);
        self
    }

    /// Where it goes through something that hides who sent it.
    fn unreferenced(mut self) -> Self {
        self.references = Sure::No;
        self
    }

    fn is_loop(&mut self, kind: u8, number: usize) -> bool {
        let seen = self.seen.contains(&(kind, number));
        self.seen.push((kind, number));
        seen || self.met.len() > MAX_MET
    }
}

impl<'a> Walk<'_, 'a> {
    fn arrive(&mut self, way: Way<'a>) {
        if self.ways.len() < MAX_WAYS && !way.addresses.is_empty() {
            self.ways.push(way);
        }
    }

    fn fail(&mut self, way: Way<'a>, kind: &'static str, spot: Option<Spot<'a>>, why: impl Into<String>) {
        if self.dead.len() < MAX_WAYS && !way.addresses.is_empty() {
            self.dead.push(DeadEnd { met: way.met, addresses: way.addresses, kind, spot, why: why.into() });
        }
    }

    fn name(&self, instance: usize) -> String {
        format!("`{}`", self.aws.inventory.instance(instance).address)
    }

    /// Whatever may be there: it may lead to the goal, past anything.
    fn anywhere(&mut self, way: Way<'a>, doubt: &Spot<'a>) {
        match self.bound {
            Bound::Certain => {
                self.fail(way, "unknown", Some(doubt.clone()), "where this leads is not known until apply")
            }
            Bound::Possible => {
                let all = AddressSet::everything();
                let way = Way { references: Sure::Perhaps(doubt.clone()), translated: Some(all), ..way };
                let way = way.hang_on([doubt.clone()]);
                let way = match self.goal {
                    Goal::Subnet(goal) => way.pass(Met::Acl(goal, Direction::Ingress)),
                    Goal::Internet | Goal::OnPremises => way,
                };
                self.arrive(way);
            }
        }
    }

    /// From an interface in a subnet that is not known.
    pub(super) fn start_nowhere(&mut self, way: Way<'a>, doubt: &Spot<'a>) {
        self.anywhere(way, doubt);
    }

    fn spot_of(&self, target: &Target) -> Option<Spot<'a>> {
        match target {
            Target::Instance(instance) => Some(Spot::instance(self.aws.inventory, *instance)),
            Target::Id(_) | Target::Attribute(_) => None,
        }
    }

    fn arrive_if(&mut self, way: Way<'a>, sure: &Sure<'a>) {
        if sure.holds(self.bound) {
            let way = way.hang_on(sure.doubt().cloned());
            self.arrive(way);
        } else {
            let spot = sure.doubt().cloned();
            self.fail(way, "unknown", spot, "whether this is so is not known until apply");
        }
    }

    /// Through whichever of several interfaces AWS takes: certain only where it is so for each of them.
    fn each(&mut self, candidates: &[usize], step: impl Fn(&mut Self, usize)) {
        if self.bound == Bound::Possible || candidates.len() == 1 {
            candidates.iter().for_each(|&candidate| step(self, candidate));
            return;
        }
        let before = std::mem::take(&mut self.ways);
        let mut joint: Option<Vec<Way<'a>>> = None;
        for &candidate in candidates {
            step(self, candidate);
            let ways = std::mem::take(&mut self.ways);
            joint = Some(match joint {
                None => ways,
                Some(known) => known
                    .iter()
                    .flat_map(|one| ways.iter().filter_map(|other| both(one, other)))
                    .take(MAX_WAYS)
                    .collect(),
            });
        }
        self.ways = before;
        self.ways.extend(joint.unwrap_or_default());
    }
}

/// A way that is there whichever of two is taken: what both meet stands in it.
fn both<'a>(one: &Way<'a>, other: &Way<'a>) -> Option<Way<'a>> {
    let addresses = one.addresses.intersection(&other.addresses);
    if addresses.is_empty() {
        return None;
    }
    let mut way = Way { addresses, ..one.clone() };
    let known = |met: &Met<'a>| match met {
        Met::Acl(subnet, direction) => {
            one.met.iter().any(|it| matches!(it, Met::Acl(s, d) if s == subnet && d == direction))
        }
        Met::Forwarder(thing) => one.met.iter().any(|it| matches!(it, Met::Forwarder(t) if t == thing)),
        Met::Nat(_) | Met::Passed(..) => true,
    };
    // What only the other meets comes first: it filters, and is no part of the story.
    let nat = way.met.iter().position(|met| matches!(met, Met::Nat(_)));
    let (mut early, mut late) = (Vec::new(), Vec::new());
    let mut past = false;
    for met in &other.met {
        past |= matches!(met, Met::Nat(_));
        if !known(met) {
            if past { &mut late } else { &mut early }.push(met.clone());
        }
    }
    let split = nat.map_or(way.met.len(), |nat| nat);
    let rest = way.met.split_off(split);
    way.met.extend(early);
    way.met.extend(rest);
    way.met.extend(late);
    way.references = one.references.and(&other.references);
    way.needs_public |= other.needs_public;
    way.translated = match (&one.translated, &other.translated) {
        (Some(one), Some(other)) => Some(one.union(other)),
        (None, None) => None,
        (_, _) => return None,
    };
    Some(way)
}
