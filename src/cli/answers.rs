//! `terravet evaluate --expressions`: what expressions are in a root module's scope, a JSON object a line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};

use super::evaluate::json_number;
use super::{Failure, output};
use crate::lang::{Data, Marks, Value};
use crate::source::walk::reason;
use crate::source::{Problem, disk};
use crate::terraform::Answer;

/// Expressions to evaluate.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub(super) struct Expressions {
    /// Print what the expressions of a file (a JSON array of texts) are in the root module, a JSON object a line
    #[arg(long = "expressions", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print what an expression is in the root module, as a JSON object
    #[arg(long = "expression", value_name = "TEXT")]
    text: Option<String>,
}

impl Expressions {
    /// The expressions; `None` where none are asked for.
    pub(super) fn read(&self, current: &Path) -> Result<Option<Vec<String>>, Failure> {
        let Some(file) = &self.file else { return Ok(self.text.clone().map(|text| vec![text])) };
        let failure = |why: String| Failure::new(format!("--expressions: `{}`: {why}", file.display()));
        let bytes = disk::read(&current.join(file), disk::MAX_FILE_SIZE)
            .map_err(|error| failure(reason(&error).to_string()))?;
        let expressions = serde_json::from_slice(&bytes)
            .map_err(|error| failure(format!("it has to hold a JSON array of expressions, each a text: {error}")))?;
        Ok(Some(expressions))
    }
}

/// Prints answers, a line each.
pub(super) fn print(answers: &[Result<Answer, Problem>]) -> Result<(), Failure> {
    output::print_with(|out| answers.iter().try_for_each(|answer| line(answer, out)))
}

fn line(answer: &Result<Answer, Problem>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &object(answer))?;
    out.write_all(b"\n")
}

/// A value is shown where all of it may be: what is unknown in part is unknown, and so for marks (as the console's
/// `jsonencode(…)` has it).
fn object(answer: &Result<Answer, Problem>) -> Json {
    let Answer { value, type_text } = match answer {
        Ok(answer) => answer,
        Err(Problem { message, help: None, .. }) => return json!({ "error": message }),
        Err(Problem { message, help: Some(help), .. }) => return json!({ "error": format!("{message}. {help}") }),
    };
    let withheld = |marks: Marks| {
        let names = [(Marks::SENSITIVE, "sensitive"), (Marks::EPHEMERAL, "ephemeral")];
        names.into_iter().find(|(mark, _)| marks.has(*mark)).map(|(_, name)| name)
    };
    let unknown = |value: bool| value.then_some("unknown");
    let word = unknown(value.is_unknown())
        .or_else(|| withheld(value.marks))
        .or_else(|| unknown(!value.is_wholly_known()))
        .or_else(|| withheld(value.deep_marks()));
    match word {
        Some(word) => json!({ word: true, "type": type_text }),
        None => json!({ "value": plain(value), "type": type_text }),
    }
}

/// A wholly known value; infinite numbers, for which JSON has no word, are text.
fn plain(value: &Value) -> Json {
    match &value.data {
        Data::Null(_) | Data::Unknown(_) => Json::Null,
        Data::Bool(truth) => Json::Bool(*truth),
        Data::Number(number) if number.is_infinite() => Json::from(if number.is_negative() { "-Inf" } else { "+Inf" }),
        Data::Number(number) => json_number(number),
        Data::String(text) => Json::from(&**text),
        Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
            elements.iter().map(plain).collect()
        }
        Data::Map(_, entries) | Data::Object(entries) => {
            Json::Object(entries.iter().map(|(name, value)| (name.to_string(), plain(value))).collect())
        }
    }
}
