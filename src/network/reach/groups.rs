//! Security groups as filters: stateful, rules are permissions only, rules may name other groups.
//!
//! "Control traffic to your AWS resources using security groups" and "Security group rules" (Amazon VPC User Guide).

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::inventory::Inventory;
use crate::lang::Value;
use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::security_groups::{Direction, SECURITY_GROUPS, SecurityGroupRule, default_of};
use crate::network::aws::spot::{Setting, Spot};
use crate::network::aws::traffic::Traffic;
use crate::network::aws::vpcs::VPCS;
use crate::network::sets::{AddressSet, PacketSet};

use super::bound::{Both, Bound, Sure};

/// A security group.
#[derive(Debug)]
pub(super) struct Group {
    /// What it is; `None` for rules whose group is not known.
    pub(super) target: Option<Target>,
    /// Its rules, in [`Groups::rules`], by direction.
    rules: [Vec<usize>; 2],
    /// Whether it has no other rules: not so where another configuration makes it.
    whole: bool,
    /// What blocks of addresses are let through, by direction.
    blocks: [OnceCell<Both<PacketSet>>; 2],
}

/// A rule.
#[derive(Debug)]
pub(super) struct Rule<'a> {
    pub(super) spot: Spot<'a>,
    pub(super) direction: Direction,
    traffic: Traffic<'a>,
    addresses: Both<AddressSet>,
    /// The expressions of its addresses, each with those that it certainly holds.
    pub(super) sources: Vec<(AddressSet, Spot<'a>)>,
    pub(super) peers: Vec<Peer<'a>>,
    /// Set where the rule may not be there, or not go this way.
    pub(super) doubt: Option<Spot<'a>>,
    /// The expressions of addresses that are not known.
    unknown: Vec<Spot<'a>>,
    /// The rule as it is written, in [`SecurityGroups::rules`]; `None` for one that AWS makes.
    written: Option<usize>,
}

/// A group that a rule names.
#[derive(Clone, Debug)]
pub(super) enum Peer<'a> {
    Group(usize, Spot<'a>),
    Unknown(Spot<'a>),
}

/// The groups of an interface.
#[derive(Clone, Debug, Default)]
pub(super) struct Worn<'a> {
    /// Those that are known, in [`Groups::groups`]. Sorted.
    pub(super) known: Vec<usize>,
    /// The expression of others that are not.
    pub(super) doubt: Option<Spot<'a>>,
    /// Whether it has none and lets everything through.
    pub(super) open: bool,
    /// Where they are named.
    pub(super) spot: Option<Spot<'a>>,
}

/// All groups.
#[derive(Debug, Default)]
pub(super) struct Groups<'a> {
    pub(super) groups: Vec<Group>,
    pub(super) rules: Vec<Rule<'a>>,
    by_target: BTreeMap<Target, usize>,
    /// Rules of groups that are not known: they may be any group's.
    stray: Vec<usize>,
    /// Default groups as AWS makes them, by VPC.
    defaults: BTreeMap<Target, usize>,
}

/// What names a group of an interface: instances in a default VPC may name them by their names.
const WORN: &[(&str, &str)] =
    &[("aws_security_group", "id"), ("aws_default_security_group", "id"), ("aws_security_group", "name")];

const fn side(direction: Direction) -> usize {
    match direction {
        Direction::Ingress => 0,
        Direction::Egress => 1,
    }
}

