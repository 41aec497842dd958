//! Real plans (`plans/record.py` records them): the saved plan file, its JSON and the configuration that it was made of say
//! the same.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::Value as Json;
use terravet::address::Mode;
use terravet::inventory::{Action, Demand};
use terravet::lang::{Data, Marks, Value};
use terravet::plan::{Plan, file, open};
use terravet::source::{FileId, Sources};
use terravet::syntax::Trees;
use terravet::terraform::Options;

/// The cases, each a folder.
fn cases() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(top)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case").exists())
        .collect();
    cases.sort();
    assert!(cases.len() >= 40, "only {} cases were found", cases.len());
    cases
}

fn name(case: &Path) -> &str {
    case.file_name().unwrap().to_str().unwrap()
}

fn plan_file(case: &Path) -> Plan {
    file::read(&std::fs::read(case.join("tfplan")).unwrap(), FileId(0), "tfplan", &Demand::everything())
}

fn plan_json(case: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(case.join("plan.json")).unwrap()).unwrap()
}

/// Asks something of every case; says all that is wrong at once.
#[track_caller]
fn every_case(ask: impl Fn(&Path) -> Vec<String>) {
    let wrong: Vec<String> = cases()
        .iter()
        .flat_map(|case| ask(case).into_iter().map(move |mistake| format!("{}: {mistake}", name(case))))
        .collect();
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_plan_file_decodes_to_what_terraform_shows_of_it() {
    every_case(|case| {
        let (plan, json) = (plan_file(case), plan_json(case));
        let mut wrong: Vec<String> = plan
            .problems
            .iter()
            .filter(|problem| !(json["errored"] == true && problem.message.starts_with("This plan cannot be applied")))
            .map(|problem| problem.message.clone())
            .collect();
        for (changes, key) in [(&plan.changes, "resource_changes"), (&plan.drift, "resource_drift")] {
            let shown: BTreeMap<(String, String), &Json> = json[key]
                .as_array()
                .into_iter()
                .flatten()
                .map(|change| ((text(&change["address"]), text(&change["deposed"])), change))
                .collect();
            let mut seen = BTreeSet::new();
            for change in changes {
                let id = (change.address.to_string(), change.deposed.as_deref().unwrap_or_default().to_owned());
                let Some(shown) = shown.get(&id) else {
                    // Terraform does not show the deletion of data sources.
                    if change.action != Action::Delete {
                        wrong.push(format!("{key}: {} is not shown", id.0));
                    }
                    continue;
                };
                let previous = change.previous_address.as_ref().map(ToString::to_string).unwrap_or_default();
                if previous != text(&shown["previous_address"]) {
                    wrong.push(format!("{}: previous address {previous}", id.0));
                }
                if *change.provider != *text(&shown["provider_name"]) {
                    wrong.push(format!("{}: provider {}", id.0, change.provider));
                }
                if change.imported != shown["change"]["importing"].is_object() {
                    wrong.push(format!("{}: importing", id.0));
                }
                if change.action != action(&shown["change"]["actions"]) {
                    wrong.push(format!("{}: {:?} is shown as {}", id.0, change.action, shown["change"]["actions"]));
                }
                let change_shown = &shown["change"];
                if let Some(after) = &change.after {
                    let mut comparison = Comparison { address: &id.0, wrong: &mut wrong };
                    comparison.value(
                        "",
                        after,
                        &change_shown["after"],
                        &change_shown["after_unknown"],
                        &change_shown["after_sensitive"],
                    );
                } else if !change_shown["after"].is_null() {
                    wrong.push(format!("{}: no values after", id.0));
                }
                if let Some(before) = &change.before {
                    let mut comparison = Comparison { address: &id.0, wrong: &mut wrong };
                    comparison.value(
                        "",
                        before,
                        &change_shown["before"],
                        &Json::Null,
                        &change_shown["before_sensitive"],
                    );
                }
                seen.insert(id);
            }
            wrong.extend(
                shown.keys().filter(|id| !seen.contains(id)).map(|id| format!("{key}: {} was not found", id.0)),
            );
        }
        for (name, value) in &plan.variables {
            let mut comparison = Comparison { address: name, wrong: &mut wrong };
            comparison.value("", value, &json["variables"][&**name]["value"], &Json::Null, &Json::Null);
        }
        if let Some(complete) = plan.complete
            && complete != (json["complete"] == true)
        {
            wrong.push(format!("complete: {complete}"));
        }
        wrong
    });
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

fn action(actions: &Json) -> Action {
    let words: Vec<&str> = actions.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    match words.as_slice() {
        ["no-op"] => Action::None,
        ["create"] => Action::Create,
        ["read"] => Action::Read,
        ["update"] => Action::Update,
        ["delete"] => Action::Delete,
        ["forget"] => Action::Forget,
        [_, _] => Action::Replace,
        other => panic!("{other:?}"),
    }
}

/// A value beside what Terraform shows of it.
struct Comparison<'c> {
    address: &'c str,
    wrong: &'c mut Vec<String>,
}

impl Comparison<'_> {
    fn fail(&mut self, path: &str, value: &Value, shown: &Json) {
        self.wrong.push(format!("{}{path}: {value:?} is shown as {shown}", self.address));
    }

    fn value(&mut self, path: &str, value: &Value, shown: &Json, unknown: &Json, sensitive: &Json) {
        // What the schema calls sensitive is marked even where the plan does not say so.
        if sensitive == true && !value.marks.has(Marks::SENSITIVE) {
            self.wrong.push(format!("{}{path}: is not marked sensitive", self.address));
        }
        if value.is_unknown() || unknown == true {
            if !value.is_unknown() || unknown != true {
                self.fail(path, value, unknown);
            }
            return;
        }
        match (&value.data, shown) {
            (Data::Null(_), Json::Null) => {}
            // What providers write for what is not set.
            (Data::Null(_), Json::String(shown)) if shown.is_empty() => {}
            (Data::Bool(value), Json::Bool(shown)) if value == shown => {}
            (Data::String(value), Json::String(shown)) if **value == **shown => {}
            (Data::Number(number), shown) if shown.as_str().map_or(shown.is_number(), |_| true) => {
                let parsed = terravet::lang::Number::parse(&shown.to_string().replace('"', ""));
                if parsed.as_ref() != Some(number) {
                    self.fail(path, value, shown);
                }
            }
            (_, Json::Array(shown)) if value.elements().is_some_and(|elements| elements.len() == shown.len()) => {
                for (index, element) in value.elements().unwrap_or_default().iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    self.value(&path, element, &shown[index], &unknown[index], &sensitive[index]);
                }
            }
            (_, Json::Object(shown)) if value.entries().is_some() => {
                let entries = value.entries().unwrap();
                for (name, entry) in entries {
                    let missing = &Json::Null;
                    let path = format!("{path}.{name}");
                    self.value(
                        &path,
                        entry,
                        shown.get(&**name).unwrap_or(missing),
                        &unknown[&**name],
                        &sensitive[&**name],
                    );
                }
                for name in shown.keys().filter(|name| entries.get(name).is_none()) {
                    self.wrong.push(format!("{}{path}: {name} was not read", self.address));
                }
            }
            _ => self.fail(path, value, shown),
        }
    }
}

