//! What a security group leaves open to the internet.
//!
//! A port is open where the public sources that the group's rules together admit on it are, as a union and in one
//! address family, larger than a block of a given prefix length. The sources that do it are those that are that large
//! alone, and where the smaller ones together are that large, these too: so no office address is at fault for standing
//! beside `0.0.0.0/0`, and halves of the internet are found however they are spread over rules.

use crate::network::sets::{AddressSet, Family, PortSet, Protocols, Ranges};

use super::security_groups::{Direction, SecurityGroup, SecurityGroups};
use super::sources::Rest;

/// The prefix length of the largest block that is not open, per family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limits {
    /// For IPv4.
    pub ipv4: u8,
    /// For IPv6.
    pub ipv6: u8,
}

impl Limits {
    const fn of(self, family: Family) -> u8 {
        match family {
            Family::V4 => self.ipv4,
            Family::V6 => self.ipv6,
        }
    }

    /// The size of that block (2^128 counts as `u128::MAX`, which no set exceeds).
    #[must_use]
    pub fn addresses(self, family: Family) -> u128 {
        let bits = u32::from(family.bits().saturating_sub(self.of(family)));
        1u128.checked_shl(bits).unwrap_or(u128::MAX)
    }
}

/// Which of these sets, all let in together, are at fault for what is larger than the limits: see the head of this file.
#[must_use]
pub fn contributors(sets: &[AddressSet], limits: Limits) -> Vec<bool> {
    let mut found = vec![false; sets.len()];
    for family in Family::ALL {
        let prefix = limits.of(family);
        let large: Vec<bool> = sets.iter().map(|set| set.exceeds(family, prefix)).collect();
        let small = || sets.iter().zip(&large).filter(|(_, large)| !**large).map(|(set, _)| set);
        let together = small().collect::<AddressSet>().exceeds(family, prefix);
        for ((found, set), large) in found.iter_mut().zip(sets).zip(&large) {
            *found |= *large || (together && !set.family(family).is_empty());
        }
    }
    found
}

/// What one source leaves open.
#[derive(Clone, Debug, Default)]
pub struct Openness {
    /// TCP ports.
    pub tcp: Ports,
    /// UDP ports.
    pub udp: Ports,
    /// All protocols.
    pub all: Ports,
}

/// Ports, as far as known.
#[derive(Clone, Debug, Default)]
pub struct Ports {
    /// Certainly.
    pub certain: PortSet,
    /// Perhaps, beside the certain ones.
    pub possible: PortSet,
    /// Whether the group's sources like this one together leave every port from 1 up open: certainly, perhaps.
    pub every: (bool, bool),
}

/// What each source of the rules in one direction leaves open, by the rule's index and the source's in it.
#[derive(Debug)]
pub struct OpenSources(Vec<Vec<Openness>>);

impl OpenSources {
    /// Over all groups.
    #[must_use]
    pub fn find(groups: &SecurityGroups<'_>, direction: Direction, limits: Limits) -> Self {
        let empty = groups.rules.iter().map(|rule| vec![Openness::default(); rule.sources.len()]);
        let mut open = Self(empty.collect());
        for group in &groups.groups {
            for protocol in [Protocols::TCP, Protocols::UDP, Protocols::All] {
                let entries = entries(groups, group, direction, protocol);
                for (entry, ports) in entries.iter().zip(open_ports(&entries, limits)) {
                    let openness = &mut open.0[entry.rule][entry.source];
                    match protocol {
                        Protocols::TCP => openness.tcp = ports,
                        Protocols::UDP => openness.udp = ports,
                        Protocols::All | Protocols::One(_) => openness.all = ports,
                    }
                }
            }
        }
        open
    }

    /// Of one source.
    #[must_use]
    pub fn of(&self, rule: usize, source: usize) -> &Openness {
        &self.0[rule][source]
    }
}

/// One source of one rule, for one protocol.
struct Entry<'n> {
    rule: usize,
    source: usize,
    /// Its public addresses.
    public: &'n AddressSet,
    /// Those that it may have, as far as that is known.
    possible_public: &'n AddressSet,
    rest: Rest,
    /// Ports that it certainly admits.
    ports: PortSet,
    /// Ports that it may admit, the certain ones included.
    possible: PortSet,
    /// Whether it may not be there at all. What it opens alone is said at its own place; others cannot count on it.
    may_be_absent: bool,
}

