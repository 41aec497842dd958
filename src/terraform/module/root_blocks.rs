//! The blocks at the root of a file, and what does not belong there.

use std::collections::HashSet;

use crate::source::{Problem, Span};
use crate::syntax::{BlockView, Body, NodeRef, Trees};

use super::super::forms::{self, Form};
use super::super::layers::Layers;
use super::super::structure::{self, Subject};
use super::messages::{unsupported, wrong_labels};

/// The block types at the root of a file: how many labels they take, and what they take inside.
const ROOT_BLOCKS: [(&str, usize, Option<&Form>); 13] = [
    ("check", 1, Some(&forms::CHECK)),
    ("data", 2, Some(&forms::DATA)),
    ("ephemeral", 2, Some(&forms::DATA)),
    ("import", 0, Some(&forms::IMPORT)),
    ("locals", 0, None),
    ("module", 1, Some(&forms::MODULE)),
    ("moved", 0, Some(&forms::MOVED)),
    ("output", 1, Some(&forms::OUTPUT)),
    ("provider", 1, Some(&forms::PROVIDER)),
    ("removed", 0, Some(&forms::REMOVED)),
    ("resource", 2, Some(&forms::RESOURCE)),
    ("terraform", 0, Some(&forms::SETTINGS)),
    ("variable", 1, Some(&forms::VARIABLE)),
];

/// What is kept of a block while the trees must not be borrowed.
pub(super) struct Header {
    pub(super) kind: &'static str,
    pub(super) labels: Vec<(String, Span)>,
    pub(super) layers: Layers,
}

/// Finds the blocks at the root of a file, checks each by its form, and finds what does not belong there.
pub(super) fn root_blocks(trees: &Trees, root: NodeRef, is_override: bool) -> (Vec<Header>, Vec<Problem>) {
    let body = trees.body(root);
    let mut found = Finder { trees, is_override, headers: Vec::new(), problems: Vec::new() };
    if body.is_json() {
        found.json(&body);
        return (found.headers, found.problems);
    }
    for attribute in body.attributes() {
        found.problems.push(unknown_root("argument", &attribute.name, attribute.name_span));
    }
    for block in body.all_blocks() {
        let Some(&(kind, labels, form)) = ROOT_BLOCKS.iter().find(|(name, ..)| *name == block.type_name) else {
            found.problems.push(unknown_root("block type", &block.type_name, block.header));
            continue;
        };
        if block.labels.len() == labels {
            found.block(kind, &block, form);
        } else {
            found.problems.push(wrong_labels(&block, kind, labels));
        }
    }
    (found.headers, found.problems)
}

struct Finder<'t> {
    trees: &'t Trees,
    is_override: bool,
    headers: Vec<Header>,
    problems: Vec<Problem>,
}

impl Finder<'_> {
    fn json(&mut self, body: &Body<'_>) {
        for value in body.values_that_are_no_objects() {
            self.problems.push(Problem::at(value, "Incorrect JSON value type").help("A JSON object is required here."));
        }
        let mut seen = HashSet::new();
        for attribute in body.attributes() {
            match ROOT_BLOCKS.iter().find(|(name, ..)| *name == attribute.name) {
                None => self.problems.push(unknown_root("argument", &attribute.name, attribute.name_span)),
                Some(&(kind, labels, form)) if seen.insert(kind) => {
                    for block in body.read_blocks(kind, labels, &mut self.problems) {
                        self.block(kind, &block, form);
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn block(&mut self, kind: &'static str, block: &BlockView<'_>, form: Option<&Form>) {
        let labels: Vec<(String, Span)> =
            block.labels.iter().map(|label| (label.text.clone().into_owned(), label.span)).collect();
        if let Some(form) = form {
            let names: String = labels.iter().map(|(label, _)| format!(" \"{label}\"")).collect();
            let subject = Subject { what: &format!("{kind}{names}"), is_override: self.is_override };
            structure::check(block, form, subject, self.trees, &mut self.problems);
        }
        self.headers.push(Header { kind, labels, layers: Layers::new(block) });
    }
}

fn unknown_root(what: &str, name: &str, at: Span) -> Problem {
    unsupported(what, name, at, &ROOT_BLOCKS.map(|(name, ..)| name))
}
