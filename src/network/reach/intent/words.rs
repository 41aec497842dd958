//! Packets in words.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::network::reach::boxes::Boxed;
use crate::network::sets::{AddressSet, Family, PortSet, Protocols};

/// The most ranges of ports that are written out of one protocol.
const MAX_RANGES: usize = 6;

/// Protocols and ports of boxes: `tcp 22, 8000-8100, udp and other protocols`.
pub(super) fn services(boxes: &[Boxed]) -> String {
    let everything = boxes.iter().any(|it| it.protocols == (0, u8::MAX) && it.ports == (0, u16::MAX));
    let mut named: BTreeMap<u8, PortSet> = BTreeMap::new();
    let mut others = 0;
    for it in boxes {
        let (first, last) = it.protocols;
        let known = [Protocols::TCP, Protocols::UDP, Protocols::ICMP, Protocols::ICMPV6];
        for protocol in first..=last {
            if first == last || known.contains(&Protocols::One(protocol)) {
                let ports = named.entry(protocol).or_default();
                *ports = ports.union(&PortSet::range(it.ports.0, it.ports.1));
            } else {
                others += 1;
            }
        }
    }
    if everything || (others > 200 && named.values().all(|ports| *ports == PortSet::everything())) {
        return "every protocol".to_owned();
    }
    let order = |protocol: &u8| (PROTOCOLS.iter().position(|known| known == protocol).unwrap_or(4), *protocol);
    let mut named: Vec<(u8, PortSet)> = named.into_iter().collect();
    named.sort_by_key(|(protocol, _)| order(protocol));
    let mut parts: Vec<String> = named.iter().map(|(protocol, ports)| service(*protocol, ports)).collect();
    if others > 0 {
        parts.push("other protocols".to_owned());
    }
    match parts.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => parts.concat(),
    }
}

fn service(protocol: u8, ports: &PortSet) -> String {
    let word = Protocols::One(protocol).word();
    if *ports == PortSet::everything() {
        return if Protocols::One(protocol).has_ports() { format!("{word} (every port)") } else { word };
    }
    let ranges: Vec<String> = ports.ranges().map(|(first, last)| PortSet::range(first, last).to_string()).collect();
    let kind = if Protocols::One(protocol).has_ports() { "" } else { " type" };
    let shown = ranges[..ranges.len().min(MAX_RANGES)].join(", ");
    let more = if ranges.len() > MAX_RANGES { " and more" } else { "" };
    format!("{word}{kind} {shown}{more}")
}

/// Protocols in the order of how much they tell.
const PROTOCOLS: [u8; 4] = [6, 17, 1, 58];

/// How little a box tells a reader: least first.
pub(super) fn telling(it: &Boxed) -> usize {
    let has = |protocol: &u8| it.protocols.0 <= *protocol && *protocol <= it.protocols.1;
    PROTOCOLS.iter().position(has).unwrap_or(PROTOCOLS.len())
}

/// Ports that tell a reader most.
const TELLING: &[u16] = &[22, 3389, 5432, 3306, 443, 80];

/// One packet of a box, between things of these names: `tcp 5432 from
/// 203.0.113.7 to 10.0.3.9 (aws_db_instance.main)`.
pub(super) fn example(it: Option<&Boxed>, names: [Option<String>; 2]) -> String {
    let Some(it) = it else { return String::new() };
    let protocol = PROTOCOLS.get(telling(it)).copied().unwrap_or(it.protocols.0);
    let telling = TELLING.iter().find(|&&port| it.ports.0 <= port && port <= it.ports.1);
    let port = telling.copied().unwrap_or(it.ports.0);
    let word = Protocols::One(protocol).word();
    let service = if Protocols::One(protocol).has_ports() { format!("{word} {port}") } else { word };
    let [from, to] = names;
    let source = address(&it.sources, from.is_none(), None);
    let destination = address(&it.destinations, to.is_none(), source);
    let shown = |address: Option<IpAddr>, name: Option<String>| match (address, name) {
        (Some(address), Some(name)) => format!("{address} (`{name}`)"),
        (Some(address), None) => address.to_string(),
        (None, Some(name)) => format!("`{name}`"),
        (None, None) => String::new(),
    };
    format!("{service} from {} to {}", shown(source, from), shown(destination, to))
}

/// One of the addresses, and not `other` where there are more. Outside, one for documentation, where there is such; a thing
/// that may have any address has none that could be named.
fn address(set: &AddressSet, outside: bool, other: Option<IpAddr>) -> Option<IpAddr> {
    let telling = ["203.0.113.7", "2001:db8::7"].iter().filter_map(|text| text.parse::<IpAddr>().ok());
    let is_in = |address: &IpAddr| outside && AddressSet::from(IpNet::from(*address)).is_subset(set);
    let range = |family: Family| set.family(family).ranges().first().map(|range| (family, *range));
    let (family, (first, last)) = range(Family::V4).or_else(|| range(Family::V6))?;
    if (first, last) == (0, family.last()) {
        return None;
    }
    let of = |number: u128| match family {
        Family::V4 => IpAddr::from(Ipv4Addr::from_bits(number as u32)),
        Family::V6 => IpAddr::from(Ipv6Addr::from_bits(number)),
    };
    let next = if other == Some(of(first)) && first < last { first + 1 } else { first };
    telling.into_iter().find(is_in).or_else(|| Some(of(next)))
}
