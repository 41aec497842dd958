//! Configuration into inventory: module tree, variables, locals, `count`, `for_each`, `dynamic`, providers and
//! `default_tags`.

mod ask;
mod backends;
mod beside;
mod certificates;
mod check;
mod constant;
mod constraint;
mod declared;
mod decode;
mod evaluate;
mod expand;
mod forms;
mod found;
mod graph;
mod layers;
mod load;
mod module;
mod outline;
mod provider_checks;
mod provider_versions;
mod providers;
mod references;
mod references_in_values;
mod rewriting;
pub mod roots;
mod scope;
mod sensitive;
mod state;
mod structure;
mod tags;
mod tree;
mod turns;
mod variables;
mod version;

pub use provider_versions::ProviderDoubt;

pub use beside::{Archive, Difference, Planned};

use std::path::{Path, PathBuf};

use crate::address::ModulePath;
use crate::inventory::Inventory;
use crate::lang::functions::Files;
use crate::lang::functions::disk_files::DiskFiles;
use crate::lang::{Str, Value};
use crate::source::{FileId, Problem, Sources, Span, disk};
use crate::syntax::Trees;

pub use ask::{Answer, ask};

/// What a run is given beside the configuration. The library reads no environment: `cli` fills this in.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--var` and `--var-file`, in order: of two that give one variable, the later one counts.
    pub variables: Vec<VariableOption>,
    /// `TF_VAR_name` as (name, value).
    pub environment: Vec<(String, String)>,
    /// `--workspace`; `default` where it is not given.
    pub workspace: Option<String>,
    /// `TF_DATA_DIR`: where `terraform init` has put modules; `.terraform` where it is not given.
    pub data_directory: Option<PathBuf>,
    /// The directory terravet was started in: paths in reports are relative to it.
    pub current_directory: PathBuf,
}

/// An option that gives values to variables of the root module.
#[derive(Clone, Debug)]
pub enum VariableOption {
    /// `--var NAME=VALUE`.
    Value(String, String),
    /// `--var-file PATH`.
    File(PathBuf),
}

/// A module call whose source is not on this machine.
#[derive(Clone, Debug)]
pub struct UnavailableModule {
    /// The call's address (`module.vpc`).
    pub address: String,
    /// Its source, as written.
    pub source: String,
    /// Where the source is written.
    pub span: Span,
}

/// A module call that was followed.
#[derive(Clone, Debug)]
pub struct ModuleCall {
    /// The module instance that it makes (one entry per instance).
    pub module: ModulePath,
    /// The whole `module` block: a suppression that covers it covers all inside the instance.
    pub block: Span,
}

/// What a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConditionKind {
    /// `validation` of a variable's value.
    Validation,
    /// `precondition` of a resource or an output.
    Precondition,
    /// `postcondition` of a resource.
    Postcondition,
    /// `assert` of a `check`, which only warns.
    Assertion,
}

/// A condition of the configuration itself that does not hold. Where that hangs on what is known only after apply, it is
/// Terraform's to find out then, and nothing is said.
#[derive(Clone, Debug)]
pub struct FailedCondition {
    /// What it is about.
    pub kind: ConditionKind,
    /// Of what, as Terraform prints it (`module.net.var.cidr`).
    pub address: String,
    /// The author's own words; none where they hold a sensitive value, or what is not known.
    pub message: Option<String>,
    /// Where the value at fault was typed, else the condition.
    pub span: Span,
    /// The condition.
    pub condition: Span,
    /// It fails in an instance of which it is not known whether there is any.
    pub is_symbolic: bool,
}

/// What was read of one root module: never an error alone, always what could be read beside it.
#[derive(Debug, Default)]
pub struct Reading {
    /// The resource instances.
    pub inventory: Inventory,
    /// What was not understood.
    pub problems: Vec<Problem>,
    /// Module calls that could not be followed.
    pub unavailable_modules: Vec<UnavailableModule>,
    /// Module calls that were followed.
    pub module_calls: Vec<ModuleCall>,
    /// Conditions of the configuration that do not hold.
    pub failed_conditions: Vec<FailedCondition>,
    /// What hangs on the version of the provider.
    pub provider_doubts: Vec<ProviderDoubt>,
    /// Every file that took part: configuration of all modules, variable files.
    pub files: Vec<FileId>,
    /// Outputs of the root module.
    pub outputs: Vec<(Str, Value)>,
    /// Places where the text of a sensitive value is typed (the default of a variable marked `sensitive`, its entry in a
    /// tfvars file): reports do not quote them.
    pub sensitive_spans: Vec<Span>,
    /// Beside a plan: in what it and the configuration disagree.
    pub differences: Vec<Difference>,
}

