//! Which files make a module, and reading them: discovery, order, override files ("Terraform Language: Files and
//! Directories", "Override Files").

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::source::{FileId, Problem, SourceFile, Sources, Span, disk};
use crate::syntax::{NodeRef, Tree, TreeId, Trees, json, native};

use super::beside::Archive;

/// Problems, each once: what is wrong in a module is wrong in all its instances.
#[derive(Debug, Default)]
pub(super) struct Problems {
    list: Vec<Problem>,
    seen: HashSet<(Option<Span>, String)>,
}

impl Problems {
    pub(super) fn add(&mut self, problem: Problem) {
        if self.seen.insert((problem.span, problem.message.clone())) {
            self.list.push(problem);
        }
    }

    pub(super) fn add_all(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.add(problem));
    }

    /// Files in which something was found so far.
    pub(super) fn files(&self) -> BTreeSet<FileId> {
        self.list.iter().filter_map(|problem| problem.span).map(|span| span.file).collect()
    }

    pub(super) fn into_list(self) -> Vec<Problem> {
        self.list
    }
}

/// The files of one directory, parsed.
#[derive(Debug)]
pub(super) struct ModuleFiles {
    /// Primary files, in name order.
    pub(super) primary: Vec<TreeId>,
    /// Override files, in name order: later ones win.
    pub(super) overrides: Vec<TreeId>,
}

/// Reads files into sources and trees.
pub(super) struct Loader<'a> {
    pub(super) sources: &'a mut Sources,
    pub(super) trees: &'a mut Trees,
    pub(super) problems: Problems,
    pub(super) files: Vec<FileId>,
    /// Absolute.
    pub(super) current_directory: PathBuf,
    /// A directory without configuration is a module too.
    pub(super) may_be_empty: bool,
    /// What stands for the files on disk.
    pub(super) archive: Option<&'a Archive>,
    parsed: HashMap<PathBuf, TreeId>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(
        sources: &'a mut Sources,
        trees: &'a mut Trees,
        current_directory: PathBuf,
        archive: Option<&'a Archive>,
    ) -> Self {
        Self {
            sources,
            trees,
            problems: Problems::default(),
            files: Vec::new(),
            current_directory,
            may_be_empty: false,
            archive,
            parsed: HashMap::new(),
        }
    }

    /// The path as reports print it.
    pub(super) fn shown(&self, path: &Path) -> String {
        disk::relative(&disk::clean(&self.current_directory.join(path)), &self.current_directory)
    }

    /// Reads the `.tf` and `.tf.json` files of a directory; `None` (and a problem) where there is none.
    pub(super) fn module_files(&mut self, directory: &Path, called_at: Option<Span>) -> Option<ModuleFiles> {
        let problem = |loader: &Self, message: String| match called_at {
            Some(span) => Problem::at(span, format!("{message} ({})", loader.shown(directory))),
            None => Problem::with_path(loader.shown(directory), message),
        };
        let archived = self.archive.map(|archive| archive.names(directory).unwrap_or_default());
        let is_archived = archived.is_some();
        let names = match archived.map_or_else(|| disk::names(directory), Ok) {
            Ok(names) => names,
            Err(error) => {
                let problem = problem(self, format!("Directory cannot be read: {}", reason(&error)));
                self.problems.add(problem);
                return None;
            }
        };
        let mut files = ModuleFiles { primary: Vec::new(), overrides: Vec::new() };
        let mut found = false;
        for name in names {
            let Some(stem) = configuration_stem(&name) else { continue };
            let is_directory = || disk::metadata(&directory.join(&name)).is_ok_and(|metadata| metadata.is_dir());
            if !is_archived && is_directory() {
                continue;
            }
            found = true;
            let Some(tree) = self.parse(&directory.join(&name)) else { continue };
            let list = if is_override(stem) { &mut files.overrides } else { &mut files.primary };
            list.push(tree);
        }
        // A module without files is an empty one, to Terraform; a root module without files is a mistake.
        if !found && called_at.is_none() && !self.may_be_empty {
            let problem =
                problem(self, "No Terraform configuration files (.tf or .tf.json) in this directory".to_owned());
            self.problems.add(problem);
            return None;
        }
        Some(files)
    }

    /// Reads and parses a file of configuration (JSON where its name says so), once.
    pub(super) fn parse(&mut self, path: &Path) -> Option<TreeId> {
        self.read(path, json::parse)
    }

    /// Reads and parses a file of values, once.
    pub(super) fn parse_values(&mut self, path: &Path) -> Option<TreeId> {
        self.read(path, json::parse_values)
    }

    fn read(&mut self, path: &Path, json: fn(FileId, &SourceFile) -> (Tree, Vec<Problem>)) -> Option<TreeId> {
        let path = disk::clean(&self.current_directory.join(path));
        if let Some(&tree) = self.parsed.get(&path) {
            return Some(tree);
        }
        let shown = self.shown(&path);
        let archived = self.archive.and_then(|archive| archive.read(&path));
        let bytes = match archived.map_or_else(|| disk::read(&path, disk::MAX_FILE_SIZE), |bytes| Ok(bytes.to_vec())) {
            Ok(bytes) => bytes,
            Err(error) => {
                let why = if shown.contains('\u{fffd}') { "its name is not UTF-8".into() } else { reason(&error) };
                self.problems.add(Problem::with_path(shown, format!("File cannot be read: {why}")));
                return None;
            }
        };
        let file = self.sources.add(SourceFile::new(shown, bytes));
        self.files.push(file);
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let source = self.sources.file(file);
        let (tree, problems) = if is_json { json(file, source) } else { native::parse(file, source) };
        problems.into_iter().for_each(|problem| self.problems.add(problem));
        let tree = self.trees.add(tree);
        self.parsed.insert(path, tree);
        Some(tree)
    }

    /// Parses text that stands somewhere in a file as an expression of its own.
    pub(super) fn parse_expression(&mut self, file: FileId, text: &str, base: u32) -> NodeRef {
        let (tree, problems) = native::parse_expression(file, text, base);
        problems.into_iter().for_each(|problem| self.problems.add(problem));
        let node = tree.root;
        NodeRef { tree: self.trees.add(tree), node }
    }
}

/// The name without its extension, where it is a configuration file that Terraform reads.
fn configuration_stem(name: &str) -> Option<&str> {
    let ignored = name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    let stem = name.strip_suffix(".tf").or_else(|| name.strip_suffix(".tf.json"))?;
    (!ignored).then_some(stem)
}

fn is_override(stem: &str) -> bool {
    stem == "override" || stem.ends_with("_override")
}

/// An error of the file system in plain words, without its number.
pub(super) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_files_are_read() {
        for (name, expected) in [
            ("main.tf", Some("main")),
            ("main.tf.json", Some("main")),
            (".main.tf", None),
            ("main.tf~", None),
            ("#main.tf#", None),
            ("main.tfvars", None),
            ("main.json", None),
        ] {
            assert_eq!(configuration_stem(name), expected, "{name}");
        }
        assert!(is_override("override") && is_override("a_override") && !is_override("overrides"));
    }
}
