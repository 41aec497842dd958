//! Small configurations beside what the real Terraform says of them (`verdicts/record.py` records it): terravet takes what
//! Terraform takes and refuses what it refuses, at a line that Terraform names too.
//!
//! Differences that are known stand in `verdicts/known.txt`, with the reason; one that is none any more fails the test.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use terravet::source::{Problem, Sources};
use terravet::syntax::Trees;
use terravet::terraform::{ConditionKind, Options, Reading, read};

#[test]
fn terravet_takes_what_terraform_takes_and_refuses_what_it_refuses() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verdicts");
    let mut known = known(&folder.join("known.txt"));
    let mut differences = Vec::new();
    let mut count = 0;
    for file in files(&folder) {
        let theme = file.file_stem().unwrap().to_str().unwrap();
        let recorded: BTreeMap<String, Json> =
            serde_json::from_str(&std::fs::read_to_string(file.with_extension("json")).unwrap()).unwrap();
        let configurations = configurations(&std::fs::read_to_string(&file).unwrap());
        assert_eq!(configurations.len(), recorded.len(), "{theme}: record.py was not run after a change");
        for (name, files) in configurations {
            count += 1;
            let title = format!("{theme}: {name}");
            let verdict = recorded.get(&name).unwrap_or_else(|| panic!("{title} is not recorded: run record.py"));
            let ours = Verdict::of(theme, &name, &files);
            match (ours.difference(verdict), known.remove(&title)) {
                (Some(difference), None) => differences.push(format!("{title}: {difference}")),
                (None, Some(reason)) => differences.push(format!("{title}: agrees, and is listed as known: {reason}")),
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
    }
    differences.extend(known.keys().map(|title| format!("{title}: listed as known, and there is none of that name")));
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(count >= 700, "only {count} configurations were found");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_table = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "txt");
    let mut files: Vec<PathBuf> = entries.filter(|path| is_table(path) && !path.ends_with("known.txt")).collect();
    files.sort();
    files
}

/// Titles of known differences, with the reason: `title | reason` a line.
fn known(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pair =
        |line: &str| line.split_once(" | ").map(|(title, reason)| (title.to_owned(), reason.to_owned())).unwrap();
    lines.map(pair).collect()
}

/// Names and files, by path, of each configuration.
fn configurations(text: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut configurations: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("=== ") {
            configurations.push((name.trim_end().to_owned(), vec![("main.tf".to_owned(), String::new())]));
            continue;
        }
        let (_, files) = configurations.last_mut().unwrap();
        match line.strip_prefix("--- ") {
            Some(path) => files.push((path.trim_end().to_owned(), String::new())),
            None => files.last_mut().unwrap().1.push_str(line),
        }
    }
    for (_, files) in &mut configurations {
        if files.len() > 1 && files[0].1.trim().is_empty() {
            files.remove(0);
        }
    }
    configurations
}

/// Stands for a place that is not compared.
const ANYWHERE: &str = "";

/// What terravet says of a configuration.
struct Verdict {
    /// What makes it refuse: message, and `file:line`.
    errors: Vec<(String, String)>,
    /// Summaries of what only warns.
    warnings: Vec<String>,
}

impl Verdict {
    fn of(theme: &str, name: &str, files: &[(String, String)]) -> Self {
        let plain: String = name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("verdicts").join(theme).join(plain);
        let _ = std::fs::remove_dir_all(&directory);
        for (path, text) in files {
            let path = directory.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (mut sources, mut trees) = (Sources::default(), Trees::default());
        let options = Options { current_directory: directory, ..Options::default() };
        let reading = read(Path::new("."), &options, &mut sources, &mut trees);
        Self::from(&reading, &sources)
    }

    fn from(reading: &Reading, sources: &Sources) -> Self {
        let doubts = reading.provider_doubts.iter().map(|doubt| &doubt.problem);
        let problems = reading.problems.iter().chain(doubts);
        let mut errors: Vec<(String, String)> =
            problems.map(|problem| (problem.message.clone(), place(problem, sources))).collect();
        let mut warnings = Vec::new();
        for failed in &reading.failed_conditions {
            let at = place(&Problem::at(failed.condition, ""), sources);
            match failed.kind {
                ConditionKind::Assertion => warnings.push(failed.address.clone()),
                // Terraform names the variable where a finding names its value.
                ConditionKind::Validation => errors.push((failed.address.clone(), ANYWHERE.to_owned())),
                ConditionKind::Precondition | ConditionKind::Postcondition => errors.push((failed.address.clone(), at)),
            }
        }
        Self { errors, warnings }
    }

    fn difference(&self, recorded: &Json) -> Option<String> {
        if recorded["verdict"] == "accepted" {
            let asserted = recorded["warnings"]
                .as_array()
                .is_some_and(|list| list.contains(&"Check block assertion failed".into()));
            if asserted == self.warnings.is_empty() {
                return Some(format!("of a check's assertion terravet says {:?}", self.warnings));
            }
            return self.errors.first().map(|(message, place)| format!("refused, wrongly, at {place}: {message}"));
        }
        let errors = recorded["errors"].as_array().unwrap();
        let summaries: Vec<&str> = errors.iter().filter_map(|error| error["summary"].as_str()).collect();
        if self.errors.is_empty() {
            return Some(format!("accepted, and Terraform says: {}", summaries.join("; ")));
        }
        let places: Vec<&str> = errors.iter().filter_map(|error| error["at"].as_str()).collect();
        let agrees = places.is_empty()
            || self.errors.iter().any(|(_, place)| place == ANYWHERE || places.contains(&place.as_str()));
        (!agrees).then(|| format!("Terraform says {places:?} ({}), terravet {:?}", summaries.join("; "), self.errors))
    }
}

fn place(problem: &Problem, sources: &Sources) -> String {
    match problem.span {
        Some(span) => {
            let file = sources.file(span.file);
            format!("{}:{}", file.path, file.position(span.start).line)
        }
        None => problem.path.clone().unwrap_or_default(),
    }
}
