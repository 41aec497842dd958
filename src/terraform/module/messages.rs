//! Problems that several kinds of blocks have in common.

use crate::source::{Problem, Span, nearest};
use crate::syntax::BlockView;

/// An argument or block that is not expected where it stands.
pub(in crate::terraform) fn unsupported(what: &str, name: &str, at: Span, known: &[&str]) -> Problem {
    let problem = Problem::at(at, format!("Unsupported {what} \"{name}\""));
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
        None => problem,
    }
}

pub(in crate::terraform) fn missing_argument(name: &str, at: Span, of: &str) -> Problem {
    Problem::at(at, format!("Missing required argument: \"{name}\" of {of} is not set"))
}

pub(in crate::terraform) fn wrong_labels(block: &BlockView<'_>, kind: &str, expected: usize) -> Problem {
    let expected = match expected {
        0 => "no labels".to_owned(),
        1 => "one label".to_owned(),
        _ => format!("{expected} labels"),
    };
    Problem::at(block.header, format!("A {kind} block takes {expected}, and this one has {}", block.labels.len()))
}
