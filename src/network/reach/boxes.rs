//! Sets of connections as boxes: protocols, ports at the destination, sources and destinations.
//!
//! Every filter looks at one address and one port alone: what passes them all is, for each protocol and port, a product of
//! sources and destinations. That makes the sets exact and small.

use crate::network::sets::{AddressSet, PacketSet, PortSet, Protocols};

/// Connections: every protocol of a range, to every port of a range, from every source to every destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Boxed {
    pub(super) protocols: (u8, u8),
    pub(super) ports: (u16, u16),
    pub(super) sources: AddressSet,
    pub(super) destinations: AddressSet,
}

impl Boxed {
    /// Its packets, with these addresses at one end.
    pub(super) fn packets(&self, addresses: &AddressSet) -> PacketSet {
        let (first, last) = (self.protocols, self.ports);
        if last == (0, u16::MAX) {
            return PacketSet::between((first.0, last.0), (first.1, last.1), addresses);
        }
        let one = |protocol| PacketSet::between((protocol, last.0), (protocol, last.1), addresses);
        (first.0..=first.1).fold(PacketSet::EMPTY, |all, protocol| all.union(&one(protocol)))
    }

    /// What is in both, if anything is.
    pub(super) fn intersection(&self, other: &Self) -> Option<Self> {
        let protocols = both(self.protocols, other.protocols)?;
        let ports = both(self.ports, other.ports)?;
        let sources = self.sources.intersection(&other.sources);
        let destinations = self.destinations.intersection(&other.destinations);
        let some = !sources.is_empty() && !destinations.is_empty();
        some.then_some(Self { protocols, ports, sources, destinations })
    }

    /// What is in this and not in the other, in disjoint boxes.
    pub(super) fn difference(&self, other: &Self) -> Vec<Self> {
        let Some(shared) = self.intersection(other) else { return vec![self.clone()] };
        let mut rest = Vec::new();
        let mut left = self.clone();
        for protocols in beside(left.protocols, shared.protocols, u8::checked_sub, u8::checked_add) {
            rest.push(Self { protocols, ..left.clone() });
        }
        left.protocols = shared.protocols;
        for ports in beside(left.ports, shared.ports, u16::checked_sub, u16::checked_add) {
            rest.push(Self { ports, ..left.clone() });
        }
        left.ports = shared.ports;
        let sources = left.sources.difference(&shared.sources);
        if !sources.is_empty() {
            rest.push(Self { sources, ..left.clone() });
        }
        left.sources = shared.sources;
        let destinations = left.destinations.difference(&shared.destinations);
        if !destinations.is_empty() {
            rest.push(Self { destinations, ..left });
        }
        rest
    }

    /// The part of it whose packets, by one of the addresses, are in a set.
    pub(super) fn within(&self, packets: &PacketSet, by_source: bool) -> Vec<Self> {
        let mut parts = Vec::new();
        for (first, last, addresses) in packets.pieces() {
            for (protocols, ports) in rectangles(first, last) {
                let all = AddressSet::everything();
                let (sources, destinations) = if by_source { (addresses, &all) } else { (&all, addresses) };
                let (sources, destinations) = (sources.clone(), destinations.clone());
                parts.extend(self.intersection(&Self { protocols, ports, sources, destinations }));
            }
        }
        parts
    }
}

/// What is in some of the boxes and in none of the others.
pub(super) fn difference(boxes: Vec<Boxed>, others: &[Boxed]) -> Vec<Boxed> {
    others.iter().fold(boxes, |left, other| left.iter().flat_map(|it| it.difference(other)).collect())
}

fn both<T: Ord + Copy>(one: (T, T), other: (T, T)) -> Option<(T, T)> {
    let (first, last) = (one.0.max(other.0), one.1.min(other.1));
    (first <= last).then_some((first, last))
}

/// What is in a range on either side of one inside it.
fn beside<T: Ord + Copy + From<u8>>(
    whole: (T, T),
    inner: (T, T),
    minus: fn(T, T) -> Option<T>,
    plus: fn(T, T) -> Option<T>,
) -> impl Iterator<Item = (T, T)> {
    let below = minus(inner.0, T::from(1)).filter(|last| *last >= whole.0).map(|last| (whole.0, last));
    let above = plus(inner.1, T::from(1)).filter(|first| *first <= whole.1).map(|first| (first, whole.1));
    [below, above].into_iter().flatten()
}

/// Everything from a protocol and port to a protocol and port, in order, as ranges of both.
fn rectangles(first: (u8, u16), last: (u8, u16)) -> Vec<((u8, u8), (u16, u16))> {
    if first.0 == last.0 {
        return vec![((first.0, first.0), (first.1, last.1))];
    }
    let mut found = Vec::new();
    let (mut from, mut to) = (first.0, last.0);
    if first.1 != 0 {
        found.push(((from, from), (first.1, u16::MAX)));
        from += 1;
    }
    if last.1 != u16::MAX {
        found.push(((to, to), (0, last.1)));
        to -= 1;
    }
    if from <= to {
        found.push(((from, to), (0, u16::MAX)));
    }
    found
}

