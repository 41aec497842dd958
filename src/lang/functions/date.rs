//! Dates and times ("Terraform Language: Date and Time Functions").
//!
//! Times are those of RFC 3339 as Go's `time` package reads them. The time now is unknown, as it is in a plan.

use super::super::Number;
use super::super::value::Value;
use super::{Call, Failure, Function, Returns, Takes, at, function, string, text};

const TEXT: Returns = Returns::Always(Takes::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function("formatdate", &[string("format"), string("time")], TEXT, |call| {
        let time = Time::parse(call.text(1)).map_err(|message| at(1, message))?;
        text(&format(call.text(0), &time).map_err(|message| at(0, message))?)
    })
    .computed_from(1),
    function("plantimestamp", &[], TEXT, |call| Ok(call.unknown())),
    function("timeadd", &[string("timestamp"), string("duration")], TEXT, |call| {
        let time = Time::parse(call.text(0))?;
        text(&time.plus(duration(call.text(1))?).to_string())
    })
    .maybe_null(),
    function("timecmp", &[string("timestamp_a"), string("timestamp_b")], Returns::Always(Takes::Number), compare),
    function("timestamp", &[], TEXT, |call| Ok(call.unknown())),
];

fn compare(call: &Call<'_>) -> Result<Value, Failure> {
    let left = Time::parse(call.text(0)).map_err(|message| at(0, message))?;
    let right = Time::parse(call.text(1)).map_err(|message| at(1, message))?;
    let order = (left.seconds, left.nanoseconds).cmp(&(right.seconds, right.nanoseconds));
    Ok(Value::number(Number::from_i64(order as i64)))
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A moment, and the offset from UTC that it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Time {
    /// Since 1970, UTC.
    seconds: i64,
    nanoseconds: i64,
    /// East of UTC, in seconds.
    offset: i64,
}

/// A moment as calendars and clocks show it.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    weekday: usize,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Time {
    /// Reads RFC 3339. The errors are those that Terraform makes of Go's.
    pub(super) fn parse(whole: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: whole };
        let year = reader.digits(4, "year")?;
        reader.separator("-")?;
        let month = reader.digits(2, "month")?;
        reader.range(month, 1, 12, "month")?;
        reader.separator("-")?;
        let day = reader.digits(2, "day of month")?;
        if !reader.rest.starts_with('T') {
            return Err(INVALID.to_owned() + ": missing required time introducer 'T'");
        }
        reader.rest = &reader.rest[1..];
        let hour = reader.digits(2, "hour")?;
        reader.range(hour, 0, 23, "hour")?;
        reader.separator(":")?;
        let minute = reader.digits(2, "minute")?;
        reader.range(minute, 0, 59, "minute")?;
        reader.separator(":")?;
        let second = reader.digits(2, "second")?;
        reader.range(second, 0, 59, "second")?;
        let nanoseconds = reader.fraction();
        let offset = reader.offset()?;
        if !reader.rest.is_empty() {
            return Err(format!("{INVALID}: cannot use {:?} as timestamp segment", reader.rest));
        }
        if !(1..=days_in(year, month)).contains(&day) {
            return Err(format!("{INVALID}: day out of range"));
        }
        let clock = hour * 3600 + minute * 60 + second;
        Ok(Self { seconds: days(year, month, day) * 86_400 + clock - offset, nanoseconds, offset })
    }

    fn plus(self, nanoseconds: i64) -> Self {
        let sum = i128::from(self.nanoseconds) + i128::from(nanoseconds);
        let seconds = self.seconds + sum.div_euclid(1_000_000_000) as i64;
        Self { seconds, nanoseconds: sum.rem_euclid(1_000_000_000) as i64, ..self }
    }

    fn civil(&self) -> Civil {
        let local = self.seconds + self.offset;
        let (days, clock) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = date(days);
        Civil {
            year,
            month,
            day,
            weekday: (days + 4).rem_euclid(7) as usize,
            hour: clock / 3600,
            minute: clock / 60 % 60,
            second: clock % 60,
        }
    }

    fn offset_text(&self, separator: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Civil { year, month, day, hour, minute, second, .. } = self.civil();
        let offset = if self.offset == 0 { "Z".into() } else { self.offset_text(":") };
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{offset}")
    }
}

const INVALID: &str = "not a valid RFC3339 timestamp";

