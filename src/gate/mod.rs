//! The record of a gate: which plan file was checked, by which rules, and what came of it; and when it holds for a plan file.
//!
//! Nothing here touches a file: `cli` reads and writes them.

mod record;
mod time;

pub use record::{Counts, RuleSet, Unusable, VERSION, Verdict};
pub use record::{Record, read};
pub use time::{Moment, duration};

use sha2::{Digest, Sha256};

/// How far the clocks of two machines may be apart (seconds): a record from further in the future is refused.
const CLOCK_SKEW: i64 = 5 * 60;

/// What a record is held against.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    /// SHA-256 of the plan file that is to be applied.
    pub plan_sha256: &'a str,
    /// The SHA-256 that the plan file must have, from where nobody can change it.
    pub expected_plan: Option<&'a str>,
    /// The version of the terravet that asks.
    pub terravet_version: &'a str,
    /// The digest of the rules that hold now, or why they cannot be read.
    pub rule_set_sha256: Result<&'a str, &'a str>,
    /// The digest of the lock file that is there now, where one can be looked for.
    pub lock_file: Option<Option<&'a str>>,
    /// The time.
    pub now: Moment,
    /// How old the record may be (seconds).
    pub max_age: u64,
}

impl Record {
    /// Why this record does not let the plan file pass; nothing where it does.
    #[must_use]
    pub fn refusals(&self, claim: &Claim<'_>) -> Vec<String> {
        let mut reasons = Vec::new();
        let differ = |what: &str, is: &str, must: &str| {
            format!("the plan file is not the one that {what}: its SHA-256 is {is}, not {must}")
        };
        if self.plan_sha256 != claim.plan_sha256 {
            reasons.push(differ("was checked", claim.plan_sha256, &self.plan_sha256));
        }
        if let Some(expected) = claim.expected_plan.filter(|expected| *expected != claim.plan_sha256) {
            reasons.push(differ("is expected (--plan-sha256)", claim.plan_sha256, expected));
        }
        match self.verdict {
            Verdict::Pass => {}
            Verdict::Fail => reasons.push("the plan did not pass the gate".to_owned()),
            Verdict::Error => reasons.push("the plan could not be checked as a whole".to_owned()),
        }
        if self.terravet_version != claim.terravet_version {
            reasons.push(format!(
                "the plan was checked by terravet {}, this is {}: the rules may be others",
                self.terravet_version, claim.terravet_version
            ));
        } else {
            match claim.rule_set_sha256 {
                Ok(digest) if digest == self.rule_set_sha256 => {}
                Ok(_) => reasons.push(
                    "the rules are not those that the plan was checked by (shipped rules, .terravet.hcl, rule files)"
                        .to_owned(),
                ),
                Err(why) => reasons.push(format!("the rules that the plan was checked by cannot be read: {why}")),
            }
        }
        if claim.lock_file.is_some_and(|there| there != self.lock_file_sha256.as_deref()) {
            reasons.push(".terraform.lock.hcl is not the one that was there when the plan was checked".to_owned());
        }
        let age = claim.now.seconds_since(self.time);
        if age < -CLOCK_SKEW {
            reasons.push(format!(
                "the record is from the future ({}, it is {} now): the clocks of two machines differ",
                self.time, claim.now
            ));
        } else if age >= 0 && age.unsigned_abs() >= claim.max_age {
            reasons.push(format!(
                "the record is too old: it is of {}, and holds for {} seconds",
                self.time, claim.max_age
            ));
        }
        if let Some(used) = self.used {
            reasons.push(format!("the record was used already, at {used}: a plan is applied once"));
        }
        reasons
    }
}

/// SHA-256, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 over texts in order, each with its length: no two lists of texts have one digest.
#[must_use]
pub fn sha256_of_all<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hexadecimal(&hash.finalize())
}

/// Bytes as two digits each.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            terravet_version: "1.0.0".into(),
            time: Moment::parse("2026-09-01T10:00:00Z").unwrap(),
            verdict: Verdict::Pass,
            plan_sha256: "a".into(),
            configuration_sha256: "b".into(),
            lock_file_sha256: Some("c".into()),
            rule_set_sha256: "d".into(),
            rule_set: RuleSet::default(),
            terraform_version: Some("1.11.4".into()),
            workspace: "default".into(),
            commit: None,
            counts: Counts::default(),
            used: None,
        }
    }

    fn claim() -> Claim<'static> {
        Claim {
            plan_sha256: "a",
            expected_plan: Some("a"),
            terravet_version: "1.0.0",
            rule_set_sha256: Ok("d"),
            lock_file: Some(Some("c")),
            now: Moment::parse("2026-09-01T11:00:00Z").unwrap(),
            max_age: 4 * 3600,
        }
    }

    #[test]
    fn a_record_holds_for_its_plan_and_nothing_else() {
        assert_eq!(record().refusals(&claim()), Vec::<String>::new());
        let at = |time: &str| Moment::parse(time).unwrap();
        for (what, record, claim, expected) in [
            (
                "another plan",
                record(),
                Claim { plan_sha256: "x", expected_plan: None, ..claim() },
                "not the one that was checked",
            ),
            (
                "another expected",
                record(),
                Claim { expected_plan: Some("x"), ..claim() },
                "is expected (--plan-sha256)",
            ),
            ("failed", Record { verdict: Verdict::Fail, ..record() }, claim(), "did not pass"),
            ("in error", Record { verdict: Verdict::Error, ..record() }, claim(), "could not be checked"),
            (
                "other version",
                record(),
                Claim { terravet_version: "1.0.1", ..claim() },
                "by terravet 1.0.0, this is 1.0.1",
            ),
            ("other rules", record(), Claim { rule_set_sha256: Ok("x"), ..claim() }, "the rules are not those"),
            ("no rules", record(), Claim { rule_set_sha256: Err("gone"), ..claim() }, "cannot be read: gone"),
            ("other lock file", record(), Claim { lock_file: Some(Some("x")), ..claim() }, ".terraform.lock.hcl"),
            ("no lock file", record(), Claim { lock_file: Some(None), ..claim() }, ".terraform.lock.hcl"),
            ("too old", record(), Claim { now: at("2026-09-01T14:00:00Z"), ..claim() }, "too old"),
            ("no time left", record(), Claim { now: at("2026-09-01T10:00:00Z"), max_age: 0, ..claim() }, "too old"),
            ("future", record(), Claim { now: at("2026-09-01T09:54:59Z"), ..claim() }, "from the future"),
            (
                "used",
                Record { used: Some(at("2026-09-01T10:30:00Z")), ..record() },
                claim(),
                "was used already, at 2026-09-01T10:30:00",
            ),
        ] {
            let reasons = record.refusals(&claim);
            assert!(reasons.len() == 1 && reasons[0].contains(expected), "{what}: {reasons:?}");
        }
        for (what, claim) in [
            ("nowhere to look for the lock file", Claim { lock_file: None, ..claim() }),
            ("the last second", Claim { now: at("2026-09-01T13:59:59Z"), ..claim() }),
            ("a clock that is a little behind", Claim { now: at("2026-09-01T09:58:00Z"), ..claim() }),
        ] {
            assert_eq!(record().refusals(&claim), Vec::<String>::new(), "{what}");
        }
    }

    #[test]
    fn digests_tell_lists_apart() {
        let of = |parts: &[&str]| sha256_of_all(parts.iter().map(|part| part.as_bytes()));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["ab"]), of(&["ab", ""]));
    }
}
