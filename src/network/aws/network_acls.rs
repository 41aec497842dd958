//! Network ACLs: what they let in, in rule order.

use std::collections::{BTreeMap, BTreeSet};

use crate::network::registry::public_part;
use crate::network::sets::{AddressSet, PortSet, Protocols};

use super::Aws;
use super::join::Target;
use super::openness::{Limits, contributors};
use super::sources::{Rest, Source};
use super::spot::{Setting, Spot};
use super::traffic::Traffic;
use super::vpcs::{vpc_attribute, vpc_with};

const NETWORK_ACLS: &[(&str, &str)] = &[("aws_network_acl", "id"), ("aws_default_network_acl", "id")];

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Lets in.
    Allow,
    /// Keeps out.
    Deny,
    /// Not known.
    Unknown,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Its place in the order; `None` where not known.
    pub number: Option<i64>,
    /// What it does.
    pub action: Action,
    /// Protocol and ports.
    pub traffic: Traffic<'a>,
    /// Where from, both families together.
    pub sources: Vec<Source<'a>>,
    /// The expression of the number or action, where that is not known.
    pub doubt: Option<Spot<'a>>,
    /// Its block, or its whole resource.
    pub block: Spot<'a>,
    /// Whether the ACL may be there without it.
    pub may_be_absent: bool,
}

/// The ingress entries of each ACL, in rule order (those of unknown number last).
#[derive(Debug, Default)]
pub struct NetworkAcls<'a> {
    /// ACL by ACL.
    pub acls: Vec<Vec<Entry<'a>>>,
}

impl<'a> NetworkAcls<'a> {
    pub(super) fn read(aws: &Aws<'a>) -> Self {
        let mut acls: BTreeMap<Target, Vec<Entry<'a>>> = BTreeMap::new();
        let mut alone = Vec::new();
        for type_name in ["aws_network_acl", "aws_default_network_acl"] {
            for index in aws.of_type(type_name) {
                let ingress = Spot::instance(aws.inventory, index).get("ingress");
                let blocks = match ingress.setting(aws.inventory) {
                    Setting::Unset => Vec::new(),
                    Setting::Unknown => vec![ingress],
                    Setting::Known(_) => ingress.each(),
                };
                let entries = blocks.into_iter().map(|block| read_entry(aws, block, "rule_no", "action"));
                acls.entry(Target::Instance(index)).or_default().extend(entries);
            }
        }
        for index in aws.of_type("aws_network_acl_rule") {
            let block = Spot::instance(aws.inventory, index);
            let egress = block.get("egress");
            if egress.truth() == Some(true) {
                continue;
            }
            let acl = acl_of(aws, &block.get("network_acl_id"));
            let mut entry = read_entry(aws, block, "rule_number", "rule_action");
            if egress.is_unknown(aws.inventory) {
                entry.action = Action::Unknown;
                entry.doubt = Some(egress);
            }
            entry.may_be_absent = aws.may_be_absent(index, acl.as_ref());
            if entry.may_be_absent && entry.action == Action::Deny {
                entry.doubt = Some(Spot::instance(aws.inventory, index));
            }
            match acl {
                Some(target) => acls.entry(target).or_default().push(entry),
                None => alone.push(vec![entry]),
            }
        }
        let mut acls: Vec<_> = acls.into_values().chain(alone).collect();
        for entries in &mut acls {
            entries.sort_by_key(|entry| entry.number.unwrap_or(i64::MAX));
        }
        Self { acls }
    }
}

/// The attribute of a VPC that holds its default ACL.
const DEFAULT: &[&str] = &["default_network_acl_id"];

/// The VPC here whose default ACL a value names.
pub(in crate::network) fn default_of(aws: &Aws<'_>, id: &Spot<'_>) -> Option<Target> {
    let vpc = vpc_attribute(aws, id.value?, DEFAULT).or_else(|| vpc_with(aws, id.value?, DEFAULT));
    vpc.filter(|vpc| vpc.instance().is_some())
}

