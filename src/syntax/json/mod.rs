//! The JSON syntax parser.

pub(super) mod body;

use super::Tree;
use crate::source::{FileId, Problem, SourceFile};

/// Parses a file of JSON syntax (`.tf.json`, `.tfvars.json`).
#[must_use]
pub fn parse(file: FileId, source: &SourceFile) -> (Tree, Vec<Problem>) {
    super::native::parse(file, source)
}
