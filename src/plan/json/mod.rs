//! Plan JSON and state in JSON: `terraform show -json` of a saved plan or a state ("Terraform Internals: JSON Output
//! Format", format versions 0.1 to 1.x), and state files of version 4.
//!
//! The text is gone over once (only planned values that nothing stands for once more), on a thread of its own, which takes the resource instances out of it. Beside it these are taken
//! apart as far as their heads; the values of those that rules ask for are read, the rest is skipped.

mod batch;
mod block;
mod collect;
mod flags;
mod heads;
mod names;
mod reader;
mod scan;
mod sections;
mod state_file;
mod stream;
mod types;
mod values;

pub(in crate::plan) use values::any;

use std::io;
use std::thread;

use crate::inventory::Demand;
use crate::source::walk::reason;
use crate::source::{FileId, Problem, SourceFile, Sources, Span};

use super::open::Input;
use super::{DEFERRED, ERRORED, Kind, Plan};
use collect::Collector;
use sections::{Document, Pass};
use stream::{Fault, Stream, What};

/// Reads a plan or state; `shown` is its path as reports print it.
///
/// # Errors
/// A problem where it is neither, or is not whole.
pub fn read(input: &mut dyn Input, shown: &str, demand: &Demand, sources: &mut Sources) -> Result<Plan, Box<Problem>> {
    let file = sources.next();
    let mut collector = Collector::new(file, demand);
    let document = documents(input, &mut collector, file, shown);
    let mut positions = std::mem::take(&mut collector.positions);
    positions.shrink_to_fit();
    sources.add(SourceFile::of_positions(shown, positions));
    let document = document?;
    let mut plan = Plan::new(kind_of(&document, file)?, file);
    let whole = |(message, help): (&str, &str)| Problem::at(Span::new(file, 0, 0), message).help(help);
    plan.problems.extend((document.errored == Some(true)).then(|| whole(ERRORED)));
    plan.problems.extend(document.deferred.then(|| whole(DEFERRED)));
    plan.terraform_version = document.terraform_version;
    plan.complete = document.complete;
    let found = collector.found;
    plan.changes = found.changes;
    plan.prior = found.prior;
    plan.drift = found.drift;
    plan.generated = found.generated;
    plan.variables = found.variables;
    plan.configuration = found.configuration;
    plan.problems.extend(found.problems);
    Ok(plan)
}

/// Goes over a document, and where it holds planned values alone once more, for these.
fn documents(
    input: &mut dyn Input,
    collector: &mut Collector<'_>,
    file: FileId,
    shown: &str,
) -> Result<Document, Box<Problem>> {
    let document = pass(input, collector, Pass::All, file, shown)?;
    if document.has_planned_values && !document.has_changes {
        pass(input, collector, Pass::PlannedValues, file, shown)?;
    }
    Ok(document)
}

fn pass(
    input: &mut dyn Input,
    collector: &mut Collector<'_>,
    pass: Pass,
    file: FileId,
    shown: &str,
) -> Result<Document, Box<Problem>> {
    let unread = |error: &io::Error| Problem::with_path(shown, format!("the plan cannot be read: {}", reason(error)));
    let opened = input.open().map_err(|error| Box::new(unread(&error)))?;
    let (mut outgoing, incoming) = batch::channel();
    let over = thread::spawn(move || {
        let over = Stream::new(outgoing.while_read(opened))
            .and_then(|mut stream| sections::document(&mut stream, pass, &mut outgoing));
        // What comes before a fault is read first. If nobody reads it any more, there was one already.
        let _ = outgoing.send();
        over
    });
    // After a fault nobody waits: more of the input may never come.
    let read = incoming.read(|element| collector.read(element));
    let read = read.and_then(|()| over.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
    read.map_err(|Fault { what, place }| {
        if let What::Input(error) = &what {
            return Box::new(unread(error));
        }
        let (message, help) = refused(what);
        let span = collector.place([place; 2]);
        Box::new(Problem::at(Span { file, end: span.start, ..span }, message).help(help))
    })
}

/// What a document is.
fn kind_of(document: &Document, file: FileId) -> Result<Kind, Box<Problem>> {
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
                (false, false) if document.is_bare => refuse(
                    "This is an empty state: there is nothing in it to check".into(),
                    "Without a file, `terraform show -json` shows the state: name the plan, `terraform show -json tfplan`.",
                ),
                (false, false) => refuse(
                    "This JSON holds neither a plan nor the values of a state: nothing can be checked".into(),
                    "Check what `terraform show -json tfplan` prints of a saved plan.",
                ),
            }
        }
        (None, Some(4)) if document.has_resources => Ok(Kind::State),
        (None, Some(4)) => refuse(
            "This JSON is no state: it has no list of `resources`".into(),
            "Check the state as Terraform writes it, or what `terraform show -json` prints.",
        ),
        (None, Some(version)) => refuse(
            format!("State of version {version}: terravet knows version 4, which Terraform 0.12 and later write"),
            "Check what `terraform show -json` prints.",
        ),
        (None, None) if document.redacted => refuse(
            "This is a plan as HCP Terraform shows it to people: values are left out, so that it cannot be checked"
                .into(),
            "Check the whole plan: what `terraform show -json tfplan` prints, or the plan's `json-output` in the API.",
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

/// In words what is wrong, and what to do next.
fn refused(what: What) -> (String, &'static str) {
    const ANEW: &str = "Write the plan anew.";
    const UNCHANGED: &str = "Check what `terraform show -json tfplan` prints, unchanged.";
    match what {
        What::Empty => ("The file is empty".to_owned(), ANEW),
        What::Cut => ("The JSON ends in the middle: the file was cut off".to_owned(), ANEW),
        What::Log => (
            "This is what `terraform plan -json` logs, not a plan".to_owned(),
            "Save the plan with `-out=tfplan`, and check that file or what `terraform show -json tfplan` prints.",
        ),
        What::Trailing => (
            "Something stands behind the JSON of the plan".to_owned(),
            "Write what `terraform show -json tfplan` prints to a file of its own: no second plan, and no `2>&1`.",
        ),
        What::Syntax => ("This is not JSON".to_owned(), UNCHANGED),
        What::Encoding => ("This is not UTF-8, so it is not what Terraform writes".to_owned(), UNCHANGED),
        What::Type(expected) if expected.is_empty() => ("A value is not of the right type".to_owned(), UNCHANGED),
        What::Type(expected) => (format!("A value is not of the right type: expected {expected}"), UNCHANGED),
        What::Form(said) => (format!("Not a plan that Terraform writes: {said}"), UNCHANGED),
        What::Size(said) => (said, "Split the root module: a plan of this size takes Terraform itself hours."),
        What::Input(error) => (format!("The plan cannot be read: {}", reason(&error)), ANEW),
    }
}

#[cfg(test)]
mod scan_tests;
#[cfg(test)]
mod tests;
