//! Network ACLs as filters: stateless, entries in the order of their numbers, the first match decides.
//!
//! "Control subnet traffic with network access control lists" and "Default network ACL" (Amazon VPC User Guide).

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::network_acls::{Action, Entry, acl_of, default_of, read_entry};
use crate::network::aws::security_groups::Direction;
use crate::network::aws::sources::{Rest, Source};
use crate::network::aws::spot::{Setting, Spot};
use crate::network::aws::traffic::{Traffic, protocol_named};
use crate::network::aws::vpcs::{SUBNETS, VPCS, vpc_attribute};
use crate::network::sets::{AddressSet, PacketSet, Protocols};

use super::bound::{Both, Bound};

/// A network ACL.
#[derive(Debug)]
pub(in crate::network) struct Acl<'a> {
    /// Where it is written; `None` for a default ACL that AWS made and nobody changed.
    pub(in crate::network) spot: Option<Spot<'a>>,
    /// Its entries in order, by direction; of unknown number last.
    entries: [Vec<Entry<'a>>; 2],
    /// Set where it may have other entries.
    doubt: Option<Spot<'a>>,
    passes: [OnceCell<Both<PacketSet>>; 2],
}

/// All network ACLs, and the subnets that they hold for.
#[derive(Debug, Default)]
pub(in crate::network) struct Acls<'a> {
    pub(in crate::network) acls: Vec<Acl<'a>>,
    /// By subnet: the ACLs that may be its, and the expression on which that hangs.
    of_subnet: BTreeMap<usize, (usize, Option<Spot<'a>>)>,
    defaults: BTreeMap<Target, usize>,
    by_target: BTreeMap<Target, usize>,
    /// An ACL's subnets that are not known.
    stray: Option<Spot<'a>>,
}

/// The most rules of ACLs that are not known that are told apart.
const MAX_STRAY: usize = 64;

/// The ACL of a subnet.
#[derive(Clone, Debug)]
pub(in crate::network) enum AclOf<'a> {
    /// This one.
    One(usize),
    /// AWS's own default one, which lets everything through.
    Default,
    /// That hangs on this expression.
    Unknown(Spot<'a>),
}

const fn side(direction: Direction) -> usize {
    match direction {
        Direction::Ingress => 0,
        Direction::Egress => 1,
    }
}

impl<'a> Acls<'a> {
    pub(in crate::network) fn read(aws: &Aws<'a>) -> Self {
        let mut acls = Self::default();
        for type_name in ["aws_network_acl", "aws_default_network_acl"] {
            for index in aws.of_type(type_name) {
                acls.read_acl(aws, index);
            }
        }
        let mut stray = Vec::new();
        for index in aws.of_type("aws_network_acl_rule") {
            acls.read_rule(aws, index, &mut stray);
        }
        for index in aws.of_type("aws_network_acl_association") {
            let spot = Spot::instance(aws.inventory, index);
            let acl = acls.named(aws, &spot.get("network_acl_id"));
            acls.associate(aws, &spot.get("subnet_id"), acl);
        }
        acls.add_anywhere(aws, stray);
        for acl in &mut acls.acls {
            acl.entries.iter_mut().for_each(|entries| entries.sort_by_key(|entry| entry.number.unwrap_or(i64::MAX)));
        }
        acls
    }

    fn of_target(&mut self, target: Target) -> usize {
        if let Some(&known) = self.by_target.get(&target) {
            return known;
        }
        let number = self.acls.len();
        self.by_target.insert(target, number);
        self.acls.push(Acl { spot: None, entries: Default::default(), doubt: None, passes: Default::default() });
        number
    }

    /// The ACL that an expression names. One that another configuration makes has entries that nobody here knows; a default
    /// one that nobody has adopted has those that AWS gives it, beside those that are added here.
    fn named(&mut self, aws: &Aws<'a>, id: &Spot<'a>) -> Option<usize> {
        let target = acl_of(aws, id)?;
        let known = self.by_target.contains_key(&target);
        let here = target.instance().is_some();
        let number = self.of_target(target);
        if known || here {
            return Some(number);
        }
        match default_of(aws, id) {
            Some(vpc) => {
                self.acls[number].entries = usual(&Spot::instance(aws.inventory, vpc.instance()?));
                self.defaults.insert(vpc, number);
            }
            None => self.acls[number].doubt = Some(id.clone()),
        }
        Some(number)
    }

