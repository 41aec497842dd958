//! The record's form: JSON, in one spelling only, with a checksum over the rest.
//!
//! The checksum tells damage and edits by hand; it is no signature. Who must be safe from people that can write the file keeps
//! the file's SHA-256 elsewhere (`record_sha256` of `--format env`, `verify-gate --record-sha256`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Moment, sha256};

/// The version of the form.
pub const VERSION: u32 = 1;
const VERSION_KEY: &str = "gate_version";
const CHECKSUM_KEY: &str = "checksum";

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Exit code 0.
    Pass,
    /// Exit code 1.
    Fail,
    /// Exit code 2.
    Error,
}

impl Verdict {
    /// What an exit code stands for.
    #[must_use]
    pub const fn of(exit_code: u8) -> Self {
        match exit_code {
            0 => Self::Pass,
            1 => Self::Fail,
            _ => Self::Error,
        }
    }
}

/// What a plan file was, and what came of its check. Holds digests, names and counts: no value of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of the terravet that checked.
    pub terravet_version: String,
    /// When.
    pub time: Moment,
    /// What came of it.
    pub verdict: Verdict,
    /// SHA-256 of the plan file: of the very bytes that were checked.
    pub plan_sha256: String,
    /// Digest of the configuration inside the plan file: the modules with their files.
    pub configuration_sha256: String,
    /// SHA-256 of `.terraform.lock.hcl` beside the source; `None` where there is none.
    pub lock_file_sha256: Option<String>,
    /// Digest of the rules: the shipped ones, `.terravet.hcl`, rule files of one's own, and the options that choose.
    pub rule_set_sha256: String,
    /// Where the rules were found, so that they can be looked at again.
    pub rule_set: RuleSet,
    /// The version of Terraform that made the plan.
    pub terraform_version: Option<String>,
    /// Its workspace.
    pub workspace: String,
    /// The commit that was checked out around the source; `None` outside a checkout.
    pub commit: Option<String>,
    /// What the plan does, and what was found.
    pub counts: Counts,
    /// When `verify-gate --consume` used it up.
    pub used: Option<Moment>,
}

/// What chose the rules. Paths in the current directory or its checkout are relative to the current directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// `--source`; without it, the directory of the plan file counts.
    pub source: Option<String>,
    /// `--config`.
    pub config: Option<String>,
    /// `--rules`.
    pub rules: Vec<String>,
    /// `--select`.
    pub select: Vec<String>,
    /// `--ignore`.
    pub ignore: Vec<String>,
    /// `--fail-on`.
    pub fail_on: Option<String>,
    /// `--only-changed`.
    pub only_changed: bool,
    /// The day that was taken for today (`--today`): expired suppressions hang on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<String>,
}

impl RuleSet {
    /// The digest, with the texts of the rule files and of the configuration file in the order in which they were read.
    #[must_use]
    pub fn sha256(&self, terravet_version: &str, texts: &[impl AsRef<str>]) -> String {
        let options =
            serde_json::json!([self.select, self.ignore, self.fail_on, self.only_changed, self.today]).to_string();
        let parts = [terravet_version, &options].into_iter().chain(texts.iter().map(AsRef::as_ref));
        super::sha256_of_all(parts.map(str::as_bytes))
    }
}

/// What a plan does, in Terraform's words, and what was found in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Resource instances to add.
    pub add: usize,
    /// To change.
    pub change: usize,
    /// To destroy.
    pub destroy: usize,
    /// Violations of severity error.
    pub errors: usize,
    /// Violations of severity warning.
    pub warnings: usize,
    /// Violations of severity info.
    pub infos: usize,
    /// Undetermined findings.
    pub undetermined: usize,
    /// Suppressed findings.
    pub suppressed: usize,
    /// What could not be checked.
    pub problems: usize,
}

/// Why a file is no record that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable(pub String);

impl Record {
    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let unsealed = self.text_with("");
        self.text_with(&sha256(unsealed.as_bytes()))
    }

    fn text_with(&self, checksum: &str) -> String {
        let mut file = Map::new();
        file.insert(VERSION_KEY.to_owned(), VERSION.into());
        if let Ok(Json::Object(record)) = serde_json::to_value(self) {
            file.extend(record);
        }
        file.insert(CHECKSUM_KEY.to_owned(), checksum.into());
        format!("{:#}\n", Json::Object(file))
    }
}

