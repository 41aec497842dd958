//! The native syntax parser.

use std::borrow::Cow;

use super::{NodeId, Tree};
use crate::source::{FileId, Problem, SourceFile};

/// Parses a file of native syntax.
#[must_use]
pub fn parse(file: FileId, source: &SourceFile) -> (Tree, Vec<Problem>) {
    let tree = Tree {
        file,
        syntax: super::Syntax::Native,
        buffer: source.text.clone(),
        source_len: source.text.len() as u32,
        decoded: Vec::new(),
        base: 0,
        nodes: Vec::new(),
        root: NodeId(0),
        comments: Vec::new(),
    };
    (tree, Vec::new())
}

/// Parses one expression. `base` is where the text stands in the file (its first byte), so that spans are the file's.
#[must_use]
pub fn parse_expression(file: FileId, text: &str, base: u32) -> (Tree, Vec<Problem>) {
    let (mut tree, problems) = parse(file, &SourceFile::new("", text.as_bytes().to_vec()));
    tree.base = base;
    (tree, problems)
}

/// See [`Tree::literal`].
pub(super) fn literal(tree: &Tree, id: NodeId) -> Cow<'_, str> {
    Cow::Borrowed(tree.text(id))
}
