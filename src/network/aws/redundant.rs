//! Rules of a security group that let through nothing that other rules of it do not.
//!
//! "Security group rules" (Amazon VPC User Guide): rules permit only, and all of them count together, so what one permits that
//! others permit too changes nothing. CIDR blocks lie inside each other or apart: what may cover a rule stands, sorted by
//! first address, on a stack of the blocks around it, and ports are ranges on a line. So nothing is compared with everything.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::network::cidr;
use crate::network::sets::{AddressSet, Family};

use super::Aws;
use super::join::Target;
use super::security_groups::{Direction, SECURITY_GROUPS, SecurityGroupRule, Style};
use super::sources::Source;
use super::spot::{Setting, Spot};

/// Something that a rule names as its far end, which other rules cover.
#[derive(Clone, Debug)]
pub struct Redundant<'a> {
    /// The rule, in [`super::security_groups::SecurityGroups::rules`].
    pub rule: usize,
    /// The far end; the whole rule where all its far ends are covered.
    pub spot: Spot<'a>,
    /// Whether that is the whole rule.
    pub whole: bool,
    /// What covers it, where that is one far end of one rule.
    pub by: Option<(usize, Spot<'a>)>,
}

/// What a far end is. Those that are not equal share nothing, or are CIDR blocks inside each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// The block from this address to that one.
    Block(Family, u128, Reverse<u128>),
    /// A security group, a prefix list, or a block that is not known.
    Named(Target),
}

/// A far end of a rule.
#[derive(Debug)]
struct Item<'a> {
    rule: usize,
    spot: Spot<'a>,
    end: End,
    /// Protocols and ports, on one line.
    first: u32,
    last: u32,
    /// Whether it covers others.
    covers: bool,
}

/// Indices of items, by first port; each ends later than the one before.
struct Node {
    last: u128,
    family: Family,
    kept: Vec<usize>,
}

/// What of the rules of each group is covered by others, in the order of the rules.
pub fn redundant<'a>(aws: &Aws<'a>) -> Vec<Redundant<'a>> {
    let groups = aws.security_groups();
    let mut found = Vec::new();
    for group in groups.groups.iter().filter(|group| group.target.is_some()) {
        for direction in [Direction::Ingress, Direction::Egress] {
            let rules = group.rules.iter().copied().filter(|&rule| groups.rules[rule].direction == direction);
            let (separate, inline): (Vec<usize>, Vec<usize>) =
                rules.partition(|&rule| groups.rules[rule].style == Style::Separate);
            // Beside rule resources, a plan or state repeats them as inline rules; written so, the mixture is the mistake.
            let rules = if separate.is_empty() { inline } else { separate };
            if rules.len() > 1 || rules.iter().any(|&rule| groups.rules[rule].sources.len() > 1) {
                found.extend(among(aws, group.target.as_ref(), &rules));
            }
        }
    }
    found.sort_by_key(|redundant| redundant.rule);
    found
}

/// Of rules of one group and direction.
fn among<'a>(aws: &Aws<'a>, group: Option<&Target>, rules: &[usize]) -> Vec<Redundant<'a>> {
    let mut items: Vec<Item<'a>> = Vec::new();
    // How many far ends each rule has.
    let mut sizes = BTreeMap::new();
    for &index in rules {
        let rule = &aws.security_groups().rules[index];
        let Some((first, last)) = rule.traffic.line().filter(|_| is_certain(aws, rule)) else { continue };
        let ends = ends(aws, group, rule);
        sizes.insert(index, ends.len());
        let covers = !names_icmp_code(rule);
        let known = ends.into_iter().filter_map(|(spot, end)| Some((spot, end?)));
        items.extend(known.map(|(spot, end)| Item { rule: index, spot, end, first, last, covers }));
    }
    let covered = covered(&items);
    let mut by_rule: BTreeMap<usize, Vec<(usize, Option<usize>)>> = BTreeMap::new();
    for (item, by) in covered {
        by_rule.entry(items[item].rule).or_default().push((item, by));
    }
    let by = |by: Option<usize>| by.map(|by| (items[by].rule, items[by].spot.clone()));
    let mut found = Vec::new();
    for (rule, covered) in by_rule {
        let inside = covered.iter().any(|(_, by)| by.is_some_and(|by| items[by].rule == rule));
        if sizes.get(&rule) == Some(&covered.len()) && !inside {
            let (spot, first) = (aws.security_groups().rules[rule].block.clone(), covered[0].1);
            let same = covered.iter().all(|(_, by)| by.map(|by| items[by].rule) == first.map(|by| items[by].rule));
            found.push(Redundant { rule, spot, whole: true, by: by(first.filter(|_| same)) });
        } else {
            let each = |(item, covering): &(usize, Option<usize>)| Redundant {
                rule,
                spot: items[*item].spot.clone(),
                whole: false,
                by: by(*covering),
            };
            found.extend(covered.iter().map(each));
        }
    }
    found
}

/// Whether it is certainly there, and one rule.
fn is_certain(aws: &Aws<'_>, rule: &SecurityGroupRule<'_>) -> bool {
    let several = aws.inventory.instance(rule.block.instance).several;
    !rule.symbolic && !rule.may_be_absent && rule.doubt.is_none() && !several
}

/// Whether a rule lets one code of a type of ICMP through: codes are not told apart here, so it is taken to cover nothing.
fn names_icmp_code(rule: &SecurityGroupRule<'_>) -> bool {
    let protocol = ["protocol", "ip_protocol"].iter().find_map(|name| rule.block.get(name).text());
    let icmp = protocol.and_then(|text| super::traffic::protocol_named(&text)).is_some_and(|it| it.is_icmp());
    icmp && rule.block.get("to_port").integer().is_some_and(|code| code >= 0)
}

