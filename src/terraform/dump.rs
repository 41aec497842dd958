//! `terravet evaluate`: what a configuration was taken to mean, as JSON. Values are written as in Terraform's plan JSON;
//! what is unknown or sensitive is `null` there and listed by its path.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::address::{InstanceKey, Mode};
use crate::inventory::Instance;
use crate::lang::{Data, Marks, Value};
use crate::source::{Problem, Sources};

use super::Reading;

/// The document.
#[derive(Serialize)]
struct Document<'d> {
    resources: Vec<Resource>,
    problems: Vec<ShownProblem<'d>>,
}

/// A resource instance.
#[derive(Serialize)]
struct Resource {
    address: String,
    mode: &'static str,
    #[serde(rename = "type")]
    type_name: String,
    provider: String,
    /// `unknown` where it stands for instances whose number is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    instances: Option<&'static str>,
    values: Json,
    unknown: Vec<String>,
    sensitive: Vec<String>,
}

/// A problem, as in the JSON report.
#[derive(Serialize)]
struct ShownProblem<'d> {
    file: Option<&'d str>,
    line: Option<u32>,
    column: Option<u32>,
    message: &'d str,
    help: Option<&'d str>,
}

/// Writes what was read, resources by address.
///
/// # Errors
/// Those of the writer.
pub fn dump(reading: &Reading, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let mut instances: Vec<&Instance> = reading.inventory.instances().iter().collect();
    instances.sort_by(|left, right| left.address.cmp(&right.address));
    let document = Document {
        resources: instances.into_iter().map(resource).collect(),
        problems: reading.problems.iter().map(|problem| shown(problem, sources)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn shown<'d>(problem: &'d Problem, sources: &'d Sources) -> ShownProblem<'d> {
    let position = problem.span.map(|span| sources.position(span));
    ShownProblem {
        file: problem.span.map(|span| sources.file(span.file).path.as_str()).or(problem.path.as_deref()),
        line: position.map(|position| position.line),
        column: position.map(|position| position.column),
        message: &problem.message,
        help: problem.help.as_deref(),
    }
}

fn resource(instance: &Instance) -> Resource {
    let mut listed = Listed::default();
    let values = listed.json(&instance.values, &mut Vec::new());
    Resource {
        address: instance.address.to_string(),
        mode: match instance.address.mode {
            Mode::Managed => "managed",
            Mode::Data => "data",
            Mode::Ephemeral => "ephemeral",
        },
        type_name: instance.address.type_name.to_string(),
        provider: instance.provider.to_string(),
        instances: (instance.symbolic || instance.address.key == InstanceKey::Unknown).then_some("unknown"),
        values,
        unknown: listed.unknown,
        sensitive: listed.sensitive,
    }
}

/// Paths of what is not shown.
#[derive(Default)]
struct Listed {
    unknown: Vec<String>,
    sensitive: Vec<String>,
}

/// Deeper values are not written: no resource holds any.
const MAX_DEPTH: usize = 500;

impl Listed {
    fn json(&mut self, value: &Value, path: &mut Vec<String>) -> Json {
        if value.marks.has(Marks::SENSITIVE) {
            self.sensitive.push(path.join("."));
            return Json::Null;
        }
        if path.len() > MAX_DEPTH {
            return Json::Null;
        }
        match &value.data {
            Data::Null(_) => Json::Null,
            Data::Unknown(_) => {
                self.unknown.push(path.join("."));
                Json::Null
            }
            Data::Bool(value) => Json::Bool(*value),
            Data::Number(number) => number_json(&number.to_string()),
            Data::String(text) => Json::String(text.to_string()),
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => Json::Array(
                elements
                    .iter()
                    .enumerate()
                    .map(|(index, element)| self.below(index.to_string(), element, path))
                    .collect(),
            ),
            Data::Map(_, entries) | Data::Object(entries) => {
                let members =
                    entries.iter().map(|(name, value)| (name.to_string(), self.below(name.to_string(), value, path)));
                Json::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    fn below(&mut self, step: String, value: &Value, path: &mut Vec<String>) -> Json {
        path.push(step);
        let json = self.json(value, path);
        path.pop();
        json
    }
}

/// A number in full; an infinite one, which JSON has no word for, as text.
fn number_json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.to_owned()))
}