impl<'a> Groups<'a> {
    pub(super) fn read(aws: &Aws<'a>) -> Self {
        let mut groups = Self::default();
        let read = aws.security_groups();
        for group in &read.groups {
            let whole = matches!(group.target, Some(Target::Instance(_)));
            groups.add(group.target.clone(), whole);
        }
        for cluster in aws.of_type("aws_eks_cluster") {
            groups.add_cluster(aws, cluster);
        }
        for index in aws.of_type("aws_default_security_group") {
            let vpc = aws.inventory.instance(index).get("vpc_id").and_then(|id| aws.ids().target(id, VPCS));
            if let (Some(vpc), Some(group)) = (vpc, groups.by_target.get(&Target::Instance(index))) {
                groups.defaults.insert(vpc, *group);
            }
        }
        for vpc in VPCS.iter().flat_map(|(type_name, _)| aws.of_type(type_name)) {
            groups.default_of(aws, &Target::Instance(vpc));
        }
        for (written, rule) in read.rules.iter().enumerate() {
            let of = &read.groups[rule.group];
            let default = of.default_of.as_ref().and_then(|vpc| groups.default_of(aws, vpc));
            let owner = default.or_else(|| groups.of_target(aws.inventory, of.target.as_ref()?));
            let rule_of = Rule { written: Some(written), ..groups.rule(aws, rule, owner) };
            let number = groups.rules.len();
            match owner {
                Some(owner) => groups.groups[owner].rules[side(rule_of.direction)].push(number),
                None => groups.stray.push(number),
            }
            groups.rules.push(rule_of);
        }
        groups
    }

    fn add(&mut self, target: Option<Target>, whole: bool) -> usize {
        let number = self.groups.len();
        if let Some(target) = &target {
            self.by_target.entry(target.clone()).or_insert(number);
        }
        self.groups.push(Group { target, rules: Default::default(), whole, blocks: Default::default() });
        number
    }

    /// The group that EKS makes for a cluster: it lets all members reach each other, and everything out ("View Amazon EKS
    /// security group requirements for clusters", Amazon EKS User Guide).
    fn add_cluster(&mut self, aws: &Aws<'a>, cluster: usize) {
        let group = self.add(Some(Target::Instance(cluster)), true);
        self.add_usual_rules(aws, group, cluster);
    }

    /// Everything from members, and everything out.
    fn add_usual_rules(&mut self, aws: &Aws<'a>, group: usize, instance: usize) {
        let spot = Spot::instance(aws.inventory, instance);
        let all = AddressSet::everything();
        for (direction, peers, addresses) in [
            (Direction::Ingress, vec![Peer::Group(group, spot.clone())], AddressSet::EMPTY),
            (Direction::Egress, Vec::new(), all),
        ] {
            self.groups[group].rules[side(direction)].push(self.rules.len());
            let addresses = Both { certain: addresses.clone(), possible: addresses };
            let (traffic, spot) = (Traffic::everything(), spot.clone());
            let (sources, doubt, unknown, written) = (Vec::new(), None, Vec::new(), None);
            self.rules.push(Rule { spot, direction, traffic, addresses, sources, peers, doubt, unknown, written });
        }
    }

    /// The default group of a VPC: as AWS makes it, unless the configuration adopts it ("Default security groups for your
    /// VPCs", Amazon VPC User Guide). One of a VPC that is made elsewhere may have been changed.
    pub(super) fn default_of(&mut self, aws: &Aws<'a>, vpc: &Target) -> Option<usize> {
        if let Some(&group) = self.defaults.get(vpc) {
            return Some(group);
        }
        let Target::Instance(instance) = *vpc else { return None };
        let group = self.add(None, true);
        self.defaults.insert(vpc.clone(), group);
        self.add_usual_rules(aws, group, instance);
        Some(group)
    }

