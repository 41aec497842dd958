//! What CIDR text means.
//!
//! Two readings: [`read`] takes any spelling that could mean a block, so that an odd one never hides an open port;
//! [`check`] takes what the AWS provider takes, which is what Go's `net.ParseCIDR` does (documentation of package `net`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::sets::Family;

/// What is wrong with text that should be a CIDR block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No text at all.
    Empty,
    /// An address alone.
    NoPrefixLength,
    /// The part before the slash is no address (as the provider reads it).
    BadAddress,
    /// The part behind the slash is no prefix length of the address's family.
    BadPrefixLength,
}

/// The block that text means in the most generous reading: white space around it, leading zeros in octets and in the
/// prefix length, host bits and a missing prefix length (one address) are all taken. IPv4-mapped IPv6 blocks
/// (`::ffff:0:0/96`) are the IPv4 blocks that they stand for, as Go prints them. Host bits are kept.
#[must_use]
pub fn read(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address.trim_end(), Some(prefix_length(prefix.trim_start())?)),
        None => (text, None),
    };
    let address = lenient_v4(address).map(IpAddr::V4).or_else(|| address.parse().ok())?;
    let whole = if address.is_ipv4() { 32 } else { 128 };
    unmap(IpNet::new(address, prefix.unwrap_or(whole)).ok()?)
}

/// Reads a block as the AWS provider reads it. IPv4-mapped IPv6 blocks come out as IPv4, host bits are kept.
///
/// # Errors
/// What is wrong with the text.
pub fn check(text: &str) -> Result<IpNet, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::Empty);
    }
    let (address, prefix) = match text.split_once('/') {
        Some(parts) => parts,
        None if read(text).is_some() => return Err(Fault::NoPrefixLength),
        None => return Err(Fault::BadAddress),
    };
    let address: IpAddr = address.parse().map_err(|_| Fault::BadAddress)?;
    let prefix = prefix_length(prefix).ok_or(Fault::BadPrefixLength)?;
    IpNet::new(address, prefix).ok().and_then(unmap).ok_or(Fault::BadPrefixLength)
}

/// The family of a block.
#[must_use]
pub const fn family(block: IpNet) -> Family {
    match block {
        IpNet::V4(_) => Family::V4,
        IpNet::V6(_) => Family::V6,
    }
}

/// Whether an address inside the block stands in place of its network address.
#[must_use]
pub fn has_host_bits(block: IpNet) -> bool {
    block.addr() != block.network()
}

/// Digits only, as Go's `dtoi`: leading zeros are fine, signs are not.
fn prefix_length(text: &str) -> Option<u8> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.trim_start_matches('0');
    if !digits {
        None
    } else if text.is_empty() {
        Some(0)
    } else {
        text.parse().ok()
    }
}

/// Four decimal octets, leading zeros or not.
fn lenient_v4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        *octet = prefix_length(parts.next()?)?;
    }
    parts.next().is_none().then(|| octets.into())
}

/// An IPv4-mapped IPv6 block as the IPv4 block that it stands for.
fn unmap(block: IpNet) -> Option<IpNet> {
    match block {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => match v6.addr().to_ipv4_mapped() {
            Some(v4) => Ipv4Net::new(v4, v6.prefix_len() - 96).ok().map(IpNet::V4),
            None => Some(block),
        },
        IpNet::V4(_) | IpNet::V6(_) => Some(block),
    }
}

/// The block that starts at this address, or `None` where the prefix length is too long.
#[must_use]
pub fn block(family: Family, first: u128, prefix: u8) -> Option<IpNet> {
    match family {
        Family::V4 => Ipv4Net::new(Ipv4Addr::from_bits(u32::try_from(first).ok()?), prefix).ok().map(IpNet::V4),
        Family::V6 => Ipv6Net::new(Ipv6Addr::from_bits(first), prefix).ok().map(IpNet::V6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, block: &str) {
        assert_eq!(read(text).map(|net| net.trunc().to_string()).as_deref(), Some(block), "{text}");
    }

    #[test]
    fn every_spelling_of_everything_is_everything() {
        for text in ["0.0.0.0/0", "0.0.0.0/00", "1.2.3.4/0", "255.255.255.255/0", "00.0.000.0/0", " 0.0.0.0/0\n"] {
            reads(text, "0.0.0.0/0");
        }
        for text in ["::/0", "0::/0", "0:0:0:0:0:0:0:0/0", "::0/00", "::0.0.0.0/0", "2001:DB8::1/0", "0000::0000/000"] {
            reads(text, "::/0");
        }
        for text in ["::ffff:0:0/96", "::FFFF:0.0.0.0/96", "0:0:0:0:0:ffff:1.2.3.4/96"] {
            reads(text, "0.0.0.0/0");
        }
    }

    #[test]
    fn odd_spellings_are_read() {
        reads("010.0.0.0/8", "10.0.0.0/8");
        reads("10.1.2.3/016", "10.1.0.0/16");
        reads("10.0.0.1", "10.0.0.1/32");
        reads("fe80::1", "fe80::1/128");
        reads("::ffff:10.0.0.0/104", "10.0.0.0/8");
        reads("::/95", "::/95");
        reads("10.0.0.0 / 8", "10.0.0.0/8");
    }

    #[test]
    fn what_is_no_block_is_none() {
        for text in ["", "any", "0.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0.0/8", "10.0.0.256/32", "10.0.0.0/-1"] {
            assert_eq!(read(text), None, "{text}");
        }
        for text in ["10.0.0.0/+8", "10.0.0.0/8/8", "fe80::1%eth0/64", "10.0.0.0/", "/8", "1.2.3.4/0x0", "sg-1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_provider_takes_what_go_takes() {
        for text in ["10.0.0.0/8", "10.0.0.1/8", "0.0.0.0/00", "::/0", "::FFFF:0:0/96", "2001:DB8::/032"] {
            assert!(check(text).is_ok(), "{text}");
        }
        let faults = [
            ("", Fault::Empty),
            ("  ", Fault::Empty),
            ("10.0.0.0", Fault::NoPrefixLength),
            ("::1", Fault::NoPrefixLength),
            ("0/0", Fault::BadAddress),
            ("010.0.0.0/8", Fault::BadAddress),
            (" 10.0.0.0/8", Fault::BadAddress),
            ("10.0.0.0/8 ", Fault::BadPrefixLength),
            ("10.0.0.0/33", Fault::BadPrefixLength),
            ("10.0.0.0/255.0.0.0", Fault::BadPrefixLength),
            ("10.0.0.0/", Fault::BadPrefixLength),
            ("sg-12345678", Fault::BadAddress),
        ];
        for (text, fault) in faults {
            assert_eq!(check(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn host_bits_are_seen() {
        assert!(has_host_bits(check("1.2.3.4/0").unwrap()));
        assert!(!has_host_bits(check("10.0.0.0/8").unwrap()));
        assert!(!has_host_bits(check("10.0.0.1/32").unwrap()));
        assert!(has_host_bits(check("2001:db8::1/64").unwrap()));
        assert!(has_host_bits(check("::ffff:10.0.0.1/104").unwrap()));
    }
}