/// The far ends of a rule; `None` for one of which too little is known.
fn ends<'a>(aws: &Aws<'a>, group: Option<&Target>, rule: &SecurityGroupRule<'a>) -> Vec<(Spot<'a>, Option<End>)> {
    let of_source =
        |source: &Source<'a>| (source.spot.clone(), end(aws, &source.spot, &[("aws_ec2_managed_prefix_list", "id")]));
    let mut ends: Vec<(Spot<'a>, Option<End>)> = rule.sources.iter().map(of_source).collect();
    for name in ["security_groups", "source_security_group_id", "referenced_security_group_id"] {
        match rule.block.attribute(name, aws.inventory) {
            Setting::Unset => {}
            Setting::Known(value) if value.elements().is_some() => {
                let named = rule.block.get(name).each();
                ends.extend(named.into_iter().map(|spot| (spot.clone(), end(aws, &spot, SECURITY_GROUPS))));
            }
            Setting::Unknown | Setting::Known(_) => {
                let spot = rule.block.get(name);
                ends.push((spot.clone(), end(aws, &spot, SECURITY_GROUPS)));
            }
        }
    }
    let own = rule.block.get("self");
    if own.truth() == Some(true) {
        ends.push((own, group.cloned().map(End::Named)));
    } else if own.is_unknown(aws.inventory) {
        ends.push((own, None));
    }
    ends
}

fn end(aws: &Aws<'_>, spot: &Spot<'_>, kinds: &[(&'static str, &'static str)]) -> Option<End> {
    let net = spot.text().and_then(|text| cidr::read(&text));
    if let Some(net) = net {
        let addresses = AddressSet::from(net);
        let family = cidr::family(net);
        let &(first, last) = addresses.family(family).ranges().first()?;
        return Some(End::Block(family, first, Reverse(last)));
    }
    let value = spot.value?;
    // An attribute of instances whose number is not known is not one value.
    let is_one = value.identity().is_none_or(|of| of.address.key != crate::address::InstanceKey::Unknown);
    let is_text = value.identity().is_some() || value.as_str().is_some();
    aws.ids().target(value, kinds).filter(|_| is_one && is_text).map(End::Named)
}

/// Indices of items that others cover, each with the one that does so alone, if one does.
fn covered(items: &[Item<'_>]) -> Vec<(usize, Option<usize>)> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|&one, &other| {
        let key = |index: usize| {
            (&items[index].end, items[index].first, Reverse(items[index].last), !items[index].covers, index)
        };
        key(one).cmp(&key(other))
    });
    let mut found = Vec::new();
    let mut around: Vec<Node> = Vec::new();
    for same in order.chunk_by(|&one, &other| items[one].end == items[other].end) {
        match items[same[0]].end {
            End::Block(family, first, Reverse(last)) => {
                around.retain(|node| node.family == family && node.last >= first);
                let kept = keep(items, same, &around, &mut found);
                around.push(Node { last, family, kept });
            }
            End::Named(_) => drop(keep(items, same, &[], &mut found)),
        }
    }
    found.sort_unstable();
    found
}

/// Those of the items of one far end, by first port, that are needed beside what is around them.
fn keep(items: &[Item<'_>], same: &[usize], around: &[Node], found: &mut Vec<(usize, Option<usize>)>) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    for &index in same {
        let item = &items[index];
        let before = kept.last().copied().filter(|&before| items[before].last >= item.first);
        let by_one = before.filter(|&before| items[before].last >= item.last).or_else(|| one(items, around, item));
        let rest = before.map_or(item.first, |before| items[before].last.saturating_add(1));
        if by_one.is_some() || cover(items, around, rest, item.last) {
            found.push((index, by_one));
        } else if item.covers {
            kept.push(index);
        }
    }
    // What two neighbours cover together.
    let mut needed: Vec<usize> = Vec::with_capacity(kept.len());
    for (at, &index) in kept.iter().enumerate() {
        let gap = needed.last().zip(kept.get(at + 1)).map(|(&before, &after)| (items[before].last, items[after].first));
        let between =
            |(last, first): (u32, u32)| first <= last.saturating_add(1) || cover(items, around, last + 1, first - 1);
        if gap.is_some_and(between) {
            found.push((index, None));
        } else {
            needed.push(index);
        }
    }
    needed
}

/// The item of a block around that covers an item alone.
fn one(items: &[Item<'_>], around: &[Node], item: &Item<'_>) -> Option<usize> {
    around.iter().find_map(|node| before(items, node, item.first).filter(|&index| items[index].last >= item.last))
}

/// The item of a node that reaches furthest of those that begin at a port or before it.
fn before(items: &[Item<'_>], node: &Node, port: u32) -> Option<usize> {
    let behind = node.kept.partition_point(|&index| items[index].first <= port);
    behind.checked_sub(1).map(|last| node.kept[last])
}

/// Whether the items around cover all ports of a range together.
fn cover(items: &[Item<'_>], around: &[Node], first: u32, last: u32) -> bool {
    let mut next = first;
    loop {
        let ends = around.iter().filter_map(|node| before(items, node, next)).map(|index| items[index].last);
        match ends.max() {
            Some(end) if end >= last => return true,
            Some(end) if end >= next => next = end + 1,
            Some(_) | None => return false,
        }
    }
}
