//! Sets of numbers as ranges.

use std::sync::Arc;

use num_bigint::BigUint;

/// A set of numbers: sorted, disjoint, non-adjacent ranges, both ends included.
///
/// Cheap to clone, and what an operation leaves as it is, it shares: of thousands of rules that name the same few blocks,
/// the ranges are held a few times only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ranges(Option<Arc<[(u128, u128)]>>);

impl Ranges {
    /// No number.
    pub const EMPTY: Self = Self(None);

    /// The numbers `first..=last`; none where `last` is smaller.
    #[must_use]
    pub fn range(first: u128, last: u128) -> Self {
        if first <= last { Self(Some(Arc::new([(first, last)]))) } else { Self::EMPTY }
    }

    /// Of ranges in order, disjoint and not adjacent.
    fn of(ranges: &[(u128, u128)]) -> Self {
        if ranges.is_empty() { Self::EMPTY } else { Self(Some(ranges.into())) }
    }

    /// Whether there is no number in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The ranges, in order.
    #[must_use]
    pub fn ranges(&self) -> &[(u128, u128)] {
        self.0.as_deref().unwrap_or_default()
    }

    /// From the first number to the last one.
    fn bounds(&self) -> Option<(u128, u128)> {
        Some((self.ranges().first()?.0, self.ranges().last()?.1))
    }

    /// The range that a number is in, or else the next one.
    fn range_at(&self, number: u128) -> Option<(u128, u128)> {
        let ranges = self.ranges();
        ranges.get(ranges.partition_point(|range| range.1 < number)).copied()
    }

    /// Whether the number is in it.
    #[must_use]
    pub fn contains(&self, number: u128) -> bool {
        self.range_at(number).is_some_and(|range| range.0 <= number)
    }

    /// Whether one range of this has all numbers of the other in it, which sees most subsets at once.
    fn encloses(&self, other: &Self) -> bool {
        let Some((first, last)) = other.bounds() else { return true };
        self.range_at(first).is_some_and(|range| range.0 <= first && last <= range.1)
    }

    /// Whether the other begins after this ends, or ends before it begins.
    fn is_apart(&self, other: &Self) -> bool {
        let (Some(own), Some(others)) = (self.bounds(), other.bounds()) else { return true };
        own.1 < others.0 || others.1 < own.0
    }

    /// The numbers in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if other.encloses(self) {
            return other.clone();
        }
        if self.encloses(other) {
            return self.clone();
        }
        let mut merged = Vec::with_capacity(self.ranges().len() + other.ranges().len());
        let (mut left, mut right) = (self.ranges().iter().peekable(), other.ranges().iter().peekable());
        loop {
            let from_left = match (left.peek(), right.peek()) {
                (None, None) => return Self::of(&merged),
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (Some(left), Some(right)) => left.0 <= right.0,
            };
            if let Some(&range) = if from_left { left.next() } else { right.next() } {
                append(&mut merged, range);
            }
        }
    }

    /// The numbers in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        if other.encloses(self) {
            return self.clone();
        }
        if self.encloses(other) {
            return other.clone();
        }
        let mut common = Vec::new();
        let (mut left, mut right) = (self.ranges().iter().peekable(), other.ranges().iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                common.push((first, last));
            }
            if a.1 <= b.1 {
                left.next()
            } else {
                right.next()
            };
        }
        Self::of(&common)
    }

    /// The numbers in this that are not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        if other.encloses(self) {
            return Self::EMPTY;
        }
        if self.is_apart(other) {
            return self.clone();
        }
        let others = other.ranges();
        let mut rest = Vec::new();
        let mut right = 0;
        for &(mut first, last) in self.ranges() {
            while others.get(right).is_some_and(|b| b.1 < first) {
                right += 1;
            }
            let mut cut = right;
            loop {
                match others.get(cut) {
                    Some(b) if b.0 <= last => {
                        if first < b.0 {
                            rest.push((first, b.0 - 1));
                        }
                        let Some(after) = b.1.checked_add(1).filter(|&after| after <= last) else { break };
                        first = after;
                        cut += 1;
                    }
                    _ => {
                        rest.push((first, last));
                        break;
                    }
                }
            }
        }
        Self::of(&rest)
    }

    /// Whether some number is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let (mut left, mut right) = (self.ranges().iter().peekable(), other.ranges().iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            if a.0.max(b.0) <= a.1.min(b.1) {
                return true;
            }
            if a.1 <= b.1 {
                left.next()
            } else {
                right.next()
            };
        }
        false
    }

    /// Whether every number of this is in the other.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        let mut others = other.ranges().iter().peekable();
        self.ranges().iter().all(|&(first, last)| {
            while others.next_if(|b| b.1 < first).is_some() {}
            others.peek().is_some_and(|b| b.0 <= first && last <= b.1)
        })
    }

    /// How many numbers, exactly.
    #[must_use]
    pub fn size(&self) -> BigUint {
        self.ranges().iter().map(|&(first, last)| BigUint::from(last - first) + 1u8).sum()
    }

    /// How many numbers, or `u128::MAX` where there are more than that.
    #[must_use]
    pub fn saturating_size(&self) -> u128 {
        self.ranges().iter().fold(0u128, |sum, &(first, last)| sum.saturating_add((last - first).saturating_add(1)))
    }
}

impl FromIterator<(u128, u128)> for Ranges {
    /// The union of ranges in any order. Ranges that end before they begin are empty.
    fn from_iter<I: IntoIterator<Item = (u128, u128)>>(ranges: I) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().filter(|range| range.0 <= range.1).collect();
        ranges.sort_unstable();
        let mut merged = Vec::with_capacity(ranges.len());
        for range in ranges {
            append(&mut merged, range);
        }
        Self::of(&merged)
    }
}

/// Appends a range that begins no earlier than the last one; the last one swallows it where they touch.
fn append(merged: &mut Vec<(u128, u128)>, range: (u128, u128)) {
    match merged.last_mut() {
        Some(last) if last.1 == u128::MAX || range.0 <= last.1 + 1 => last.1 = last.1.max(range.1),
        _ => merged.push(range),
    }
}