/// Reads the text of a record.
///
/// # Errors
/// It is of another version, or not what terravet wrote.
pub fn read(text: &[u8]) -> Result<Record, Unusable> {
    let damaged = |why: &str| Unusable(format!("it is damaged, or no record of terravet gate ({why})"));
    let mut file: Map<String, Json> = serde_json::from_slice(text).map_err(|error| damaged(&error.to_string()))?;
    match file.remove(VERSION_KEY) {
        Some(version) if version == VERSION => {}
        Some(Json::Number(version)) => {
            return Err(Unusable(format!("it is of version {version}, this terravet knows version {VERSION}")));
        }
        _ => return Err(damaged("it says no version")),
    }
    file.remove(CHECKSUM_KEY);
    let record: Record = serde_json::from_value(Json::Object(file)).map_err(|error| damaged(&error.to_string()))?;
    if record.text().as_bytes() == text { Ok(record) } else { Err(damaged("its checksum is wrong")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let rule_set = RuleSet { source: Some("infra".into()), select: vec!["sg/*".into()], ..RuleSet::default() };
        Record {
            terravet_version: "1.0.0".into(),
            time: Moment::of_seconds(1_788_000_000),
            verdict: Verdict::Fail,
            plan_sha256: sha256(b"plan"),
            configuration_sha256: sha256(b"configuration"),
            lock_file_sha256: None,
            rule_set_sha256: rule_set.sha256("1.0.0", &["rule"]),
            rule_set,
            terraform_version: Some("1.11.4".into()),
            workspace: "blue".into(),
            commit: Some("c0ffee".into()),
            counts: Counts { add: 2, errors: 1, ..Counts::default() },
            used: None,
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let used = Record { used: Some(Moment::of_seconds(1_788_000_001)), ..record() };
        for record in [record(), used] {
            assert_eq!(read(record.text().as_bytes()), Ok(record));
        }
    }

    #[test]
    fn nothing_in_a_record_can_be_changed_by_hand() {
        let text = record().text();
        for (from, to) in [
            ("\"fail\"", "\"pass\""),
            ("\"used\": null", "\"used\": \"2026-09-01T10:00:00Z\""),
            ("\"add\": 2", "\"add\": 1"),
            ("  ", " "),
            ("\n}", ",\n  \"more\": 1\n}"),
            ("\"verdict\": \"fail\"", "\"verdict\": \"fail\",\n  \"verdict\": \"pass\""),
            ("\"blue\"", "\"\\u0062lue\""),
        ] {
            let changed = text.replace(from, to);
            assert_ne!(changed, text, "{from}");
            let Err(Unusable(why)) = read(changed.as_bytes()) else { panic!("{from} was taken as {to}") };
            assert!(why.starts_with("it is damaged"), "{why}");
        }
        for end in 0..text.len() {
            assert!(read(&text.as_bytes()[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn another_version_is_told_from_damage() {
        let text = record().text().replace("\"gate_version\": 1", "\"gate_version\": 2");
        assert_eq!(read(text.as_bytes()), Err(Unusable("it is of version 2, this terravet knows version 1".into())));
    }

    #[test]
    fn the_rule_set_is_the_texts_and_what_chooses_not_where_they_lie() {
        let set = |change: fn(&mut RuleSet)| {
            let mut set = RuleSet::default();
            change(&mut set);
            set.sha256("1", &["a", "b"])
        };
        let same = set(|_| {});
        assert_eq!(same, set(|set| set.source = Some("elsewhere".into())));
        assert_eq!(same, set(|set| set.rules = vec!["/opt/policy".into()]));
        for other in [
            set(|set| set.select = vec!["all".into()]),
            set(|set| set.ignore = vec!["all".into()]),
            set(|set| set.fail_on = Some("never".into())),
            set(|set| set.only_changed = true),
            set(|set| set.today = Some("2020-01-01".into())),
            RuleSet::default().sha256("2", &["a", "b"]),
            RuleSet::default().sha256("1", &["b", "a"]),
            RuleSet::default().sha256("1", &["a"]),
        ] {
            assert_ne!(same, other);
        }
    }
}
