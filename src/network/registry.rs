//! Which addresses are public: all that are in neither IANA special-purpose registry.

use std::sync::OnceLock;

use ipnet::IpNet;

use super::sets::AddressSet;

/// A block of the special-purpose registries.
#[derive(Clone, Copy, Debug)]
pub struct SpecialBlock {
    /// The block.
    pub block: &'static str,
    /// Its name in the registry.
    pub name: &'static str,
    /// The document that set it aside.
    pub rfc: &'static str,
}

/// "IANA IPv4 Special-Purpose Address Registry" and "IANA IPv6 Special-Purpose Address Registry" (RFC 6890, updated by
/// RFC 8190), with multicast from "IPv4 Multicast Address Space Registry" and "Internet Protocol Version 6 Address
/// Space". Blocks inside another block of the list are left out.
pub const SPECIAL_BLOCKS: &[SpecialBlock] = &[
    special("0.0.0.0/8", "this network", "RFC 791"),
    special("10.0.0.0/8", "private use", "RFC 1918"),
    special("100.64.0.0/10", "shared address space", "RFC 6598"),
    special("127.0.0.0/8", "loopback", "RFC 1122"),
    special("169.254.0.0/16", "link local", "RFC 3927"),
    special("172.16.0.0/12", "private use", "RFC 1918"),
    special("192.0.0.0/24", "IETF protocol assignments", "RFC 6890"),
    special("192.0.2.0/24", "documentation (TEST-NET-1)", "RFC 5737"),
    special("192.31.196.0/24", "AS112", "RFC 7535"),
    special("192.52.193.0/24", "AMT", "RFC 7450"),
    special("192.88.99.0/24", "deprecated 6to4 relay anycast", "RFC 7526"),
    special("192.168.0.0/16", "private use", "RFC 1918"),
    special("192.175.48.0/24", "direct delegation AS112 service", "RFC 7534"),
    special("198.18.0.0/15", "benchmarking", "RFC 2544"),
    special("198.51.100.0/24", "documentation (TEST-NET-2)", "RFC 5737"),
    special("203.0.113.0/24", "documentation (TEST-NET-3)", "RFC 5737"),
    special("224.0.0.0/4", "multicast", "RFC 5771"),
    special("240.0.0.0/4", "reserved, and limited broadcast", "RFC 1112"),
    special("::/128", "unspecified address", "RFC 4291"),
    special("::1/128", "loopback", "RFC 4291"),
    special("::ffff:0:0/96", "IPv4-mapped addresses", "RFC 4291"),
    special("64:ff9b::/96", "IPv4-IPv6 translation", "RFC 6052"),
    special("64:ff9b:1::/48", "IPv4-IPv6 translation", "RFC 8215"),
    special("100::/64", "discard only", "RFC 6666"),
    special("100:0:0:1::/64", "dummy prefix", "RFC 9780"),
    special("2001::/23", "IETF protocol assignments", "RFC 2928"),
    special("2001:db8::/32", "documentation", "RFC 3849"),
    special("2002::/16", "6to4", "RFC 3056"),
    special("2620:4f:8000::/48", "direct delegation AS112 service", "RFC 7534"),
    special("3fff::/20", "documentation", "RFC 9637"),
    special("5f00::/16", "segment routing SIDs", "RFC 9602"),
    special("fc00::/7", "unique local", "RFC 4193"),
    special("fe80::/10", "link local", "RFC 4291"),
    special("ff00::/8", "multicast", "RFC 4291"),
];

const fn special(block: &'static str, name: &'static str, rfc: &'static str) -> SpecialBlock {
    SpecialBlock { block, name, rfc }
}

/// The addresses in neither registry.
#[must_use]
pub fn public_addresses() -> &'static AddressSet {
    static PUBLIC: OnceLock<AddressSet> = OnceLock::new();
    PUBLIC.get_or_init(|| {
        let blocks = SPECIAL_BLOCKS.iter().filter_map(|special| special.block.parse::<IpNet>().ok());
        let special: AddressSet = blocks.map(AddressSet::from).collect::<Vec<_>>().iter().collect();
        AddressSet::everything().difference(&special)
    })
}

/// The part of a set that is public.
#[must_use]
pub fn public_part(addresses: &AddressSet) -> AddressSet {
    addresses.intersection(public_addresses())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::sets::Family;

    #[test]
    fn the_list_parses_and_holds_no_block_twice() {
        let blocks: Vec<IpNet> = SPECIAL_BLOCKS.iter().map(|special| special.block.parse().unwrap()).collect();
        for (index, block) in blocks.iter().enumerate() {
            assert_eq!(block.trunc(), *block);
            assert!(
                blocks[index + 1..].iter().all(|other| !block.contains(other) && !other.contains(block)),
                "{block}"
            );
        }
    }

    #[test]
    fn public_is_what_is_left() {
        let is_public = |text: &str| !public_part(&AddressSet::from(text.parse::<IpNet>().unwrap())).is_empty();
        for text in ["8.8.8.8/32", "172.32.0.0/16", "100.128.0.0/10", "2600::/12", "0.0.0.0/0", "::/0", "2a00::/16"] {
            assert!(is_public(text), "{text}");
        }
        for text in ["10.0.0.0/8", "172.31.0.0/16", "192.168.1.0/24", "fd00::/8", "169.254.169.254/32", "240.0.0.0/4"] {
            assert!(!is_public(text), "{text}");
        }
        // Three /8, two /4, and so on.
        let special = 3 * (1 << 24) + 2 * (1 << 28) + (1 << 22) + (1 << 20) + (1 << 17) + 2 * (1 << 16) + 8 * (1 << 8);
        assert_eq!(public_addresses().family(Family::V4).saturating_size(), (1 << 32) - special);
    }
}