/// What is left of a timestamp to read.
struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn digits(&mut self, count: usize, what: &str) -> Result<i64, String> {
        if self.rest.is_empty() {
            return Err(format!("{INVALID}: end of string before {what}"));
        }
        let unusable = || format!("{INVALID}: cannot use {:?} as {what}", self.rest);
        let digits = self.rest.get(..count).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        if what == "hour" && digits.is_none() && self.rest.as_bytes().get(1) == Some(&b':') {
            return Err(format!("{INVALID}: hour must have exactly two digits"));
        }
        let digits = digits.ok_or_else(unusable)?;
        self.rest = &self.rest[count..];
        digits.parse().map_err(|_| INVALID.into())
    }

    fn range(&self, value: i64, least: i64, most: i64, what: &str) -> Result<(), String> {
        if (least..=most).contains(&value) {
            return Ok(());
        }
        Err(match (what, self.rest) {
            ("hour", _) => format!("{INVALID}: hour must be between 0 and 23 inclusive"),
            (_, "") => format!("{INVALID}: end of string before {what}"),
            (_, rest) => format!("{INVALID}: cannot use {rest:?} as {what}"),
        })
    }

    fn separator(&mut self, separator: &str) -> Result<(), String> {
        match self.rest.strip_prefix(separator) {
            Some(rest) => self.rest = rest,
            None if self.rest.is_empty() => {
                return Err(format!("{INVALID}: end of string where {separator:?} is expected"));
            }
            None => {
                return Err(format!("{INVALID}: found {:?} where {separator:?} is expected", self.rest));
            }
        }
        Ok(())
    }

    /// Nanoseconds after the point (digits beyond those are dropped).
    fn fraction(&mut self) -> i64 {
        let Some(rest) = self.rest.strip_prefix('.') else { return 0 };
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return 0;
        }
        let digits = rest.bytes().take(count).chain(std::iter::repeat(b'0')).take(9);
        self.rest = &rest[count..];
        digits.fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
    }

    fn offset(&mut self) -> Result<i64, String> {
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Ok(0);
        }
        if self.rest.is_empty() {
            return Err(format!("{INVALID}: end of string before UTC offset"));
        }
        let unusable = || format!("{INVALID}: cannot use {:?} as UTC offset", self.rest);
        let bytes = self.rest.as_bytes();
        let well_formed = bytes.len() >= 6
            && matches!(bytes[0], b'+' | b'-')
            && bytes[3] == b':'
            && [1, 2, 4, 5].iter().all(|&at| bytes[at].is_ascii_digit());
        if !well_formed {
            return Err(unusable());
        }
        let two = |at: usize| i64::from(bytes[at] - b'0') * 10 + i64::from(bytes[at + 1] - b'0');
        let (hours, minutes) = (two(1), two(4));
        if hours > 23 || minutes > 59 {
            return Err(format!("{INVALID}: end of string before UTC offset"));
        }
        let seconds = hours * 3600 + minutes * 60;
        let sign = if bytes[0] == b'-' { -1 } else { 1 };
        self.rest = &self.rest[6..];
        Ok(sign * seconds)
    }
}

/// A time or date of YAML ("Timestamp Language-Independent Type for YAML") in RFC 3339, as far as Go reads it.
pub(super) fn loose(text: &str) -> Option<String> {
    let (year, rest) = text.split_at_checked(4).filter(|(year, _)| year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (month, rest) = short(rest.strip_prefix('-')?)?;
    let (day, rest) = short(rest.strip_prefix('-')?)?;
    if rest.is_empty() {
        return Some(Time::parse(&format!("{year}-{month}-{day}T00:00:00Z")).ok()?.to_string());
    }
    let spaced = rest.starts_with(' ');
    let (hour, rest) = short(rest.strip_prefix(['T', 't', ' '])?)?;
    let (minute, rest) = short(rest.strip_prefix(':')?)?;
    let (second, rest) = short(rest.strip_prefix(':')?)?;
    let zone = if spaced { "Z" } else { "" };
    if spaced && rest.ends_with(|last: char| !last.is_ascii_digit()) {
        return None;
    }
    Some(Time::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}{rest}{zone}")).ok()?.to_string())
}

/// One or two digits made two, and what follows them.
fn short(text: &str) -> Option<(String, &str)> {
    let count = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    (count > 0).then(|| (format!("{:0>2}", &text[..count]), &text[count..]))
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years from March on, so that the leap day is the last.
    let years = if month > 2 { year } else { year - 1 };
    let months = (month + 9) % 12;
    let of_years = years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    of_years + (months * 153 + 2) / 5 + day - 1 - 719_468
}

/// The date so many days after 1970-01-01.
fn date(number: i64) -> (i64, i64, i64) {
    let mut year = 1970 + number.div_euclid(if number < 0 { 365 } else { 366 });
    while days(year + 1, 1, 1) <= number {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= number {
        month += 1;
    }
    (year, month, number - days(year, month, 1) + 1)
}

/// A duration such as `1h30m` in nanoseconds (Go's `time.ParseDuration`).
fn duration(whole: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {whole:?}");
    let (negative, mut rest) = match whole.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, whole.strip_prefix('+').unwrap_or(whole)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        let mut number = rest[..end].bytes().try_fold(0u64, |number, digit| {
            number.checked_mul(10)?.checked_add(u64::from(digit - b'0')).filter(|&number| number <= 1 << 63)
        });
        let mut digits = end;
        rest = &rest[end..];
        let (mut fraction, mut scale) = (0u64, 1f64);
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(|character: char| !character.is_ascii_digit()).unwrap_or(after.len());
            for digit in after[..end].bytes() {
                match fraction.checked_mul(10).and_then(|next| next.checked_add(u64::from(digit - b'0'))) {
                    Some(next) if next <= 1 << 63 => (fraction, scale) = (next, scale * 10.0),
                    _ => break,
                }
            }
            digits += end;
            rest = &after[end..];
        }
        if digits == 0 {
            return Err(invalid());
        }
        let end = rest.find(|character: char| character == '.' || character.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "" => return Err(format!("time: missing unit in duration {whole:?}")),
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            unit => return Err(format!("time: unknown unit {unit:?} in duration {whole:?}")),
        };
        rest = &rest[end..];
        number = number.and_then(|number| number.checked_mul(unit));
        let part = (fraction as f64 * (unit as f64 / scale)) as u64;
        let sum = number.and_then(|number| number.checked_add(part)?.checked_add(total));
        total = sum.filter(|&sum| sum <= 1 << 63).ok_or_else(invalid)?;
    }
    if negative {
        return Ok((total as i64).wrapping_neg());
    }
    i64::try_from(total).map_err(|_| invalid())
}