    /// Adds entries of ACLs that are not known: they may be in any, default ones included.
    fn add_anywhere(&mut self, aws: &Aws<'a>, stray: Vec<(Vec<Direction>, Entry<'a>)>) {
        let Some((_, first)) = stray.first() else { return };
        for index in VPCS.iter().flat_map(|(type_name, _)| aws.of_type(type_name)) {
            let next = self.acls.len();
            let number = *self.defaults.entry(Target::Instance(index)).or_insert(next);
            if number == next {
                let entries = usual(&Spot::instance(aws.inventory, index));
                self.acls.push(Acl { spot: None, entries, doubt: None, passes: Default::default() });
            }
        }
        for acl in &mut self.acls {
            if stray.len() > MAX_STRAY {
                acl.doubt.get_or_insert_with(|| first.block.clone());
                continue;
            }
            for (directions, entry) in &stray {
                directions.iter().for_each(|&it| acl.entries[side(it)].push(entry.clone()));
            }
        }
    }

    fn read_acl(&mut self, aws: &Aws<'a>, index: usize) {
        let spot = Spot::instance(aws.inventory, index);
        let number = self.of_target(Target::Instance(index));
        self.acls[number].spot = Some(spot.clone());
        for (name, direction) in [("ingress", Direction::Ingress), ("egress", Direction::Egress)] {
            let blocks = spot.get(name);
            match blocks.setting(aws.inventory) {
                Setting::Unset => {}
                Setting::Unknown => self.acls[number].doubt = Some(blocks),
                Setting::Known(_) => {
                    let entries = blocks.each().into_iter().map(|block| entry(aws, block, "rule_no", "action"));
                    self.acls[number].entries[side(direction)].extend(entries);
                }
            }
        }
        if aws.inventory.instance(index).type_name() == "aws_default_network_acl" {
            let adopted = spot.get("default_network_acl_id").value;
            let vpc = adopted.and_then(|value| vpc_attribute(aws, value, &["default_network_acl_id"]));
            let vpc = vpc.or_else(|| aws.ids().target(spot.get("vpc_id").value?, VPCS));
            let by_id = || {
                let kinds = &[("aws_vpc", "default_network_acl_id"), ("aws_default_vpc", "default_network_acl_id")];
                aws.ids().target(adopted?, kinds)
            };
            if let Some(vpc) = vpc.or_else(by_id) {
                self.defaults.insert(vpc, number);
            }
        }
        self.associate(aws, &spot.get("subnet_ids"), Some(number));
    }

    /// Subnets (one, or a list) that an ACL is for; `acl` is `None` where that is not known.
    fn associate(&mut self, aws: &Aws<'a>, spot: &Spot<'a>, acl: Option<usize>) {
        if spot.is_unset(aws.inventory) {
            return;
        }
        let listed = spot.value.is_some_and(|value| value.elements().is_some());
        let mut subnets = if listed { spot.each() } else { vec![spot.clone()] };
        if !listed {
            subnets.extend(spot.held());
        }
        for subnet in subnets {
            match subnet.value.and_then(|value| aws.ids().target(value, SUBNETS)) {
                Some(Target::Instance(index)) => {
                    let doubt = acl.is_none().then(|| spot.clone());
                    self.of_subnet.insert(index, (acl.unwrap_or_default(), doubt));
                }
                Some(Target::Id(_) | Target::Attribute(_)) => {}
                None => self.stray = Some(subnet),
            }
        }
    }

    /// Reads a rule; one of an ACL that is not known is left to `stray`.
    fn read_rule(&mut self, aws: &Aws<'a>, index: usize, stray: &mut Vec<(Vec<Direction>, Entry<'a>)>) {
        let block = Spot::instance(aws.inventory, index);
        let id = block.get("network_acl_id");
        let egress = block.get("egress");
        let absent = aws.may_be_absent(index, acl_of(aws, &id).as_ref());
        let mut entry = entry(aws, block, "rule_number", "rule_action");
        entry.may_be_absent |= absent;
        let directions = match egress.truth() {
            Some(true) => vec![Direction::Egress],
            None if egress.is_unknown(aws.inventory) => {
                entry.may_be_absent = true;
                entry.doubt = Some(egress);
                vec![Direction::Ingress, Direction::Egress]
            }
            Some(false) | None => vec![Direction::Ingress],
        };
        match self.named(aws, &id) {
            Some(owner) => {
                directions.iter().for_each(|&it| self.acls[owner].entries[side(it)].push(entry.clone()));
            }
            None => {
                entry.may_be_absent = true;
                stray.push((directions, entry));
            }
        }
    }

    /// The ACL of a subnet.
    pub(in crate::network) fn of_subnet(&self, subnet: usize, vpc: Option<&Target>, vpc_id: &Spot<'a>) -> AclOf<'a> {
        match self.of_subnet.get(&subnet) {
            Some((_, Some(doubt))) => return AclOf::Unknown(doubt.clone()),
            Some((acl, None)) => return AclOf::One(*acl),
            None => {}
        }
        if let Some(stray) = &self.stray {
            return AclOf::Unknown(stray.clone());
        }
        match vpc.map(|vpc| (vpc, self.defaults.get(vpc))) {
            Some((_, Some(&acl))) => AclOf::One(acl),
            Some((Target::Instance(_), None)) => AclOf::Default,
            // Made elsewhere: who knows what was made of its default ACL.
            Some((Target::Id(_) | Target::Attribute(_), None)) | None => AclOf::Unknown(vpc_id.clone()),
        }
    }

    /// What an ACL lets through.
    pub(in crate::network) fn filter(&self, acl: &AclOf<'a>, direction: Direction, bound: Bound) -> PacketSet {
        match acl {
            AclOf::One(acl) => self.acls[*acl].passes(direction).of(bound).clone(),
            AclOf::Default => PacketSet::everything(),
            AclOf::Unknown(_) if bound == Bound::Possible => PacketSet::everything(),
            AclOf::Unknown(_) => PacketSet::EMPTY,
        }
    }
}