/// The ACL that a value names: a VPC's default one is the resource that adopts it, where there is one. Nobody knows which
/// where a data source may have found one of those that are made here.
pub(in crate::network) fn acl_of(aws: &Aws<'_>, id: &Spot<'_>) -> Option<Target> {
    let value = id.value?;
    if let Some(vpc) = vpc_attribute(aws, value, DEFAULT) {
        let adopts = |&index: &usize| {
            let adopted = aws.inventory.instance(index).get("default_network_acl_id");
            adopted.and_then(|value| vpc_attribute(aws, value, DEFAULT)).as_ref() == Some(&vpc)
        };
        if let Some(index) = aws.of_type("aws_default_network_acl").find(adopts) {
            return Some(Target::Instance(index));
        }
    }
    aws.ids().target(value, NETWORK_ACLS).filter(|target| !aws.ids().may_find_made(target))
}

pub(in crate::network) fn read_entry<'a>(
    aws: &Aws<'a>,
    block: Spot<'a>,
    number: &'static str,
    action: &'static str,
) -> Entry<'a> {
    let inventory = aws.inventory;
    let may_be_absent = block.within.is_some();
    let cidrs = &["cidr_block", "ipv6_cidr_block"];
    if block.is_unknown(inventory)
        || [number, action, "protocol"].iter().all(|name| block.get(name).is_unknown(inventory))
    {
        let block = block.within.as_deref().unwrap_or(&block).clone();
        let (traffic, sources) = (Traffic::unknown(block.clone()), vec![Source::unknown(block.clone())]);
        let (number, action, doubt) = (None, Action::Unknown, Some(block.clone()));
        return Entry { number, action, traffic, sources, doubt, block, may_be_absent };
    }
    let traffic = Traffic::read(aws, &block.get("protocol"), &block.get("from_port"), &block.get("to_port"));
    let sources = Source::read(aws, &block, cidrs, &[]);
    let (number, action) = (block.get(number), block.get(action));
    let doubt = [&number, &action].into_iter().find(|spot| spot.is_unknown(inventory)).cloned();
    let action = match action.text() {
        Some(text) if text.trim().eq_ignore_ascii_case("allow") => Action::Allow,
        Some(_) => Action::Deny,
        None => Action::Unknown,
    };
    let absent = block.within.as_deref().filter(|_| action == Action::Deny).cloned();
    let doubt = doubt.or(absent);
    Entry { number: number.integer(), action, traffic, sources, doubt, block, may_be_absent }
}

/// Whether one source of an entry that allows is among those that let the open internet in on a TCP port.
#[derive(Clone, Debug)]
pub struct Admission<'a> {
    /// Certainly.
    pub certain: bool,
    /// Perhaps.
    pub possible: bool,
    /// The expression on which that hangs.
    pub doubt: Option<Spot<'a>>,
}

/// So many entries that may not be there are looked at one by one; others are in doubt.
const MAX_ABSENT: usize = 100;

