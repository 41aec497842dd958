//! HashiCorp's specification of HCL, statement by statement: `tests/specification/statements.json` holds a row for each
//! case, with what the real terraform made of it (`tests/specification/record.py` records it).

#[path = "values/printed.rs"]
mod printed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use printed::printed;
use serde_json::Value as Json;
use terravet::source::Sources;
use terravet::syntax::Trees;
use terravet::terraform::{Options, ask};

fn text<'r>(row: &'r Json, key: &str) -> &'r str {
    row[key].as_str().unwrap_or_default()
}

/// What the row's case comes to: value and type, or the first problem.
fn outcome(row: &Json, directory: &Path) -> Result<(String, String), String> {
    let (name, content) = match (row["json"].as_str(), row["native"].as_str()) {
        (Some(json), _) => ("main.tf.json", json.to_owned()),
        (None, Some(native)) => ("main.tf", native.to_owned()),
        (None, None) => ("main.tf", format!("locals {{\n  it = {}\n}}\n", text(row, "expression"))),
    };
    let _ = std::fs::remove_dir_all(directory);
    std::fs::create_dir_all(directory).expect("a directory of its own");
    std::fs::write(directory.join(name), content).expect("the file is written");
    let asked = row["ask"].as_str().unwrap_or("local.it").to_owned();
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let options = Options { current_directory: directory.to_owned(), ..Options::default() };
    let (reading, answers) = ask(directory, &options, &[asked], &mut sources, &mut trees);
    if let Some(problem) = reading.problems.first() {
        return Err(problem.message.clone());
    }
    match answers.into_iter().next() {
        Some(Ok(answer)) => Ok((printed(&answer.value, 0), answer.type_text)),
        Some(Err(problem)) => Err(problem.message),
        None => Err("there is no answer".into()),
    }
}

fn difference(row: &Json, directory: &Path) -> Option<String> {
    let ours = outcome(row, directory);
    let theirs = match row["error"].as_str() {
        Some(error) => Err(error.to_owned()),
        None => Ok((text(row, "value").to_owned(), text(row, "type").to_owned())),
    };
    // A refusal may be in other words.
    if ours == theirs || (ours.is_err() && theirs.is_err()) {
        return None;
    }
    let case = ["expression", "native", "json"].map(|key| text(row, key)).concat();
    Some(format!(
        "{}: {}\n{case}\n  terraform: {theirs:?}\n  terravet:  {ours:?}",
        text(row, "section"),
        text(row, "states")
    ))
}

fn rows() -> Vec<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specification/statements.json");
    serde_json::from_slice(&std::fs::read(path).expect("the table is there")).expect("it is JSON")
}

#[test]
fn every_statement_holds_as_terraform_has_it() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("specification");
    let rows = rows();
    let recorded = |row: &Json| row.get("value").is_some() || row.get("error").is_some();
    assert!(rows.iter().all(recorded), "run tests/specification/record.py");
    let mut wrong = Vec::new();
    for row in &rows {
        match (difference(row, &directory), row["differs"].as_str()) {
            (Some(difference), None) => wrong.push(difference),
            (None, Some(why)) => wrong.push(format!("{row} agrees now, though: {why}")),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn every_section_of_the_specification_has_statements() {
    let mut sections: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows() {
        *sections.entry(text(&row, "section").to_owned()).or_default() += 1;
    }
    let named = |part: &str| sections.keys().any(|section| section.contains(part));
    let expected = [
        "Source Code Representation",
        "Comments and Whitespace",
        "Identifiers",
        "Operators and Delimiters",
        "Numeric Literals",
        "Config Files",
        "Bodies",
        "Attribute Definitions",
        "Blocks",
        "Expression Terms",
        "Literal Values",
        "Collection Values",
        "Template Expressions",
        "Functions and Function Calls",
        "For Expressions",
        "Index Operator",
        "Attribute Access Operator",
        "Splat Operators",
        "Operations",
        "Comparison Operators",
        "Arithmetic Operators",
        "Logic Operators",
        "Conditional Operator",
        "Template Literals",
        "Template Interpolations",
        "Template Directives",
        "Strip Markers",
        "Static Lists",
        "Static Calls",
        "Static Traversals",
        "JSON: Bodies",
        "JSON: Attributes",
        "JSON: Blocks",
        "JSON: Expressions",
        "JSON: Static analysis",
    ];
    let missing: Vec<_> = expected.into_iter().filter(|part| !named(part)).collect();
    assert!(missing.is_empty(), "nothing is stated of {missing:?}");
}
