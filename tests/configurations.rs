//! Configurations beside what the real `terraform plan` made of them (`configurations/record.py` records it): terravet
//! finds the same resource instances and outputs, contradicts no value and no sensitive mark, and leaves unknown only
//! what the plan too leaves unknown or what only the provider can know.
//!
//! Only the provider can know a computed attribute that the configuration does not set. What hangs on such a value (the
//! name of an availability zone that a data source found, say) is unknown too, and some of what is set the provider writes
//! in its own way: a case lists such values in its file `provider_knows`, one pattern of addresses and paths a line, with
//! the reason. A line that is not needed fails the test.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "configurations/comparison.rs"]
mod comparison;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use comparison::{Comparison, Planned};

#[test]
fn evaluation_agrees_with_real_plans() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configurations");
    let (mut failures, mut cases) = (Vec::new(), 0);
    for case in cases_in(&directory) {
        cases += 1;
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let found = Case::read(&case).compare();
        failures.extend(found.into_iter().map(|failure| format!("{name}: {failure}")));
    }
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= 45, "only {cases} cases were found");
}

#[test]
fn a_plan_finds_what_its_configuration_does_at_the_same_places() {
    let mut failures = Vec::new();
    let mut count = 0;
    for case in cases_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configurations")) {
        let arguments: Vec<String> =
            lines(&case.join("arguments")).iter().map(|line| line.replacen("-var", "--var", 1)).collect();
        let of_configuration = findings(&case, &[vec![".".to_owned()], arguments].concat());
        let of_plan = findings(&case, &["plan.json".to_owned(), "--source".to_owned(), ".".to_owned()]);
        count += of_plan.len();
        for (one, other, where_from) in
            [(&of_configuration, &of_plan, "configuration"), (&of_plan, &of_configuration, "plan")]
        {
            let alone = one.difference(other);
            failures.extend(alone.map(|finding| format!("{}: only of the {where_from}: {finding}", case.display())));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count >= 20, "only {count} findings were compared");
}

/// The findings of a run in a case, each as text.
fn findings(case: &Path, arguments: &[String]) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terravet"));
    command.current_dir(case).args(["check", "--format", "json"]).args(arguments);
    for line in lines(&case.join("environment")) {
        let (name, value) = line.split_once('=').unwrap();
        command.env(name, value);
    }
    let output = command.output().unwrap();
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["problems"], serde_json::json!([]), "{}", case.display());
    let parts = ["rule", "verdict", "address", "message", "location", "related"];
    let text = |finding: &Json| parts.map(|part| finding[part].to_string()).join(" ");
    report["findings"].as_array().unwrap().iter().map(text).collect()
}

fn cases_in(directory: &Path) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// What terravet makes of a case.
fn evaluated(case: &Path) -> Json {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terravet"));
    command.current_dir(case).args(["evaluate", "."]);
    for line in lines(&case.join("arguments")) {
        command.arg(line.replacen("-var", "--var", 1));
    }
    for line in lines(&case.join("environment")) {
        let (name, value) = line.split_once('=').unwrap();
        command.env(name, value);
    }
    let output = command.output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}: {}", case.display(), String::from_utf8_lossy(&output.stderr)))
}

fn by_address(resources: &Json) -> BTreeMap<&str, &Json> {
    resources.as_array().unwrap().iter().map(|resource| (resource["address"].as_str().unwrap(), resource)).collect()
}

/// A configuration, what terravet makes of it and what was planned.
struct Case {
    plan: Json,
    ours: Json,
    /// Patterns of what terravet cannot know, and whether each was needed.
    provider_knows: RefCell<Vec<(String, bool)>>,
}

impl Case {
    fn read(case: &Path) -> Self {
        let patterns = lines(&case.join("provider_knows")).into_iter().map(|line| {
            let (pattern, why) = line.split_once(" -- ").unwrap_or_else(|| panic!("{}: {line}", case.display()));
            assert!(!why.is_empty(), "{}: {line}: why?", case.display());
            (pattern.trim().to_owned(), false)
        });
        let provider_knows = RefCell::new(patterns.collect());
        Self { plan: json(&case.join("plan.json")), ours: evaluated(case), provider_knows }
    }

