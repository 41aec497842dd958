//! `terravet roots`: the root modules below a directory, those that a change touches, a share of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::arguments::Rules;
use super::git::{self, text};
use super::{Failure, INCOMPLETE, environment, output};
use crate::policy::{Policy, configuration};
use crate::report::human;
use crate::source::disk::{self, clean, relative};
use crate::source::{Sources, walk};
use crate::syntax::Trees;
use crate::terraform::roots::Calls;

/// List root modules
///
/// A root module is a directory of configuration that no other one calls. Prints one path a line, in order.
///
/// A change touches a root module if a file changed in its directory or in that of a local module that it calls, or below
/// either; if a rule file or .terravet.hcl changed that holds for it; or if one of its files speaks of a changed file that is in
/// no module.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet roots
  terravet roots --changed-since origin/main
  terravet roots --shard 2/4 | xargs terravet check

Exit codes: 0 all is listed, 2 something could not be looked at.")]
pub(super) struct Arguments {
    /// Directories to look in and below
    #[arg(value_name = "DIR", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Only those that changed since HEAD left this commit, branch or tag; what is not committed counts too
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
    /// Only every Nth, beginning with the Ith: the shares 1/N to N/N are all of them, each once
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// What to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// One path a line.
    #[default]
    Text,
    /// A list of paths.
    Json,
}

fn shard(argument: &str) -> Result<(usize, usize), String> {
    let numbers = argument.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
    numbers
        .filter(|(index, count)| (1..=*count).contains(index))
        .ok_or_else(|| "it takes I/N with I from 1 to N, for example 2/4".to_owned())
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let current = environment::current_directory()?;
    let (modules, mut code) = modules(&arguments.paths, &current)?;
    let calls = Calls::read(&modules);
    let mut found = calls.roots();
    if let Some(revision) = &arguments.changed_since {
        let changes = Changes::since(revision, &current)?;
        found = changes.touched(found, &calls, &modules);
    }
    if let Some((index, count)) = arguments.shard {
        found = found.into_iter().skip(index - 1).step_by(count).collect();
    }
    let paths: Vec<String> = found.iter().map(|root| relative(root, &current)).collect();
    if let Some(path) = paths.iter().find(|path| path.contains('\n')) {
        output::error(&format!("a path with a line break cannot be listed: {path:?}"));
        code = INCOMPLETE;
    }
    match arguments.format {
        Format::Text => output::print(&paths.iter().map(|path| format!("{path}\n")).collect::<String>())?,
        Format::Json => output::print(&format!("{}\n", serde_json::json!(paths)))?,
    }
    Ok(code)
}

/// The directories of configuration at and below paths, each with its files; those that `.terravet.hcl` excludes are left out.
fn modules(paths: &[PathBuf], current: &Path) -> Result<(BTreeMap<PathBuf, Vec<PathBuf>>, u8), Failure> {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let mut found = BTreeMap::new();
    let mut code = 0;
    for path in paths {
        let top = clean(&current.join(path));
        if !top.is_dir() {
            return Err(Failure::new(format!("`{}` is no directory", path.display())));
        }
        let settings = Rules::default().settings(configuration::find(&top), None, current.to_owned());
        let (policy, mut problems) = Policy::load(&settings, &mut sources, &mut trees);
        let (below, unread) =
            walk::configurations(&top, current, &mut |path| policy.configuration.excludes(path, current));
        problems.extend(unread);
        found.extend(below);
        for problem in &problems {
            output::error(human::problem(problem, &sources, human::Style::default()).trim());
            code = INCOMPLETE;
        }
    }
    Ok((found, code))
}

/// What a git command prints.
fn git(directory: &Path, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    git::run(directory, arguments).map_err(|why| Failure::new(format!("--changed-since: {why}")))
}

/// Files that changed, as absolute paths.
struct Changes(Vec<PathBuf>);

impl Changes {
    /// What changed between the commit where HEAD left `revision` and the files as they are.
    fn since(revision: &str, current: &Path) -> Result<Self, Failure> {
        let top = git(current, &["rev-parse", "--show-toplevel"])?;
        let top = PathBuf::from(text(top.trim_ascii_end()));
        let commit = format!("{revision}^{{commit}}");
        let commit = git(current, &["rev-parse", "--verify", "--end-of-options", &commit]).map_err(|_| {
            Failure::new(format!("--changed-since: git knows no commit `{revision}` here; fetch it first"))
        })?;
        let commit = String::from_utf8_lossy(commit.trim_ascii()).into_owned();
        let base = git(current, &["merge-base", &commit, "HEAD"]).map_err(|_| {
            Failure::new(format!(
                "`{revision}` and HEAD have no commit in common here: fetch more of the history (a shallow clone ends early)"
            ))
        })?;
        let base = String::from_utf8_lossy(base.trim_ascii()).into_owned();
        let changed = git(&top, &["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", &base, "--"])?;
        let new = git(&top, &["ls-files", "--others", "--exclude-standard", "-z"])?;
        let names = changed.split(|&byte| byte == 0).chain(new.split(|&byte| byte == 0));
        Ok(Self(names.filter(|name| !name.is_empty()).map(|name| clean(&top.join(text(name)))).collect()))
    }

    /// Those of the root modules that the changes touch.
    fn touched(&self, roots: Vec<PathBuf>, calls: &Calls, modules: &BTreeMap<PathBuf, Vec<PathBuf>>) -> Vec<PathBuf> {
        let known: BTreeSet<PathBuf> = calls.directories().map(|directory| real(directory)).collect();
        let mut directories = BTreeSet::new();
        let mut governed = Vec::new();
        let mut elsewhere = Vec::new();
        for file in &self.0 {
            if let Some(directory) = governs(file) {
                governed.push(directory);
            } else if let Some(module) = file.ancestors().skip(1).find(|directory| known.contains(*directory)) {
                directories.insert(module.to_owned());
            } else {
                elsewhere.extend(file.file_name().map(|name| name.to_string_lossy().into_owned()));
            }
        }
        let touches = |root: &PathBuf| {
            let reached = calls.reached(root);
            governed.iter().any(|directory| real(root).starts_with(directory))
                || reached.iter().any(|directory| directories.contains(&real(directory)))
                || (!elsewhere.is_empty()
                    && reached
                        .iter()
                        .filter_map(|directory| modules.get(*directory))
                        .flatten()
                        .any(|file| speaks(file, &elsewhere)))
        };
        roots.into_iter().filter(touches).collect()
    }
}

/// The directory that a rule file or configuration of terravet holds for.
fn governs(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_string_lossy();
    if name == configuration::FILE_NAME {
        return file.parent().map(Path::to_owned);
    }
    if !name.ends_with(".hcl") || name == ".terraform.lock.hcl" {
        return None;
    }
    configuration::find(file.parent()?)?.parent().map(Path::to_owned)
}

/// Whether a file of configuration holds one of these names; one that cannot be read may.
fn speaks(file: &Path, names: &[String]) -> bool {
    let Ok(bytes) = disk::read(file, disk::MAX_FILE_SIZE) else { return true };
    names.iter().any(|name| memchr::memmem::find(&bytes, name.as_bytes()).is_some())
}

/// A path as git names it: without symbolic links, where something is there.
fn real(path: &Path) -> PathBuf {
    disk::canonical(path).unwrap_or_else(|_| clean(path))
}
