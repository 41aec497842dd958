//! Numbers from decimal text and back.

use std::fmt::{self, Display, Formatter};

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::{LITERAL_PRECISION, Magnitude, Number, Repr, arithmetic};

/// Digits beyond this many only say whether anything follows.
const MAX_DIGITS: usize = 5_000;
/// Binary exponents beyond this are scaled with rounded powers of five, as exact ones would be huge.
const EXACT_EXPONENT: i64 = 20_000;

/// Decimal digits without leading and trailing zeros, and where the point is: `0.DIGITS * 10^point`.
#[derive(PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) digits: Vec<u8>,
    pub(super) point: i64,
}

impl Number {
    /// Reads decimal text as Terraform does (`12`, `-1.5e3`, `.5`, `1p3`, `Inf`); `None` where it is no number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() < 19 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().map(|value| Self(Repr::Integer { value, precision: LITERAL_PRECISION }));
        }
        let (negative, rest) = match text.as_bytes() {
            [b'-', ..] => (true, &text[1..]),
            [b'+', ..] => (false, &text[1..]),
            _ => (false, text),
        };
        if matches!(rest, "Inf" | "inf") {
            return Some(Self::infinity(negative));
        }
        let (mantissa, exponent) = match rest.find(['e', 'E', 'p', 'P']) {
            Some(at) => (&rest[..at], Some((rest.as_bytes()[at], &rest[at + 1..]))),
            None => (rest, None),
        };
        let (digits, mut power_of_ten) = significant_digits(mantissa)?;
        let mut power_of_two = 0;
        match exponent {
            Some((b'e' | b'E', exponent)) => power_of_ten = parse_exponent(exponent)?.checked_add(power_of_ten)?,
            Some((_, exponent)) => power_of_two = parse_exponent(exponent)?,
            None => {}
        }
        let mantissa = BigUint::parse_bytes(digits.as_bytes(), 10)?;
        if mantissa.is_zero() {
            return Some(Self::finite(negative, mantissa, 0, LITERAL_PRECISION));
        }
        let exponent = power_of_two.checked_add(power_of_ten)?;
        if exponent.checked_add(mantissa.bits() as i64)?.unsigned_abs() > super::MAX_EXPONENT as u64 {
            return None;
        }
        Some(scaled(negative, mantissa, exponent, power_of_ten, LITERAL_PRECISION))
    }

    /// How many characters its text has.
    #[must_use]
    pub fn text_len(&self) -> u64 {
        match &self.0 {
            Repr::Integer { .. } => 20,
            Repr::Big(big) => match &big.magnitude {
                Magnitude::Zero | Magnitude::Infinite => 4,
                Magnitude::Finite { mantissa, exponent } => {
                    let top = mantissa.bits() as i64 + exponent;
                    // A bit is less than a third of a digit.
                    top.unsigned_abs() * 302 / 1000 + u64::from(big.precision) / 3 + 4
                }
            },
        }
    }

    /// The shortest digits that mean this number at its precision.
    pub(super) fn digits(&self) -> Decimal {
        let (_, Some((mantissa, exponent))) = self.parts() else { return Decimal { digits: Vec::new(), point: 0 } };
        if mantissa.is_zero() {
            return Decimal { digits: Vec::new(), point: 0 };
        }
        let wanted = u64::from(self.precision()) + 1;
        let bits = mantissa.bits();
        let (halves, exponent) = if wanted >= bits {
            (mantissa << (wanted - bits), exponent - (wanted - bits) as i64)
        } else {
            (mantissa >> (bits - wanted), exponent + (bits - wanted) as i64)
        };
        let inclusive = !halves.bit(1);
        let lower = decimal(&halves - 1u8, exponent).digits;
        let upper = decimal(&halves + 1u8, exponent).digits;
        shortest(decimal(halves, exponent), &lower, &upper, inclusive)
    }

    /// Ten significant digits as C's `%.10g` prints them: what Terraform orders sets of objects by.
    pub(in crate::lang) fn general(&self) -> String {
        let sign = if self.is_negative_zero_or_below() { "-" } else { "" };
        let (_, Some((mantissa, exponent))) = self.parts() else {
            return format!("{}Inf", if sign.is_empty() { "+" } else { sign });
        };
        if mantissa.is_zero() {
            return format!("{sign}0");
        }
        let mut decimal = decimal(mantissa, exponent);
        decimal.round(10);
        let power = decimal.point - 1;
        if !(-4..10).contains(&power) {
            let digits = String::from_utf8_lossy(&decimal.digits);
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            let power_sign = if power < 0 { '-' } else { '+' };
            return format!("{sign}{first}{point}{rest}e{power_sign}{:02}", power.unsigned_abs());
        }
        format!("{sign}{decimal}")
    }
}

