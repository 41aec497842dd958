//! What gets there, and whose answers certainly do not get back: allowed one way, dropped the other.
//!
//! Only what a security group lets in by name is looked at: another group, addresses of a VPC here, or the internet. What the
//! ways between two subnets let through is worked out once for each set of packets, not for each pair of things.

use std::collections::{BTreeMap, BTreeSet};

use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::registry::public_part;
use crate::network::sets::{AddressSet, Family, PacketSet, PortSet, Protocols};

use super::Reach;
use super::acls::AclOf;
use super::bound::{Bound, Sure};
use super::groups::{Peer, Rule, Worn};
use super::pair::{Blocker, Pair, Side};
use super::tables::{Kind, TableOf};
use super::things::{Place, Thing};
use super::walk::Met;

/// Answers that are dropped.
#[derive(Clone, Debug)]
pub struct Unanswered<'a> {
    /// What drops them.
    pub spot: Spot<'a>,
    /// Why.
    pub why: String,
    /// The instance whose packets are meant; `None`: the internet.
    pub from: Option<usize>,
    /// The instance that would answer.
    pub to: usize,
    /// The rule that lets its packets in.
    pub rule: Spot<'a>,
    /// Their ports at the destination, of TCP and of UDP.
    pub ports: [PortSet; 2],
}

/// What the ways between two subnets do with packets.
type Ways<'a> = BTreeMap<(Option<usize>, usize, String), Option<Blocker<'a>>>;

/// All of them, each thing that drops answers once.
pub(super) fn read<'a>(reach: &Reach<'a>) -> Vec<Unanswered<'a>> {
    let mut search = Search {
        reach,
        members: Members::of(reach),
        plain: plain(reach),
        ways: Ways::new(),
        told: BTreeSet::new(),
        found: Vec::new(),
    };
    for (number, thing) in reach.model.things.things.iter().enumerate() {
        for place in &thing.places {
            if let Some(subnet) = place.subnet.filter(|_| thing.places.len() == 1 || thing.each) {
                search.look(number, place, subnet);
            }
        }
    }
    search.found
}

/// Who wears a group, and who is in a VPC: one thing for all that are in one subnet with the same groups.
struct Members {
    by_group: BTreeMap<usize, Vec<(usize, usize)>>,
    by_vpc: BTreeMap<usize, Vec<(usize, usize)>>,
    /// VPCs by the first address of each of their blocks.
    blocks: BTreeMap<u128, usize>,
}

impl Members {
    fn of(reach: &Reach<'_>) -> Self {
        let (mut by_group, mut by_vpc) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        let mut seen = BTreeSet::new();
        for (number, thing) in reach.model.things.things.iter().enumerate() {
            if thing.groups.doubt.is_some() || reach.aws.inventory.instance(thing.instance).symbolic {
                continue;
            }
            for place in thing.places.iter().filter(|_| thing.places.len() == 1 || thing.each) {
                let Some(subnet) = place.subnet else { continue };
                if !seen.insert((subnet, thing.groups.known.clone())) {
                    continue;
                }
                for &group in &thing.groups.known {
                    by_group.entry(group).or_default().push((number, subnet));
                }
                if let Some(vpc) = reach.model.topology.subnets[subnet].vpc {
                    by_vpc.entry(vpc).or_default().push((number, subnet));
                }
            }
        }
        let vpcs = reach.model.topology.vpcs.iter().enumerate();
        let first = |(vpc, of): (usize, &super::topology::Vpc)| {
            let ranges = of.blocks.family(Family::V4).ranges().to_vec();
            ranges.into_iter().map(move |(first, _)| (first, vpc))
        };
        Self { by_group, by_vpc, blocks: vpcs.flat_map(first).collect() }
    }
}

/// Subnets that keep nothing out and send nothing through appliances: within a VPC, what gets from one to another has its
/// answers get back.
fn plain(reach: &Reach<'_>) -> Vec<bool> {
    let topology = &reach.model.topology;
    let all = [Protocols::TCP, Protocols::UDP]
        .map(|it| PacketSet::new(it, &PortSet::everything(), &AddressSet::everything()));
    let plain = topology.subnets.iter().map(|subnet| {
        let open = match &subnet.acl {
            AclOf::Default | AclOf::Unknown(_) => true,
            AclOf::One(_) => [Direction::Ingress, Direction::Egress].iter().all(|&direction| {
                let passes = topology.acls.filter(&subnet.acl, direction, Bound::Certain);
                all.iter().all(|all| all.is_subset(&passes))
            }),
        };
        let straight = match &subnet.table {
            TableOf::Unknown(_) => true,
            TableOf::One(table) => {
                let routes = &topology.tables.tables[*table].routes;
                !routes.iter().any(|route| matches!(route.via.kind, Kind::Interface | Kind::Endpoint))
            }
        };
        open && straight
    });
    plain.collect()
}

