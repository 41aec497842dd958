//! `terravet init`: a commented configuration to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;

use super::{Failure, output};
use crate::policy::{self, Extent, configuration, starter};
use crate::source::Sources;
use crate::syntax::Trees;

/// Write a commented .terravet.hcl
///
/// Every rule and option stands in it with its default, as a comment. A file that is there already is left as it is.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet init
  terravet init envs/prod")]
pub(super) struct Arguments {
    /// Directory to write it to
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (rules, _) = policy::rules(Extent::Checking, &[], &arguments.directory, &mut sources, &mut trees);
    let path = arguments.directory.join(configuration::FILE_NAME);
    let created = OpenOptions::new().write(true).create_new(true).open(&path);
    created.and_then(|mut file| file.write_all(starter::starter_configuration(&rules).as_bytes())).map_err(
        |error| match error.kind() {
            ErrorKind::AlreadyExists => {
                Failure::new(format!("`{}` is there already; it was left as it is", path.display()))
            }
            _ => Failure::new(format!("`{}` cannot be written: {error}", path.display())),
        },
    )?;
    output::print(&format!("wrote {}\n", path.display()))?;
    Ok(0)
}
