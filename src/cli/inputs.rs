//! From the paths on the command line to root modules to be read, each once.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::jenkinsfile;
use crate::plan;
use crate::source::disk::{clean, list, relative};
use crate::source::walk::reason;
use crate::source::{Problem, walk};
use crate::terraform::roots::Calls;

/// A root module to be read, a plan or state, or a Jenkinsfile.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Its directory (absolute); of a plan, the one that it lies in.
    pub(super) directory: PathBuf,
    /// Where it is a plan or state: the file.
    pub(super) plan: Option<PlanFile>,
    /// Where it is a Jenkinsfile: the file (absolute).
    pub(super) script: Option<PathBuf>,
    /// Where files were asked for, those: only what is in them, or caused by them, is reported.
    pub(super) only: Option<BTreeSet<String>>,
    /// A variable file that was asked for and that Terraform would not read by itself.
    pub(super) variable_file: Option<PathBuf>,
}

/// A plan or state to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PlanFile {
    /// From standard input.
    StandardInput,
    /// A file (absolute).
    Path(PathBuf),
    /// A pipe (`<(terraform show -json tfplan)`).
    Pipe(PathBuf),
}

/// What is to be read.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// The root modules, in the order in which they were asked for.
    pub(super) targets: Vec<Target>,
    /// Paths that stand for nothing.
    pub(super) problems: Vec<Problem>,
    /// Indices of the root modules (not of plans), by directory and variable file.
    known: HashMap<(PathBuf, Option<PathBuf>), usize>,
}

/// Finds out what paths stand for. `excluded` says whether the configuration that holds for a directory (first) excludes a
/// path (second).
pub(super) fn resolve(paths: &[PathBuf], current: &Path, excluded: &mut dyn FnMut(&Path, &Path) -> bool) -> Inputs {
    let mut inputs = Inputs::default();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.add_plan(current, PlanFile::StandardInput);
            continue;
        }
        let absolute = clean(&current.join(path));
        let shown = relative(&absolute, current);
        match fs::metadata(current.join(path)) {
            Ok(metadata) if metadata.is_dir() => inputs.directory(&absolute, &shown, current, excluded),
            Ok(metadata) if metadata.is_file() => inputs.file(&absolute, &shown, current, excluded),
            Ok(metadata) if is_pipe(&metadata) => {
                inputs.add_plan(current, PlanFile::Pipe(current.join(path)));
            }
            Ok(_) => inputs.problem(&shown, "is neither a file nor a directory", "Name a directory or a file."),
            Err(error) => inputs.problem(&shown, &reason(&error), "Check the path: nothing was read."),
        }
    }
    inputs
}

impl Inputs {
    fn problem(&mut self, path: &str, message: &str, help: &str) {
        self.problems.push(Problem::with_path(path, message).help(help));
    }

    /// A directory: its own root module, or all those below it.
    fn directory(
        &mut self,
        directory: &Path,
        shown: &str,
        current: &Path,
        excluded: &mut dyn FnMut(&Path, &Path) -> bool,
    ) {
        match list(directory) {
            Ok(names) if names.iter().any(|(name, is_directory)| !is_directory && walk::is_configuration(name)) => {
                self.add(directory, None, None);
                let beside = names.iter().filter(|(name, is_directory)| !is_directory && walk::is_script(name));
                let steps = directory.join("vars");
                let library = list(&steps).unwrap_or_default();
                let library = library.iter().filter(|(name, is_directory)| !is_directory && walk::is_script(name));
                let found: Vec<PathBuf> = beside
                    .map(|(name, _)| directory.join(name))
                    .chain(library.map(|(name, _)| steps.join(name)))
                    .filter(|path| !excluded(directory, path))
                    .collect();
                self.scripts(&found);
            }
            Ok(_) => {
                let mut skip = |path: &Path| excluded(directory, path);
                let found = walk::tree(directory, current, &mut skip);
                let scripts: Vec<PathBuf> =
                    found.scripts.into_iter().filter(|path| !excluded(directory, path)).collect();
                let before = self.targets.len();
                self.scripts(&scripts);
                if found.configurations.is_empty() && found.problems.is_empty() && self.targets.len() == before {
                    let help = "Name a directory that holds .tf files or a Jenkinsfile, or one above it.";
                    self.problem(shown, "no Terraform configuration here or below: nothing was checked", help);
                }
                self.problems.extend(found.problems);
                for root in Calls::read(&found.configurations).roots() {
                    self.add(&root, None, None);
                }
            }
            Err(error) => {
                let message = format!("the directory cannot be read: {}", reason(&error));
                self.problem(shown, &message, "Make it readable.");
            }
        }
    }

