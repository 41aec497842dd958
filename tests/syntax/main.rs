//! The parser against the real Terraform, hcl-edit, and its own promises.

#![allow(clippy::unwrap_used)]

mod conformance;
mod limits;
mod recovery;
mod trees;

use terravet::source::{FileId, Problem, SourceFile};
use terravet::syntax::{Tree, json, native};

/// Parses native syntax.
fn parse(text: impl AsRef<[u8]>) -> (Tree, Vec<Problem>) {
    native::parse(FileId(0), &SourceFile::new("main.tf", text.as_ref().to_vec()))
}

/// Parses JSON.
fn parse_json(text: impl AsRef<[u8]>) -> (Tree, Vec<Problem>) {
    json::parse(FileId(0), &SourceFile::new("main.tf.json", text.as_ref().to_vec()))
}

/// The messages of problems.
fn messages(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.message.as_str()).collect()
}
