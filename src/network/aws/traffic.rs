//! Protocols and port ranges as security-group rules and network ACL entries write them.

use std::collections::HashMap;
use std::rc::Rc;

use crate::inventory::Inventory;
use crate::network::sets::{AddressSet, PacketSet, PortSet, Protocols};

use super::Aws;
use super::spot::{Setting, Spot};

/// Protocols and ports, as far as they are known.
#[derive(Clone, Debug)]
pub struct Traffic<'a> {
    /// What it may be: one where protocol and ports are known, or are not known at all.
    variants: Rc<[Variant]>,
    /// The expression that it is not known for.
    pub doubt: Option<Box<Spot<'a>>>,
}

/// What traffic may be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Variant {
    protocol: Protocol,
    /// The ports that it certainly has, where it is a protocol with ports.
    ports: PortSet,
    /// The ports that it may have.
    possible: PortSet,
    /// The types of ICMP that it certainly has, and that it may have: the first port stands for the type.
    types: (PortSet, PortSet),
}

/// A protocol, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Protocol {
    /// Not known until apply.
    Unknown,
    /// A word that is no protocol, or one without ports.
    None,
    Known(Protocols),
}

/// An end of a range of ports, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    /// Not known until apply.
    Unknown,
    /// Not written, or no port.
    Missing,
    Port(i64),
}

/// A protocol and the ends of its range of ports.
type Written = (Protocol, [End; 2]);

/// What protocols and ports mean that were read: of thousands of rules, most say the same few things.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<Written, Rc<[Variant]>>);

/// So many combinations of what protocol and ports may be are told apart.
const MAX_VARIANTS: usize = 256;

impl<'a> Traffic<'a> {
    /// Traffic of which nothing is known.
    #[must_use]
    pub fn unknown(doubt: Spot<'a>) -> Self {
        let variant = Variant {
            protocol: Protocol::Unknown,
            ports: PortSet::EMPTY,
            possible: PortSet::everything(),
            types: (PortSet::EMPTY, PortSet::everything()),
        };
        Self { variants: Rc::new([variant]), doubt: Some(Box::new(doubt)) }
    }

    /// All traffic.
    #[must_use]
    pub fn everything() -> Self {
        let all = PortSet::everything();
        let (ports, types) = (all.clone(), (all.clone(), all.clone()));
        let variant = Variant { protocol: Protocol::Known(Protocols::All), ports, possible: all, types };
        Self { variants: Rc::new([variant]), doubt: None }
    }

    /// Reads a protocol and a port range. A missing end of the range, and -1, is the end of all ports. AWS refuses a
    /// range that ends before it begins; it is taken for the range between.
    #[must_use]
    pub fn read(aws: &Aws<'a>, protocol: &Spot<'a>, from: &Spot<'a>, to: &Spot<'a>) -> Self {
        let inventory = aws.inventory;
        let spots = [protocol, from, to];
        let is_open =
            |spot: &&Spot<'a>| spot.value.is_some_and(|value| value.is_unknown() && value.choices().is_some());
        let variants: Rc<[Variant]> = if spots.iter().any(is_open) {
            let one = |spot: &Spot<'a>| vec![spot.clone()];
            let mut all = spots.map(|spot| spot.choices().unwrap_or_else(|| one(spot)));
            if all.iter().map(Vec::len).product::<usize>() > MAX_VARIANTS {
                all = spots.map(one);
            }
            let [protocols, first, last] = &all;
            let ranges = || first.iter().flat_map(|from| last.iter().map(move |to| (from, to)));
            let each = |protocol| ranges().map(move |(from, to)| Variant::of(written(inventory, protocol, from, to)));
            protocols.iter().flat_map(each).collect()
        } else {
            let written = written(inventory, protocol, from, to);
            aws.traffic.borrow_mut().0.entry(written).or_insert_with(|| [Variant::of(written)].into()).clone()
        };
        let portless = |variant: &Variant| match variant.protocol {
            Protocol::Unknown | Protocol::Known(Protocols::TCP | Protocols::UDP) => false,
            Protocol::None | Protocol::Known(_) => true,
        };
        let doubt = if variants.iter().all(portless) {
            None
        } else {
            spots.into_iter().find(|spot| spot.is_unknown(inventory)).map(|spot| Box::new(spot.clone()))
        };
        Self { variants, doubt }
    }

