//! `terravet syntax`: the syntax tree of a file.

use std::path::PathBuf;

use clap::Args;

use super::rules::complain;
use super::{Failure, environment, output};
use crate::source::disk::{self, clean, relative};
use crate::source::walk::reason;
use crate::source::{SourceFile, Sources};
use crate::syntax::{dump, json, native};

/// Print the syntax tree of a file, as JSON
///
/// Every node has its kind and its place, those without parts their text. The exit code is 2, with the problems on standard
/// error, exactly where Terraform's own parser refuses the file.
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
    output::print_with(|out| dump(&tree, &sources, out))?;
    Ok(complain(&problems, &sources))
}
