//! One root module, plan or state, read in whole.

use std::path::{Path, PathBuf};

use super::inputs::{self, PlanFile};
use super::plan_input::PlanInput;
use super::{Failure, environment};
use crate::inventory::Demand;
use crate::network::intent::Intent;
use crate::plan;
use crate::policy::configuration;
use crate::source::disk::{clean, relative};
use crate::source::walk::reason;
use crate::source::{Problem, Sources};
use crate::syntax::Trees;
use crate::terraform::{self, Options, Reading};

/// What is to be read.
pub(super) struct Input<'a> {
    /// A directory, a plan or a state; `-` is standard input.
    pub(super) path: &'a Path,
    /// `--source`.
    pub(super) source: Option<&'a Path>,
    pub(super) options: Options,
    pub(super) current: &'a Path,
}

impl Input<'_> {
    /// The tiers and flows that hold for it: of the file that `--config` names, else of the nearest `.terravet.hcl`.
    pub(super) fn intent(
        &self,
        named: Option<&Path>,
        sources: &mut Sources,
        trees: &mut Trees,
    ) -> Result<(Intent, Vec<Problem>), Failure> {
        let path = clean(&self.current.join(self.source.unwrap_or(self.path)));
        let directory = if path.is_dir() { Some(path.as_path()) } else { path.parent() };
        let found = match named {
            Some(named) if !self.current.join(named).is_file() => {
                return Err(Failure::new(format!("--config: there is no file `{}`", named.display())));
            }
            Some(named) => Some(self.current.join(named)),
            None => directory.and_then(configuration::find),
        };
        let Some(found) = found else { return Ok(Default::default()) };
        let (configuration, problems) = configuration::read(&found, self.current, sources, trees);
        Ok((configuration.intent, problems))
    }
}

/// Reads it.
///
/// # Errors
/// Where the path stands for nothing, or for several root modules.
pub(super) fn read(input: &Input<'_>, sources: &mut Sources, trees: &mut Trees) -> Result<Reading, Failure> {
    let current = input.current;
    if let Some(source) = input.source
        && !inputs::holds_configuration(&current.join(source))
    {
        return Err(Failure::new(format!("--source: there is no Terraform configuration in `{}`", source.display())));
    }
    let found = inputs::resolve(&[input.path.to_owned()], current, &mut |_, _| false);
    if let Some(problem) = found.problems.first() {
        let path = problem.path.clone().unwrap_or_default();
        return Err(Failure::new(format!("{path}: {}", problem.message)));
    }
    let [target] = found.targets.as_slice() else {
        let roots: Vec<String> = found.targets.iter().map(|target| relative(&target.directory, current)).collect();
        return Err(Failure::new(format!("several root modules are here; name one of them: {}", roots.join(", "))));
    };
    let directory: PathBuf = match (input.source, &target.plan) {
        (Some(source), Some(_)) => clean(&current.join(source)),
        (_, _) => target.directory.clone(),
    };
    let mut options = input.options.clone();
    options.workspace = options.workspace.or_else(|| environment::selected_workspace(&directory));
    let Some(file) = &target.plan else {
        return Ok(terraform::read(&directory, &options, sources, trees));
    };
    let path = match file {
        PlanFile::StandardInput => "-".to_owned(),
        PlanFile::Path(path) | PlanFile::Pipe(path) => relative(&clean(path), current),
    };
    let plan = PlanInput::new(file, false)
        .map_err(|why| Failure::new(format!("{path}: the plan cannot be read: {}", reason(&why))))?;
    let source = Some(directory).filter(|directory| inputs::holds_configuration(directory));
    match plan::open(plan, &path, &Demand::everything(), sources) {
        Ok(plan) => Ok(plan::reading(plan, source.as_deref(), &options, sources, trees)),
        Err(problem) => Ok(plan::refused(*problem, sources)),
    }
}