/// A case laid out as in a checkout: the configuration, and beside it what was made of it.
struct Checkout(PathBuf);

impl Checkout {
    fn of(case: &Path, test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("terravet-plans-{}-{test}-{}", std::process::id(), name(case)));
        copy(&case.join("configuration"), &path);
        for artifact in ARTIFACTS.iter().filter(|artifact| case.join(artifact).exists()) {
            std::fs::copy(case.join(artifact), path.join(artifact)).unwrap();
        }
        Self(std::fs::canonicalize(path).unwrap())
    }

    /// Only this of it, in an empty directory.
    fn alone(case: &Path, artifact: &str, test: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("terravet-plans-{}-{test}-{}-alone", std::process::id(), name(case)));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::copy(case.join(artifact), path.join(artifact)).unwrap();
        if let Ok(settings) = std::fs::read(case.join("configuration/.terravet.hcl")) {
            std::fs::write(path.join(".terravet.hcl"), settings).unwrap();
        }
        Self(std::fs::canonicalize(path).unwrap())
    }

    /// What `terravet check` finds in an input.
    fn findings(&self, input: &str, arguments: &[&str]) -> Vec<Finding> {
        let output = Command::new(env!("CARGO_BIN_EXE_terravet"))
            .args(["check", input, "--format", "json", "--fail-on", "never", "--today", "2026-11-23"])
            .args(arguments)
            .current_dir(&self.0)
            .env_clear()
            .output()
            .unwrap();
        let report: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{}: {input}: {error}: {}", self.0.display(), String::from_utf8_lossy(&output.stderr))
        });
        let findings = report["findings"].as_array().unwrap();
        findings.iter().map(Finding::of).collect()
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const ARTIFACTS: &[&str] = &["tfplan", "plan.json", "tfstate.json", "state.json"];

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// What matters of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    rule: String,
    address: String,
    verdict: String,
    place: String,
    message: String,
    suppressed: bool,
    change: String,
    related: Vec<String>,
}

