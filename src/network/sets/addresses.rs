//! Sets of IP addresses.

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use num_bigint::BigUint;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::Ranges;

/// An address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V4, Self::V6];

    /// Bits of an address.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// The highest address.
    #[must_use]
    pub const fn last(self) -> u128 {
        match self {
            Self::V4 => u32::MAX as u128,
            Self::V6 => u128::MAX,
        }
    }

    /// `IPv4` or `IPv6`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// A set of IPv4 and IPv6 addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AddressSet {
    v4: Ranges,
    v6: Ranges,
}

impl AddressSet {
    /// No address.
    pub const EMPTY: Self = Self { v4: Ranges::EMPTY, v6: Ranges::EMPTY };

    /// Every address of both families.
    #[must_use]
    pub fn everything() -> Self {
        Self { v4: Ranges::range(0, Family::V4.last()), v6: Ranges::range(0, Family::V6.last()) }
    }

    /// The addresses of one family in these ranges. Ranges of IPv4 end at 2^32 - 1.
    #[must_use]
    pub fn of_family(family: Family, ranges: Ranges) -> Self {
        match family {
            Family::V4 => Self { v4: ranges.intersection(&Ranges::range(0, Family::V4.last())), ..Self::default() },
            Family::V6 => Self { v6: ranges, ..Self::default() },
        }
    }

    /// The addresses of one family.
    #[must_use]
    pub const fn family(&self, family: Family) -> &Ranges {
        match family {
            Family::V4 => &self.v4,
            Family::V6 => &self.v6,
        }
    }

    /// Whether there is no address in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// The addresses in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    /// The addresses in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    /// The addresses in this that are not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self { v4: self.v4.difference(&other.v4), v6: self.v6.difference(&other.v6) }
    }

    /// Whether some address is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.v4.overlaps(&other.v4) || self.v6.overlaps(&other.v6)
    }

    /// Whether every address of this is in the other.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.v4.is_subset(&other.v4) && self.v6.is_subset(&other.v6)
    }

    /// How many addresses, exactly.
    #[must_use]
    pub fn size(&self) -> BigUint {
        self.v4.size() + self.v6.size()
    }

    /// Whether it holds more addresses of a family than one block of this prefix length does.
    #[must_use]
    pub fn exceeds(&self, family: Family, prefix: u8) -> bool {
        let host_bits = u32::from(family.bits().saturating_sub(prefix));
        // A whole IPv6 space saturates at 2^128 - 1, which is still more than any smaller block.
        1u128.checked_shl(host_bits).is_some_and(|block| self.family(family).saturating_size() > block)
    }

    /// The shortest list of CIDR blocks that make up this set, IPv4 first, in order.
    #[must_use]
    pub fn to_cidrs(&self) -> Vec<IpNet> {
        let v4 = self.v4.ranges().iter().flat_map(|&(first, last)| {
            Ipv4Subnets::new(Ipv4Addr::from_bits(first as u32), Ipv4Addr::from_bits(last as u32), 0).map(IpNet::V4)
        });
        let v6 = self.v6.ranges().iter().flat_map(|&(first, last)| {
            Ipv6Subnets::new(Ipv6Addr::from_bits(first), Ipv6Addr::from_bits(last), 0).map(IpNet::V6)
        });
        v4.chain(v6).collect()
    }
}

impl From<IpNet> for AddressSet {
    /// Every address of the block, whatever host bits are set in it.
    fn from(block: IpNet) -> Self {
        match block {
            IpNet::V4(block) => Self {
                v4: Ranges::range(block.network().to_bits().into(), block.broadcast().to_bits().into()),
                ..Self::default()
            },
            IpNet::V6(block) => {
                Self { v6: Ranges::range(block.network().to_bits(), block.broadcast().to_bits()), ..Self::default() }
            }
        }
    }
}

impl<'a> FromIterator<&'a AddressSet> for AddressSet {
    /// The union.
    fn from_iter<I: IntoIterator<Item = &'a AddressSet>>(sets: I) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for set in sets {
            v4.extend_from_slice(set.v4.ranges());
            v6.extend_from_slice(set.v6.ranges());
        }
        Self { v4: v4.into_iter().collect(), v6: v6.into_iter().collect() }
    }
}
