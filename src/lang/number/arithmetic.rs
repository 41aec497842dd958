//! Sums, products, quotients and their rounding.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer as _;
use num_traits::Zero;

use super::{INTEGER_PRECISION, LITERAL_PRECISION, MAX_PRECISION, Magnitude, Number, Repr};

/// Rounds half to even to so many bits. `sticky`: the true value lies a little above the mantissa.
pub(super) fn round(mantissa: BigUint, exponent: i64, precision: u32, sticky: bool) -> (BigUint, i64) {
    let excess = mantissa.bits() as i64 - i64::from(precision);
    if excess <= 0 {
        return (mantissa, exponent);
    }
    let excess = excess as u64;
    let half = mantissa.bit(excess - 1);
    let above_half = half && (sticky || mantissa.trailing_zeros().is_some_and(|zeros| zeros < excess - 1));
    let mut kept = mantissa >> excess;
    if above_half || (half && kept.bit(0)) {
        kept += 1u8;
    }
    (kept, exponent + excess as i64)
}

/// Orders by value.
pub(super) fn compare(left: &Number, right: &Number) -> Ordering {
    let sign = |number: &Number| match (number.is_zero(), number.is_negative()) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    };
    let (left_sign, right_sign) = (sign(left), sign(right));
    if left_sign != right_sign || left_sign == 0 {
        return left_sign.cmp(&right_sign);
    }
    let magnitudes = match (left.parts().1, right.parts().1) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some((left, left_exponent)), Some((right, right_exponent))) => {
            let (left_top, right_top) = (left.bits() as i64 + left_exponent, right.bits() as i64 + right_exponent);
            left_top.cmp(&right_top).then_with(|| {
                let low = left_exponent.min(right_exponent);
                (left << (left_exponent - low) as u64).cmp(&(right << (right_exponent - low) as u64))
            })
        }
    };
    if left_sign < 0 { magnitudes.reverse() } else { magnitudes }
}

impl Number {
    /// The sum; `None` for infinity less infinity.
    #[must_use]
    pub fn add(&self, other: &Self) -> Option<Self> {
        if let (Repr::Integer { value: left, precision }, Repr::Integer { value: right, precision: other }) =
            (&self.0, &other.0)
            && let Some(value) = left.checked_add(*right)
            && (*precision).max(*other) >= INTEGER_PRECISION
        {
            return Some(Self(Repr::Integer { value, precision: (*precision).max(*other) }));
        }
        self.add_big(other)
    }

    fn add_big(&self, other: &Self) -> Option<Self> {
        let precision = self.precision().max(other.precision());
        let ((left_negative, left), (right_negative, right)) = (self.parts(), other.parts());
        match (left, right) {
            (None, None) if left_negative != right_negative => None,
            (None, _) => Some(self.clone()),
            (_, None) => Some(other.clone()),
            (Some((left, _)), Some((right, _))) if left.is_zero() && right.is_zero() => {
                Some(Self::finite(left_negative && right_negative, left, 0, precision))
            }
            (Some(left), Some(right)) => {
                let (mantissa, exponent) = aligned_sum((left_negative, left), (right_negative, right), precision);
                let negative = mantissa.sign() == Sign::Minus;
                Some(Self::rounded(negative, mantissa.into_parts().1, exponent, precision))
            }
        }
    }