impl Finding {
    fn of(json: &Json) -> Self {
        let place = |place: &Json| format!("{}:{}:{}", text(&place["file"]), place["line"], place["column"]);
        Self {
            rule: text(&json["rule"]),
            address: text(&json["address"]),
            verdict: text(&json["verdict"]),
            place: place(&json["location"]),
            message: text(&json["message"]),
            suppressed: !json["suppressed"].is_null(),
            change: text(&json["change"]),
            related: json["related"].as_array().into_iter().flatten().map(place).collect(),
        }
    }

    fn shown(&self) -> String {
        let Self { rule, address, verdict, place, message, suppressed, change, related: _ } = self;
        let suppressed = if *suppressed { " suppressed" } else { "" };
        format!("{place}: {rule} {verdict}{suppressed} ({change}) {address}: {message}")
    }
}

/// What one has and the other has not.
fn differences(left: &[Finding], right: &[Finding], names: (&str, &str)) -> Vec<String> {
    let (left, right): (BTreeSet<_>, BTreeSet<_>) = (left.iter().collect(), right.iter().collect());
    let only = |some: &BTreeSet<&Finding>, others: &BTreeSet<&Finding>, name: &str| -> Vec<String> {
        some.difference(others).map(|finding| format!("only from the {name}: {}", finding.shown())).collect()
    };
    [only(&left, &right, names.0), only(&right, &left, names.1)].concat()
}

/// `BLESS=1` writes what is found anew.
#[test]
fn the_plan_file_yields_the_findings_that_are_expected() {
    every_case(|case| {
        let found = Checkout::of(case, "expected").findings("tfplan", &[]);
        let found: String = found.iter().map(|finding| finding.shown() + "\n").collect();
        let path = case.join("findings");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if found == expected { Vec::new() } else { vec![format!("found:\n{found}expected:\n{expected}")] }
    });
}

#[test]
fn the_plan_file_needs_no_checkout() {
    every_case(|case| {
        // Variable files are not inside it.
        let bare = |findings: Vec<Finding>| -> Vec<Finding> {
            findings.into_iter().map(|finding| Finding { related: Vec::new(), ..finding }).collect()
        };
        let beside = bare(Checkout::of(case, "beside").findings("tfplan", &[]));
        let alone = bare(Checkout::alone(case, "tfplan", "without").findings("tfplan", &[]));
        differences(&beside, &alone, ("plan file in its checkout", "plan file alone"))
    });
}

#[test]
fn the_plan_file_and_its_json_yield_the_same_findings() {
    every_case(|case| {
        let checkout = Checkout::of(case, "json");
        // What no configuration has stands in the plan itself, which has other places in each form.
        let anywhere = |findings: Vec<Finding>, own: &str| -> Vec<Finding> {
            let place = |place: String| if place.starts_with(own) { "in the plan".to_owned() } else { place };
            findings.into_iter().map(|finding| Finding { place: place(finding.place.clone()), ..finding }).collect()
        };
        let file = anywhere(checkout.findings("tfplan", &[]), "tfplan:");
        let json = anywhere(checkout.findings("plan.json", &workspace(case)), "plan.json:");
        differences(&file, &json, ("plan file", "plan JSON"))
    });
}

