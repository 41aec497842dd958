//! Sets of ports.

use std::fmt::{self, Display, Formatter};

use super::Ranges;

/// A set of TCP or UDP ports (0 to 65535).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PortSet(Ranges);

impl PortSet {
    /// No port.
    pub const EMPTY: Self = Self(Ranges::EMPTY);

    /// Every port, 0 included.
    #[must_use]
    pub fn everything() -> Self {
        Self::range(0, u16::MAX)
    }

    /// The ports `first..=last`; none where `last` is smaller.
    #[must_use]
    pub fn range(first: u16, last: u16) -> Self {
        Self(Ranges::range(first.into(), last.into()))
    }

    /// The ports `first..=last` that there are: numbers outside 0 to 65535 are no ports.
    #[must_use]
    pub fn clamped(first: i64, last: i64) -> Self {
        let (first, last) = (first.max(0), last.min(i64::from(u16::MAX)));
        if first <= last { Self(Ranges::range(first as u128, last as u128)) } else { Self::EMPTY }
    }

    /// Whether there is no port in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the port is in it.
    #[must_use]
    pub fn contains(&self, port: u16) -> bool {
        self.0.contains(port.into())
    }

    /// The ports in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// The ports in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0))
    }

    /// The ports in this that are not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0))
    }

    /// Whether some port is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.overlaps(&other.0)
    }

    /// Whether every port of this is in the other.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// How many ports.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.0.saturating_size() as u32
    }

    /// The ranges `first..=last`, in order.
    pub fn ranges(&self) -> impl Iterator<Item = (u16, u16)> {
        self.0.ranges().iter().map(|&(first, last)| (first as u16, last as u16))
    }
}

impl FromIterator<(u16, u16)> for PortSet {
    /// The union of ranges in any order.
    fn from_iter<I: IntoIterator<Item = (u16, u16)>>(ranges: I) -> Self {
        Self(ranges.into_iter().map(|(first, last)| (first.into(), last.into())).collect())
    }
}

impl Display for PortSet {
    /// `22, 80-443`; the empty set prints as nothing.
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.ranges().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            if first == last {
                write!(formatter, "{comma}{first}")?;
            } else {
                write!(formatter, "{comma}{first}-{last}")?;
            }
        }
        Ok(())
    }
}
