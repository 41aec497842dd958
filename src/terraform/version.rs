//! Version constraints ("Terraform Language: Version Constraints").

/// The highest major version of Terraform that has been released.
pub(super) const TERRAFORM_MAJOR: u64 = 1;

/// A version: its numbers, padded to three, and whether something follows them (`-beta1`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    numbers: Vec<u64>,
    is_prerelease: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    /// `~>`
    Pessimistic,
}

/// What a version must meet: all of these.
#[derive(Clone, Debug)]
pub(super) struct Constraint(Vec<Condition>);

#[derive(Clone, Debug)]
struct Condition {
    operator: Operator,
    version: Version,
    /// How many numbers are written.
    written: usize,
}

impl Constraint {
    /// Parses `>= 1.2, < 2`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        text.split(',').map(Condition::parse).collect::<Result<_, _>>().map(Self)
    }

    /// What meets both.
    pub(super) fn and(mut self, mut other: Self) -> Self {
        self.0.append(&mut other.0);
        self
    }

    /// Whether some version meets it.
    pub(super) fn admits_any(&self) -> bool {
        self.names_prerelease() || self.lowest().any(|numbers| self.admits(&numbers))
    }

    /// Whether some version of at most that major number meets it.
    pub(super) fn admits_up_to(&self, major: u64) -> bool {
        self.names_prerelease() || self.lowest().any(|numbers| numbers[0] <= major && self.admits(&numbers))
    }

    /// Whether all versions that meet it are of lower major numbers than this.
    pub(super) fn admits_only_before(&self, major: u64) -> bool {
        let condition = Condition {
            operator: Operator::GreaterOrEqual,
            version: Version { numbers: vec![major, 0, 0], is_prerelease: false },
            written: 3,
        };
        self.admits_any() && !self.clone().and(Self(vec![condition])).admits_any()
    }

    /// Whether a version other than these meets it.
    pub(super) fn admits_other_than(&self, known: &[[u64; 3]]) -> bool {
        self.names_prerelease()
            || self.lowest().any(|numbers| known.iter().all(|known| numbers != known) && self.admits(&numbers))
    }

    /// A prerelease is met by naming it, which says nothing of others.
    fn names_prerelease(&self) -> bool {
        self.0.iter().any(|condition| condition.version.is_prerelease)
    }

    /// Where the lowest versions that meet all must stand: at a bound, or behind it where versions are left out.
    fn lowest(&self) -> impl Iterator<Item = Vec<u64>> {
        let bounds = self.0.iter().map(|condition| condition.version.numbers.clone()).chain([vec![0, 0, 0]]);
        let steps = self.0.len() as u64 + 2;
        bounds.flat_map(move |bound| {
            (0..=steps).map(move |step| {
                let mut numbers = bound.clone();
                if let Some(last) = numbers.last_mut() {
                    *last = last.saturating_add(step);
                }
                numbers
            })
        })
    }

    /// Whether a version of these three numbers meets it.
    pub(super) fn admits(&self, numbers: &[u64]) -> bool {
        self.0.iter().all(|condition| condition.admits(numbers))
    }
}

impl Condition {
    fn parse(text: &str) -> Result<Self, String> {
        const OPERATORS: [(&str, Operator); 7] = [
            ("!=", Operator::NotEqual),
            (">=", Operator::GreaterOrEqual),
            ("<=", Operator::LessOrEqual),
            ("~>", Operator::Pessimistic),
            ("=", Operator::Equal),
            (">", Operator::Greater),
            ("<", Operator::Less),
        ];
        let text = text.trim();
        let (operator, rest) = OPERATORS
            .iter()
            .find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))
            .unwrap_or((Operator::Equal, text));
        let (version, written) = Version::parse(rest.trim())
            .ok_or_else(|| format!("\"{text}\" is no version with an operator before it"))?;
        Ok(Self { operator, version, written })
    }

    fn admits(&self, numbers: &[u64]) -> bool {
        let ordering = numbers.cmp(self.version.numbers.as_slice());
        match self.operator {
            Operator::Equal => ordering.is_eq(),
            Operator::NotEqual => ordering.is_ne(),
            Operator::Greater => ordering.is_gt(),
            Operator::Less => ordering.is_lt(),
            Operator::GreaterOrEqual => ordering.is_ge(),
            Operator::LessOrEqual => ordering.is_le(),
            Operator::Pessimistic => {
                let kept = self.written.saturating_sub(1).min(numbers.len());
                ordering.is_ge() && numbers[..kept] == self.version.numbers[..kept]
            }
        }
    }
}

impl Version {
    /// Parses `v1.2.3-beta1+build`; with how many numbers are written.
    fn parse(text: &str) -> Option<(Self, usize)> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
        let (numbers, rest) = text.split_at(end);
        let mut numbers: Vec<u64> = numbers.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
        let (prerelease, build) = rest.split_once('+').unwrap_or((rest, ""));
        let is_suffix = |suffix: &str| {
            suffix.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '~'))
                && suffix.split('.').all(|part| !part.is_empty())
        };
        let prerelease_is_good = prerelease.is_empty() || (is_suffix(prerelease) && !prerelease.starts_with('.'));
        let build_is_good = !rest.contains('+') || is_suffix(build);
        if !prerelease_is_good || !build_is_good {
            return None;
        }
        let written = numbers.len();
        while numbers.len() < 3 {
            numbers.push(0);
        }
        Some((Self { numbers, is_prerelease: !prerelease.is_empty() }, written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_parsed_as_terraform_does() {
        for good in ["1.0", ">= 1.0, < 2", "~>1.2", "= v1.2.3", "!= 1.2.3-beta1", "1.2.3+build.5", ">= 1.0.0-rc1"] {
            assert!(Constraint::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "abc", ">=", "1.x", ">= 1.0,", "1..2", "=> 1", "1.2.3+"] {
            assert!(Constraint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_no_version_meets_is_found() {
        for (text, any, released) in [
            (">= 1.0, < 2", true, true),
            ("> 1.12, < 1.10", false, false),
            (">= 99", true, false),
            ("> 1.2.3, < 1.2.4", false, false),
            ("> 1.2.3, <= 1.2.4, != 1.2.4", false, false),
            ("~> 1.5.0", true, true),
            ("~> 1.5.0, >= 1.6", false, false),
            ("~> 1.5, >= 1.6", true, true),
            ("< 0.0.0", false, false),
            ("!= 0.0.0, < 0.0.2", true, true),
        ] {
            let constraint = Constraint::parse(text).unwrap();
            assert_eq!(constraint.admits_any(), any, "{text}");
            assert_eq!(constraint.admits_up_to(TERRAFORM_MAJOR), released, "{text}");
        }
    }

    #[test]
    fn one_version_alone_is_found() {
        let known = [[6, 69, 1], [3, 39, 0]];
        for (text, other) in [
            ("6.69.1", false),
            ("= 3.39.0", false),
            (">= 6.69.1, <= 6.69.1", false),
            ("~> 6.69.1", true),
            (">= 6.69.0, <= 6.69.1", true),
            ("5.100.0", true),
            ("> 6.69.1, < 6.69.3, != 6.69.2", false),
        ] {
            assert_eq!(Constraint::parse(text).unwrap().admits_other_than(&known), other, "{text}");
        }
    }
}
