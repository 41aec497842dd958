//! Which directories hold Terraform configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::Problem;
use super::disk::{clean, relative};

/// Whether Terraform reads a file of this name as configuration ("Terraform Language: Files and Directories").
#[must_use]
pub fn is_configuration(name: &str) -> bool {
    let scratch = name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    !scratch && (name.ends_with(".tf") || name.ends_with(".tf.json"))
}

/// Whether Terraform reads a file of this name as values of variables.
#[must_use]
pub fn is_variables(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Whether Terraform reads a file of this name in a root module without being told to ("Terraform Language: Input
/// Variables", Variable Definitions Files).
#[must_use]
pub fn is_automatic(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// The directories at and below `top` that hold configuration, in order, each with its files in name order.
///
/// Hidden directories, `node_modules` and what `skip` says are left out, and links to directories are not followed: a
/// loop of links is nothing special. What could not be looked at is a problem.
pub fn configurations(
    top: &Path,
    current: &Path,
    skip: &mut dyn FnMut(&Path) -> bool,
) -> (BTreeMap<PathBuf, Vec<PathBuf>>, Vec<Problem>) {
    let mut found: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    let mut problems = Vec::new();
    let entries = WalkDir::new(top).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !(pruned(entry) || skip(entry.path()))) {
        match entry {
            Ok(entry) if is_configuration(&entry.file_name().to_string_lossy()) && entry.path().is_file() => {
                let directory = entry.path().parent().unwrap_or(top).to_owned();
                found.entry(directory).or_default().push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let path = relative(&clean(&current.join(error.path().unwrap_or(top))), current);
                let why = error.io_error().map_or_else(|| error.to_string(), reason);
                problems.push(
                    Problem::with_path(path, format!("cannot be read: {why}"))
                        .help("Make it readable, or exclude it in .terravet.hcl."),
                );
            }
        }
    }
    (found, problems)
}

/// An error of the file system in plain words, without its number.
#[must_use]
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// Directories that nobody means when they say "everything below".
fn pruned(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.file_type().is_dir() && (name.starts_with('.') || name == "node_modules")
}