    /// The difference; `None` for infinity less infinity.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Option<Self> {
        if let (Repr::Integer { value: left, precision }, Repr::Integer { value: right, precision: other }) =
            (&self.0, &other.0)
            && let Some(value) = left.checked_sub(*right)
            && (*precision).max(*other) >= INTEGER_PRECISION
        {
            return Some(Self(Repr::Integer { value, precision: (*precision).max(*other) }));
        }
        self.add_big(&other.negate())
    }

    /// The product; `None` for zero times infinity.
    #[must_use]
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        let precision = self.precision().max(other.precision());
        if let (Repr::Integer { value: left, .. }, Repr::Integer { value: right, .. }) = (&self.0, &other.0)
            && let Some(value) = left.checked_mul(*right)
            && (value != 0 || (*left >= 0 && *right >= 0))
            && precision >= INTEGER_PRECISION
        {
            return Some(Self(Repr::Integer { value, precision }));
        }
        let ((left_negative, left), (right_negative, right)) = (self.parts(), other.parts());
        let negative = left_negative != right_negative;
        match (left, right) {
            (Some((left, left_exponent)), Some((right, right_exponent))) => {
                // Terraform multiplies with 512 bits and keeps what the product needs of them.
                let (mantissa, exponent) =
                    round(left * right, left_exponent + right_exponent, LITERAL_PRECISION, false);
                let needed = mantissa.bits() - mantissa.trailing_zeros().unwrap_or_default();
                Some(Self::finite(negative, mantissa, exponent, precision.max(needed as u32)))
            }
            _ if self.is_zero() || other.is_zero() => None,
            _ => Some(Self::infinity(negative)),
        }
    }

    /// The quotient; infinite where the divisor is zero; `None` for zero by zero and infinity by infinity.
    #[must_use]
    pub fn divide(&self, other: &Self) -> Option<Self> {
        let precision = self.precision().max(other.precision());
        if let (Repr::Integer { value: left, .. }, Repr::Integer { value: right, .. }) = (&self.0, &other.0)
            && *right != 0
            && *left != 0
            && left.checked_rem(*right) == Some(0)
            && precision >= INTEGER_PRECISION
        {
            return Some(Self(Repr::Integer { value: left / right, precision }));
        }
        let ((left_negative, left), (right_negative, right)) = (self.parts(), other.parts());
        let negative = left_negative != right_negative;
        match (left, right) {
            (None, None) => None,
            (None, Some(_)) => Some(Self::big(negative, precision, Magnitude::Infinite)),
            (Some(_), None) => Some(Self::finite(negative, BigUint::ZERO, 0, precision)),
            (Some((left, left_exponent)), Some((right, right_exponent))) => {
                if right.is_zero() {
                    return (!left.is_zero()).then(|| Self::big(negative, precision, Magnitude::Infinite));
                }
                let shift = (i64::from(precision) + 2 + right.bits() as i64 - left.bits() as i64).max(0);
                let (quotient, remainder) = (left << shift as u64).div_rem(&right);
                let exponent = left_exponent - right_exponent - shift;
                let (mantissa, exponent) = round(quotient, exponent, precision, !remainder.is_zero());
                Some(Self::finite(negative, mantissa, exponent, precision))
            }
        }
    }

    /// Terraform's remainder: `a - trunc(a / b) * b` in `a`'s precision, and `a` itself where `b` is zero. `None` where an
    /// operand is infinite.
    #[must_use]
    pub fn modulo(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return Some(self.clone());
        }
        if let (Repr::Integer { value: left, precision }, Repr::Integer { value: right, .. }) = (&self.0, &other.0)
            && let Some(value) = left.checked_rem(*right)
            && *precision >= INTEGER_PRECISION
        {
            return Some(Self(Repr::Integer { value, precision: *precision }));
        }
        if self.is_infinite() || other.is_infinite() {
            return None;
        }
        let precision = self.precision();
        let whole = self.divide(other)?.truncate().with_precision(precision);
        let product = whole.multiply(other)?.with_precision(precision);
        Some(self.subtract(&product)?.with_precision(precision))
    }

    /// The same number with the other sign (zero too).
    #[must_use]
    pub fn negate(&self) -> Self {
        match &self.0 {
            Repr::Integer { value, precision } => match value {
                0 => Self::big(true, *precision, Magnitude::Zero),
                &value => value.checked_neg().map_or_else(
                    || Self::finite(false, value.unsigned_abs().into(), 0, *precision),
                    |value| Self(Repr::Integer { value, precision: *precision }),
                ),
            },
            Repr::Big(big) => match &big.magnitude {
                Magnitude::Infinite => Self::big(!big.negative, big.precision, Magnitude::Infinite),
                Magnitude::Zero => Self::finite(!big.negative, BigUint::ZERO, 0, big.precision),
                Magnitude::Finite { mantissa, exponent } => {
                    Self::finite(!big.negative, mantissa.clone(), *exponent, big.precision)
                }
            },
        }
    }

    /// The absolute value.
    #[must_use]
    pub fn absolute(&self) -> Self {
        if self.is_negative_zero_or_below() { self.negate() } else { self.clone() }
    }

    /// The integer towards zero (infinity stays).
    #[must_use]
    pub fn truncate(&self) -> Self {
        match &self.0 {
            Repr::Integer { value, .. } => Self::from_i64(*value),
            Repr::Big(big) => match &big.magnitude {
                Magnitude::Zero => Self::ZERO,
                Magnitude::Infinite => self.clone(),
                Magnitude::Finite { mantissa, exponent } => {
                    let (mantissa, exponent) = match u64::try_from(-exponent) {
                        Ok(fraction) if fraction >= mantissa.bits() => return Self::ZERO,
                        Ok(fraction) => (mantissa >> fraction, 0),
                        Err(_) => (mantissa.clone(), *exponent),
                    };
                    let bits = (mantissa.bits() + exponent as u64).clamp(u64::from(INTEGER_PRECISION), MAX_PRECISION);
                    Self::finite(big.negative, mantissa, exponent, bits as u32)
                }
            },
        }
    }

    /// The greatest integer that is not above (infinity stays).
    #[must_use]
    pub fn floor(&self) -> Self {
        let truncated = self.truncate();
        if self.is_negative() && truncated != *self { truncated.offset(-1) } else { truncated }
    }

    /// The least integer that is not below (infinity stays).
    #[must_use]
    pub fn ceil(&self) -> Self {
        let truncated = self.truncate();
        if !self.is_negative() && truncated != *self { truncated.offset(1) } else { truncated }
    }

    /// An integer a little further on, as precise as need be.
    fn offset(&self, by: i64) -> Self {
        self.to_bigint().map_or_else(|| self.clone(), |value| Self::from_bigint(&(value + BigInt::from(by))))
    }

    pub(super) fn with_precision(&self, precision: u32) -> Self {
        match self.parts() {
            (negative, Some((mantissa, exponent))) => Self::rounded(negative, mantissa, exponent, precision),
            (negative, None) => Self::big(negative, precision, Magnitude::Infinite),
        }
    }
}

