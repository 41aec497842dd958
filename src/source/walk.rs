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

/// Whether a file of this path is a Jenkinsfile, or another Groovy script, by its name.
#[must_use]
pub fn is_script(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split(['.', '-', '_']).next().unwrap_or(name);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    // Of `Jenkinsfile.prod` and the like; what these hold is something else.
    let others = [
        "md", "txt", "j2", "tpl", "tmpl", "erb", "bak", "orig", "rej", "html", "yaml", "yml", "json", "sh", "py", "xml",
    ];
    let is_other = others.contains(&extension) || name.ends_with('~') || name.starts_with('.');
    let is_jenkinsfile = stem == "Jenkinsfile" || name.ends_with("Jenkinsfile") || extension == "jenkinsfile";
    is_jenkinsfile && !is_other || extension == "groovy" && !name.starts_with('.')
}

/// What a directory and those below it hold.
#[derive(Debug, Default)]
pub struct Tree {
    /// The directories that hold configuration, in order, each with its files in name order.
    pub configurations: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// Jenkinsfiles and other Groovy scripts, in order.
    pub scripts: Vec<PathBuf>,
    /// What could not be looked at.
    pub problems: Vec<Problem>,
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
    let found = tree(top, current, skip);
    (found.configurations, found.problems)
}

/// The same, with the Jenkinsfiles beside them.
pub fn tree(top: &Path, current: &Path, skip: &mut dyn FnMut(&Path) -> bool) -> Tree {
    let mut found = Tree::default();
    let entries = WalkDir::new(top).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !(pruned(entry) || skip(entry.path()))) {
        match entry {
            Ok(entry) if is_configuration(&entry.file_name().to_string_lossy()) && entry.path().is_file() => {
                let directory = entry.path().parent().unwrap_or(top).to_owned();
                found.configurations.entry(directory).or_default().push(entry.into_path());
            }
            Ok(entry) if is_script(&entry.file_name().to_string_lossy()) && entry.path().is_file() => {
                found.scripts.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let path = relative(&clean(&current.join(error.path().unwrap_or(top))), current);
                let why = error.io_error().map_or_else(|| error.to_string(), reason);
                found.problems.push(
                    Problem::with_path(path, format!("cannot be read: {why}"))
                        .help("Make it readable, or exclude it in .terravet.hcl."),
                );
            }
        }
    }
    found
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