/// `±mantissa * 2^exponent * 5^five`, rounded as Go's `big.Float` parser does.
fn scaled(negative: bool, mantissa: BigUint, exponent: i64, five: i64, precision: u32) -> Number {
    let (mantissa, exponent) = if five == 0 {
        arithmetic::round(mantissa, exponent, precision, false)
    } else {
        let Some((power, power_exponent)) = power_of_five(five.unsigned_abs(), precision + 64) else {
            return if five > 0 {
                Number::big(negative, precision, Magnitude::Infinite)
            } else {
                Number::finite(negative, BigUint::ZERO, 0, precision)
            };
        };
        if five > 0 {
            arithmetic::round(mantissa * power, exponent + power_exponent, precision, false)
        } else {
            let shift = (u64::from(precision) + 2 + power.bits()).saturating_sub(mantissa.bits());
            let shifted = mantissa << shift;
            let quotient = &shifted / &power;
            let sticky = &quotient * &power != shifted;
            arithmetic::round(quotient, exponent - power_exponent - shift as i64, precision, sticky)
        }
    };
    Number::finite(negative, mantissa, exponent, precision)
}

/// Five to a power, rounded to so many bits as Go's `big.Float` does; `None` where it is beyond all numbers.
fn power_of_five(power: u64, precision: u32) -> Option<(BigUint, i64)> {
    const EXACT: u64 = 27;
    if power > super::MAX_EXPONENT as u64 {
        return None;
    }
    let mut result = (BigUint::from(5u8).pow(power.min(EXACT) as u32), 0);
    let mut left = power - power.min(EXACT);
    let mut factor = (BigUint::from(5u8), 0i64);
    while left > 0 {
        if left & 1 == 1 {
            result = arithmetic::round(&result.0 * &factor.0, result.1 + factor.1, precision, false);
        }
        left >>= 1;
        if left > 0 {
            factor = arithmetic::round(&factor.0 * &factor.0, factor.1 * 2, precision + 64, false);
        }
    }
    (result.1 + (result.0.bits() as i64) <= super::MAX_EXPONENT).then_some(result)
}