    /// A file: its module, of which only what has to do with the file is reported.
    fn file(&mut self, file: &Path, shown: &str, current: &Path, excluded: &mut dyn FnMut(&Path, &Path) -> bool) {
        let directory = file.parent().unwrap_or(current);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if excluded(directory, file) {
            return;
        }
        if walk::is_configuration(&name) {
            self.add(directory, Some(shown), None);
        } else if walk::is_variables(&name) {
            let own = walk::is_automatic(&name).then_some(directory).into_iter();
            let near =
                directory.ancestors().take_while(|ancestor| *ancestor == directory || ancestor.starts_with(current));
            match own.chain(near).find(|candidate| holds_configuration(candidate)) {
                Some(module) => {
                    let told = (module != directory || !walk::is_automatic(&name)).then(|| file.to_owned());
                    self.add(module, Some(shown), told);
                }
                None => {
                    let help = "Name the directory of the root module, and this file with --var-file.";
                    self.problem(shown, "there is no Terraform configuration beside or above this file", help);
                }
            }
        } else if walk::is_script(&name) {
            self.add_script(file);
        } else if may_be_plan(file) {
            self.add_plan(directory, PlanFile::Path(file.to_owned()));
        } else if holds_pipeline(file) {
            self.add_script(file);
        } else {
            let (message, help) = unknown_kind(file);
            self.problem(shown, message, help);
        }
    }

    /// Those that are Jenkinsfiles or steps of a library; Groovy is written for other things too.
    fn scripts(&mut self, found: &[PathBuf]) {
        for path in found {
            let is_other = path.extension().is_some_and(|extension| extension == "groovy")
                && path.parent().and_then(Path::file_name).is_none_or(|name| name != "vars");
            if !is_other || holds_pipeline(path) {
                self.add_script(path);
            }
        }
    }

    fn add_script(&mut self, file: &Path) {
        if !self.targets.iter().any(|target| target.script.as_deref() == Some(file)) {
            let directory = file.parent().unwrap_or(file).to_owned();
            self.targets.push(Target {
                directory,
                plan: None,
                script: Some(file.to_owned()),
                only: None,
                variable_file: None,
            });
        }
    }

    fn add_plan(&mut self, directory: &Path, plan: PlanFile) {
        if !self.targets.iter().any(|target| target.plan.as_ref() == Some(&plan)) {
            let directory = directory.to_owned();
            self.targets.push(Target { directory, plan: Some(plan), script: None, only: None, variable_file: None });
        }
    }

    /// Adds a root module, or more files of one that is there already.
    fn add(&mut self, directory: &Path, only: Option<&str>, variable_file: Option<PathBuf>) {
        let next = self.targets.len();
        let known = *self.known.entry((directory.to_owned(), variable_file.clone())).or_insert(next);
        match (self.targets.get_mut(known), only) {
            (Some(target), Some(file)) => {
                target.only.as_mut().map(|files| files.insert(file.to_owned()));
            }
            (Some(target), None) => target.only = None,
            (None, _) => self.targets.push(Target {
                directory: directory.to_owned(),
                plan: None,
                script: None,
                only: only.map(|file| BTreeSet::from([file.to_owned()])),
                variable_file,
            }),
        }
    }
}

/// Whether a directory holds configuration itself.
pub(super) fn holds_configuration(directory: &Path) -> bool {
    list(directory).is_ok_and(|names| names.iter().any(|(name, is_dir)| !is_dir && walk::is_configuration(name)))
}