    fn compare(&self) -> Vec<String> {
        let mut failures: Vec<String> =
            self.ours["problems"].as_array().unwrap().iter().map(|problem| format!("problem {problem}")).collect();
        let ours = by_address(&self.ours["resources"]);
        let (planned, configured) = (self.planned(), self.configured());
        for (address, resource) in &ours {
            // No plan shows ephemeral resources.
            let is_there =
                resource["mode"] == "ephemeral" || resource["instances"] == "unknown" || planned.contains_key(*address);
            if !is_there {
                failures.push(format!("{address} is not in the plan"));
            }
        }
        for (address, (planned, provider)) in &planned {
            let address = address.as_str();
            let symbolic = || {
                let mut symbolic = ours.iter().filter(|(_, resource)| resource["instances"] == "unknown");
                symbolic.find(|(symbolic, _)| without_keys(symbolic) == without_keys(address))
            };
            let nothing = BTreeSet::new();
            let configured = configured.get(&without_keys(address)).unwrap_or(&nothing);
            let (ours, is_symbolic) = match (ours.get(address), symbolic()) {
                (Some(ours), _) => (ours, false),
                (None, Some((_, ours))) if self.is_listed(address) => (ours, true),
                (None, _) => {
                    failures.push(format!("{address} was not found"));
                    continue;
                }
            };
            self.comparison(address, configured, is_symbolic, &mut failures).instance(ours, *planned, provider);
        }
        self.outputs(&mut failures);
        let patterns = self.provider_knows.borrow();
        failures.extend(patterns.iter().filter(|(_, used)| !used).map(|(pattern, _)| format!("{pattern} is known")));
        failures
    }

    fn outputs(&self, failures: &mut Vec<String>) {
        let (nothing, ours) = (serde_json::Map::new(), self.ours["outputs"].as_object().unwrap());
        let planned = self.plan["output_changes"].as_object().unwrap_or(&nothing);
        for name in ours.keys().chain(planned.keys()).collect::<BTreeSet<_>>() {
            match (ours.get(name), planned.get(name)) {
                (Some(ours), Some(planned)) => {
                    let address = format!("output.{name}");
                    let configured = BTreeSet::new();
                    let mut comparison = self.comparison(&address, &configured, false, failures);
                    comparison.output(ours, Planned::of(planned));
                }
                _ => failures.push(format!("output.{name} is only on one side")),
            }
        }
    }

    fn comparison<'c>(
        &'c self,
        address: &'c str,
        configured: &'c BTreeSet<&'c str>,
        symbolic: bool,
        failures: &'c mut Vec<String>,
    ) -> Comparison<'c> {
        let is_listed = Box::new(|subject: &str| self.is_listed(subject));
        Comparison { address, configured, symbolic, is_listed, failures }
    }

    /// What was planned and what data sources found while planning, each with its provider.
    fn planned(&self) -> BTreeMap<String, (Planned<'_>, &Json)> {
        let mut resources = BTreeMap::new();
        for change in self.plan["resource_changes"].as_array().into_iter().flatten() {
            let address = change["address"].as_str().unwrap().to_owned();
            resources.insert(address, (Planned::of(&change["change"]), &change["provider_name"]));
        }
        let mut modules = vec![&self.plan["prior_state"]["values"]["root_module"]];
        while let Some(module) = modules.pop() {
            modules.extend(module["child_modules"].as_array().into_iter().flatten());
            for read in module["resources"].as_array().into_iter().flatten().filter(|each| each["mode"] == "data") {
                let address = read["address"].as_str().unwrap().to_owned();
                resources.insert(address, (Planned::read(read), &read["provider_name"]));
            }
        }
        resources
    }

    /// The arguments that each resource's configuration sets, by address without keys.
    fn configured(&self) -> BTreeMap<String, BTreeSet<&str>> {
        let mut configured = BTreeMap::new();
        let mut modules = vec![(String::new(), &self.plan["configuration"]["root_module"])];
        while let Some((path, module)) = modules.pop() {
            for resource in module["resources"].as_array().into_iter().flatten() {
                let arguments = resource["expressions"].as_object().into_iter().flat_map(serde_json::Map::keys);
                let address = format!("{path}{}", resource["address"].as_str().unwrap());
                configured.insert(address, arguments.map(String::as_str).collect());
            }
            for (name, call) in module["module_calls"].as_object().into_iter().flatten() {
                modules.push((format!("{path}module.{name}."), &call["module"]));
            }
        }
        configured
    }

    /// Whether the case says that terravet cannot know this.
    fn is_listed(&self, subject: &str) -> bool {
        let mut listed = false;
        for (pattern, used) in &mut *self.provider_knows.borrow_mut() {
            if matches(pattern, subject) {
                (listed, *used) = (true, true);
            }
        }
        listed
    }
}

/// Whether a text is what a pattern stands for, in which `*` is any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|text| (0..=text.len()).any(|at| text.is_char_boundary(at) && matches(rest, &text[at..]))),
    }
}

/// An address without its instance keys.
fn without_keys(address: &str) -> String {
    let (mut text, mut depth, mut quoted, mut escaped) = (String::new(), 0, false, false);
    for character in address.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            _ if depth == 0 => text.push(character),
            _ => {}
        }
    }
    text
}