/// The significant digits of `12.50`, and the power of ten that they are to be multiplied with.
fn significant_digits(mantissa: &str) -> Option<(String, i64)> {
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = String::with_capacity(mantissa.len().min(MAX_DIGITS + 1));
    let mut power = -(fraction.len() as i64);
    let mut rest = false;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return None;
        }
        if digits.len() < MAX_DIGITS {
            if byte != b'0' || !digits.is_empty() {
                digits.push(char::from(byte));
            }
        } else {
            power += 1;
            rest |= byte != b'0';
        }
    }
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    if rest {
        digits.push('1');
        power -= 1;
    }
    if digits.is_empty() {
        digits.push('0');
    }
    Some((digits, power))
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// The digits of `mantissa * 2^exponent`: exact, or for absurd exponents the first 300 or so.
pub(super) fn decimal(mantissa: BigUint, exponent: i64) -> Decimal {
    if mantissa.is_zero() {
        return Decimal { digits: Vec::new(), point: 0 };
    }
    let zeros = mantissa.trailing_zeros().unwrap_or_default();
    let (mantissa, exponent) = (mantissa >> zeros, exponent + zeros as i64);
    if (0..=EXACT_EXPONENT).contains(&exponent) {
        return Decimal::new((mantissa << exponent as u64).to_str_radix(10), 0);
    }
    if (-EXACT_EXPONENT..0).contains(&exponent) {
        let digits = (mantissa * BigUint::from(5u8).pow(exponent.unsigned_abs() as u32)).to_str_radix(10);
        return Decimal::new(digits, exponent);
    }
    // log10(2) = 0.30103: the power of ten that leaves about 1,024 bits.
    let top = mantissa.bits() as i64 + exponent;
    let power = (1024 - top) * 30_103 / 100_000;
    let scaled = scaled(false, mantissa, exponent + power, power, 2048);
    let (_, Some((mantissa, exponent))) = scaled.parts() else { return Decimal { digits: Vec::new(), point: 0 } };
    let integer = if exponent >= 0 { mantissa << exponent as u64 } else { mantissa >> exponent.unsigned_abs() };
    Decimal::new(integer.max(BigUint::one()).to_str_radix(10), -power)
}

/// The least digits of `exact` that lie between the bounds (themselves allowed if `inclusive`).
fn shortest(mut exact: Decimal, lower: &[u8], upper: &[u8], inclusive: bool) -> Decimal {
    for index in 0..exact.digits.len() {
        let digit = exact.digits[index];
        let below = lower.get(index).copied().unwrap_or(b'0');
        let above = upper.get(index).copied().unwrap_or(b'0');
        let down = below != digit || (inclusive && index + 1 == lower.len());
        let up = digit != above && (inclusive || digit + 1 < above || index + 1 < upper.len());
        match (down, up) {
            (true, true) => exact.round(index + 1),
            (true, false) => exact.cut(index + 1),
            (false, true) => exact.round_up(index + 1),
            (false, false) => continue,
        }
        break;
    }
    exact
}

impl Decimal {
    fn new(digits: String, power: i64) -> Self {
        let mut decimal = Self { point: digits.len() as i64 + power, digits: digits.into_bytes() };
        decimal.trim();
        decimal
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    fn cut(&mut self, length: usize) {
        self.digits.truncate(length);
        self.trim();
    }

    fn round_up(&mut self, length: usize) {
        self.digits.truncate(length);
        while self.digits.last() == Some(&b'9') {
            self.digits.pop();
        }
        if let Some(last) = self.digits.last_mut() {
            *last += 1;
        } else {
            self.digits.push(b'1');
            self.point += 1;
        }
    }

    pub(super) fn round(&mut self, length: usize) {
        let Some(&next) = self.digits.get(length) else { return };
        let tie = next == b'5' && length + 1 == self.digits.len();
        let odd = length > 0 && self.digits[length - 1] % 2 == 1;
        if if tie { odd } else { next >= b'5' } {
            self.round_up(length);
        } else {
            self.cut(length);
        }
    }
}

impl Display for Decimal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let digits = std::str::from_utf8(&self.digits).unwrap_or_default();
        if digits.is_empty() {
            return formatter.write_str("0");
        }
        if self.point <= 0 {
            formatter.write_str("0.")?;
            zeros(formatter, self.point.unsigned_abs())?;
            return formatter.write_str(digits);
        }
        let point = self.point as u64;
        if let Some((whole, fraction)) = digits.split_at_checked(point as usize).filter(|(_, rest)| !rest.is_empty()) {
            return write!(formatter, "{whole}.{fraction}");
        }
        formatter.write_str(digits)?;
        zeros(formatter, point - digits.len() as u64)
    }
}

