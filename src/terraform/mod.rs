//! Configuration into inventory: module tree, variables, locals, `count`, `for_each`, `dynamic`, providers and
//! `default_tags`.

pub mod roots;

use std::path::{Path, PathBuf};

use crate::address::ModulePath;
use crate::inventory::Inventory;
use crate::source::{FileId, Problem, Sources, Span};
use crate::syntax::Trees;

/// What a run is given beside the configuration. The library reads no environment: `cli` fills this in.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--var NAME=VALUE`, in order.
    pub variables: Vec<(String, String)>,
    /// `--var-file PATH`, in order.
    pub variable_files: Vec<PathBuf>,
    /// `TF_VAR_name` as (name, value).
    pub environment: Vec<(String, String)>,
    /// `--workspace`; `default` where it is not given.
    pub workspace: Option<String>,
    /// The directory terravet was started in: paths in reports are relative to it.
    pub current_directory: PathBuf,
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
    /// Places where the text of a sensitive value is typed (the default of a variable marked `sensitive`, its entry in a
    /// tfvars file): reports do not quote them.
    pub sensitive_spans: Vec<Span>,
}

/// Reads the configuration in a directory as a root module.
#[must_use]
pub fn read(directory: &Path, options: &Options, sources: &mut Sources, trees: &mut Trees) -> Reading {
    let _ = (directory, options, sources, trees);
    Reading::default()
}