fn entries<'n>(
    groups: &'n SecurityGroups<'_>,
    group: &SecurityGroup<'_>,
    direction: Direction,
    protocol: Protocols,
) -> Vec<Entry<'n>> {
    let mut entries = Vec::new();
    for &index in &group.rules {
        let rule = &groups.rules[index];
        let possible = rule.traffic.possible_ports_of(protocol);
        if rule.direction != direction || possible.is_empty() {
            continue;
        }
        let ports = if rule.doubt.is_some() { PortSet::EMPTY } else { rule.traffic.ports_of(protocol) };
        for (number, source) in rule.sources.iter().enumerate() {
            if source.is_of_interest() {
                let (public, possible_public, rest) = (&source.public, source.possible_public(), source.rest);
                let (ports, possible, may_be_absent) = (ports.clone(), possible.clone(), rule.may_be_absent);
                let (rule, source) = (index, number);
                entries.push(Entry { rule, source, public, possible_public, rest, ports, possible, may_be_absent });
            }
        }
    }
    entries
}

/// What each entry leaves open.
fn open_ports(entries: &[Entry<'_>], limits: Limits) -> Vec<Ports> {
    let certain = contributions(entries, limits, |entry| (entry.public, &entry.ports), |entry| !entry.may_be_absent);
    let in_doubt = |entry: &Entry<'_>| entry.ports != entry.possible || entry.rest != Rest::None || entry.may_be_absent;
    let perhaps = if entries.iter().any(in_doubt) {
        contributions(entries, limits, |entry| (entry.possible_public, &entry.possible), |_| true)
    } else {
        certain.clone()
    };
    let mut open: Vec<Ports> = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let possible = match entry.rest {
                Rest::Anything => entry.possible.clone(),
                // What is bounded opens nothing by itself; the odd one that would with others is not worth a word.
                Rest::AtMost(family, size) if size > limits.addresses(family) => entry.possible.clone(),
                Rest::None | Rest::AtMost(..) | Rest::Within => perhaps[index].intersection(&entry.possible),
            };
            let possible = possible.difference(&certain[index]);
            Ports { certain: certain[index].clone(), possible, every: (false, false) }
        })
        .collect();
    mark_every(entries, &mut open);
    open
}