struct Search<'m, 'a> {
    reach: &'m Reach<'a>,
    members: Members,
    plain: Vec<bool>,
    ways: Ways<'a>,
    /// What is found to drop answers.
    told: BTreeSet<(usize, String)>,
    found: Vec<Unanswered<'a>>,
}

/// Kinds of things that the internet may be meant to use.
const SERVING: &[&str] = &["load balancer", "instance", "Auto Scaling group", "service", "node group"];

impl<'a> Search<'_, 'a> {
    /// Looks at all that the groups of a thing let in by name.
    fn look(&mut self, number: usize, place: &Place<'a>, subnet: usize) {
        let reach = self.reach;
        let thing = &reach.model.things.things[number];
        if thing.groups.doubt.is_some() || thing.groups.open {
            return;
        }
        for &group in &thing.groups.known {
            for rule in reach.model.groups.rules_in(group, Direction::Ingress).filter(|rule| rule.doubt.is_none()) {
                self.named(number, subnet, rule);
                let public = matches!(place.public, Sure::Yes) && SERVING.contains(&thing.word);
                let sources = public_part(rule.certain_addresses());
                if public && !sources.family(Family::V4).is_empty() {
                    let packets = rule.packets(Bound::Certain);
                    self.ask(None, (number, subnet), rule, &packets, &sources);
                }
            }
        }
    }

    /// What a rule lets in of other groups, and of addresses in VPCs here.
    fn named(&mut self, number: usize, subnet: usize, rule: &Rule<'a>) {
        for peer in &rule.peers {
            if let Peer::Group(group, _) = peer {
                let packets = rule.peer_packets(Bound::Certain);
                for (from, own) in self.members.by_group.get(group).cloned().unwrap_or_default() {
                    self.ask(Some((from, own)), (number, subnet), rule, &packets, &AddressSet::EMPTY);
                }
            }
        }
        let addresses = rule.certain_addresses();
        let Some(&(first, _)) = addresses.family(Family::V4).ranges().first() else { return };
        let Some((_, &vpc)) = self.members.blocks.range(..=first).next_back() else { return };
        if !addresses.is_subset(&self.reach.model.topology.vpcs[vpc].blocks) {
            return;
        }
        let packets = rule.packets(Bound::Certain);
        for (from, own) in self.members.by_vpc.get(&vpc).cloned().unwrap_or_default() {
            let inside = self.reach.model.topology.subnets[own].v4.as_ref().is_some_and(|own| own.is_subset(addresses));
            if inside {
                self.ask(Some((from, own)), (number, subnet), rule, &packets, &AddressSet::EMPTY);
            }
        }
    }

    /// Whether the answers to packets that a rule lets in are dropped: from a thing in a subnet, or from the internet.
    fn ask(
        &mut self,
        from: Option<(usize, usize)>,
        to: (usize, usize),
        rule: &Rule<'a>,
        packets: &PacketSet,
        sources: &AddressSet,
    ) {
        let topology = &self.reach.model.topology;
        let things = &self.reach.model.things.things;
        let vpc = |subnet: usize| topology.subnets[subnet].vpc;
        if let Some((other, own)) = from {
            let near = vpc(own).is_some() && vpc(own) == vpc(to.1) && self.plain[own] && self.plain[to.1];
            if own == to.1 || near || other == to.0 || !self.sends(other, to.0, packets) {
                return;
            }
        } else if self.plain[to.1] && things[to.0].word != "load balancer" {
            return;
        }
        let with_ports = |protocol: Protocols| {
            let number = if protocol == Protocols::TCP { 6 } else { 17 };
            packets.of_protocol(number).map(|(first, last, _)| (first, last)).collect::<PortSet>()
        };
        let ports = [Protocols::TCP, Protocols::UDP].map(with_ports);
        let wanted = PacketSet::new(Protocols::TCP, &ports[0], &AddressSet::everything());
        let wanted = wanted.union(&PacketSet::new(Protocols::UDP, &ports[1], &AddressSet::everything()));
        if wanted.is_empty() {
            return;
        }
        let key = (from.map(|from| from.1), to.1, format!("{ports:?}{sources:?}"));
        let known = self.ways.get(&key).cloned();
        let blocker = known.unwrap_or_else(|| {
            let blocker = self.dropped(from.map(|from| from.1), to.1, sources, wanted);
            self.ways.insert(key, blocker.clone());
            blocker
        });
        let Some(blocker) = blocker else { return };
        // A subnet without a way to the internet may be meant so, whatever is in it; not so for a load balancer.
        let meant = from.is_some() || blocker.kind == "network-acl" || things[to.0].word == "load balancer";
        let Some(spot) = blocker.spot.filter(|_| meant) else { return };
        if self.told.insert((spot.instance, spot.path())) {
            let named = |number: usize| things[number].holder.map_or(things[number].instance, |it| things[it].instance);
            let (from, to) = (from.map(|(other, _)| named(other)), named(to.0));
            self.found.push(Unanswered { spot, why: blocker.why, from, to, rule: rule.spot.clone(), ports });
        }
    }

    /// Whether the groups of a thing certainly let it send such packets.
    fn sends(&self, from: usize, to: usize, packets: &PacketSet) -> bool {
        let things = &self.reach.model.things.things;
        let (own, far) = (&things[from].groups, &things[to].groups);
        let filter = self.reach.model.groups.filter(own, Direction::Egress, Some(far), &Sure::Yes, Bound::Certain);
        !filter.intersection(packets).is_empty()
    }

    /// What drops the answers on the ways between two subnets, if packets certainly get there and no answer gets back.
    fn dropped(&self, from: Option<usize>, to: usize, sources: &AddressSet, wanted: PacketSet) -> Option<Blocker<'a>> {
        let reach = self.reach;
        let (first, second) = (from.and_then(|from| standing(reach, from)), standing(reach, to)?);
        let from_side = match (&first, from) {
            (Some(first), _) => Side::Place(first, &first.places[0]),
            (None, Some(_)) => return None,
            (None, None) => Side::Internet(sources.clone()),
        };
        let to_side = Side::Place(&second, &second.places[0]);
        let (aws, model, family) = (&*reach.aws, &reach.model, Family::V4);
        let pair = Pair { aws, model, from: from_side, to: to_side, wanted, family };
        let (blocker, met) = pair.unanswered()?;
        // A peering without any route back is one mistake, and another rule's.
        let peering = met.iter().find_map(|met| match met {
            Met::Passed("peering-connection", spot, _) => Some(spot.instance),
            Met::Passed(..) | Met::Acl(..) | Met::Nat(_) | Met::Forwarder(_) => None,
        });
        let one_sided = peering.is_some_and(|peering| blocker.kind != "network-acl" && !self.routes_over(to, peering));
        Some(blocker).filter(|_| !one_sided)
    }

    /// Whether some subnet of the same VPC has a route over a peering connection.
    fn routes_over(&self, subnet: usize, peering: usize) -> bool {
        let topology = &self.reach.model.topology;
        let vpc = topology.subnets[subnet].vpc;
        let mut others = topology.subnets.iter().filter(|other| other.vpc == vpc);
        others.any(|other| match &other.table {
            TableOf::One(table) => {
                let routes = &topology.tables.tables[*table].routes;
                routes.iter().any(|route| route.via.target == Some(Target::Instance(peering)))
            }
            TableOf::Unknown(_) => true,
        })
    }
}

/// An interface in a subnet that lets everything through: of any address of it.
fn standing<'a>(reach: &Reach<'a>, number: usize) -> Option<Thing<'a>> {
    let subnet = &reach.model.topology.subnets[number];
    let Target::Instance(instance) = subnet.target else { return None };
    let spot = Spot::instance(reach.aws.inventory, instance);
    let place = Place {
        subnet: Some(number),
        spot,
        v4: Some(subnet.v4.clone()?),
        v6: None,
        has_v6: Sure::No,
        public: Sure::Yes,
    };
    let groups = Worn { open: true, ..Worn::default() };
    let (places, forwards, beside, holder, part_of) = (vec![place], Sure::No, false, None, None);
    Some(Thing { instance, word: "subnet", places, each: true, groups, forwards, holder, beside, part_of })
}