/// Reads the configuration in a directory as a root module.
#[must_use]
pub fn read(directory: &Path, options: &Options, sources: &mut Sources, trees: &mut Trees) -> Reading {
    read_with(directory, Request::default(), options, sources, trees).0
}

/// Reads the configuration that a plan was made of, in a directory or in an archive that stands for what is there.
#[must_use]
pub fn read_beside(
    planned: &dyn Planned,
    directory: &Path,
    archive: Option<&Archive>,
    options: &Options,
    sources: &mut Sources,
    trees: &mut Trees,
) -> Reading {
    let request = Request { planned: Some(planned), archive, ..Request::default() };
    read_with(directory, request, options, sources, trees).0
}

/// What else is wanted of reading configuration.
#[derive(Default)]
struct Request<'r> {
    /// Expressions that are asked for.
    questions: Vec<ask::Question>,
    /// The plan beside it.
    planned: Option<&'r dyn Planned>,
    /// What stands for the files on disk.
    archive: Option<&'r Archive>,
}

fn read_with(
    directory: &Path,
    request: Request<'_>,
    options: &Options,
    sources: &mut Sources,
    trees: &mut Trees,
) -> (Reading, Vec<Result<Answer, Problem>>) {
    let Request { mut questions, planned, archive } = request;
    let root = disk::clean(&options.current_directory.join(directory));
    let mut loader = load::Loader::new(sources, trees, options.current_directory.clone(), archive);
    loader.may_be_empty = !questions.is_empty();
    let (mut tree, unavailable_modules) = tree::read(&root, options.data_directory.as_deref(), &mut loader);
    if tree.places.is_empty() {
        let reading = Reading { problems: loader.problems.into_list(), files: loader.files, ..Reading::default() };
        return (reading, Vec::new());
    }
    let admitted = provider_versions::Admitted::of(&tree, &root, &mut loader);
    let mut given = variables::given(&root, tree.module(0), options, &mut loader);
    let checkout = root.ancestors().find(|ancestor| disk::metadata(&ancestor.join(".git")).is_ok());
    let disk_files = DiskFiles::new(&root, &[checkout.unwrap_or(&options.current_directory)]);
    if let Some(planned) = planned {
        variables::planned_with(&root, planned, &disk_files, &mut loader, &mut given);
    }
    let broken = sensitive::broken(loader.problems.files(), loader.sources);
    let in_text = sensitive::in_text(loader.problems.files(), loader.sources);
    let load::Loader { mut problems, files, .. } = loader;
    problems.add_all(check::calls(&tree, trees));
    questions.iter_mut().for_each(|question| question.check(&tree, trees));
    problems.add_all(backends::backends(tree.module(0), trees));
    problems.add_all(provider_checks::provider_configurations(&tree, trees));
    let used = provider_checks::used(&tree);
    let is_old_provider = admitted.is_old;
    let (wrong, provider_doubts) = admitted.settle(tree.take_found(&used));
    problems.add_all(wrong);
    let (order, cycles) = graph::order(&tree);
    problems.add_all(cycles);
    let surroundings = scope::Surroundings::new(&root, options.workspace.as_deref());
    let those_there = beside::FilesThere(&disk_files);
    let files_read: &dyn Files = if archive.is_some() { &those_there } else { &disk_files };
    let setting = evaluate::Setting {
        trees,
        files: files_read,
        surroundings: &surroundings,
        given: &given,
        planned,
        is_old_provider,
    };
    let (evaluated, problems) = evaluate::evaluate_all(&tree, &order, &setting, problems, questions);
    let mut sensitive_spans = evaluated.sensitive_spans;
    sensitive_spans.extend(sensitive::spans(&files, trees, &evaluated.sensitive_variables, &evaluated.instances));
    sensitive_spans.extend(in_text);
    if !evaluated.sensitive_variables.is_empty() {
        sensitive_spans.extend(broken);
    }
    sensitive_spans.sort_unstable();
    sensitive_spans.dedup();
    let mut inventory = Inventory::default();
    for place in 0..tree.places.len() {
        let module = tree.module(place);
        for (name, required) in &module.required_providers {
            if let Some((version, _)) = &required.version {
                inventory.require(module.provider_source(name), version.clone());
            }
        }
    }
    for instance in evaluated.instances {
        inventory.add(instance);
    }
    let reading = Reading {
        inventory,
        problems: problems.into_list(),
        unavailable_modules,
        module_calls: evaluated.module_calls,
        failed_conditions: evaluated.failed_conditions,
        provider_doubts,
        files,
        outputs: evaluated.outputs,
        sensitive_spans,
        differences: Vec::new(),
    };
    (reading, evaluated.answers)
}
