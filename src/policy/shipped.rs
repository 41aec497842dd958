//! The rules that come with terravet, embedded by the build.

use crate::source::{Problem, SourceFile, Sources};
use crate::syntax::{Trees, native};

use super::form;
use super::rule::{self, Rule};

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// How much of a rule file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Without examples, which stand last in a file: checking needs none, and they are most of the text.
    Checking,
    /// The whole file.
    Whole,
}

/// Reads the embedded rules, in name order.
pub(super) fn read(extent: Extent, sources: &mut Sources, trees: &mut Trees) -> (Vec<Rule>, Vec<Problem>) {
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    for (path, text) in SHIPPED {
        let text = match extent {
            Extent::Checking => without_examples(text),
            Extent::Whole => (*text).to_owned(),
        };
        let file = SourceFile::new(format!("rules/{path}"), text.into_bytes());
        let tree = form::parse(file, native::parse, sources, trees, &mut problems);
        let (read, found) = rule::read(trees, tree, true);
        rules.extend(read);
        problems.extend(found);
    }
    rules.sort_by(|left, right| left.name.cmp(&right.name));
    (rules, problems)
}

/// The paths and texts of the embedded files.
pub fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHIPPED.iter().copied()
}

/// The rule without what begins at its first example. Shipped files are formatted, so that one begins a line.
fn without_examples(text: &str) -> String {
    match memchr::memmem::find(text.as_bytes(), b"\n  example ") {
        Some(end) => format!("{}\n}}\n", &text[..end]),
        None => text.to_owned(),
    }
}