#[test]
fn the_plan_and_the_configuration_point_at_the_same_lines() {
    every_case(|case| {
        let checkout = Checkout::of(case, "lines");
        let configured = checkout.findings(".", &configured_with(case));
        let places = |findings: &[Finding]| {
            let mut places: BTreeMap<(String, String, String), Vec<Place>> = BTreeMap::new();
            for finding in findings {
                let Finding { rule, address, message, place, suppressed, related, .. } = finding.clone();
                places.entry((rule, address, message)).or_default().push((place, suppressed, related));
            }
            places
        };
        let configured = places(&configured);
        let both = places(&checkout.findings("tfplan", &[])).into_iter().filter_map(|(id, planned)| {
            let configured = configured.get(&id)?;
            (*configured != planned).then(|| format!("{id:?}: {planned:?}, in the configuration {configured:?}"))
        });
        both.collect()
    });
}

/// Where a finding stands, whether it is suppressed there, and what places it names beside.
type Place = (String, bool, Vec<String>);

/// Plan JSON does not say of which workspace it is.
fn workspace(case: &Path) -> Vec<&'static str> {
    if name(case) == "workspace" { configured_with(case) } else { Vec::new() }
}

/// The arguments that the plan was made with.
fn configured_with(case: &Path) -> Vec<&'static str> {
    match name(case) {
        "sensitive" => vec!["--var-file", "secret.tfvars"],
        "ephemeral" => vec!["--var", "token=canary-ephemeral-token"],
        "workspace" => vec!["--workspace", "staging"],
        "variables" => vec!["--var", "port=5432", "--var", "open=[\"0.0.0.0/0\"]", "--var-file", "more.tfvars"],
        _ => Vec::new(),
    }
}

#[test]
fn the_state_after_apply_yields_the_findings_of_the_plan() {
    let mut applied = 0;
    for artifact in ["tfstate.json", "state.json"] {
        every_case(|case| {
            if !case.join(artifact).exists() {
                return Vec::new();
            }
            let checkout = Checkout::of(case, artifact);
            let certain = |findings: Vec<Finding>| -> Vec<Finding> {
                // A state is of no configuration.
                let is_of_both =
                    |finding: &Finding| finding.verdict == "violation" && !finding.rule.starts_with("plan/");
                let certain = findings.into_iter().filter(is_of_both);
                certain.map(|finding| Finding { change: String::new(), ..finding }).collect()
            };
            let (plan, state) = (checkout.findings("tfplan", &[]), checkout.findings(artifact, &configured_with(case)));
            differences(&certain(plan), &certain(state), ("plan", artifact))
        });
        applied += cases().iter().filter(|case| case.join(artifact).exists()).count();
    }
    assert!(applied >= 20, "only {applied} states were looked at");
}

/// Rules that say nothing of what is not known.
const SILENT: &[&str] = &["sg/redundant-rule", "network/unused-route", "nacl/unreached-entry", "network/unattached"];

/// Plan JSON alone knows less: what it finds is right, and what it cannot tell it says.
#[test]
fn plan_json_without_its_configuration_is_never_wrong() {
    every_case(|case| {
        let beside = Checkout::of(case, "with-source").findings("plan.json", &workspace(case));
        let alone = Checkout::alone(case, "plan.json", "no-source").findings("plan.json", &workspace(case));
        // Of a pair the order is that of the source.
        let id = |finding: &Finding| {
            let mut words: Vec<String> = finding.message.split([' ', ',']).map(str::to_owned).collect();
            words.sort();
            (finding.rule.clone(), words)
        };
        let violations = |findings: &[Finding]| -> BTreeSet<(String, Vec<String>)> {
            findings.iter().filter(|finding| finding.verdict == "violation").map(id).collect()
        };
        let (certain, certain_alone) = (violations(&beside), violations(&alone));
        let untold = |rule: &str| {
            let says = |finding: &&Finding| finding.rule == rule || finding.message.contains(&format!("`{rule}`"));
            alone.iter().filter(|finding| finding.verdict == "undetermined").find(says).is_some()
        };
        // Where more is known, what the internet reaches in effect is said instead of the open port.
        let reached = certain.iter().any(|(rule, _)| rule == "network/exposed-internal-service");
        let said_otherwise = |rule: &str| reached && rule.starts_with("sg/open-");
        let alone_only = certain_alone.difference(&certain).filter(|(rule, _)| !said_otherwise(rule));
        let wrong = alone_only.map(|id| format!("found alone, with its source not: {id:?}"));
        // What configuration says of itself, and whether it is the plan's, only configuration tells.
        let of_plan = |rule: &str| !rule.starts_with("module/") && !rule.starts_with("plan/");
        let told = |rule: &str| of_plan(rule) && !SILENT.contains(&rule);
        let lost = certain.difference(&certain_alone).filter(|(rule, _)| told(rule) && !untold(rule));
        wrong.chain(lost.map(|id| format!("neither found alone nor said to be undetermined: {id:?}"))).collect()
    });
}

