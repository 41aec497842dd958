//! Sets of numbers as ranges.

use num_bigint::BigUint;

/// A set of numbers: sorted, disjoint, non-adjacent ranges, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ranges(Vec<(u128, u128)>);

impl Ranges {
    /// No number.
    pub const EMPTY: Self = Self(Vec::new());

    /// The numbers `first..=last`; none where `last` is smaller.
    #[must_use]
    pub fn range(first: u128, last: u128) -> Self {
        if first <= last { Self(vec![(first, last)]) } else { Self::EMPTY }
    }

    /// Whether there is no number in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges, in order.
    #[must_use]
    pub fn ranges(&self) -> &[(u128, u128)] {
        &self.0
    }

    /// Whether the number is in it.
    #[must_use]
    pub fn contains(&self, number: u128) -> bool {
        let index = self.0.partition_point(|&(_, last)| last < number);
        self.0.get(index).is_some_and(|&(first, _)| first <= number)
    }

    /// The numbers in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return other.clone();
        }
        let mut merged = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            let from_left = match (left.peek(), right.peek()) {
                (None, None) => return Self(merged),
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
        let mut common = Vec::new();
        let (mut left, mut right) = (0, 0);
        while let (Some(&a), Some(&b)) = (self.0.get(left), other.0.get(right)) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                common.push((first, last));
            }
            if a.1 <= b.1 {
                left += 1;
            } else {
                right += 1;
            }
        }
        Self(common)
    }

    /// The numbers in this that are not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut rest = Vec::new();
        let mut right = 0;
        for &(mut first, last) in &self.0 {
            while other.0.get(right).is_some_and(|b| b.1 < first) {
                right += 1;
            }
            let mut cut = right;
            loop {
                match other.0.get(cut) {
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
        Self(rest)
    }

    /// Whether some number is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let (mut left, mut right) = (0, 0);
        while let (Some(a), Some(b)) = (self.0.get(left), other.0.get(right)) {
            if a.0.max(b.0) <= a.1.min(b.1) {
                return true;
            }
            if a.1 <= b.1 {
                left += 1;
            } else {
                right += 1;
            }
        }
        false
    }

    /// Whether every number of this is in the other.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        let mut right = 0;
        self.0.iter().all(|&(first, last)| {
            while other.0.get(right).is_some_and(|b| b.1 < first) {
                right += 1;
            }
            other.0.get(right).is_some_and(|b| b.0 <= first && last <= b.1)
        })
    }

    /// How many numbers, exactly.
    #[must_use]
    pub fn size(&self) -> BigUint {
        self.0.iter().map(|&(first, last)| BigUint::from(last - first) + 1u8).sum()
    }

    /// How many numbers, or `u128::MAX` where there are more than that.
    #[must_use]
    pub fn saturating_size(&self) -> u128 {
        self.0.iter().fold(0u128, |sum, &(first, last)| sum.saturating_add((last - first).saturating_add(1)))
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
        Self(merged)
    }
}

/// Appends a range that begins no earlier than the last one; the last one swallows it where they touch.
fn append(merged: &mut Vec<(u128, u128)>, range: (u128, u128)) {
    match merged.last_mut() {
        Some(last) if last.1 == u128::MAX || range.0 <= last.1 + 1 => last.1 = last.1.max(range.1),
        _ => merged.push(range),
    }
}