impl<'a> Acl<'a> {
    fn passes(&self, direction: Direction) -> &Both<PacketSet> {
        self.passes[side(direction)].get_or_init(|| {
            if self.doubt.is_some() {
                return Both { certain: PacketSet::EMPTY, possible: PacketSet::everything() };
            }
            let entries = &self.entries[side(direction)];
            Both { certain: passed(entries, Bound::Certain), possible: passed(entries, Bound::Possible) }
        })
    }

    /// The first entry that certainly matches one of these packets, and whether it lets them through.
    pub(in crate::network) fn deciding(&self, direction: Direction, packets: &PacketSet) -> Option<&Entry<'a>> {
        let entries = self.entries[side(direction)].iter();
        entries.into_iter().find(|entry| !reach(entry, Bound::Possible).intersection(packets).is_empty())
    }

    /// The first entry that lets some of these packets through.
    pub(in crate::network) fn allowing(&self, direction: Direction, packets: &PacketSet) -> Option<&Entry<'a>> {
        let mut entries = self.entries[side(direction)].iter().filter(|entry| entry.action != Action::Deny);
        entries.find(|entry| !reach(entry, Bound::Possible).intersection(packets).is_empty())
    }

    /// Where its entries are written.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &Spot<'a>> {
        self.spot.iter().chain(self.entries.iter().flatten().map(|entry| &entry.block))
    }

    /// Entries that no packet gets to, since those before match all that they would, each with the one that does so alone, if
    /// one does. AWS takes no more than 40 in a direction ("Amazon VPC quotas"); of those beyond 200 nothing is said.
    pub(in crate::network) fn unreached(&self, direction: Direction) -> Vec<(&Entry<'a>, Option<&Entry<'a>>)> {
        let mut found = Vec::new();
        let mut before = PacketSet::EMPTY;
        let mut earlier: Vec<(&Entry<'a>, PacketSet)> = Vec::new();
        let certain = |entry: &&Entry<'a>| {
            let known = entry.sources.iter().all(|source| source.rest == Rest::None) && entry.traffic.is_known();
            entry.number.is_some() && !entry.may_be_absent && known
        };
        let entries: Vec<&Entry<'a>> = self.entries[side(direction)].iter().filter(certain).take(200).collect();
        for same in entries.chunk_by(|one, other| one.number == other.number) {
            let sets: Vec<PacketSet> = same.iter().map(|entry| reach(entry, Bound::Certain)).collect();
            for (&entry, set) in same.iter().zip(&sets) {
                if !set.is_empty() && set.is_subset(&before) {
                    let alone = earlier.iter().find(|(_, other)| set.is_subset(other)).map(|(entry, _)| *entry);
                    found.push((entry, alone));
                }
            }
            for (&entry, set) in same.iter().zip(sets) {
                // Codes of ICMP are not told apart.
                if entry.block.get("icmp_code").integer().is_none_or(|code| code < 0) || !is_icmp(entry) {
                    before = before.union(&set);
                    earlier.push((entry, set));
                }
            }
        }
        found
    }

    /// What it hangs on what is let through.
    pub(in crate::network) fn doubts(&self, direction: Direction, packets: &PacketSet) -> Vec<Spot<'a>> {
        let mut doubts: Vec<Spot<'a>> = self.doubt.iter().cloned().collect();
        for entry in &self.entries[side(direction)] {
            if reach(entry, Bound::Possible).intersection(packets).is_empty() {
                continue;
            }
            let absent = entry.may_be_absent.then(|| entry.block.clone());
            let sources = entry.sources.iter().filter(|source| source.possible() != Some(&source.addresses));
            doubts.extend(sources.map(|source| source.spot.clone()));
            doubts
                .extend(entry.doubt.as_ref().into_iter().chain(entry.traffic.doubt.as_deref()).chain(&absent).cloned());
        }
        doubts
    }
}

