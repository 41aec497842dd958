//! What the AWS provider makes of texts while it plans, so that references and rules see what the plan has: the rows of
//! ../../data/aws-rewritten.txt, recorded with provider 5.100.0 by the script beside it.

use std::collections::HashMap;
use std::sync::OnceLock;

/// What becomes of a text, or of one that is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewriting {
    /// Lower case.
    Lower,
    /// Upper case.
    Upper,
    /// Lower case, and no dot at the end.
    Domain,
    /// A name instead of the number of a protocol that security groups know, and -1 for all.
    Protocol,
    /// JSON without spaces, members sorted by name.
    Json,
    /// The same, with `Version` in front.
    Policy,
    /// No spaces around.
    Trimmed,
    /// The digest, in hexadecimal digits, of what the text encodes in Base64, or of itself; only before 6.0.
    Sha1,
    /// Unknown where it is not set; only before 6.0.
    Computed,
    /// Null where it is not set; only before 6.0.
    Unset,
}

impl Rewriting {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "domain" => Self::Domain,
            "protocol" => Self::Protocol,
            "json" => Self::Json,
            "policy" => Self::Policy,
            "trim" => Self::Trimmed,
            "sha1" => Self::Sha1,
            "computed" => Self::Computed,
            "unset" => Self::Unset,
            _ => return None,
        })
    }

    /// Whether later versions do otherwise ("Version 6 Upgrade Guide": `user_data` is no longer hashed).
    #[must_use]
    pub fn is_old(self) -> bool {
        matches!(self, Self::Sha1 | Self::Computed | Self::Unset)
    }
}

/// The paths of a managed resource type whose texts the provider rewrites.
#[must_use]
pub fn rewritten(type_name: &str) -> &'static [(Vec<&'static str>, Rewriting)] {
    type Rows = HashMap<&'static str, Vec<(Vec<&'static str>, Rewriting)>>;
    static BY_TYPE: OnceLock<Rows> = OnceLock::new();
    let by_type = BY_TYPE.get_or_init(|| {
        let mut by_type = Rows::new();
        for line in include_str!("../../data/aws-rewritten.txt").lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            if let (Some(of_type), Some(path), Some(kind)) = (columns.next(), columns.next(), columns.next())
                && let Some(kind) = Rewriting::named(kind)
            {
                by_type.entry(of_type).or_default().push((path.split('.').collect(), kind));
            }
        }
        by_type
    });
    by_type.get(type_name).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_an_attribute_and_a_kind() {
        for line in include_str!("../../data/aws-rewritten.txt").lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [type_name, path, kind] = columns[..] else { panic!("{line}") };
            assert!(Rewriting::named(kind).is_some(), "{line}");
            let known = crate::schema::resource(type_name).unwrap_or_else(|| panic!("{line}"));
            let first = path.split('.').next().unwrap();
            assert!(known.body.name(first).is_some(), "{line}");
        }
    }
}
