//! Printing and writing files.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::environment::{self, Color};
use super::{Failure, INCOMPLETE};
use crate::finding::Report;
use crate::report::{self, Format, Style};
use crate::source::Sources;
use crate::source::disk::clean;

/// Where the report goes, and in which formats.
#[derive(Args, Debug)]
pub(super) struct Destinations {
    /// What to print on standard output: human, json, junit, sarif, warnings-ng or env
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = Format::parse)]
    format: Format,
    /// Also write a report to a file; may be given several times
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = file_of_format)]
    outputs: Vec<(Format, PathBuf)>,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    color: Color,
}

fn file_of_format(argument: &str) -> Result<(Format, PathBuf), String> {
    let (format, path) = argument.split_once('=').ok_or("it takes FORMAT=FILE, for example junit=report.xml")?;
    match path {
        "" | "-" => Err("a file name has to follow the `=`; --format is for standard output".to_owned()),
        path => Ok((Format::parse(format)?, PathBuf::from(path))),
    }
}

impl Destinations {
    /// Refuses two reports to one file.
    pub(super) fn distinct(&self, current: &Path) -> Result<(), Failure> {
        let files: Vec<PathBuf> = self.outputs.iter().map(|(_, path)| clean(&current.join(path))).collect();
        match files.iter().enumerate().find(|(index, path)| files[..*index].contains(path)) {
            Some((position, _)) => {
                let path = self.outputs[position].1.display();
                Err(Failure::new(format!("--output: two reports cannot be written to one file, `{path}`")))
            }
            None => Ok(()),
        }
    }

    /// Writes and prints a report; the exit code that it stands for, or that a file could not be written.
    ///
    /// `more` are further `key=value` lines of the env format.
    pub(super) fn write(&self, report: &Report, sources: &Sources, more: &[(&str, String)]) -> Result<u8, Failure> {
        let mut code = report.exit_code();
        let write = |format: Format, style: Style, out: &mut dyn Write| {
            report::write(format, report, sources, style, out)?;
            let more = more.iter().filter(|_| format == Format::Env);
            more.into_iter().try_for_each(|(key, value)| writeln!(out, "{key}={value}"))
        };
        for (format, path) in &self.outputs {
            if let Err(Failure(message)) = write_file(*format, path, &write) {
                error(&message);
                code = INCOMPLETE;
            }
        }
        let style = environment::style(self.color);
        print_with(|out| write(self.format, style, out))?;
        Ok(code)
    }

    /// Whether a report tells the digests of what was checked.
    pub(super) fn tell_digests(&self) -> bool {
        let files = self.outputs.iter().map(|(format, _)| format);
        files.chain([&self.format]).any(|format| *format == Format::Json)
    }

    /// Whether a person reads standard output.
    pub(super) fn is_human(&self) -> bool {
        self.format == Format::Human
    }

    /// Whether a report goes to that file (absolute).
    pub(super) fn goes_to(&self, path: &Path, current: &Path) -> bool {
        self.outputs.iter().any(|(_, output)| clean(&current.join(output)) == path)
    }
}

/// Prints a message for whoever called terravet, on standard error.
pub(super) fn error(message: &str) {
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(io::stderr(), "error: {message}");
}

/// Prints text on standard output.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    printed(io::stdout().lock().write_all(text.as_bytes()))
}

/// Writes with a function to standard output, buffered.
pub(super) fn print_with(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    printed(write(&mut out).and_then(|()| out.flush()))
}

/// Whoever closes a pipe has read enough: that is no failure.
fn printed(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a report to a file: whole or not at all.
fn write_file(
    format: Format,
    path: &Path,
    write: &dyn Fn(Format, Style, &mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    write(format, Style::default(), &mut bytes).and_then(|()| replace(path, &bytes)).map_err(|error| {
        Failure::new(format!("the {} report cannot be written to `{}`: {error}", format.word(), path.display()))
    })
}

/// Writes bytes to a file: whole or not at all. What is there but no regular file (a device, a pipe) is written to.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let Some(name) = path.file_name() else { return Err(io::ErrorKind::InvalidInput.into()) };
    let beside = path.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // What is left of the attempt is of no use; the error that counts is the first one.
        let _ = fs::remove_file(&beside);
    }
    written
}
