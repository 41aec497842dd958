//! Sets of packets: protocol, port, and the address at the far end.

use num_bigint::BigUint;

use super::{AddressSet, PortSet};

/// IP protocols, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocols {
    /// Every protocol.
    All,
    /// One.
    One(u8),
}

impl Protocols {
    /// ICMP.
    pub const ICMP: Self = Self::One(1);
    /// TCP.
    pub const TCP: Self = Self::One(6);
    /// UDP.
    pub const UDP: Self = Self::One(17);
    /// ICMP for IPv6.
    pub const ICMPV6: Self = Self::One(58);

    /// Its name, or its number.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::TCP => "tcp".to_owned(),
            Self::UDP => "udp".to_owned(),
            Self::ICMP => "icmp".to_owned(),
            Self::ICMPV6 => "icmpv6".to_owned(),
            Self::One(number) => number.to_string(),
            Self::All => "all".to_owned(),
        }
    }

    /// The protocol of that name (letter case aside), or number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "tcp" => Self::TCP,
            "udp" => Self::UDP,
            "icmp" => Self::ICMP,
            "icmpv6" => Self::ICMPV6,
            "all" | "-1" => Self::All,
            number => Self::One(number.parse().ok()?),
        })
    }

    /// Whether it has ports.
    #[must_use]
    pub const fn has_ports(self) -> bool {
        matches!(self, Self::TCP | Self::UDP)
    }

    /// Whether it is ICMP, of either family.
    #[must_use]
    pub fn is_icmp(self) -> bool {
        matches!(self, Self::ICMP | Self::ICMPV6)
    }

    /// Whether every protocol of the other is among these.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self == Self::All || self == other
    }
}

/// A set of packets. A protocol without ports has every port.
///
/// Kept as a map from ranges of (protocol, port), written as one number, to what addresses there are: sorted and
/// disjoint, no empty address set, and no two neighbours with the same addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PacketSet(Vec<(u32, u32, AddressSet)>);

/// Ports of one protocol.
const PORTS: u32 = 1 << 16;

impl PacketSet {
    /// No packet.
    pub const EMPTY: Self = Self(Vec::new());

    /// Every packet.
    #[must_use]
    pub fn everything() -> Self {
        Self::new(Protocols::All, &PortSet::everything(), &AddressSet::everything())
    }

    /// The packets of these protocols to these ports from (or to) these addresses.
    #[must_use]
    pub fn new(protocols: Protocols, ports: &PortSet, addresses: &AddressSet) -> Self {
        if protocols == Protocols::All && *ports == PortSet::everything() {
            return Self::of_addresses(addresses);
        }
        let numbers = match protocols {
            Protocols::All => 0..=u8::MAX,
            Protocols::One(number) => number..=number,
        };
        let mut pieces = Pieces::default();
        for number in numbers {
            for (first, last) in ports.ranges() {
                let base = u32::from(number) * PORTS;
                pieces.push(base + u32::from(first), base + u32::from(last), addresses.clone());
            }
        }
        Self(pieces.0)
    }

    /// Every packet from (or to) these addresses.
    #[must_use]
    pub fn of_addresses(addresses: &AddressSet) -> Self {
        let mut pieces = Pieces::default();
        pieces.push(0, 256 * PORTS - 1, addresses.clone());
        Self(pieces.0)
    }

    /// Every packet from a protocol and port to a protocol and port, in order, with these addresses.
    #[must_use]
    pub fn between(first: (u8, u16), last: (u8, u16), addresses: &AddressSet) -> Self {
        let key = |(protocol, port): (u8, u16)| u32::from(protocol) * PORTS + u32::from(port);
        let mut pieces = Pieces::default();
        pieces.push(key(first), key(last), addresses.clone());
        Self(pieces.0)
    }

    /// Its pieces: from a protocol and port to a protocol and port, in order, with their addresses.
    pub fn pieces(&self) -> impl Iterator<Item = ((u8, u16), (u8, u16), &AddressSet)> {
        let split = |key: &u32| ((key / PORTS) as u8, (key % PORTS) as u16);
        self.0.iter().map(move |(first, last, addresses)| (split(first), split(last), addresses))
    }

    /// Whether there is no packet in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The packets in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, AddressSet::union)
    }

    /// The packets in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, AddressSet::intersection)
    }

    /// The packets in this that are not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, AddressSet::difference)
    }

    /// Whether every packet of this is in the other.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }

    /// How many packets, exactly.
    #[must_use]
    pub fn size(&self) -> BigUint {
        self.0.iter().map(|(first, last, addresses)| addresses.size() * (last - first + 1)).sum()
    }

    /// The addresses of packets of this protocol and port.
    #[must_use]
    pub fn addresses(&self, protocol: u8, port: u16) -> &AddressSet {
        const NONE: &AddressSet = &AddressSet::EMPTY;
        let key = u32::from(protocol) * PORTS + u32::from(port);
        let index = self.0.partition_point(|piece| piece.1 < key);
        self.0.get(index).filter(|piece| piece.0 <= key).map_or(NONE, |piece| &piece.2)
    }

    /// The pieces of one protocol: port ranges with their addresses, in order.
    pub fn of_protocol(&self, protocol: u8) -> impl Iterator<Item = (u16, u16, &AddressSet)> {
        let base = u32::from(protocol) * PORTS;
        let top = base + (PORTS - 1);
        let from = self.0.partition_point(|piece| piece.1 < base);
        self.0[from..].iter().take_while(move |piece| piece.0 <= top).map(move |(first, last, addresses)| {
            ((first.max(&base) - base) as u16, (last.min(&top) - base) as u16, addresses)
        })
    }

    /// Walks both maps together and combines the addresses wherever either has some.
    fn combine(&self, other: &Self, operation: fn(&AddressSet, &AddressSet) -> AddressSet) -> Self {
        let mut pieces = Pieces::default();
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut at = 0u32;
        loop {
            while left.next_if(|piece| piece.1 < at).is_some() {}
            while right.next_if(|piece| piece.1 < at).is_some() {}
            let ends = [left.peek(), right.peek()].into_iter().flatten();
            let Some(from) = ends.clone().map(|piece| piece.0.max(at)).min() else { return Self(pieces.0) };
            // Up to the next place where either map changes.
            let until = ends.map(|piece| if piece.0 > from { piece.0 - 1 } else { piece.1 }).min().unwrap_or(from);
            let here = |piece: Option<&&(u32, u32, AddressSet)>| {
                piece.filter(|piece| piece.0 <= from).map_or(&AddressSet::EMPTY, |piece| &piece.2).clone()
            };
            pieces.push(from, until, operation(&here(left.peek()), &here(right.peek())));
            at = until + 1;
        }
    }
}

/// A map under construction, kept canonical.
#[derive(Default)]
struct Pieces(Vec<(u32, u32, AddressSet)>);

impl Pieces {
    fn push(&mut self, first: u32, last: u32, addresses: AddressSet) {
        if addresses.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(piece) if piece.1 + 1 == first && piece.2 == addresses => piece.1 = last,
            _ => self.0.push((first, last, addresses)),
        }
    }
}