#[test]
fn the_plan_file_and_its_json_make_the_same_inventory() {
    every_case(|case| {
        let checkout = Checkout::of(case, "inventory");
        let (file, json) = (inventory(&checkout.0, "tfplan"), inventory(&checkout.0, "plan.json"));
        let mut wrong = Vec::new();
        for id in file.keys().chain(json.keys()).collect::<BTreeSet<_>>() {
            match (file.get(id), json.get(id)) {
                (Some(file), Some(json)) if file == json => {}
                (Some(file), Some(json)) => {
                    let differing = file.iter().zip(json).find(|(file, json)| file != json);
                    wrong.push(format!("{id}: the first difference is {differing:?}"));
                }
                (file, _) => {
                    wrong.push(format!("{id} is only in the {}", if file.is_some() { "plan file" } else { "JSON" }))
                }
            }
        }
        wrong
    });
}

/// All instances of a plan, each as lines of paths and values.
fn inventory(directory: &Path, input: &str) -> BTreeMap<String, Vec<String>> {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let bytes = std::fs::read(directory.join(input)).unwrap();
    let plan = open(Arc::from(bytes), input, &Demand::everything(), &mut sources).unwrap();
    let workspace = directory.to_str().unwrap().ends_with("workspace").then(|| "staging".to_owned());
    let options = Options { current_directory: directory.to_owned(), workspace, ..Options::default() };
    let reading = terravet::plan::reading(plan, Some(directory), &options, &mut sources, &mut trees);
    let inventory = &reading.inventory;
    let input_destroys = directory.to_str().unwrap().ends_with("destroy");
    let parts = [("", inventory.instances()), ("gone ", inventory.gone()), ("drift ", inventory.drift())];
    let instances = parts.iter().flat_map(|(part, instances)| instances.iter().map(move |instance| (part, instance)));
    instances
        // JSON does not show that data sources go.
        .filter(|(_, instance)| instance.address.mode == Mode::Managed || !input_destroys)
        .map(|(part, instance)| {
            let mut lines = vec![format!("{:?} {} {}", instance.action, instance.provider, instance.symbolic)];
            dump("", &instance.values, &mut lines);
            (format!("{part}{}", instance.address), lines)
        })
        .collect()
}

fn dump(path: &str, value: &Value, lines: &mut Vec<String>) {
    let marked = if value.marks.has(Marks::SENSITIVE) { " sensitive" } else { "" };
    if let Some(elements) = value.elements() {
        lines.push(format!("{path}: {} elements{marked}", elements.len()));
        for (index, element) in elements.iter().enumerate() {
            dump(&format!("{path}[{index}]"), element, lines);
        }
    } else if let Some(entries) = value.entries() {
        lines.push(format!("{path}: object{marked}"));
        for (name, entry) in entries {
            dump(&format!("{path}.{name}"), entry, lines);
        }
    } else {
        let shown = match &value.data {
            Data::Null(_) => "null".to_owned(),
            Data::Unknown(unknown) => {
                format!("unknown {}", unknown.reference.as_ref().map(ToString::to_string).unwrap_or_default())
            }
            Data::Number(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        lines.push(format!("{path}: {shown}{marked}"));
    }
}

#[test]
fn a_report_names_the_plan_file_by_its_digest() {
    use sha2::{Digest, Sha256};
    let case = cases().into_iter().find(|case| name(case) == "create").unwrap();
    let checkout = Checkout::of(&case, "digest");
    for input in ["tfplan", "plan.json", "tfstate.json"] {
        let output = Command::new(env!("CARGO_BIN_EXE_terravet"))
            .args(["check", input, "--format", "json"])
            .current_dir(&checkout.0)
            .env_clear()
            .output()
            .unwrap();
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        let digest = Sha256::digest(std::fs::read(checkout.0.join(input)).unwrap());
        let expected: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(report["inputs"][0]["sha256"], expected.as_str(), "{input}");
    }
}
