//! What is certain and what is possible: everything is worked out twice, with what is not known taken for nothing and for
//! everything.

use crate::network::aws::spot::Spot;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Bound {
    /// What is not known lets nothing through, and keeps out all it could.
    Certain,
    /// What is not known lets everything through.
    Possible,
}

/// Both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::network) struct Both<T> {
    pub(in crate::network) certain: T,
    pub(in crate::network) possible: T,
}

impl<T> Both<T> {
    pub(in crate::network) const fn of(&self, bound: Bound) -> &T {
        match bound {
            Bound::Certain => &self.certain,
            Bound::Possible => &self.possible,
        }
    }
}

/// Whether something holds.
#[derive(Clone, Debug, Default)]
pub(in crate::network) enum Sure<'a> {
    #[default]
    No,
    Yes,
    /// That hangs on this expression.
    Perhaps(Spot<'a>),
}

impl<'a> Sure<'a> {
    /// Whether it is to be taken as so.
    pub(in crate::network) const fn holds(&self, bound: Bound) -> bool {
        match (self, bound) {
            (Self::Yes, _) | (Self::Perhaps(_), Bound::Possible) => true,
            (Self::No, _) | (Self::Perhaps(_), Bound::Certain) => false,
        }
    }

    /// The expression that it hangs on.
    pub(in crate::network) const fn doubt(&self) -> Option<&Spot<'a>> {
        match self {
            Self::Perhaps(spot) => Some(spot),
            Self::No | Self::Yes => None,
        }
    }

    /// Whether both hold.
    pub(in crate::network) fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Perhaps(spot), _) | (_, Self::Perhaps(spot)) => Self::Perhaps(spot.clone()),
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    /// Whether one of them does.
    pub(in crate::network) fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes => Self::Yes,
            Self::No => other(),
            Self::Perhaps(spot) => match other() {
                Self::Yes => Self::Yes,
                Self::No | Self::Perhaps(_) => Self::Perhaps(spot),
            },
        }
    }
}

impl From<bool> for Sure<'_> {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}
