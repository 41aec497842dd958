//! The blocks at the root of a file, and what does not belong there.

use std::collections::HashSet;

use crate::source::{Problem, Span};
use crate::syntax::{BlockView, NodeRef, Trees};

use super::super::layers::Layers;
use super::messages::{unsupported, wrong_labels};

/// The block types at the root of a file: how many labels they take.
const ROOT_BLOCKS: [(&str, usize); 13] = [
    ("check", 1),
    ("data", 2),
    ("ephemeral", 2),
    ("import", 0),
    ("locals", 0),
    ("module", 1),
    ("moved", 0),
    ("output", 1),
    ("provider", 1),
    ("removed", 0),
    ("resource", 2),
    ("terraform", 0),
    ("variable", 1),
];

/// What is kept of a block while the trees must not be borrowed.
pub(super) struct Header {
    pub(super) kind: &'static str,
    pub(super) labels: Vec<(String, Span)>,
    pub(super) layers: Layers,
}

/// Finds the blocks at the root of a file, and what does not belong there.
pub(super) fn root_blocks(trees: &Trees, root: NodeRef) -> (Vec<Header>, Vec<Problem>) {
    let body = trees.body(root);
    let mut headers = Vec::new();
    let mut problems = Vec::new();
    if body.is_json() {
        for value in body.values_that_are_no_objects() {
            problems.push(Problem::at(value, "Incorrect JSON value type").help("A JSON object is required here."));
        }
        let mut seen = HashSet::new();
        for attribute in body.attributes() {
            match ROOT_BLOCKS.iter().find(|(name, _)| *name == attribute.name) {
                None => problems.push(unknown_root("argument", &attribute.name, attribute.name_span)),
                Some(&(kind, labels)) if seen.insert(kind) => {
                    headers
                        .extend(body.read_blocks(kind, labels, &mut problems).iter().map(|block| header(kind, block)));
                }
                Some(_) => {}
            }
        }
        return (headers, problems);
    }
    for attribute in body.attributes() {
        problems.push(unknown_root("argument", &attribute.name, attribute.name_span));
    }
    for block in body.all_blocks() {
        let Some(&(kind, labels)) = ROOT_BLOCKS.iter().find(|(name, _)| *name == block.type_name) else {
            problems.push(unknown_root("block type", &block.type_name, block.header));
            continue;
        };
        if block.labels.len() == labels {
            headers.push(header(kind, &block));
        } else {
            problems.push(wrong_labels(&block, kind, labels));
        }
    }
    (headers, problems)
}

fn header(kind: &'static str, block: &BlockView<'_>) -> Header {
    let labels = block.labels.iter().map(|label| (label.text.clone().into_owned(), label.span)).collect();
    Header { kind, labels, layers: Layers::new(block) }
}

fn unknown_root(what: &str, name: &str, at: Span) -> Problem {
    unsupported(what, name, at, &ROOT_BLOCKS.map(|(name, _)| name))
}
