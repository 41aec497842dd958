//! Configuration into inventory: module tree, variables, locals, `count`, `for_each`, `dynamic`, providers and
//! `default_tags`.

mod ask;
mod beside;
mod check;
mod constraint;
mod declared;
mod decode;
mod evaluate;
mod expand;
mod graph;
mod layers;
mod load;
mod module;
mod outline;
mod providers;
mod references;
mod references_in_values;
pub mod roots;
mod scope;
mod sensitive;
mod state;
mod tags;
mod tree;
mod turns;
mod variables;

pub use beside::{Archive, Difference, Planned};

use std::path::{Path, PathBuf};

use crate::address::ModulePath;
use crate::inventory::Inventory;
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
    let (tree, unavailable_modules) = tree::read(&root, options.data_directory.as_deref(), &mut loader);
    if tree.places.is_empty() {
        let reading = Reading { problems: loader.problems.into_list(), files: loader.files, ..Reading::default() };
        return (reading, Vec::new());
    }
    let given = variables::given(&root, tree.module(0), options, &mut loader);
    let broken = sensitive::broken(loader.problems.files(), loader.sources);
    let load::Loader { mut problems, files, .. } = loader;
    check::calls(&tree, trees).into_iter().for_each(|problem| problems.add(problem));
    questions.iter_mut().for_each(|question| question.check(&tree, trees));
    let (order, cycles) = graph::order(&tree);
    cycles.into_iter().for_each(|problem| problems.add(problem));
    let surroundings = scope::Surroundings::new(&root, options.workspace.as_deref());
    let checkout = root.ancestors().find(|ancestor| disk::metadata(&ancestor.join(".git")).is_ok());
    let disk_files = DiskFiles::new(&root, &[checkout.unwrap_or(&options.current_directory)]);
    let setting = evaluate::Setting { trees, files: &disk_files, surroundings: &surroundings, given: &given, planned };
    let (evaluated, problems) = evaluate::evaluate_all(&tree, &order, &setting, problems, questions);
    let mut sensitive_spans = evaluated.sensitive_spans;
    sensitive_spans.extend(sensitive::spans(&files, trees, &evaluated.sensitive_variables, &evaluated.instances));
    if !evaluated.sensitive_variables.is_empty() {
        sensitive_spans.extend(broken);
    }
    sensitive_spans.sort_unstable();
    sensitive_spans.dedup();
    let mut inventory = Inventory::default();
    for place in 0..tree.places.len() {
        let module = tree.module(place);
        for (name, required) in &module.required_providers {
            if let Some(version) = &required.version {
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
        files,
        outputs: evaluated.outputs,
        sensitive_spans,
        differences: Vec::new(),
    };
    (reading, evaluated.answers)
}