/// What filters let through: by source, and by destination.
#[derive(Clone, Debug)]
pub(super) struct Passing {
    pub(super) by_source: PacketSet,
    pub(super) by_destination: PacketSet,
}

/// Ports that clients take for answers ("Ephemeral ports", Amazon VPC User Guide: NAT gateways and some clients use 1024 to
/// 65535).
const EPHEMERAL: (u16, u16) = (1024, u16::MAX);

/// The connections whose packets pass `there` and some of whose answers pass `back` (both by the connection's source and
/// destination; the ports of `back` are those at the source).
pub(super) fn connections(there: &Passing, back: &Passing) -> Vec<Boxed> {
    let sets = [&there.by_source, &there.by_destination, &back.by_source, &back.by_destination];
    let mut boxes: Vec<Boxed> = Vec::new();
    for (first, last) in bands(&sets) {
        let answers = answers(first, back);
        if answers.is_empty() {
            continue;
        }
        for (from, to, sources, destinations) in common(first, &there.by_source, &there.by_destination) {
            for (back_sources, back_destinations) in &answers {
                let sources = sources.intersection(back_sources);
                let destinations = destinations.intersection(back_destinations);
                if !sources.is_empty() && !destinations.is_empty() {
                    push(&mut boxes, Boxed { protocols: (first, last), ports: (from, to), sources, destinations });
                }
            }
        }
    }
    boxes
}

/// Adds a box, to the last one where they touch.
fn push(boxes: &mut Vec<Boxed>, next: Boxed) {
    if let Some(last) = boxes.last_mut()
        && last.sources == next.sources
        && last.destinations == next.destinations
    {
        if last.protocols == next.protocols && last.ports.1.checked_add(1) == Some(next.ports.0) {
            last.ports.1 = next.ports.1;
            return;
        }
        if last.ports == next.ports && last.protocols.1.checked_add(1) == Some(next.protocols.0) {
            last.protocols.1 = next.protocols.1;
            return;
        }
    }
    if !boxes.contains(&next) {
        boxes.push(next);
    }
}

/// The pairs of sources and destinations between which some answer passes, for one protocol.
fn answers(protocol: u8, back: &Passing) -> Vec<(AddressSet, AddressSet)> {
    let with_ports = matches!(Protocols::One(protocol), Protocols::TCP | Protocols::UDP);
    let mut pairs: Vec<(AddressSet, AddressSet)> = Vec::new();
    for (first, last, sources, destinations) in common(protocol, &back.by_source, &back.by_destination) {
        if with_ports && (last < EPHEMERAL.0 || first > EPHEMERAL.1) {
            continue;
        }
        let covered = |(s, d): &(AddressSet, AddressSet)| sources.is_subset(s) && destinations.is_subset(d);
        if !pairs.iter().any(covered) {
            pairs.retain(|(s, d)| !(s.is_subset(&sources) && d.is_subset(&destinations)));
            pairs.push((sources, destinations));
        }
    }
    pairs
}

/// Where two sets of packets of one protocol have both addresses, by ranges of ports.
fn common(protocol: u8, sources: &PacketSet, destinations: &PacketSet) -> Vec<(u16, u16, AddressSet, AddressSet)> {
    let mut found = Vec::new();
    let (mut left, mut right) =
        (sources.of_protocol(protocol).peekable(), destinations.of_protocol(protocol).peekable());
    while let (Some(&(first, last, from)), Some(&(other_first, other_last, to))) = (left.peek(), right.peek()) {
        let (start, end) = (first.max(other_first), last.min(other_last));
        if start <= end {
            found.push((start, end, from.clone(), to.clone()));
        }
        if last <= other_last {
            left.next();
        } else {
            right.next();
        }
    }
    found
}

/// Ranges of protocols within which nothing changes.
fn bands(sets: &[&PacketSet]) -> Vec<(u8, u8)> {
    let mut cuts = vec![0u16, 256];
    for set in sets {
        for ((first, port), (last, end), _) in set.pieces() {
            cuts.push(first.into());
            cuts.push(u16::from(last) + 1);
            if port != 0 {
                cuts.push(u16::from(first) + 1);
            }
            if end != u16::MAX {
                cuts.push(last.into());
            }
        }
    }
    // What has ports, or types, is told apart in any case.
    cuts.extend([1, 2, 6, 7, 17, 18, 58, 59]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|pair| (pair[0] as u8, (pair[1] - 1) as u8)).collect()
}

/// The packets of a set with any address, where it has all of `addresses` (`all`), or some of them.
pub(super) fn ports_with(set: &PacketSet, addresses: &AddressSet, all: bool) -> PacketSet {
    let mut found = PacketSet::EMPTY;
    for ((first, port), (last, end), own) in set.pieces() {
        if if all { addresses.is_subset(own) } else { addresses.overlaps(own) } {
            found = found.union(&PacketSet::between((first, port), (last, end), &AddressSet::everything()));
        }
    }
    found
}