    /// Whether both are known, and the same.
    #[must_use]
    pub fn is_as(&self, other: &Self) -> bool {
        self.doubt.is_none() && other.doubt.is_none() && self.variants == other.variants
    }

    /// The ports of this protocol that it certainly has. For all protocols: every port if it is all protocols.
    #[must_use]
    pub fn ports_of(&self, protocol: Protocols) -> PortSet {
        let ports = self.variants.iter().map(|variant| match variant.protocol {
            Protocol::Known(Protocols::All) => PortSet::everything(),
            Protocol::Known(own) if own == protocol => variant.ports.clone(),
            Protocol::Known(_) | Protocol::None | Protocol::Unknown => PortSet::EMPTY,
        });
        ports.reduce(|all, next| all.intersection(&next)).unwrap_or(PortSet::EMPTY)
    }

    /// The ports of this protocol that it may have. A protocol that is not known may be all protocols, whose ports AWS
    /// ignores.
    #[must_use]
    pub fn possible_ports_of(&self, protocol: Protocols) -> PortSet {
        let ports = self.variants.iter().map(|variant| match variant.protocol {
            Protocol::Known(Protocols::All) | Protocol::Unknown => PortSet::everything(),
            Protocol::Known(own) if own == protocol => variant.possible.clone(),
            Protocol::Known(_) | Protocol::None => PortSet::EMPTY,
        });
        ports.reduce(|all, next| all.union(&next)).unwrap_or(PortSet::EMPTY)
    }

    /// The packets from (or to) these addresses that it certainly has.
    #[must_use]
    pub fn packets(&self, addresses: &AddressSet) -> PacketSet {
        let packets = self.variants.iter().map(|variant| match variant.protocol {
            Protocol::Known(protocols) => PacketSet::new(protocols, &variant.ports_in(protocols).0, addresses),
            Protocol::None | Protocol::Unknown => PacketSet::EMPTY,
        });
        packets.reduce(|all, next| all.intersection(&next)).unwrap_or_default()
    }

    /// The packets from (or to) these addresses that it may have.
    #[must_use]
    pub fn possible_packets(&self, addresses: &AddressSet) -> PacketSet {
        let packets = self.variants.iter().map(|variant| match variant.protocol {
            Protocol::Known(protocols) => PacketSet::new(protocols, &variant.ports_in(protocols).1, addresses),
            Protocol::Unknown => PacketSet::of_addresses(addresses),
            Protocol::None => PacketSet::EMPTY,
        });
        packets.reduce(|all, next| all.union(&next)).unwrap_or_default()
    }

    /// Protocol and ports as a range of numbers, where they are known and are one range: 65,536 numbers for each protocol.
    #[must_use]
    pub fn line(&self) -> Option<(u32, u32)> {
        let [variant] = &*self.variants else { return None };
        let Protocol::Known(protocols) = variant.protocol else { return None };
        let (first, last) = match protocols {
            Protocols::All => (0, u8::MAX),
            Protocols::One(number) => (number, number),
        };
        let ports = variant.ports_in(protocols).1;
        let (Some((from, _)), Some((_, to))) = (ports.ranges().next(), ports.ranges().last()) else { return None };
        let number = |protocol: u8, port: u16| u32::from(protocol) << 16 | u32::from(port);
        self.doubt.is_none().then(|| (number(first, from), number(last, to)))
    }

    /// Whether it is known what it is, save whether it is there at all.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.doubt.is_none()
    }
}

