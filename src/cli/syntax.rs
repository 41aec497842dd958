//! `terravet syntax`: the syntax tree of a file.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::rules::complain;
use super::{Failure, environment, output};
use crate::source::disk::{self, clean, relative};
use crate::source::walk::reason;
use crate::source::{SourceFile, Sources};
use crate::syntax::{Kind, NodeId, Tree, json, native};

/// Print the syntax tree of a file, with places
///
/// One node per line: what it is, where it stands (line:column-line:column, the end exclusive), and its text where it has no
/// parts. The exit code is 2, with the problems on standard error, exactly where Terraform's own parser refuses the file.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet syntax main.tf
  terravet syntax terraform.tfvars.json")]
pub(super) struct Arguments {
    /// A file of native syntax, or of JSON syntax where its name ends in .json
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let current = environment::current_directory()?;
    let path = clean(&current.join(&arguments.file));
    let shown = relative(&path, &current);
    let bytes =
        disk::read(&path, disk::MAX_FILE_SIZE).map_err(|error| Failure::new(format!("{shown}: {}", reason(&error))))?;
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new(shown, bytes));
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    let source = sources.file(file);
    let (tree, problems) = if is_json { json::parse(file, source) } else { native::parse(file, source) };
    output::print_with(|out| print(&tree, source, out))?;
    Ok(complain(&problems, &sources))
}

/// Prints the nodes, each below its parent; without recursion, however deep they are.
fn print(tree: &Tree, source: &SourceFile, out: &mut dyn Write) -> io::Result<()> {
    let mut pending: Vec<(NodeId, usize)> = vec![(tree.root, 0)];
    while let Some((node, depth)) = pending.pop() {
        let span = tree.span(node);
        let (start, end) = (source.position(span.start), source.position(span.end));
        let kind = tree.kind(node);
        write!(
            out,
            "{:indent$}{kind:?} {}:{}-{}:{}",
            "",
            start.line,
            start.column,
            end.line,
            end.column,
            indent = depth * 2
        )?;
        let children: Vec<NodeId> = tree.children(node).collect();
        match kind {
            Kind::Unary | Kind::Binary => write!(out, " {:?}", tree.node(node).op)?,
            _ if children.is_empty() => write!(out, " {:?}", tree.text(node))?,
            _ => {}
        }
        writeln!(out)?;
        pending.extend(children.into_iter().rev().map(|child| (child, depth + 1)));
    }
    Ok(())
}
