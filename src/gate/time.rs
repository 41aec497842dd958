//! Points in time as records hold them, and lengths of time as `--max-age` takes them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A second, in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment(i64);

impl Moment {
    /// So many seconds after 1970-01-01.
    #[must_use]
    pub const fn of_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds from another moment to this one.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The day, as `YYYY-MM-DD`.
    #[must_use]
    pub fn day(self) -> String {
        let (year, month, day) = date(self.0.div_euclid(86_400));
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Reads `YYYY-MM-DDTHH:MM:SSZ`, the one form in which a moment is written (RFC 3339).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| {
            let digits = text.get(range).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
            digits.parse::<i64>().ok()
        };
        let day = day_number(number(0..4)?, number(5..7)?, number(8..10)?);
        let moment = Self(day * 86_400 + number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?);
        // A day that does not exist is written in another way.
        (moment.to_string() == text).then_some(moment)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0.rem_euclid(86_400);
        write!(f, "{}T{:02}:{:02}:{:02}Z", self.day(), second / 3600, second / 60 % 60, second % 60)
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no time"))
    }
}

/// The date so many days after 1970-01-01 (proleptic Gregorian calendar): years are counted from March, so that the leap day is
/// the last of its year.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days from 1970-01-01 to a date: the other way around.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Reads a length of time, such as `4h` or `1h30m`, in seconds. Units: `d`, `h`, `m` and `s`.
///
/// # Errors
/// What it takes, where this is none.
pub fn duration(text: &str) -> Result<u64, String> {
    let wrong = || "it takes a time such as 90s, 30m, 4h, 1h30m or 2d".to_owned();
    let mut seconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
        let count: u64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = match rest.as_bytes()[end] {
            b'd' => 86_400,
            b'h' => 3600,
            b'm' => 60,
            b's' => 1,
            _ => return Err(wrong()),
        };
        seconds = count.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or_else(wrong)?;
        rest = &rest[end + 1..];
    }
    if text.is_empty() { Err(wrong()) } else { Ok(seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (days, expected) in [
            (0, (1970, 1, 1)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (20_780, (2026, 11, 23)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(date(days), expected);
            assert_eq!(day_number(expected.0, expected.1, expected.2), days);
        }
    }

    #[test]
    fn moments_are_read_as_they_are_written() {
        for seconds in [0, 1, 86_399, 86_400, 1_800_000_000, 4_102_444_799] {
            let moment = Moment::of_seconds(seconds);
            assert_eq!(Moment::parse(&moment.to_string()), Some(moment), "{moment}");
        }
        for text in [
            "",
            "2026-02-30T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-1-1T0:0:0Z",
            "2026-01-01T00:00:00+02:00",
            "+026-01-01T00:00:00Z",
            "2026-01-01T00:00:0éZ",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn lengths_of_time() {
        for (text, expected) in
            [("0h", Some(0)), ("90s", Some(90)), ("4h", Some(14_400)), ("1h30m", Some(5400)), ("2d", Some(172_800))]
        {
            assert_eq!(duration(text).ok(), expected, "{text}");
        }
        for text in ["", "4", "h", "4 h", "-1h", "1.5h", "4H", "99999999999999999999h", "9999999999999999d", "1hé"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