/// The sum of two finite numbers (sign, mantissa, exponent), exact, or where one is too small to matter exact enough to
/// be rounded right.
fn aligned_sum(
    (left_negative, left): (bool, (BigUint, i64)),
    (right_negative, right): (bool, (BigUint, i64)),
    precision: u32,
) -> (BigInt, i64) {
    let top = |(mantissa, exponent): &(BigUint, i64)| mantissa.bits() as i64 + exponent;
    let signed = |negative, mantissa| BigInt::from_biguint(if negative { Sign::Minus } else { Sign::Plus }, mantissa);
    let (mut large, mut small) = ((left_negative, left), (right_negative, right));
    if small.1.0.is_zero() {
        return (signed(large.0, large.1.0), large.1.1);
    }
    if large.1.0.is_zero() {
        return (signed(small.0, small.1.0), small.1.1);
    }
    if top(&large.1) < top(&small.1) {
        std::mem::swap(&mut large, &mut small);
    }
    // Below this bit the small one only says on which side of the large one the sum lies.
    let floor = large.1.1.min(top(&large.1) - i64::from(precision) - 3) - 1;
    if top(&small.1) < floor {
        small.1 = (BigUint::from(1u8), floor);
    }
    let low = large.1.1.min(small.1.1);
    let shifted = |(negative, (mantissa, exponent)): (bool, (BigUint, i64))| {
        signed(negative, mantissa << (exponent - low) as u64)
    };
    (shifted(large) + shifted(small), low)
}
