//! Exact numbers, as Terraform has them: binary floats of a given precision (Go's `big.Float`, rounding half to even),
//! with integers as the fast case.
//!
//! Literals and parsed text have 512 bits of precision, integers that functions compute 64, floats 53; the result of
//! an operation takes the larger precision of its operands ("Terraform Language: Types and Values", and the behaviour
//! of `terraform console`).

mod arithmetic;
mod printf;
mod text;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{ToPrimitive, Zero};

/// Precision of literals and of parsed text, in bits.
const LITERAL_PRECISION: u32 = 512;
/// Precision of integers that functions compute.
const INTEGER_PRECISION: u32 = 64;
/// The largest binary exponent (the number is below two to this power); beyond it is infinity, and below its negative
/// zero.
const MAX_EXPONENT: i64 = i32::MAX as i64;
/// No number gets more precision than this (only rounding huge numbers to integers could).
const MAX_PRECISION: u64 = 1 << 16;

/// A number. Orders and compares by value; see [`Number::equals`] for Terraform's `==`.
#[derive(Clone, Debug)]
pub struct Number(Repr);

#[derive(Clone, Debug)]
enum Repr {
    /// An integer whose bits do not exceed the precision; never negative zero.
    Integer { value: i64, precision: u32 },
    /// Anything else.
    Big(Arc<Big>),
}

#[derive(Clone, Debug)]
struct Big {
    negative: bool,
    precision: u32,
    magnitude: Magnitude,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Magnitude {
    Zero,
    /// `mantissa * 2^exponent`, the mantissa odd.
    Finite {
        mantissa: BigUint,
        exponent: i64,
    },
    Infinite,
}

impl Number {
    /// Zero, as functions compute it.
    pub const ZERO: Self = Self::from_i64(0);
    /// One, as functions compute it.
    pub const ONE: Self = Self::from_i64(1);

    /// An integer that a function computed (64 bits of precision in Terraform).
    #[must_use]
    pub const fn from_i64(value: i64) -> Self {
        Self(Repr::Integer { value, precision: INTEGER_PRECISION })
    }

    /// An integer that a function computed.
    #[must_use]
    pub fn from_u64(value: u64) -> Self {
        i64::try_from(value).map_or_else(|_| Self::from_bigint(&value.into()), Self::from_i64)
    }

    /// A count that a function computed.
    #[must_use]
    pub fn from_usize(value: usize) -> Self {
        Self::from_u64(value as u64)
    }