impl Variant {
    /// The ports that it certainly has, and that it may have. Of ICMP, the type stands in place of a port. Protocols without
    /// ports have all: AWS ignores what is written ("Security group rules", Amazon VPC User Guide).
    fn ports_in(&self, protocols: Protocols) -> (PortSet, PortSet) {
        match protocols {
            Protocols::TCP | Protocols::UDP => (self.ports.clone(), self.possible.clone()),
            Protocols::ICMP | Protocols::ICMPV6 => self.types.clone(),
            Protocols::All | Protocols::One(_) => (PortSet::everything(), PortSet::everything()),
        }
    }

    fn of((protocol, [from, to]): Written) -> Self {
        let end = |end: End, missing: i64| match end {
            End::Unknown => None,
            End::Missing => Some(missing),
            End::Port(port) => Some(port),
        };
        let last = i64::from(u16::MAX);
        let (ports, possible) = match (end(from, 0), end(to, last)) {
            (Some(from), Some(to)) => {
                let ports = PortSet::clamped(from.min(to), from.max(to));
                (ports.clone(), ports)
            }
            (Some(from), None) => (PortSet::clamped(from, from), PortSet::clamped(from, last)),
            (None, Some(to)) => (PortSet::clamped(to, to), PortSet::clamped(0, to)),
            (None, None) => (PortSet::EMPTY, PortSet::everything()),
        };
        let types = match end(from, -1) {
            Some(-1) => (PortSet::everything(), PortSet::everything()),
            Some(from) => (PortSet::clamped(from, from), PortSet::clamped(from, from)),
            None => (PortSet::EMPTY, PortSet::everything()),
        };
        Self { protocol, ports, possible, types }
    }
}

/// What is written of a protocol and a range of ports.
fn written(inventory: &Inventory, protocol: &Spot<'_>, from: &Spot<'_>, to: &Spot<'_>) -> Written {
    let end = |spot: &Spot<'_>| match spot.setting(inventory) {
        Setting::Unknown => End::Unknown,
        Setting::Unset => End::Missing,
        Setting::Known(_) => spot.integer().filter(|&port| port >= 0).map_or(End::Missing, End::Port),
    };
    let protocol = match protocol.setting(inventory) {
        Setting::Unknown => Protocol::Unknown,
        Setting::Unset => Protocol::None,
        Setting::Known(_) => {
            protocol.text().and_then(|text| protocol_named(&text)).map_or(Protocol::None, Protocol::Known)
        }
    };
    (protocol, [end(from), end(to)])
}

/// The protocol that a word or number names, in any letter case ("API Reference: IpPermission", "Protocol Numbers"):
/// only those that rules ask for by name.
#[must_use]
pub fn protocol_named(text: &str) -> Option<Protocols> {
    const WORDS: [(&str, Protocols); 7] = [
        ("-1", Protocols::All),
        ("all", Protocols::All),
        ("tcp", Protocols::TCP),
        ("udp", Protocols::UDP),
        ("icmp", Protocols::ICMP),
        ("icmpv6", Protocols::ICMPV6),
        ("ipv6-icmp", Protocols::ICMPV6),
    ];
    let text = text.trim();
    let named = WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, protocols)| *protocols);
    named.or_else(|| text.parse().ok().map(Protocols::One))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_names_and_numbers() {
        for text in ["tcp", "TCP", "6", "06", " Tcp "] {
            assert_eq!(protocol_named(text), Some(Protocols::TCP), "{text}");
        }
        for text in ["-1", "all", "ALL"] {
            assert_eq!(protocol_named(text), Some(Protocols::All), "{text}");
        }
        assert_eq!(protocol_named("17"), Some(Protocols::UDP));
        assert_eq!(protocol_named("50"), Some(Protocols::One(50)));
        for text in ["", "256", "any", "-2"] {
            assert_eq!(protocol_named(text), None, "{text}");
        }
    }
}