#[cfg(unix)]
fn is_pipe(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

/// Whether a file is to be read as a plan or state.
fn may_be_plan(file: &Path) -> bool {
    plan::may_be_plan(&start(file, plan::START))
}

/// Whether a file whose name does not say it is a pipeline.
fn holds_pipeline(file: &Path) -> bool {
    std::str::from_utf8(&start(file, jenkinsfile::MAX_SIZE)).is_ok_and(jenkinsfile::is_pipeline)
}

/// The first bytes of a file; none where it cannot be read.
fn start(file: &Path, length: u64) -> Vec<u8> {
    let mut start = Vec::new();
    let read = fs::File::open(file).and_then(|file| file.take(length).read_to_end(&mut start));
    if read.is_ok() { start } else { Vec::new() }
}

/// What to say of a file whose kind is not understood.
fn unknown_kind(file: &Path) -> (&'static str, &'static str) {
    const KINDS: &str =
        "terravet checks directories, .tf, .tf.json, .tfvars and .tfvars.json files, plans, state and Jenkinsfiles.";
    match fs::File::open(file).map(|file| file.metadata().map(|metadata| metadata.len())) {
        Err(_) => ("the file cannot be read", "Make it readable."),
        Ok(Ok(0)) => ("the file is empty", "Write it anew: nothing was checked."),
        Ok(_) => plan::mistaken(&start(file, plan::START)).unwrap_or(("not a kind of file that terravet knows", KINDS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Resolves paths inside a directory of files; targets as `directory [files] +variable file`.
    fn resolved(case: &str, files: &[(&str, &[u8])], paths: &[&str]) -> (Vec<String>, Vec<String>) {
        let top = std::env::temp_dir().join(format!("terravet-inputs-{}-{case}", std::process::id()));
        fs::create_dir_all(&top).unwrap();
        let top = fs::canonicalize(top).unwrap();
        for (path, content) in files {
            let path = top.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let inputs = resolve(&paths, &top, &mut |_, path| path.ends_with("excluded") || path.ends_with("excluded.tf"));
        fs::remove_dir_all(&top).unwrap();
        let targets = inputs.targets.iter().map(|target| {
            let only = target.only.as_ref().map(|files| format!(" {files:?}")).unwrap_or_default();
            let told = target.variable_file.as_ref().map(|file| format!(" +{}", relative(file, &top)));
            let plan = match &target.plan {
                Some(PlanFile::Path(path)) => format!(" plan {}", relative(path, &top)),
                Some(PlanFile::Pipe(_) | PlanFile::StandardInput) => " stream".to_owned(),
                None => String::new(),
            };
            let script = target.script.as_ref().map(|file| format!(" script {}", relative(file, &top)));
            let script = script.unwrap_or_default();
            format!("{}{only}{}{plan}{script}", relative(&target.directory, &top), told.unwrap_or_default())
        });
        let problems = inputs
            .problems
            .iter()
            .map(|problem| format!("{}: {}", problem.path.as_deref().unwrap_or_default(), problem.message));
        (targets.collect(), problems.collect())
    }

    #[test]
    fn what_paths_stand_for() {
        let files: &[(&str, &[u8])] = &[
            ("envs/prod/main.tf", b"module \"net\" { source = \"../../modules/net\" }"),
            ("envs/prod/vars.tf", b""),
            ("envs/prod/terraform.tfvars", b""),
            ("envs/prod/sizes/big.tfvars", b""),
            ("modules/net/main.tf", b""),
            ("modules/excluded/main.tf", b""),
            ("modules/net/excluded.tf", b""),
            ("lone/a.tfvars", b""),
            ("docs/plan.json", br#"{"format_version":"1.2"}"#),
            ("docs/terraform.tfstate", br#"{"version":4,"serial":1,"lineage":"x"}"#),
            ("docs/plan", b"PK\x03\x04rest"),
            ("docs/notes.txt", b"notes"),
            ("docs/Jenkinsfile", b"pipeline {}"),
        ];
        for (number, (paths, targets, problems)) in [
            (&["."][..], &["docs script docs/Jenkinsfile", "envs/prod"][..], &[][..]),
            (&["envs/prod", "envs/prod/", "./envs/../envs/prod"], &["envs/prod"], &[]),
            (&["modules/net", "envs/prod"], &["modules/net", "envs/prod"], &[]),
            (
                &["envs/prod/vars.tf", "modules/net/main.tf", "envs/prod/main.tf"],
                &[r#"envs/prod {"envs/prod/main.tf", "envs/prod/vars.tf"}"#, r#"modules/net {"modules/net/main.tf"}"#],
                &[],
            ),
            (&["envs/prod/vars.tf", "envs/prod"], &["envs/prod"], &[]),
            (&["envs/prod", "envs/prod/vars.tf"], &["envs/prod"], &[]),
            (&["envs/prod/terraform.tfvars"], &[r#"envs/prod {"envs/prod/terraform.tfvars"}"#], &[]),
            (
                &["envs/prod/sizes/big.tfvars"],
                &[r#"envs/prod {"envs/prod/sizes/big.tfvars"} +envs/prod/sizes/big.tfvars"#],
                &[],
            ),
            (&["modules/net/excluded.tf"], &[], &[]),
            (
                &["lone/a.tfvars", "gone", "docs", "lone"],
                &["docs script docs/Jenkinsfile"],
                &[
                    "lone/a.tfvars: there is no Terraform configuration beside or above this file",
                    "gone: no such file or directory",
                    "lone: no Terraform configuration here or below: nothing was checked",
                ],
            ),
            (
                &["docs/plan.json", "docs/terraform.tfstate", "docs/plan", "docs/notes.txt", "docs/Jenkinsfile", "-"],
                &[
                    "docs plan docs/plan.json",
                    "docs plan docs/terraform.tfstate",
                    "docs plan docs/plan",
                    "docs script docs/Jenkinsfile",
                    ". stream",
                ],
                &["docs/notes.txt: not a kind of file that terravet knows"],
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let (found, problem) = resolved(&number.to_string(), files, paths);
            assert_eq!(found, targets, "{paths:?}");
            assert_eq!(problem, problems, "{paths:?}");
        }
    }
}
