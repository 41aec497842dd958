//! `terravet check`: configuration against policy.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::{self, Rules, Variables};
use super::environment;
use super::inputs::{self, PlanFile, Target};
use super::output::Destinations;
use super::plan_input::PlanInput;
use super::{Failure, internal_error};
use crate::finding::{FailOn, Input, Report, Summary};
use crate::gate;
use crate::jenkinsfile;
use crate::plan::{self, Input as _};
use crate::policy::{self, Check, Policy, configuration};
use crate::source::disk::{clean, read, relative};
use crate::source::walk::reason;
use crate::source::{FileId, Problem, SourceFile, Sources};
use crate::syntax::Trees;
use crate::terraform::{self, Options, Reading, VariableOption};

/// Check Terraform configuration, a plan or state, Jenkinsfiles
///
/// A directory of .tf files stands for its root module and all modules that it calls. A directory without any stands for
/// every root module below it (hidden directories, node_modules and links are left out). A file stands for its module,
/// of which only what is in the file, or caused by it, is reported. Nothing is downloaded and `terraform init` is not
/// needed. Jenkinsfiles and the steps in `vars/` are checked where they are found beside or below. A plan or state is known
/// by its content: what `terraform show -json` prints, or terraform.tfstate; `-` is
/// standard input.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet check
  terravet check envs/prod --var-file prod.tfvars
  terravet check . --format json
  terravet check Jenkinsfile --select 'jenkins/*'
  terravet check plan.json --source envs/prod
  terraform show -json tfplan | terravet check - --only-changed
  terravet check --output junit=report.xml --output sarif=report.sarif
  terravet check --select 'sg/*' --fail-on warning

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 something could not be checked.")]
pub(super) struct Arguments {
    /// Directories and files to check; `-` is a plan or state from standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    options: CheckOptions,
}

/// How a check is done, whatever is checked.
#[derive(Args, Debug)]
pub(super) struct CheckOptions {
    #[command(flatten)]
    pub(super) destinations: Destinations,
    /// Severity from which findings fail the run: error, warning, info or never [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = arguments::fail_on)]
    pub(super) fail_on: Option<FailOn>,
    /// The root module that a plan was made of [default: the directory that the plan lies in]
    #[arg(long, value_name = "DIR")]
    pub(super) source: Option<PathBuf>,
    /// Of a plan, report only what it changes
    #[arg(long)]
    pub(super) only_changed: bool,
    #[command(flatten)]
    pub(super) rules: Rules,
    #[command(flatten)]
    variables: Variables,
    /// The day by which suppressions expire, instead of today
    #[arg(long, value_name = "YYYY-MM-DD", hide = true)]
    pub(super) today: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let mut run = Run::new(&arguments.paths, &arguments.options, Box::new(|_| {}))?;
    let report = run.report()?;
    let code = arguments.options.destinations.write(&report, &run.sources, &[])?;
    std::mem::forget((report, run.sources, run.trees));
    Ok(code)
}

/// A policy and the configuration file that it is of.
pub(super) struct Loaded {
    configuration: Option<PathBuf>,
    pub(super) policy: Policy,
    pub(super) problems: Vec<Problem>,
    /// The files that it was read from, by number.
    files: Range<u32>,
}

impl Loaded {
    /// Reads the policy that a configuration file, rule files and options make.
    pub(super) fn new(
        rules: &Rules,
        configuration: Option<PathBuf>,
        fail_on: Option<FailOn>,
        current: &Path,
        sources: &mut Sources,
        trees: &mut Trees,
    ) -> Self {
        let next = |sources: &Sources| sources.files().count() as u32;
        let first = next(sources);
        let settings = rules.settings(configuration.clone(), fail_on, current.to_owned());
        let (policy, problems) = Policy::load(&settings, sources, trees);
        Self { configuration, policy, problems, files: first..next(sources) }
    }

    /// The texts of the files that it was read from, in order.
    pub(super) fn texts(&self, sources: &Sources) -> Vec<String> {
        self.files.clone().map(|file| sources.file(FileId(file)).text.to_string()).collect()
    }
}

/// One run over paths.
pub(super) struct Run<'a> {
    paths: &'a [PathBuf],
    arguments: &'a CheckOptions,
    /// Sees every plan that is read, before it is judged.
    on_plan: Box<dyn FnMut(&plan::Plan) + 'a>,
    /// `--config`.
    config: Option<PathBuf>,
    options: Options,
    today: String,
    current: PathBuf,
    /// Whether digests of the inputs are asked for.
    has_digests: bool,
    pub(super) sources: Sources,
    trees: Trees,
    policies: Vec<Loaded>,
}

