//! Real plans (`plans/record.py` records them): the saved plan file, its JSON and the configuration that it was made of say
//! the same.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use terravet::inventory::{Action, Demand};
use terravet::lang::{Data, Marks, Value};
use terravet::plan::{Plan, file};
use terravet::source::FileId;

/// The cases, each a folder.
fn cases() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(top)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case").exists())
        .collect();
    cases.sort();
    assert!(cases.len() >= 25, "only {} cases were found", cases.len());
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
            .filter(|problem| !(json["errored"] == true && problem.message.starts_with("Planning failed")))
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