    fn rule(&mut self, aws: &Aws<'a>, rule: &SecurityGroupRule<'a>, owner: Option<usize>) -> Rule<'a> {
        let certain = rule.sources.iter().map(|source| &source.addresses).collect();
        let possible =
            rule.sources.iter().map(|source| source.possible().cloned().unwrap_or_else(AddressSet::everything));
        let possible: AddressSet = possible.collect::<Vec<_>>().iter().collect();
        let unknown = rule.sources.iter().filter(|source| source.possible() != Some(&source.addresses));
        let unknown = unknown.map(|source| source.spot.clone()).collect();
        let absent = (rule.may_be_absent || rule.symbolic).then(|| rule.block.clone());
        let peers =
            if rule.symbolic { vec![Peer::Unknown(rule.block.clone())] } else { self.peers(aws, &rule.block, owner) };
        Rule {
            spot: rule.block.clone(),
            direction: rule.direction,
            traffic: rule.traffic.clone(),
            addresses: Both { certain, possible },
            sources: rule.sources.iter().map(|source| (source.addresses.clone(), source.spot.clone())).collect(),
            peers,
            doubt: rule.doubt.as_deref().cloned().or(absent),
            unknown,
            written: None,
        }
    }

    /// The groups that a rule names.
    fn peers(&mut self, aws: &Aws<'a>, block: &Spot<'a>, owner: Option<usize>) -> Vec<Peer<'a>> {
        let mut peers = Vec::new();
        for name in ["security_groups", "source_security_group_id", "referenced_security_group_id"] {
            let spot = block.get(name);
            match spot.setting(aws.inventory) {
                Setting::Unset => {}
                Setting::Unknown if spot.value.and_then(Value::identity).is_none() => {
                    peers.extend(spot.held().into_iter().map(|spot| self.peer(aws, spot)));
                    peers.push(Peer::Unknown(spot));
                }
                Setting::Unknown | Setting::Known(_) => match spot.value.and_then(Value::elements) {
                    Some(_) => peers.extend(spot.each().into_iter().map(|spot| self.peer(aws, spot))),
                    None if spot.text().is_some_and(|text| text.is_empty()) => {}
                    None => peers.push(self.peer(aws, spot)),
                },
            }
        }
        let own = block.get("self");
        match own.truth() {
            Some(true) => peers.extend(owner.map(|owner| Peer::Group(owner, own))),
            Some(false) => {}
            None if own.is_unknown(aws.inventory) => peers.push(Peer::Unknown(own)),
            None => {}
        }
        peers
    }

    fn peer(&mut self, aws: &Aws<'a>, spot: Spot<'a>) -> Peer<'a> {
        let group = spot.value.and_then(|value| {
            let target = aws.ids().target(value, SECURITY_GROUPS)?;
            let default = default_vpc(aws, &target).and_then(|vpc| self.default_of(aws, &vpc));
            default.or_else(|| self.of_target(aws.inventory, &target))
        });
        // "account/sg-…" names a group of another account. What is made elsewhere may be worn here by the same id.
        let elsewhere = || spot.text().map(|text| text.rsplit('/').next().unwrap_or_default().to_owned());
        match group.or_else(|| Some(self.elsewhere(Target::Id(elsewhere()?.as_str().into())))) {
            Some(group) => Peer::Group(group, spot),
            None => Peer::Unknown(spot),
        }
    }

    /// A group that another configuration makes.
    fn elsewhere(&mut self, target: Target) -> usize {
        let known = self.by_target.get(&target).copied();
        known.unwrap_or_else(|| self.add(Some(target), false))
    }

    fn of_target(&self, inventory: &Inventory, target: &Target) -> Option<usize> {
        let found = match target {
            Target::Attribute(reference) if &*reference.address.type_name == "aws_eks_cluster" => {
                inventory.find(&reference.address).map(Target::Instance)
            }
            Target::Attribute(reference) if reference.attribute() == Some("default_security_group_id") => {
                let vpc = Target::Instance(inventory.find(&reference.address)?);
                return self.defaults.get(&vpc).copied();
            }
            Target::Instance(_) | Target::Id(_) | Target::Attribute(_) => None,
        };
        self.by_target.get(&found.unwrap_or_else(|| target.clone())).copied()
    }

    /// The group of an instance (`aws_security_group`, or an EKS cluster's own group).
    pub(super) fn of_instance(&self, instance: usize) -> Option<usize> {
        self.by_target.get(&Target::Instance(instance)).copied()
    }

    /// Reads an attribute that names one or several groups of an interface.
    pub(super) fn worn(&mut self, aws: &Aws<'a>, spot: &Spot<'a>, worn: &mut Worn<'a>) {
        if spot.is_unset(aws.inventory) {
            return;
        }
        worn.spot.get_or_insert_with(|| spot.clone());
        let identified = spot.value.and_then(Value::identity).is_some();
        let listed = spot.value.is_some_and(|value| value.elements().is_some());
        let elements = match (listed, identified) {
            (true, _) => spot.each(),
            (false, true) => vec![spot.clone()],
            (false, false) if spot.is_unknown(aws.inventory) => {
                worn.doubt.get_or_insert_with(|| spot.clone());
                spot.held()
            }
            (false, false) => vec![spot.clone()],
        };
        for element in elements {
            if element.is_unset(aws.inventory) || element.text().is_some_and(|text| text.is_empty()) {
                continue;
            }
            let target = element.value.and_then(|value| aws.ids().target(value, WORN));
            let group = target.map(|target| {
                let vpc = default_vpc(aws, &target).and_then(|vpc| self.default_of(aws, &vpc));
                let known = vpc.or_else(|| self.of_target(aws.inventory, &target));
                known.unwrap_or_else(|| self.elsewhere(target))
            });
            match group {
                Some(group) => worn.known.push(group),
                None => drop(worn.doubt.get_or_insert(element)),
            }
        }
        worn.known.sort_unstable();
        worn.known.dedup();
    }

    /// What the groups of an interface let through in a direction, where the far end wears `far` and rules that name groups
    /// count as `honoured` says.
    pub(super) fn filter(
        &self,
        own: &Worn<'a>,
        direction: Direction,
        far: Option<&Worn<'a>>,
        honoured: &Sure<'a>,
        bound: Bound,
    ) -> PacketSet {
        if own.open {
            return PacketSet::everything();
        }
        if bound == Bound::Possible && self.may_have_more(own) {
            return PacketSet::everything();
        }
        let mut packets = PacketSet::EMPTY;
        for &group in &own.known {
            packets = packets.union(self.blocks(group, direction).of(bound));
        }
        let far = far.filter(|_| honoured.holds(bound));
        let rules = own.known.iter().flat_map(|&group| &self.groups[group].rules[side(direction)]);
        let stray = self.stray.iter().filter(|&&rule| self.rules[rule].direction == direction);
        for &rule in rules.chain(stray.clone().filter(|_| bound == Bound::Possible)) {
            if far.is_some_and(|far| self.rules[rule].names(far, bound)) {
                packets = packets.union(&self.rules[rule].peer_packets(bound));
            }
        }
        if bound == Bound::Possible {
            for &rule in stray {
                packets = packets.union(&self.rules[rule].packets(bound));
            }
        }
        packets
    }

    /// What blocks of addresses the rules of a group let through.
    fn blocks(&self, group: usize, direction: Direction) -> &Both<PacketSet> {
        let group = &self.groups[group];
        group.blocks[side(direction)].get_or_init(|| {
            let all = |bound| {
                let rules = group.rules[side(direction)].iter();
                rules.fold(PacketSet::EMPTY, |all, &rule| all.union(&self.rules[rule].packets(bound)))
            };
            Both { certain: all(Bound::Certain), possible: all(Bound::Possible) }
        })
    }

    /// The rules that may let an interface's traffic through, in order, each with whether it does so for a group.
    pub(super) fn rules_of<'g>(
        &'g self,
        own: &'g Worn<'a>,
        direction: Direction,
    ) -> impl Iterator<Item = &'g Rule<'a>> {
        self.numbers_of(own, direction).map(|rule| &self.rules[rule])
    }

    /// The rules of the groups of an interface, in [`Groups::rules`], in order.
    pub(super) fn numbers_of<'g>(&'g self, own: &'g Worn<'a>, direction: Direction) -> impl Iterator<Item = usize> {
        let rules = own.known.iter().flat_map(move |&group| &self.groups[group].rules[side(direction)]);
        let stray = self.stray.iter().filter(move |&&rule| self.rules[rule].direction == direction);
        rules.chain(stray).copied()
    }

    /// Whether the groups of an interface may have rules that are not known.
    pub(super) fn may_have_more(&self, own: &Worn<'a>) -> bool {
        own.doubt.is_some() || own.known.iter().any(|&group| !self.groups[group].whole)
    }

    /// The rules of a group.
    pub(super) fn rules_in(&self, group: usize, direction: Direction) -> impl Iterator<Item = &Rule<'a>> {
        self.groups[group].rules[side(direction)].iter().map(|&rule| &self.rules[rule])
    }

    /// The written rules of a group, in [`SecurityGroups::rules`].
    pub(super) fn written(&self, group: usize, direction: Direction) -> impl Iterator<Item = usize> {
        self.groups[group].rules[side(direction)].iter().filter_map(|&rule| self.rules[rule].written)
    }

    /// Where an interface may have other groups, or its groups other rules, than are written here: the expression.
    pub(super) fn unknown_of<'g>(&self, own: &'g Worn<'a>) -> Option<&'g Spot<'a>> {
        let foreign = own.known.iter().any(|&group| !self.groups[group].whole);
        own.doubt.as_ref().or_else(|| own.spot.as_ref().filter(|_| foreign))
    }

    /// What it hangs on what the groups of an interface let through.
    pub(super) fn doubts(&self, own: &Worn<'a>, direction: Direction, packets: &PacketSet) -> Vec<Spot<'a>> {
        let mut doubts: Vec<Spot<'a>> = own.doubt.iter().cloned().collect();
        if own.known.iter().any(|&group| !self.groups[group].whole) {
            doubts.extend(own.spot.iter().cloned());
        }
        for rule in self.rules_of(own, direction) {
            let possible = rule.packets(Bound::Possible).union(&rule.peer_packets(Bound::Possible));
            if !possible.intersection(packets).is_empty() {
                doubts.extend(rule.doubts());
            }
        }
        doubts
    }
}