/// Who lets the open internet in on a TCP port, by entry and source.
#[must_use]
pub fn admissions<'a>(entries: &[Entry<'a>], port: u16, limits: Limits) -> BTreeMap<(usize, usize), Admission<'a>> {
    let admitted = admitted(entries, port);
    let parts = |pick: for<'e> fn(&'e Admitted<'a>) -> &'e AddressSet| -> Vec<AddressSet> {
        admitted.iter().map(|it| public_part(pick(it))).collect()
    };
    let (own, all) = (parts(|it| &it.certain), parts(|it| &it.possible));
    let is_absent = |it: &Admitted<'_>| entries[it.entry].may_be_absent;
    // Nothing counts on an entry that may not be there; that one itself is at fault for what it does if it is there.
    let counted = |alone: Option<usize>| -> Vec<AddressSet> {
        let counts = |(index, it): (usize, &Admitted<'_>)| !is_absent(it) || alone == Some(index);
        let part =
            |(at, own): ((usize, &Admitted<'_>), &AddressSet)| if counts(at) { own.clone() } else { AddressSet::EMPTY };
        admitted.iter().enumerate().zip(&own).map(part).collect()
    };
    let mut certain = contributors(&counted(None), limits);
    let absent: Vec<usize> =
        admitted.iter().enumerate().filter(|(_, it)| is_absent(it)).map(|(index, _)| index).collect();
    for &index in absent.iter().take(MAX_ABSENT) {
        certain[index] = contributors(&counted(Some(index)), limits)[index];
    }
    let possible = contributors(&all, limits);
    let mut found = BTreeMap::new();
    for ((mut it, certain), possible) in admitted.into_iter().zip(certain).zip(possible) {
        if it.doubt.is_none() && !absent.is_empty() {
            it.doubt = Some(entries[it.entry].sources[it.part].spot.clone());
        }
        // A block that is not known, but never larger than the limit, opens nothing.
        let bounded = match entries[it.entry].sources[it.part].rest {
            Rest::AtMost(family, size) => size <= limits.addresses(family),
            Rest::None | Rest::Within | Rest::Anything => false,
        };
        let possible = possible && !bounded && it.doubt.is_some();
        found.insert((it.entry, it.part), Admission { certain, possible, doubt: it.doubt });
    }
    found
}

/// Where the ranges of TCP ports of any entry begin, and where they have ended.
pub fn borders(entries: &[Entry<'_>]) -> BTreeSet<u32> {
    let sets =
        |entry: &Entry<'_>| [entry.traffic.ports_of(Protocols::TCP), entry.traffic.possible_ports_of(Protocols::TCP)];
    let ends = |(first, last): (u16, u16)| [u32::from(first), u32::from(last) + 1];
    entries.iter().flat_map(sets).flat_map(|set| set.ranges().flat_map(ends).collect::<Vec<_>>()).collect()
}

/// What one source of an allowing entry lets in on a TCP port, earlier denials taken off. Earlier allowing entries are
/// not: what two entries let in, both are at fault for.
struct Admitted<'a> {
    /// The entry.
    entry: usize,
    /// The source in it.
    part: usize,
    /// The addresses that are certainly let in.
    certain: AddressSet,
    /// The addresses that may be, the certain ones included.
    possible: AddressSet,
    /// The expression on which it hangs whether the possible ones are.
    doubt: Option<Spot<'a>>,
}

/// What the entries of an ACL let in on a TCP port.
fn admitted<'a>(entries: &[Entry<'a>], port: u16) -> Vec<Admitted<'a>> {
    let port = PortSet::range(port, port);
    let mut found = Vec::new();
    // What earlier entries keep out: certainly, and perhaps.
    let (mut denied, mut perhaps) = (AddressSet::EMPTY, AddressSet::EMPTY);
    let mut denied_doubt = None;
    // An entry whose number is not known may come before all others.
    for entry in entries.iter().filter(|entry| entry.number.is_none() && entry.action != Action::Allow) {
        if entry.traffic.possible_ports_of(Protocols::TCP).overlaps(&port) {
            perhaps = entry.sources.iter().fold(perhaps, |set, source| set.union(&possible(source)));
            denied_doubt = entry.doubt.clone();
        }
    }
    for (index, entry) in entries.iter().enumerate() {
        if !entry.traffic.possible_ports_of(Protocols::TCP).overlaps(&port) {
            continue;
        }
        let certainly = entry.traffic.ports_of(Protocols::TCP).overlaps(&port);
        for (part, source) in entry.sources.iter().enumerate() {
            if entry.action != Action::Deny {
                // Entries whose number is not known come last here, after every denial.
                let sure = certainly && entry.action == Action::Allow;
                let own = if sure { source.addresses.clone() } else { AddressSet::EMPTY };
                let certain = own.difference(&denied).difference(&perhaps);
                // With its number not known, it may come before every denial.
                let before = if entry.number.is_some() { &denied } else { &AddressSet::EMPTY };
                let possible = possible(source).difference(before);
                let of_source = (source.rest != Rest::None).then(|| source.spot.clone());
                let doubt =
                    of_source.or_else(|| entry.doubt.clone()).or_else(|| entry.traffic.doubt.as_deref().cloned());
                let doubt = doubt.or_else(|| denied_doubt.clone());
                found.push(Admitted { entry: index, part, certain, possible, doubt });
            }
            if entry.action != Action::Allow {
                let known = certainly && entry.action == Action::Deny && entry.number.is_some() && !entry.may_be_absent;
                if known {
                    denied = denied.union(&source.addresses);
                }
                let uncertain = possible(source).difference(&denied);
                if !uncertain.is_empty() {
                    let of_source = (source.rest != Rest::None).then(|| source.spot.clone());
                    denied_doubt =
                        of_source.or_else(|| entry.doubt.clone()).or_else(|| entry.traffic.doubt.as_deref().cloned());
                    perhaps = perhaps.union(&uncertain);
                }
            }
        }
    }
    found
}

/// The addresses that a source may have.
fn possible(source: &Source<'_>) -> AddressSet {
    source.possible().cloned().unwrap_or_else(AddressSet::everything)
}
