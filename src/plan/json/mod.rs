//! Plan JSON and state in JSON: `terraform show -json` of a saved plan or a state ("Terraform Internals: JSON Output
//! Format", format versions 0.1 to 1.x), and state files of version 4.
//!
//! The text is gone over once. Resource instances are taken apart as far as their heads; the values of those that rules
//! ask for are read, the rest is skipped.

mod sections;
mod state_file;
mod values;

pub(in crate::plan) use values::any;

use serde_json::error::Category;

use crate::inventory::Demand;
use crate::source::{FileId, Problem, Span};

use super::{DEFERRED, ERRORED, Kind, Plan};
use sections::{Collector, Document};

/// Reads a plan or state.
///
/// # Errors
/// A problem where the text is neither, or is not whole.
pub fn read(file: FileId, text: &str, demand: &Demand) -> Result<Plan, Box<Problem>> {
    let body = text.trim_start_matches('\u{feff}');
    let base = text.len() - body.len();
    let collector = Collector::new(file, text, demand);
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let document = serde::de::DeserializeSeed::deserialize(&collector, &mut deserializer)
        .and_then(|document| deserializer.end().map(|()| document))
        .map_err(|error| Box::new(refused(&error, file, text, base)))?;
    let mut plan = Plan::new(kind_of(&document, file)?, file);
    let whole = |(message, help): (&str, &str)| Problem::at(Span::new(file, 0, 0), message).help(help);
    plan.problems.extend((document.errored == Some(true)).then(|| whole(ERRORED)));
    plan.problems.extend(document.deferred.then(|| whole(DEFERRED)));
    plan.terraform_version = document.terraform_version;
    plan.complete = document.complete;
    plan.configuration = document.configuration;
    let mut found = collector.into_found();
    if let Some(state) = document.state_file {
        state_file::read(state, &mut found, demand, file);
    }
    plan.changes = found.changes;
    plan.prior = found.prior;
    plan.drift = found.drift;
    plan.generated = found.generated;
    plan.variables = found.variables;
    plan.problems.extend(found.problems);
    Ok(plan)
}

/// What a document is.
fn kind_of(document: &Document<'_>, file: FileId) -> Result<Kind, Box<Problem>> {
    let refuse = |message: String, help: &str| {
        let problem = Problem::at(Span::new(file, 0, 0), message);
        Err(Box::new(problem.help(help.to_owned())))
    };
    if document.remote {
        return refuse(
            "This file only points at a plan in HCP Terraform or Terraform Enterprise: there is no plan in it".into(),
            "Check what `terraform show -json` prints of it.",
        );
    }
    if document.encrypted {
        return refuse("This plan or state is encrypted".into(), "Check what `tofu show -json` prints of it.");
    }
    match (&document.format_version, document.state_version) {
        (Some(version), _) => {
            let major = version.split('.').next().unwrap_or_default();
            if !matches!(major, "0" | "1") {
                return refuse(
                    format!("Unknown format version \"{}\": terravet knows 0.1 to 1.x", short(version)),
                    "Use a terravet that knows it, or the Terraform that this terravet knows.",
                );
            }
            match (document.is_plan, document.is_state) {
                (true, _) => Ok(Kind::Json),
                (false, true) => Ok(Kind::State),
                // `terraform show -json` prints this of a state without resources; other commands print JSON of other kinds.
                (false, false) => refuse(
                    "This JSON holds neither a plan nor the values of a state: nothing can be checked".into(),
                    "Check what `terraform show -json tfplan` prints of a saved plan.",
                ),
            }
        }
        (None, Some(4)) => Ok(Kind::State),
        (None, Some(version)) => refuse(
            format!("State of version {version}: terravet knows version 4, which Terraform 0.12 and later write"),
            "Check what `terraform show -json` prints.",
        ),
        (None, None) if document.is_log => refuse(
            "This is what `terraform plan -json` logs, not a plan".into(),
            "Save the plan with `-out=tfplan`, and check that file or what `terraform show -json tfplan` prints.",
        ),
        (None, None) => refuse(
            "This JSON is neither a plan nor a state: it has no `format_version`".into(),
            "Check what `terraform show -json tfplan` prints.",
        ),
    }
}

/// Text of an input, cut short, fit for a message.
fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(20).collect()
}

/// What serde_json refuses. Its message may quote values, so only what it expected is told.
fn refused(error: &serde_json::Error, file: FileId, text: &str, base: usize) -> Problem {
    let line_start = match error.line() {
        0 | 1 => base,
        line => memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 2).map_or(0, |at| at + 1),
    };
    let at = (line_start + error.column().saturating_sub(1)).min(text.len());
    let said = error.to_string();
    let (message, help) = match error.classify() {
        Category::Eof if text.trim().is_empty() => ("The file is empty".to_owned(), "Write the plan anew."),
        Category::Eof => ("The JSON ends in the middle: the file was cut off".to_owned(), "Write the plan anew."),
        Category::Syntax if said.starts_with("trailing characters") && text.starts_with("{\"@level\"") => (
            "This is what `terraform plan -json` logs, not a plan".to_owned(),
            "Save the plan with `-out=tfplan`, and check that file or what `terraform show -json tfplan` prints.",
        ),
        Category::Syntax | Category::Io => {
            ("This is not JSON".to_owned(), "Check what `terraform show -json tfplan` prints, unchanged.")
        }
        Category::Data => {
            let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
            let message = match (said.starts_with("invalid"), said.split_once(", expected ")) {
                (true, Some((_, expected))) => format!("A value is not of the right type: expected {expected}"),
                (true, None) => "A value is not of the right type".to_owned(),
                (false, _) => format!("Not a plan that Terraform writes: {said}"),
            };
            (message, "Check what `terraform show -json tfplan` prints, unchanged.")
        }
    };
    Problem::at(Span::new(file, at as u32, at as u32), message).help(help)
}

#[cfg(test)]
mod tests;