/// The VPC here whose default group a target is.
fn default_vpc(aws: &Aws<'_>, target: &Target) -> Option<Target> {
    default_of(aws, Some(target)).flatten().filter(|vpc| vpc.instance().is_some())
}

impl<'a> Rule<'a> {
    /// The addresses that it certainly names.
    pub(super) const fn certain_addresses(&self) -> &AddressSet {
        &self.addresses.certain
    }

    /// What its blocks of addresses let through.
    pub(super) fn packets(&self, bound: Bound) -> PacketSet {
        match bound {
            Bound::Certain if self.doubt.is_some() => PacketSet::EMPTY,
            Bound::Certain => self.traffic.packets(&self.addresses.certain),
            Bound::Possible => self.traffic.possible_packets(&self.addresses.possible),
        }
    }

    /// What it lets through where the far end wears a group that it names.
    pub(super) fn peer_packets(&self, bound: Bound) -> PacketSet {
        match bound {
            _ if self.peers.is_empty() => PacketSet::EMPTY,
            Bound::Certain if self.doubt.is_some() => PacketSet::EMPTY,
            Bound::Certain => self.traffic.packets(&AddressSet::everything()),
            Bound::Possible => self.traffic.possible_packets(&AddressSet::everything()),
        }
    }

    /// What in it names a group that the far end wears, or, as far as is possible, may wear.
    pub(super) fn naming(&self, far: &Worn<'a>) -> Vec<(Bound, Spot<'a>)> {
        let named = |peer: &Peer<'a>| match peer {
            Peer::Group(group, spot) if far.known.contains(group) => Some((Bound::Certain, spot.clone())),
            Peer::Unknown(spot) if !far.known.is_empty() => Some((Bound::Possible, spot.clone())),
            Peer::Group(_, spot) | Peer::Unknown(spot) => far.doubt.is_some().then(|| (Bound::Possible, spot.clone())),
        };
        self.peers.iter().filter_map(named).collect()
    }

    /// Whether it names a group that the far end wears.
    pub(super) fn names(&self, far: &Worn<'a>, bound: Bound) -> bool {
        self.peers.iter().any(|peer| match (peer, bound) {
            (Peer::Group(group, _), Bound::Certain) => far.known.contains(group),
            (Peer::Group(group, _), Bound::Possible) => far.doubt.is_some() || far.known.contains(group),
            (Peer::Unknown(_), Bound::Certain) => false,
            (Peer::Unknown(_), Bound::Possible) => true,
        })
    }

    /// The expressions that are not known in it.
    fn doubts(&self) -> Vec<Spot<'a>> {
        let peers = self.peers.iter().filter_map(|peer| match peer {
            Peer::Unknown(spot) => Some(spot.clone()),
            Peer::Group(..) => None,
        });
        let traffic = self.traffic.doubt.as_deref().into_iter().cloned();
        self.doubt.iter().cloned().chain(self.unknown.iter().cloned()).chain(peers).chain(traffic).collect()
    }

    /// The expression of the addresses or the group that lets this through.
    pub(super) fn allowing(&self) -> &Spot<'a> {
        &self.spot
    }
}