/// Formats a time by the mnemonics of `formatdate`.
fn format(format: &str, time: &Time) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => literal_length(rest),
            _ if first.is_ascii_alphabetic() => rest.len() - rest.trim_start_matches(first).len(),
            _ => rest.find(|next: char| next == '\'' || next.is_ascii_alphabetic()).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        match first {
            '\'' if token.len() < 2 || !token.ends_with('\'') => return Err("unterminated literal '".into()),
            '\'' if token.len() == 2 => text.push('\''),
            '\'' => text.push_str(&token[1..token.len() - 1].replace("''", "'")),
            _ if first.is_ascii_alphabetic() => text.push_str(&verb(token, time)?),
            _ => text.push_str(token),
        }
    }
    Ok(text)
}

/// The length of a quoted literal at the start of the text, quotes included.
fn literal_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'\'') {
        return 2;
    }
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] == b'\'' {
            if bytes.get(at + 1) != Some(&b'\'') {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

fn verb(token: &str, time: &Time) -> Result<String, String> {
    let civil = time.civil();
    let invalid = |why: &str| Err(format!("invalid date format verb {token:?}: {why}"));
    let padded = |number: i64, why: &str| match token.len() {
        1 => Ok(number.to_string()),
        2 => Ok(format!("{number:02}")),
        _ => invalid(why),
    };
    let named = |name: &str| if token.len() == 3 { name[..3].to_owned() } else { name.to_owned() };
    match (token.as_bytes()[0], token.len()) {
        (b'Y', 2) => Ok(format!("{:02}", civil.year % 100)),
        (b'Y', 4) => Ok(format!("{:04}", civil.year)),
        (b'Y', _) => invalid("year must either be \"YY\" or \"YYYY\""),
        (b'M', 3 | 4) => Ok(named(MONTHS[civil.month as usize - 1])),
        (b'M', _) => padded(civil.month, "month must be \"M\", \"MM\", \"MMM\", or \"MMMM\""),
        (b'D', _) => padded(civil.day, "day of month must either be \"D\" or \"DD\""),
        (b'E', 3 | 4) => Ok(named(DAYS[civil.weekday])),
        (b'E', _) => invalid("day of week must either be \"EEE\" or \"EEEE\""),
        (b'h', _) => padded(civil.hour, "24-hour must either be \"h\" or \"hh\""),
        (b'H', _) => padded((civil.hour + 11) % 12 + 1, "12-hour must either be \"H\" or \"HH\""),
        (b'A', 2) => Ok(if civil.hour < 12 { "AM" } else { "PM" }.into()),
        (b'a', 2) => Ok(if civil.hour < 12 { "am" } else { "pm" }.into()),
        (b'A' | b'a', _) => invalid(&format!("must be {:?}", token[..1].repeat(2))),
        (b'm', _) => padded(civil.minute, "minute must either be \"m\" or \"mm\""),
        (b's', _) => padded(civil.second, "second must either be \"s\" or \"ss\""),
        (b'Z', 1) if time.offset == 0 => Ok("Z".into()),
        (b'Z', 3) if time.offset == 0 => Ok("UTC".into()),
        (b'Z', 3 | 4) => Ok(time.offset_text("")),
        (b'Z', 1 | 5) => Ok(time.offset_text(":")),
        (b'Z', _) => invalid("timezone must be Z, ZZZZ, or ZZZZZ"),
        _ => Err(format!("invalid date format verb {token:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for number in (-1_000_000..3_000_000).step_by(997) {
            let (year, month, day) = date(number);
            assert_eq!(days(year, month, day), number);
            assert!((1..=days_in(year, month)).contains(&day));
        }
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 3, 1), 11_017);
    }
}