impl<'a> Run<'a> {
    /// A run that has not begun.
    pub(super) fn new(
        paths: &'a [PathBuf],
        arguments: &'a CheckOptions,
        on_plan: Box<dyn FnMut(&plan::Plan) + 'a>,
    ) -> Result<Self, Failure> {
        let current = environment::current_directory()?;
        arguments.destinations.distinct(&current)?;
        if let Some(source) = &arguments.source
            && !inputs::holds_configuration(&current.join(source))
        {
            let message = format!("--source: there is no Terraform configuration in `{}`", source.display());
            return Err(Failure::new(message));
        }
        Ok(Run {
            paths,
            arguments,
            on_plan,
            options: arguments.variables.options(current.clone()),
            today: arguments.today.clone().unwrap_or_else(environment::today),
            config: arguments.rules.config(&current)?,
            current,
            has_digests: arguments.destinations.tell_digests(),
            sources: Sources::default(),
            trees: Trees::default(),
            policies: Vec::new(),
        })
    }

    /// Digests of the inputs are needed, whatever the reports tell.
    pub(super) fn ask_for_digests(&mut self) {
        self.has_digests = true;
    }

    /// Checks everything; root modules under one configuration file are checked together.
    pub(super) fn report(&mut self) -> Result<Report, Failure> {
        let current = self.current.clone();
        let inputs = inputs::resolve(self.paths, &current, &mut |directory, path| {
            let index = self.policy(directory);
            self.policies[index].policy.configuration.excludes(path, &current)
        });
        let mut by_policy: BTreeMap<usize, Vec<&Target>> = BTreeMap::new();
        for target in &inputs.targets {
            by_policy.entry(self.policy(&self.root_of(target))).or_default().push(target);
        }
        let policies = std::mem::take(&mut self.policies);
        let mut reports = vec![empty(inputs.problems)];
        for (index, targets) in by_policy {
            reports.push(self.check(&policies[index], &targets, inputs.targets.len() > 1));
        }
        self.policies = policies;
        policy::join(reports, &self.sources).ok_or_else(|| Failure::new("nothing was checked"))
    }

    /// Index of the policy that holds for a directory.
    fn policy(&mut self, directory: &Path) -> usize {
        let configuration = self.config.clone().or_else(|| configuration::find(directory));
        if let Some(index) = self.policies.iter().position(|loaded| loaded.configuration == configuration) {
            return index;
        }
        let (rules, fail_on) = (&self.arguments.rules, self.arguments.fail_on);
        let loaded = Loaded::new(rules, configuration, fail_on, &self.current, &mut self.sources, &mut self.trees);
        self.policies.push(loaded);
        self.policies.len() - 1
    }

    /// The texts of the files that the policy for a directory was read from.
    pub(super) fn rule_texts(&mut self, directory: &Path) -> Vec<String> {
        let index = self.policy(directory);
        self.policies[index].texts(&self.sources)
    }

    /// Checks root modules (some of `several`) against a policy. One that brings terravet to its knees is a problem; the others are checked.
    fn check(&mut self, loaded: &Loaded, targets: &[&Target], several: bool) -> Report {
        let mut check = Check::new(&loaded.policy, &self.today);
        check.only_changed(self.arguments.only_changed);
        check.problems(loaded.problems.iter().cloned());
        let mut inputs = Vec::new();
        let mut only = BTreeSet::new();
        let all_whole = targets.iter().all(|target| target.only.is_none());
        for target in targets {
            let path = self.shown(target);
            let done = catch_unwind(AssertUnwindSafe(|| {
                if let Some(file) = &target.script {
                    let (script, sha256) = self.read_script(file, &path)?;
                    let id = script.file;
                    check.add_script(script, &self.sources, &self.trees);
                    return Ok((vec![id], "jenkinsfile", sha256));
                }
                let Read { reading, kind, digest } = self.read(target, &path, loaded)?;
                check.add(&reading, several.then_some(path.as_str()), &self.sources, &self.trees);
                let files = reading.files.clone();
                if !several {
                    // The process ends soon: giving back all values one by one takes as long as some rules do.
                    std::mem::forget(reading);
                }
                let sha256 = digest.or_else(|| self.digest(&files));
                Ok::<_, Box<Problem>>((files, kind, sha256))
            }));
            let mut problem = |problem: Problem| {
                check.problems([problem]);
                let kind = match (&target.plan, &target.script) {
                    (_, Some(_)) => "jenkinsfile",
                    (Some(_), None) => "plan",
                    (None, None) => "configuration",
                };
                (Vec::new(), kind, self.digest(&[]))
            };
            let (files, kind, sha256) = match done {
                Ok(Ok(read)) => read,
                Ok(Err(refused)) => problem(*refused),
                Err(_) => problem(Problem::with_path(&path, internal_error())),
            };
            match &target.only {
                Some(asked) => only.extend(asked.iter().cloned()),
                None if all_whole => {}
                None => {
                    only.extend(files.iter().map(|file| self.sources.file(*file).path.clone()));
                    only.insert(path.clone());
                }
            }
            inputs.push(Input { path, kind, sha256 });
        }
        check.finish(inputs, &only, &self.sources, &self.trees)
    }