fn zeros(formatter: &mut Formatter<'_>, mut count: u64) -> fmt::Result {
    const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
    while count > 0 {
        let now = count.min(ZEROS.len() as u64);
        formatter.write_str(&ZEROS[..now as usize])?;
        count -= now;
    }
    Ok(())
}

/// As Terraform turns a number into text: the shortest decimal that means the same number at its precision, never with
/// an exponent.
impl Display for Number {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if let Repr::Integer { value, .. } = &self.0 {
            return write!(formatter, "{value}");
        }
        if self.is_infinite() {
            return formatter.write_str(if self.is_negative() { "-Inf" } else { "+Inf" });
        }
        if self.is_negative_zero_or_below() {
            formatter.write_str("-")?;
        }
        write!(formatter, "{}", self.digits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn text_is_read_and_printed_as_terraform_does() {
        let third = format!("0.{}5", "3".repeat(154));
        let rows = [
            ("0.1", "0.1"),
            ("1e3", "1000"),
            ("1.", "1"),
            (".5", "0.5"),
            ("+5", "5"),
            ("-0", "-0"),
            ("1p3", "8"),
            ("010", "10"),
            ("Inf", "+Inf"),
            ("-inf", "-Inf"),
            ("1e-3", "0.001"),
            ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
            ("9223372036854775808", "9223372036854775808"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("1e50", "100000000000000000000000000000000000000000000000000"),
            ("0e99999999999", "0"),
        ];
        for (text, printed) in rows {
            assert_eq!(number(text).to_string(), printed, "{text}");
        }
        assert_eq!(number("1").divide(&number("3")).unwrap().to_string(), third);
        assert_eq!(number("0.1").add(&number("0.2")).unwrap().to_string(), "0.3");
        assert_eq!(number("1e400").to_string(), format!("1{}", "0".repeat(400)));
        assert_eq!(number("1e1000000").to_string(), format!("1{}", "0".repeat(1_000_000)));
        assert_eq!(number("1e-30000").to_string(), format!("0.{}1", "0".repeat(29_999)));
        for text in ["", "0x10", " 1", "1_000", ".", "1e", "e1", "--1", "1e99999999999999999999", "infinity"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn arithmetic_follows_big_float() {
        let int = Number::from_i64;
        assert_eq!(int(5).modulo(&int(0)).unwrap().to_string(), "5");
        assert_eq!(int(-5).modulo(&int(3)).unwrap().to_string(), "-2");
        assert_eq!(number("5.5").modulo(&number("2")).unwrap().to_string(), "1.5");
        assert_eq!(int(1).divide(&int(0)).unwrap().to_string(), "+Inf");
        assert!(int(0).divide(&int(0)).is_none());
        assert_eq!(int(1).divide(&int(3)).unwrap().to_string(), "0.33333333333333333334");
        assert_eq!(int(i64::MAX).add(&int(1)).unwrap().to_string(), "9223372036854775808");
        assert_eq!(
            int(i64::MAX).multiply(&int(i64::MAX)).unwrap().to_string(),
            "85070591730234615847396907784232501249"
        );
        assert_eq!(int(i64::MIN).negate().to_string(), "9223372036854775808");
        assert_eq!(number("-1.5").floor(), int(-2));
        assert_eq!(number("-1.5").ceil(), int(-1));
        assert_eq!(number("1e100").add(&number("1e-100")).unwrap(), number("1e100"));
        assert!(Number::from_f64(0.1).unwrap().equals(&number("0.1")));
        assert_ne!(Number::from_f64(0.1).unwrap(), number("0.1"));
        assert_eq!(number("0.1").to_f64(), 0.1);
        assert_eq!(number("5e-324").to_f64(), 5e-324);
        assert_eq!(number("1e400").to_f64(), f64::INFINITY);
        assert_eq!(number("123456789.123456789").general(), "123456789.1");
        assert_eq!(number("12345678901").general(), "1.23456789e+10");
    }
}
