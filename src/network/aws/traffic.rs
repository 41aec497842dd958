//! Protocols and port ranges as security-group rules and network ACL entries write them.

use crate::inventory::Inventory;
use crate::network::sets::{PortSet, Protocols};

use super::spot::{Setting, Spot};

/// Protocols and ports, as far as they are known.
#[derive(Clone, Debug)]
pub struct Traffic<'a> {
    /// The protocol; the inner `None` is a word that is no protocol.
    pub protocol: Known<Option<Protocols>>,
    /// The ports that it certainly has, where it is a protocol with ports.
    pub ports: PortSet,
    /// The ports that it may have.
    pub possible_ports: PortSet,
    /// The expression that it is not known for.
    pub doubt: Option<Spot<'a>>,
}

/// Something known, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// Known.
    Yes(T),
    /// Not until apply.
    No,
}

impl<'a> Traffic<'a> {
    /// Traffic of which nothing is known.
    #[must_use]
    pub fn unknown(doubt: Spot<'a>) -> Self {
        let possible_ports = PortSet::everything();
        Self { protocol: Known::No, ports: PortSet::EMPTY, possible_ports, doubt: Some(doubt) }
    }

    /// Reads a protocol and a port range. A missing end of the range, and -1, is the end of all ports. AWS refuses a
    /// range that ends before it begins; it is taken for the range between.
    #[must_use]
    pub fn read(inventory: &Inventory, protocol: &Spot<'a>, from: &Spot<'a>, to: &Spot<'a>) -> Self {
        let named = match protocol.setting(inventory) {
            Setting::Unknown => Known::No,
            Setting::Unset => Known::Yes(None),
            Setting::Known(_) => Known::Yes(protocol.text().and_then(|text| protocol_named(&text))),
        };
        let end = |spot: &Spot<'a>, missing: i64| match spot.setting(inventory) {
            Setting::Unknown => None,
            Setting::Unset => Some(missing),
            Setting::Known(_) => Some(spot.integer().filter(|&port| port >= 0).unwrap_or(missing)),
        };
        let last = i64::from(u16::MAX);
        let (ports, possible_ports) = match (end(from, 0), end(to, last)) {
            (Some(from), Some(to)) => {
                let ports = PortSet::clamped(from.min(to), from.max(to));
                (ports.clone(), ports)
            }
            (Some(from), None) => (PortSet::clamped(from, from), PortSet::clamped(from, last)),
            (None, Some(to)) => (PortSet::clamped(to, to), PortSet::clamped(0, to)),
            (None, None) => (PortSet::EMPTY, PortSet::everything()),
        };
        let doubts = match named {
            Known::No => [protocol, from, to].to_vec(),
            Known::Yes(Some(Protocols::TCP | Protocols::UDP)) => vec![from, to],
            Known::Yes(_) => Vec::new(),
        };
        let doubt = doubts.into_iter().find(|spot| spot.is_unknown(inventory)).cloned();
        Self { protocol: named, ports, possible_ports, doubt }
    }

    /// The ports of this protocol that it certainly has. For all protocols: every port if it is all protocols.
    #[must_use]
    pub fn ports_of(&self, protocol: Protocols) -> PortSet {
        match self.protocol {
            Known::Yes(Some(Protocols::All)) => PortSet::everything(),
            Known::Yes(Some(own)) if own == protocol => self.ports.clone(),
            Known::Yes(_) | Known::No => PortSet::EMPTY,
        }
    }

    /// The ports of this protocol that it may have. A protocol that is not known may be all protocols, whose ports AWS
    /// ignores.
    #[must_use]
    pub fn possible_ports_of(&self, protocol: Protocols) -> PortSet {
        match self.protocol {
            Known::Yes(Some(Protocols::All)) | Known::No => PortSet::everything(),
            Known::Yes(Some(own)) if own == protocol => self.possible_ports.clone(),
            Known::Yes(_) => PortSet::EMPTY,
        }
    }
}

/// The protocol that a word or number names, in any letter case ("API Reference: IpPermission", "Protocol Numbers"):
/// only those that rules ask for by name.
#[must_use]
pub fn protocol_named(text: &str) -> Option<Protocols> {
    match text.trim().to_ascii_lowercase().as_str() {
        "-1" | "all" => Some(Protocols::All),
        "tcp" => Some(Protocols::TCP),
        "udp" => Some(Protocols::UDP),
        "icmp" => Some(Protocols::ICMP),
        "icmpv6" | "ipv6-icmp" => Some(Protocols::ICMPV6),
        number => number.parse().ok().map(Protocols::One),
    }
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