/// Whether the boxes hold a connection between every source and every destination. Where `any_source` or
/// `any_destination` is set, one of these is enough.
pub(super) fn cover(boxes: &[Boxed], sources: (&AddressSet, bool), destinations: (&AddressSet, bool)) -> bool {
    let (sources, any_source) = sources;
    let (destinations, any_destination) = destinations;
    if sources.is_empty() || destinations.is_empty() {
        return false;
    }
    let mut left = vec![(sources.clone(), destinations.clone())];
    for it in boxes {
        let own_sources = if any_source { sources } else { &it.sources };
        let own_destinations = if any_destination { destinations } else { &it.destinations };
        let mut rest = Vec::new();
        for (s, d) in left {
            let outside = s.difference(own_sources);
            let inside = s.intersection(own_sources);
            let beyond = d.difference(own_destinations);
            if !outside.is_empty() {
                rest.push((outside, d.clone()));
            }
            if !inside.is_empty() && !beyond.is_empty() {
                rest.push((inside, beyond));
            }
        }
        left = rest;
        if left.is_empty() {
            return true;
        }
    }
    left.is_empty()
}

/// The packets that are asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The protocol; every one where it is not said.
    pub protocol: Option<u8>,
    /// The port at the destination.
    pub port: Option<u16>,
}

impl Wanted {
    /// As a set, with any address. A port without a protocol is one of TCP or UDP.
    pub(super) fn packets(&self) -> PacketSet {
        let all = AddressSet::everything();
        let ports = self.port.map_or_else(PortSet::everything, |port| PortSet::range(port, port));
        match (self.protocol, self.port) {
            (Some(protocol), _) => PacketSet::new(Protocols::One(protocol), &ports, &all),
            (None, None) => PacketSet::everything(),
            (None, Some(_)) => {
                PacketSet::new(Protocols::TCP, &ports, &all).union(&PacketSet::new(Protocols::UDP, &ports, &all))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Boxes over a few protocols, ports and addresses, so that they meet often.
    fn boxes() -> impl Strategy<Value = Boxed> {
        let range = |most: u16| (0..=most, 0..=most).prop_map(|(one, other)| (one.min(other), one.max(other)));
        let set = (0u32..8, 0u32..8).prop_map(|(one, other)| {
            let (first, last) = (u128::from(one.min(other)), u128::from(one.max(other)));
            let ranges = crate::network::sets::Ranges::range(first, last);
            AddressSet::of_family(crate::network::sets::Family::V4, ranges)
        });
        (range(7), prop_oneof![range(5), Just((0, u16::MAX))], set.clone(), set).prop_map(
            |((first, last), ports, sources, destinations)| Boxed {
                protocols: (first as u8, last as u8),
                ports,
                sources,
                destinations,
            },
        )
    }

    fn has(it: &Boxed, (protocol, port, source, destination): (u8, u16, u8, u8)) -> bool {
        let one = |number: u8| AddressSet::from(ipnet::IpNet::from(std::net::IpAddr::from([0, 0, 0, number])));
        it.protocols.0 <= protocol
            && protocol <= it.protocols.1
            && it.ports.0 <= port
            && port <= it.ports.1
            && one(source).is_subset(&it.sources)
            && one(destination).is_subset(&it.destinations)
    }

    proptest! {
        #[test]
        fn what_is_left_is_what_is_in_none_of_the_others(
            own in prop::collection::vec(boxes(), 1..3),
            others in prop::collection::vec(boxes(), 0..4),
        ) {
            let left = difference(own.clone(), &others);
            for protocol in 0..=8u8 {
                for port in [0, 1, 2, 3, 4, 5, 6, u16::MAX] {
                    for (source, destination) in (0..64).map(|both| (both / 8, both % 8)) {
                        let packet = (protocol, port, source, destination);
                        let is_in = |boxes: &[Boxed]| boxes.iter().any(|it| has(it, packet));
                        prop_assert_eq!(is_in(&left), is_in(&own) && !is_in(&others), "{:?}", packet);
                    }
                }
            }
        }

        #[test]
        fn a_part_holds_the_packets_of_the_set(own in boxes(), filter in prop::collection::vec(boxes(), 0..3)) {
            let packets = filter.iter().fold(PacketSet::EMPTY, |all, it| all.union(&it.packets(&it.sources)));
            let parts = own.within(&packets, true);
            for (protocol, port) in (0..=8u8).flat_map(|protocol| [0, 3, 5, 6, u16::MAX].map(|port| (protocol, port))) {
                for source in 0..8u8 {
                    let packet = (protocol, port, source, 0);
                    let address = AddressSet::from(ipnet::IpNet::from(std::net::IpAddr::from([0, 0, 0, source])));
                    let wanted = address.is_subset(packets.addresses(protocol, port));
                    prop_assert_eq!(parts.iter().any(|it| has(it, packet)), has(&own, packet) && wanted);
                }
            }
        }
    }
}