    /// A float that a function computed (53 bits of precision); `None` of NaN.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        if value.is_nan() {
            return None;
        }
        if value.is_infinite() {
            return Some(Self::infinity(value < 0.0));
        }
        let bits = value.abs().to_bits();
        let (fraction, biased) = (bits & ((1 << 52) - 1), (bits >> 52) as i64);
        let (mantissa, exponent) = if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
        Some(Self::rounded(value.is_sign_negative(), BigUint::from(mantissa), exponent, 53))
    }

    /// An integer of any size that a function computed: as precise as it needs to be, and 64 bits at least.
    #[must_use]
    pub fn from_bigint(value: &BigInt) -> Self {
        let precision = value.bits().clamp(u64::from(INTEGER_PRECISION), MAX_PRECISION) as u32;
        Self::rounded(value.sign() == Sign::Minus, value.magnitude().clone(), 0, precision)
    }

    /// Plus or minus infinity.
    #[must_use]
    pub fn infinity(negative: bool) -> Self {
        Self::big(negative, LITERAL_PRECISION, Magnitude::Infinite)
    }

    /// The integer, if it is one in range.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Integer { value, .. } => Some(*value),
            Repr::Big(big) => big.to_i128().and_then(|value| value.try_into().ok()),
        }
    }

    /// The integer, if it is one in range.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Integer { value, .. } => (*value).try_into().ok(),
            Repr::Big(big) => big.to_i128().and_then(|value| value.try_into().ok()),
        }
    }

    /// The index, if it is an integer in range.
    #[must_use]
    pub fn to_usize(&self) -> Option<usize> {
        self.to_u64().and_then(|value| value.try_into().ok())
    }

    /// The integer, if it is one (and not of an absurd size: 65,536 bits and more).
    #[must_use]
    pub fn to_bigint(&self) -> Option<BigInt> {
        match &self.0 {
            Repr::Integer { value, .. } => Some((*value).into()),
            Repr::Big(big) => match &big.magnitude {
                Magnitude::Zero => Some(BigInt::ZERO),
                Magnitude::Finite { mantissa, exponent } if (0..MAX_PRECISION as i64).contains(exponent) => {
                    let sign = if big.negative { Sign::Minus } else { Sign::Plus };
                    Some(BigInt::from_biguint(sign, mantissa << *exponent as u64))
                }
                Magnitude::Finite { .. } | Magnitude::Infinite => None,
            },
        }
    }

    /// The nearest float.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Integer { value, .. } => *value as f64,
            Repr::Big(big) => {
                let absolute = match &big.magnitude {
                    Magnitude::Zero => 0.0,
                    Magnitude::Infinite => f64::INFINITY,
                    Magnitude::Finite { mantissa, exponent } => {
                        let top = mantissa.bits() as i64 + exponent;
                        let precision = (top + 1074).clamp(0, 53) as u32;
                        match arithmetic::round(mantissa.clone(), *exponent, precision, false) {
                            (mantissa, _) if mantissa.is_zero() => 0.0,
                            (mantissa, exponent) => power(mantissa.to_f64().unwrap_or(f64::INFINITY), exponent),
                        }
                    }
                };
                if big.negative { -absolute } else { absolute }
            }
        }
    }

    /// Whether it is an integer.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Integer { .. } => true,
            Repr::Big(big) => match &big.magnitude {
                Magnitude::Zero => true,
                Magnitude::Finite { exponent, .. } => *exponent >= 0,
                Magnitude::Infinite => false,
            },
        }
    }

    /// Whether it is plus or minus infinity.
    #[must_use]
    pub fn is_infinite(&self) -> bool {
        matches!(&self.0, Repr::Big(big) if big.magnitude == Magnitude::Infinite)
    }

    /// Whether it is below zero (negative zero is not).
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Integer { value, .. } => *value < 0,
            Repr::Big(big) => big.negative && big.magnitude != Magnitude::Zero,
        }
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            Repr::Integer { value, .. } => *value == 0,
            Repr::Big(big) => big.magnitude == Magnitude::Zero,
        }
    }

    /// Terraform's `==`: numbers are equal whose texts are (so 0.1 of a float function equals the literal `0.1`).
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Integer { value: left, .. }, Repr::Integer { value: right, .. }) => left == right,
            _ if self.precision() == other.precision() || self.is_zero() => self == other,
            _ if self.is_negative() != other.is_negative() || self.is_infinite() || other.is_infinite() => {
                self == other
            }
            _ => self.digits() == other.digits(),
        }
    }

    /// The precision in bits.
    fn precision(&self) -> u32 {
        match &self.0 {
            Repr::Integer { precision, .. } => *precision,
            Repr::Big(big) => big.precision,
        }
    }

    /// Whether it has a minus sign (negative zero has, too).
    pub(in crate::lang) fn is_negative_zero_or_below(&self) -> bool {
        match &self.0 {
            Repr::Integer { value, .. } => *value < 0,
            Repr::Big(big) => big.negative,
        }
    }

    fn big(negative: bool, precision: u32, magnitude: Magnitude) -> Self {
        Self(Repr::Big(Arc::new(Big { negative, precision, magnitude })))
    }

    /// `±mantissa * 2^exponent` in its best representation; the mantissa has no more bits than the precision.
    fn finite(negative: bool, mantissa: BigUint, exponent: i64, precision: u32) -> Self {
        let Some(zeros) = mantissa.trailing_zeros() else {
            return if negative {
                Self::big(true, precision, Magnitude::Zero)
            } else {
                Self(Repr::Integer { value: 0, precision })
            };
        };
        let top = mantissa.bits() as i64 + exponent;
        if top > MAX_EXPONENT {
            return Self::big(negative, precision, Magnitude::Infinite);
        }
        if top < -MAX_EXPONENT {
            return Self::finite(negative, BigUint::ZERO, 0, precision);
        }
        let (mantissa, exponent) = (mantissa >> zeros, exponent + zeros as i64);
        if exponent >= 0 && top <= 63 && top <= i64::from(precision) {
            let value = (mantissa.to_i64().unwrap_or_default()) << exponent;
            return Self(Repr::Integer { value: if negative { -value } else { value }, precision });
        }
        Self::big(negative, precision, Magnitude::Finite { mantissa, exponent })
    }

    fn rounded(negative: bool, mantissa: BigUint, exponent: i64, precision: u32) -> Self {
        let (mantissa, exponent) = arithmetic::round(mantissa, exponent, precision, false);
        Self::finite(negative, mantissa, exponent, precision)
    }

    /// Sign (of zero too), and mantissa and exponent if it is finite.
    fn parts(&self) -> (bool, Option<(BigUint, i64)>) {
        match &self.0 {
            Repr::Integer { value, .. } => (*value < 0, Some((value.unsigned_abs().into(), 0))),
            Repr::Big(big) => match &big.magnitude {
                Magnitude::Zero => (big.negative, Some((BigUint::ZERO, 0))),
                Magnitude::Finite { mantissa, exponent } => (big.negative, Some((mantissa.clone(), *exponent))),
                Magnitude::Infinite => (big.negative, None),
            },
        }
    }
}

impl Big {
    fn to_i128(&self) -> Option<i128> {
        match &self.magnitude {
            Magnitude::Zero => Some(0),
            Magnitude::Finite { mantissa, exponent } => {
                if !(0..64).contains(exponent) {
                    return None;
                }
                let value = mantissa.to_u64().map(|mantissa| i128::from(mantissa) << exponent)?;
                Some(if self.negative { -value } else { value })
            }
            Magnitude::Infinite => None,
        }
    }
}

/// `value * 2^exponent` where neither the power nor the result need be in range at once.
fn power(value: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-2200, 2200) as i32;
    let half = exponent / 2;
    value * 2f64.powi(half) * 2f64.powi(exponent - half)
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Integer { value: left, .. }, Repr::Integer { value: right, .. }) => left == right,
            _ => self.cmp(other) == Ordering::Equal,
        }
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Integer { value: left, .. }, Repr::Integer { value: right, .. }) => left.cmp(right),
            _ => arithmetic::compare(self, other),
        }
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match (&self.0, self.to_i64()) {
            (_, Some(value)) => value.hash(state),
            (Repr::Integer { value, .. }, None) => value.hash(state),
            (Repr::Big(big), None) => (big.negative, &big.magnitude).hash(state),
        }
    }
}