/// The entries of a default ACL ("Default network ACL"): everything is let through.
fn usual<'a>(spot: &Spot<'a>) -> [Vec<Entry<'a>>; 2] {
    let entry = || Entry {
        number: Some(100),
        action: Action::Allow,
        traffic: Traffic::everything(),
        sources: vec![Source::everything(spot.clone())],
        doubt: None,
        block: spot.clone(),
        may_be_absent: false,
    };
    [vec![entry()], vec![entry()]]
}

/// An entry; of ICMP, the type stands in place of the port.
fn entry<'a>(aws: &Aws<'a>, block: Spot<'a>, number: &'static str, action: &'static str) -> Entry<'a> {
    let mut entry = read_entry(aws, block, number, action);
    let protocol = entry.block.get("protocol");
    if is_icmp(&entry) {
        let (from, to) = (entry.block.get("icmp_type"), entry.block.get("icmp_code"));
        entry.traffic = Traffic::read(aws, &protocol, &from, &to);
    }
    entry
}

/// Whether an entry names ICMP, whose codes are not told apart.
fn is_icmp(entry: &Entry<'_>) -> bool {
    let named = entry.block.get("protocol").text().and_then(|text| protocol_named(&text));
    named.is_some_and(Protocols::is_icmp)
}

/// What an entry matches.
fn reach(entry: &Entry<'_>, bound: Bound) -> PacketSet {
    match bound {
        Bound::Certain => {
            let addresses = entry.sources.iter().map(|source| &source.addresses).collect();
            entry.traffic.packets(&addresses)
        }
        Bound::Possible => {
            let possible = entry.sources.iter().map(|source| source.possible().cloned());
            let possible = possible.map(|addresses| addresses.unwrap_or_else(AddressSet::everything));
            entry.traffic.possible_packets(&possible.collect::<Vec<_>>().iter().collect())
        }
    }
}

/// What entries in order let through. Where neither number nor order is known, no denial is certain, and no permission.
fn passed(entries: &[Entry<'_>], bound: Bound) -> PacketSet {
    let (mut passed, mut denied) = (PacketSet::EMPTY, PacketSet::EMPTY);
    // What may come first.
    for entry in entries.iter().filter(|entry| entry.number.is_none()) {
        match (bound, entry.action) {
            (Bound::Certain, Action::Deny | Action::Unknown) => denied = denied.union(&reach(entry, Bound::Possible)),
            (Bound::Possible, Action::Allow | Action::Unknown) => passed = passed.union(&reach(entry, Bound::Possible)),
            (Bound::Certain, Action::Allow) | (Bound::Possible, Action::Deny) => {}
        }
    }
    for entry in entries {
        let sure = !entry.may_be_absent && entry.number.is_some();
        match (bound, entry.action) {
            (Bound::Certain, Action::Allow) if !entry.may_be_absent => {
                passed = passed.union(&reach(entry, Bound::Certain).difference(&denied));
            }
            (Bound::Certain, Action::Deny | Action::Unknown) => denied = denied.union(&reach(entry, Bound::Possible)),
            (Bound::Possible, Action::Allow | Action::Unknown) => {
                passed = passed.union(&reach(entry, Bound::Possible).difference(&denied));
            }
            (Bound::Possible, Action::Deny) if sure => denied = denied.union(&reach(entry, Bound::Certain)),
            (Bound::Certain, Action::Allow) | (Bound::Possible, Action::Deny) => {}
        }
    }
    passed
}
