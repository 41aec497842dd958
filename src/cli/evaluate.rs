//! `terravet evaluate`: what terravet takes a configuration to mean.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::answers::{self, Expressions};
use super::arguments::Variables;
use super::rules::complain;
use super::{Failure, INCOMPLETE, environment, output};
use crate::address::{Mode, Step, write_steps};
use crate::inventory::Instance;
use crate::lang::{Data, Marks, Number, Value};
use crate::report::json::{ProblemJson, problem_json};
use crate::source::Sources;
use crate::source::disk::clean;
use crate::syntax::Trees;
use crate::terraform;

/// Print what a configuration means: resource instances and outputs with their values, as JSON
///
/// Values are as in Terraform's plan JSON. What is known only after apply is left out (null in a list) and listed under
/// `unknown`; what is sensitive is null and listed under `sensitive`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet evaluate envs/prod
  terravet evaluate . --var region=eu-west-1 --var-file prod.tfvars
  terravet evaluate . --expression 'cidrsubnet(var.cidr, 8, 2)'

With --expression and --expressions each line is one of {\"value\": …, \"type\": \"…\"}, {\"unknown\": true, \"type\": \"…\"},
{\"sensitive\": true, \"type\": \"…\"} and {\"error\": \"…\"}. An error is an answer like the others: the exit code is 2 only where
the configuration itself was not understood.")]
pub(super) struct Arguments {
    /// Directory of the root module
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    #[command(flatten)]
    variables: Variables,
    #[command(flatten)]
    expressions: Expressions,
}

pub(super) fn run(arguments: Arguments) -> Result<u8, Failure> {
    let current = environment::current_directory()?;
    let mut options = arguments.variables.options(current.clone());
    let directory = clean(&current.join(&arguments.directory));
    options.workspace = options.workspace.or_else(|| environment::selected_workspace(&directory));
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    if let Some(expressions) = arguments.expressions.read(&current)? {
        let (reading, answers) = terraform::ask(&directory, &options, &expressions, &mut sources, &mut trees);
        answers::print(&answers)?;
        return Ok(complain(&reading.problems, &sources));
    }
    let reading = terraform::read(&directory, &options, &mut sources, &mut trees);
    let document = Document {
        resources: reading.inventory.instances().iter().map(resource).collect(),
        outputs: reading.outputs.iter().map(|(name, value)| (name.to_string(), shown(value))).collect(),
        problems: reading.problems.iter().map(|problem| problem_json(problem, &sources)).collect(),
    };
    output::print_with(|out| {
        serde_json::to_writer_pretty(&mut *out, &document)?;
        out.write_all(b"\n")
    })?;
    Ok(if reading.problems.is_empty() { 0 } else { INCOMPLETE })
}

#[derive(Serialize)]
struct Document<'a> {
    resources: Vec<Resource>,
    /// Outputs of the root module.
    outputs: BTreeMap<String, Shown>,
    problems: Vec<ProblemJson<'a>>,
}

#[derive(Serialize)]
struct Resource {
    address: String,
    mode: &'static str,
    r#type: String,
    provider: String,
    /// `unknown` where it stands for instances whose number is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    instances: Option<&'static str>,
    values: Json,
    #[serde(flatten)]
    hidden: Hidden,
}

/// Paths of what could not be shown; of a whole value, the path is empty.
#[derive(Default, Serialize)]
struct Hidden {
    /// What is known only after apply.
    unknown: Vec<String>,
    /// What is sensitive.
    sensitive: Vec<String>,
}

/// The value of an output.
#[derive(Serialize)]
struct Shown {
    value: Json,
    #[serde(flatten)]
    hidden: Hidden,
}

fn shown(value: &Value) -> Shown {
    let mut plain = Plain::default();
    Shown { value: plain.json(value).unwrap_or_default(), hidden: plain.hidden }
}

fn resource(instance: &Instance) -> Resource {
    let Shown { value: values, hidden } = shown(&instance.values);
    Resource {
        address: instance.address.to_string(),
        mode: match instance.address.mode {
            Mode::Managed => "managed",
            Mode::Data => "data",
            Mode::Ephemeral => "ephemeral",
        },
        r#type: instance.type_name().to_owned(),
        provider: instance.provider.to_string(),
        instances: instance.symbolic.then_some("unknown"),
        values,
        hidden,
    }
}

/// Makes JSON of values, noting what could not be put into it.
#[derive(Default)]
struct Plain {
    path: Vec<Step>,
    hidden: Hidden,
}

impl Plain {
    /// The value; `None` where it is unknown.
    fn json(&mut self, value: &Value) -> Option<Json> {
        if value.marks.has(Marks::SENSITIVE) {
            self.hidden.sensitive.push(self.shown());
            return Some(Json::Null);
        }
        Some(match &value.data {
            Data::Unknown(_) => {
                self.hidden.unknown.push(self.shown());
                return None;
            }
            Data::Null(_) => Json::Null,
            Data::Bool(truth) => Json::Bool(*truth),
            Data::Number(number) => json_number(number),
            Data::String(text) => Json::String(text.to_string()),
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
                let elements = elements.iter().zip(0..);
                elements.map(|(element, index)| self.below(Step::Index(index), element).unwrap_or_default()).collect()
            }
            Data::Map(_, entries) => {
                let entries = entries
                    .iter()
                    .filter_map(|(key, value)| Some((key.to_string(), self.below(Step::Key(key.clone()), value)?)));
                Json::Object(entries.collect::<Map<String, Json>>())
            }
            Data::Object(entries) => {
                let entries = entries.iter().filter_map(|(name, value)| {
                    Some((name.to_string(), self.below(Step::Attribute(name.clone()), value)?))
                });
                Json::Object(entries.collect::<Map<String, Json>>())
            }
        })
    }

    fn below(&mut self, step: Step, value: &Value) -> Option<Json> {
        self.path.push(step);
        let json = self.json(value);
        self.path.pop();
        json
    }

    /// The path at hand: `ingress[0].cidr_blocks`.
    fn shown(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write_steps(&mut text, &self.path);
        text.trim_start_matches('.').to_owned()
    }
}

/// The number with all its digits.
pub(super) fn json_number(number: &Number) -> Json {
    serde_json::from_str(&number.to_string()).unwrap_or_default()
}
