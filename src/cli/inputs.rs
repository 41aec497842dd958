//! From the paths on the command line to root modules to be read, each once.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::source::disk::{clean, list, relative};
use crate::source::walk::reason;
use crate::source::{Problem, walk};
use crate::terraform::roots;

/// A root module to be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Its directory (absolute).
    pub(super) directory: PathBuf,
    /// Where files were asked for, those: only what is in them, or caused by them, is reported.
    pub(super) only: Option<BTreeSet<String>>,
    /// A variable file that was asked for and that Terraform would not read by itself.
    pub(super) variable_file: Option<PathBuf>,
}

/// What is to be read.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// The root modules, in the order in which they were asked for.
    pub(super) targets: Vec<Target>,
    /// Paths that stand for nothing.
    pub(super) problems: Vec<Problem>,
}

/// Finds out what paths stand for. `excluded` says whether the configuration that holds for a directory (first) excludes a
/// path (second).
pub(super) fn resolve(paths: &[PathBuf], current: &Path, excluded: &mut dyn FnMut(&Path, &Path) -> bool) -> Inputs {
    let mut inputs = Inputs::default();
    for path in paths {
        let absolute = clean(&current.join(path));
        let shown = relative(&absolute, current);
        match fs::metadata(current.join(path)) {
            Ok(metadata) if metadata.is_dir() => inputs.directory(&absolute, &shown, current, excluded),
            Ok(metadata) if metadata.is_file() => inputs.file(&absolute, &shown, current, excluded),
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
            }
            Ok(_) => {
                let mut skip = |path: &Path| excluded(directory, path);
                let (modules, problems) = walk::configurations(directory, current, &mut skip);
                if modules.is_empty() && problems.is_empty() {
                    let help = "Name a directory that holds .tf files, or one above it.";
                    self.problem(shown, "no Terraform configuration here or below: nothing was checked", help);
                }
                self.problems.extend(problems);
                for root in roots::roots(&modules) {
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
        } else {
            let (message, help) = unknown_kind(file, &name);
            self.problem(shown, message, help);
        }
    }

    /// Adds a root module, or more files of one that is there already.
    fn add(&mut self, directory: &Path, only: Option<&str>, variable_file: Option<PathBuf>) {
        let same = |target: &&mut Target| target.directory == directory && target.variable_file == variable_file;
        match (self.targets.iter_mut().find(same), only) {
            (Some(target), Some(file)) => {
                target.only.as_mut().map(|files| files.insert(file.to_owned()));
            }
            (Some(target), None) => target.only = None,
            (None, _) => self.targets.push(Target {
                directory: directory.to_owned(),
                only: only.map(|file| BTreeSet::from([file.to_owned()])),
                variable_file,
            }),
        }
    }
}

fn holds_configuration(directory: &Path) -> bool {
    list(directory).is_ok_and(|names| names.iter().any(|(name, is_dir)| !is_dir && walk::is_configuration(name)))
}

/// What to say of a file whose kind is not understood: by its name, else by how it begins.
fn unknown_kind(file: &Path, name: &str) -> (&'static str, &'static str) {
    const KINDS: &str = "terravet checks directories, .tf, .tf.json, .tfvars and .tfvars.json files.";
    const DIRECTORY: &str = "Check the directory of the configuration instead.";
    if name == "Jenkinsfile" || name.ends_with(".groovy") {
        return ("Jenkinsfiles cannot be checked by this version", KINDS);
    }
    let mut start = Vec::new();
    let read = fs::File::open(file).and_then(|file| file.take(4096).read_to_end(&mut start));
    if read.is_err() {
        return ("the file cannot be read", "Make it readable.");
    }
    if start.starts_with(b"PK\x03\x04") {
        return ("saved plan files cannot be checked by this version", DIRECTORY);
    }
    let text = String::from_utf8_lossy(&start);
    if text.trim_start().starts_with('{') {
        if text.contains("\"format_version\"") || text.contains("\"resource_changes\"") {
            return ("plan JSON cannot be checked by this version", DIRECTORY);
        }
        if text.contains("\"serial\"") && text.contains("\"lineage\"") {
            return ("state files cannot be checked by this version", DIRECTORY);
        }
    }
    ("not a kind of file that terravet knows", KINDS)
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
            format!("{}{only}{}", relative(&target.directory, &top), told.unwrap_or_default())
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
            (&["."][..], &["envs/prod"][..], &[][..]),
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
                &["lone/a.tfvars", "gone", "docs"],
                &[],
                &[
                    "lone/a.tfvars: there is no Terraform configuration beside or above this file",
                    "gone: no such file or directory",
                    "docs: no Terraform configuration here or below: nothing was checked",
                ],
            ),
            (
                &["docs/plan.json", "docs/terraform.tfstate", "docs/plan", "docs/notes.txt", "docs/Jenkinsfile"],
                &[],
                &[
                    "docs/plan.json: plan JSON cannot be checked by this version",
                    "docs/terraform.tfstate: state files cannot be checked by this version",
                    "docs/plan: saved plan files cannot be checked by this version",
                    "docs/notes.txt: not a kind of file that terravet knows",
                    "docs/Jenkinsfile: Jenkinsfiles cannot be checked by this version",
                ],
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
