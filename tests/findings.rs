//! Findings on configurations as people write them: `tests/findings/*.case`.
//!
//! A case begins with `##### name`, may say in `#` lines what it shows, and holds files: `=== path` before each, none
//! before a `main.tf` that comes first. A line ends with `#! rule rule?` where these rules find something (`?`: where they
//! cannot decide); every other finding fails the case, those of `sg/undescribed-rule` and `network/missing-flow-log` aside where
//! the case does not name them. `=== args` holds further arguments, `=== paths` what is checked, `=== problems` the problems (`file:line: …`).
//!
//! `CASE=text` runs the cases whose name holds the text.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Findings: file, line, rule and verdict, with how many there are.
type Found = BTreeMap<(String, u64, String, &'static str), i32>;

#[derive(Default)]
struct Case {
    name: String,
    files: Vec<(String, String)>,
    expected: Found,
    arguments: Vec<String>,
    paths: Vec<String>,
    problems: Vec<String>,
}

#[test]
fn findings_are_those_that_are_marked() {
    let wanted = std::env::var("CASE").unwrap_or_default();
    let mut files: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let cases = files.iter().flat_map(|file| read(file));
    let failures: Vec<String> =
        cases.filter(|case| case.name.contains(&wanted)).filter_map(|case| case.failure()).collect();
    assert!(failures.is_empty(), "{} cases failed\n{}", failures.len(), failures.join("\n"));
}

fn read(file: &Path) -> Vec<Case> {
    let text = fs::read_to_string(file).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    let mut path = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("##### ") {
            let name = format!("{}/{name}", file.file_stem().unwrap().to_string_lossy());
            cases.push(Case { name, ..Case::default() });
            path = "main.tf".to_owned();
            continue;
        }
        let case = cases.last_mut().unwrap();
        match line.strip_prefix("=== ") {
            Some(next) => path = next.to_owned(),
            None => case.add(&path, line),
        }
    }
    cases
}

impl Case {
    fn add(&mut self, path: &str, line: &str) {
        let words = || line.split_whitespace().map(str::to_owned);
        match path {
            "args" => return self.arguments.extend(words()),
            "paths" => return self.paths.extend(words()),
            "problems" => return self.problems.push(line.to_owned()),
            _ => {}
        }
        if self.files.last().is_none_or(|(known, _)| known != path) {
            self.files.push((path.to_owned(), String::new()));
        }
        let content = &mut self.files.last_mut().unwrap().1;
        let (code, marks) = line.split_once(" #! ").unwrap_or((line, ""));
        content.push_str(code.trim_end());
        content.push('\n');
        let number = content.lines().count() as u64;
        for mark in marks.split_whitespace() {
            let (rule, verdict) = mark.strip_suffix('?').map_or((mark, "violation"), |rule| (rule, "undetermined"));
            *self.expected.entry((path.to_owned(), number, rule.to_owned(), verdict)).or_default() += 1;
        }
    }

    fn failure(&self) -> Option<String> {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("findings").join(&self.name);
        let _ = fs::remove_dir_all(&directory);
        for (path, content) in &self.files {
            let path = directory.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let paths = if self.paths.is_empty() { vec![".".to_owned()] } else { self.paths.clone() };
        let run = Command::new(env!("CARGO_BIN_EXE_terravet"))
            .args(["check", "--format", "json"])
            .args(&self.arguments)
            .args(paths)
            .current_dir(&directory)
            .output()
            .unwrap();
        let report: Value =
            serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        fs::remove_dir_all(&directory).unwrap();
        let mut differences: Vec<String> = Vec::new();
        let mut counts = found(&report);
        for usual in USUAL {
            if !self.expected.keys().any(|(_, _, rule, _)| rule == usual) {
                counts.retain(|(_, _, rule, _), _| rule != usual);
            }
        }
        for (key, count) in &self.expected {
            *counts.entry(key.clone()).or_default() -= count;
        }
        for ((file, line, rule, verdict), count) in counts {
            let what = if count > 0 { "is not marked" } else { "is not found" };
            differences.extend((count != 0).then(|| format!("  {file}:{line}: {verdict} of {rule} {what}")));
        }
        let problems: Vec<String> = report["problems"].as_array().unwrap().iter().map(problem).collect();
        if problems != self.problems {
            differences.push(format!("  problems are {problems:#?}"));
        }
        (!differences.is_empty()).then(|| format!("{}\n{}", self.name, differences.join("\n")))
    }
}

/// Most cases leave out descriptions and flow logs.
const USUAL: &[&str] = &["network/missing-flow-log", "sg/undescribed-rule"];

fn found(report: &Value) -> Found {
    let mut found = Found::new();
    for finding in report["findings"].as_array().unwrap().iter().filter(|finding| finding["suppressed"].is_null()) {
        let file = finding["location"]["file"].as_str().unwrap_or_default();
        let line = finding["location"]["line"].as_u64().unwrap_or_default();
        let verdict = if finding["verdict"] == "violation" { "violation" } else { "undetermined" };
        let also = finding["also"].as_array().into_iter().flatten();
        for rule in std::iter::once(&finding["rule"]).chain(also) {
            *found.entry((file.to_owned(), line, rule.as_str().unwrap().to_owned(), verdict)).or_default() += 1;
        }
    }
    found
}

fn problem(problem: &Value) -> String {
    let text = |name: &str| problem[name].as_str().unwrap_or_default();
    format!("{}:{}: {}", text("file"), problem["line"].as_u64().unwrap_or_default(), text("message"))
}