    /// The directory of an input's root module.
    fn root_of(&self, target: &Target) -> PathBuf {
        let source = self.arguments.source.as_ref().filter(|_| target.plan.is_some());
        source.map_or_else(|| target.directory.clone(), |source| clean(&self.current.join(source)))
    }

    /// The path of an input as reports print it.
    fn shown(&self, target: &Target) -> String {
        if let Some(script) = &target.script {
            return relative(script, &self.current);
        }
        match &target.plan {
            None => relative(&target.directory, &self.current),
            Some(PlanFile::StandardInput) => "-".to_owned(),
            Some(PlanFile::Path(path) | PlanFile::Pipe(path)) => relative(&clean(path), &self.current),
        }
    }

    /// Reads an input.
    fn read(&mut self, target: &Target, path: &str, loaded: &Loaded) -> Result<Read, Box<Problem>> {
        let options = self.options_for(target);
        let Some(file) = &target.plan else {
            let reading = terraform::read(&target.directory, &options, &mut self.sources, &mut self.trees);
            return Ok(Read { reading, kind: "configuration", digest: None });
        };
        let unread =
            |error: io::Error| Problem::with_path(path, format!("the plan cannot be read: {}", reason(&error)));
        let mut input = PlanInput::new(file, self.has_digests).map_err(unread)?;
        let source = Some(self.root_of(target)).filter(|directory| inputs::holds_configuration(directory));
        let mut demand = loaded.policy.demand(&self.trees);
        // A saved plan file has its configuration inside.
        if source.is_some() || plan::file::is_zip(&input.start().map_err(unread)?) {
            demand.ask_data_sources();
        }
        let plan = match plan::open(&mut input, path, &demand, &mut self.sources) {
            Ok(plan) => {
                (self.on_plan)(&plan);
                plan
            }
            Err(problem) => {
                return Ok(Read { reading: plan::refused(*problem, &self.sources), kind: "plan", digest: None });
            }
        };
        let digest = input.digest(path)?;
        let kind = plan.kind.word();
        let reading = plan::reading(plan, source.as_deref(), &options, &mut self.sources, &mut self.trees);
        Ok(Read { reading, kind, digest })
    }

    /// Reads a Jenkinsfile; its digest is that of its bytes, if it is asked for.
    fn read_script(&mut self, file: &Path, shown: &str) -> Result<(jenkinsfile::Script, Option<String>), Box<Problem>> {
        let bytes = read(file, jenkinsfile::MAX_SIZE).map_err(|error| match error.kind() {
            std::io::ErrorKind::FileTooLarge => {
                let limit = jenkinsfile::MAX_SIZE >> 20;
                Problem::with_path(shown, format!("the script is larger than {limit} MiB"))
                    .help("Jenkins cannot compile a script of this size: name another file, or exclude this one in .terravet.hcl.")
            }
            _ => Problem::with_path(shown, format!("the script cannot be read: {}", reason(&error))),
        })?;
        let sha256 = self.has_digests.then(|| gate::sha256(&bytes));
        let id = self.sources.add(SourceFile::new(shown, bytes));
        let script = jenkinsfile::read(id, self.sources.file(id), jenkinsfile::is_library(shown));
        Ok((script, sha256))
    }

    fn options_for(&self, target: &Target) -> Options {
        let mut options = self.options.clone();
        let asked = target.variable_file.iter().cloned().map(VariableOption::File);
        options.variables = asked.chain(std::mem::take(&mut options.variables)).collect();
        options.workspace = options.workspace.or_else(|| environment::selected_workspace(&self.root_of(target)));
        options
    }

    /// SHA-256 over the paths and contents of files, in order, if it is asked for.
    fn digest(&self, files: &[FileId]) -> Option<String> {
        let files = files.iter().map(|file| self.sources.file(*file));
        let parts = files.flat_map(|file| [file.path.as_bytes(), file.text.as_bytes()]);
        self.has_digests.then(|| gate::sha256_of_all(parts))
    }
}

/// An input that was read.
struct Read {
    reading: Reading,
    /// Its kind, as reports say it.
    kind: &'static str,
    /// The digest of a plan, worked out while the plan is read, if it is asked for.
    digest: Option<String>,
}

/// A report that holds nothing but problems.
fn empty(problems: Vec<Problem>) -> Report {
    Report {
        inputs: Vec::new(),
        rules: Vec::new(),
        findings: Vec::new(),
        summary: Summary::of(0, 0, &[], &problems),
        problems,
        fail_on: None,
        sensitive_spans: Vec::new(),
    }
}
