//! Numbers as Go's `big.Float` formats itself for `%e`, `%f` and `%g`.

use super::Number;
use super::text::{Decimal, decimal};

impl Number {
    /// `%f`: so many digits after the point.
    #[must_use]
    pub fn fixed_text(&self, places: usize) -> String {
        self.written(|number| {
            let mut exact = number.exact();
            let length = exact.point.saturating_add(places as i64);
            if length < 0 {
                exact = Decimal { digits: Vec::new(), point: 0 };
            } else {
                exact.round(length as usize);
            }
            fixed(&exact, places)
        })
    }

    /// `%e`: one digit, so many after the point (as many as it takes to tell the number from others, if `None`), a
    /// power of ten.
    #[must_use]
    pub fn scientific_text(&self, places: Option<usize>) -> String {
        self.written(|number| match places {
            Some(places) => {
                let mut exact = number.exact();
                exact.round(places.saturating_add(1));
                scientific(&exact, places)
            }
            None => {
                let digits = number.digits();
                scientific(&digits, digits.digits.len().saturating_sub(1))
            }
        })
    }

    /// `%g`: so many significant digits (as many as it takes, if `None`), with a power of ten if it is large or small.
    #[must_use]
    pub fn general_text(&self, significant: Option<usize>) -> String {
        self.written(|number| {
            let (digits, wanted, limit) = match significant {
                None => {
                    let digits = number.digits();
                    let count = digits.digits.len();
                    (digits, count, 6)
                }
                Some(wanted) => {
                    let wanted = wanted.max(1);
                    let mut exact = number.exact();
                    exact.round(wanted);
                    let count = exact.digits.len();
                    let whole = wanted > count && count as i64 >= exact.point;
                    (exact, wanted, if whole { count } else { wanted })
                }
            };
            let power = digits.point - 1;
            if power < -4 || power >= limit as i64 {
                return scientific(&digits, wanted.min(digits.digits.len()).saturating_sub(1));
            }
            let wanted = if wanted as i64 > digits.point { digits.digits.len() } else { wanted };
            fixed(&digits, (wanted as i64 - digits.point).max(0) as usize)
        })
    }

    fn exact(&self) -> Decimal {
        match self.parts() {
            (_, Some((mantissa, exponent))) => decimal(mantissa, exponent),
            (_, None) => Decimal { digits: Vec::new(), point: 0 },
        }
    }

    fn written(&self, write: impl FnOnce(&Self) -> String) -> String {
        match (self.is_negative_zero_or_below(), self.is_infinite()) {
            (true, true) => "-Inf".into(),
            (false, true) => "+Inf".into(),
            (true, false) => format!("-{}", write(self)),
            (false, false) => write(self),
        }
    }
}

fn scientific(decimal: &Decimal, places: usize) -> String {
    let mut text = String::with_capacity(places + 8);
    let mut digits = decimal.digits.iter().copied().map(char::from);
    text.push(digits.next().unwrap_or('0'));
    if places > 0 {
        text.push('.');
        text.extend(digits.chain(std::iter::repeat('0')).take(places));
    }
    let power = if decimal.digits.is_empty() { 0 } else { decimal.point - 1 };
    let sign = if power < 0 { '-' } else { '+' };
    text + &format!("e{sign}{:02}", power.unsigned_abs())
}

fn fixed(decimal: &Decimal, places: usize) -> String {
    let digit =
        |at: i64| usize::try_from(at).ok().and_then(|at| decimal.digits.get(at)).map_or('0', |&byte| byte.into());
    let mut text = String::new();
    if decimal.point > 0 {
        text.extend((0..decimal.point).map(digit));
    } else {
        text.push('0');
    }
    if places > 0 {
        text.push('.');
        text.extend((0..places as i64).map(|place| digit(decimal.point + place)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_go() {
        let number = |text: &str| Number::parse(text).unwrap();
        assert_eq!(number("3.14159").fixed_text(2), "3.14");
        assert_eq!(number("2.5").fixed_text(0), "2");
        assert_eq!(number("0.00049").fixed_text(3), "0.000");
        assert_eq!(number("0.00051").fixed_text(3), "0.001");
        assert_eq!(number("-1234.5").scientific_text(Some(3)), "-1.234e+03");
        assert_eq!(number("0").scientific_text(Some(2)), "0.00e+00");
        assert_eq!(number("1000000").general_text(None), "1e+06");
        assert_eq!(number("123456").general_text(None), "123456");
        assert_eq!(number("1.5").general_text(None), "1.5");
        assert_eq!(number("123456").general_text(Some(3)), "1.23e+05");
        assert_eq!(number("100").general_text(Some(10)), "100");
        assert_eq!(number("0.00001").general_text(None), "1e-05");
    }
}