/// Says which entries leave every port open, alone or as a union with others that do not do so alone.
fn mark_every(entries: &[Entry<'_>], open: &mut [Ports]) {
    let every = PortSet::range(1, u16::MAX);
    let union = |open: &[Ports], absent_too: bool, pick: fn(&Ports) -> PortSet| {
        let counted = open.iter().zip(entries).filter(|(_, entry)| absent_too || !entry.may_be_absent);
        let parts = counted.map(|(ports, _)| pick(ports)).filter(|ports| !every.is_subset(ports)).collect::<Vec<_>>();
        parts.iter().flat_map(PortSet::ranges).collect::<PortSet>()
    };
    let certain: fn(&Ports) -> PortSet = |ports| ports.certain.clone();
    let perhaps: fn(&Ports) -> PortSet = |ports| ports.certain.union(&ports.possible);
    let (small, small_perhaps) = (union(open, false, certain), union(open, true, perhaps));
    for (ports, entry) in open.iter_mut().zip(entries) {
        let alone = every.is_subset(&ports.certain);
        ports.every.0 = alone || (!entry.may_be_absent && !ports.certain.is_empty() && every.is_subset(&small));
        let alone = every.is_subset(&perhaps(ports));
        ports.every.1 =
            (entry.may_be_absent || !ports.possible.is_empty()) && (alone || every.is_subset(&small_perhaps));
    }
}

/// The ports on which each entry contributes to openness, if it admits the addresses and ports that `admits` says;
/// `counted`: whether an entry counts together with others.
fn contributions(
    entries: &[Entry<'_>],
    limits: Limits,
    admits: for<'e> fn(&'e Entry<'_>) -> (&'e AddressSet, &'e PortSet),
    counted: fn(&Entry<'_>) -> bool,
) -> Vec<PortSet> {
    let mut open = vec![PortSet::EMPTY; entries.len()];
    for family in Family::ALL {
        let mut small = Vec::new();
        let mut total = 0u128;
        for (index, entry) in entries.iter().enumerate() {
            let (public, ports) = admits(entry);
            if public.exceeds(family, limits.of(family)) {
                open[index] = open[index].union(ports);
            } else if counted(entry) && !public.family(family).is_empty() {
                total = total.saturating_add(public.family(family).saturating_size());
                small.push((index, ports, public.family(family)));
            }
        }
        if total > limits.addresses(family) {
            let shared = together(&small, limits.addresses(family));
            for (index, ports, _) in small {
                open[index] = open[index].union(&ports.intersection(&shared));
            }
        }
    }
    open
}

/// The ports on which entries, none of them larger than the limit, are so as a union: a sweep over the ports at which
/// some entry begins or ends.
fn together(entries: &[(usize, &PortSet, &Ranges)], limit: u128) -> PortSet {
    let mut events: Vec<(u32, bool, usize)> = Vec::new();
    for (number, (_, ports, _)) in entries.iter().enumerate() {
        for (first, last) in ports.ranges() {
            events.push((u32::from(first), true, number));
            events.push((u32::from(last) + 1, false, number));
        }
    }
    events.sort_unstable();
    let mut coverage = Coverage::over(entries.iter().flat_map(|entry| entry.2.ranges()));
    let mut open = Vec::new();
    let mut events = events.into_iter().peekable();
    while let Some((port, begins, number)) = events.next() {
        for range in entries[number].2.ranges() {
            coverage.change(*range, begins);
        }
        if let Some(&(next, ..)) = events.peek()
            && next > port
            && coverage.size() > limit
        {
            open.push((port as u16, (next - 1) as u16));
        }
    }
    open.into_iter().collect()
}

/// How many addresses a changing collection of ranges covers: a segment tree over the places where ranges begin and end,
/// so that adding and taking away a range costs the logarithm of their number.
struct Coverage {
    /// Where pieces begin.
    starts: Vec<u128>,
    /// One past the last address of all pieces, less one where that would overflow.
    end: u128,
    /// By node: how many ranges cover all of it, and how many addresses are covered in it.
    nodes: Vec<(u32, u128)>,
}

impl Coverage {
    fn over<'r>(ranges: impl Iterator<Item = &'r (u128, u128)>) -> Self {
        let mut starts: Vec<u128> = ranges.flat_map(|&(first, last)| [first, last.saturating_add(1)]).collect();
        starts.sort_unstable();
        starts.dedup();
        let end = starts.pop().unwrap_or(0);
        let nodes = vec![(0, 0); 4 * starts.len().max(1)];
        Self { starts, end, nodes }
    }

    fn size(&self) -> u128 {
        self.nodes[0].1
    }

    fn change(&mut self, (first, last): (u128, u128), add: bool) {
        let from = self.starts.partition_point(|&start| start < first);
        let to = self.starts.partition_point(|&start| start <= last);
        self.change_in(0, (0, self.starts.len()), (from, to), add);
    }

    /// Changes the pieces `range` as far as they lie below `node`, which has the pieces `own`.
    fn change_in(&mut self, node: usize, own: (usize, usize), range: (usize, usize), add: bool) {
        if range.0 >= own.1 || own.0 >= range.1 {
            return;
        }
        let middle = own.0.midpoint(own.1);
        let leaf = own.1 - own.0 == 1;
        if range.0 <= own.0 && own.1 <= range.1 {
            let count = self.nodes[node].0;
            self.nodes[node].0 = if add { count + 1 } else { count.saturating_sub(1) };
        } else {
            self.change_in(2 * node + 1, (own.0, middle), range, add);
            self.change_in(2 * node + 2, (middle, own.1), range, add);
        }
        self.nodes[node].1 = if self.nodes[node].0 > 0 {
            self.starts.get(own.1).copied().unwrap_or(self.end) - self.starts[own.0]
        } else if leaf {
            0
        } else {
            self.nodes[2 * node + 1].1 + self.nodes[2 * node + 2].1
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn coverage_is_the_size_of_the_union(
            changes in prop::collection::vec((0..30u128, 0..10u128, any::<prop::sample::Index>()), 1..20),
        ) {
            let ranges: Vec<_> = changes.iter().map(|&(first, length, _)| (first, first + length)).collect();
            let mut coverage = Coverage::over(ranges.iter());
            let mut held: Vec<(u128, u128)> = Vec::new();
            for ((_, _, which), range) in changes.iter().zip(&ranges) {
                coverage.change(*range, true);
                held.push(*range);
                if held.len() > 3 {
                    coverage.change(held.remove(which.index(held.len())), false);
                }
                let union: Ranges = held.iter().copied().collect();
                prop_assert_eq!(coverage.size(), union.saturating_size());
            }
        }
    }
}
