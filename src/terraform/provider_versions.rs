//! Which versions of the AWS provider a configuration admits: what is unknown to both known ones is wrong only where no other
//! version may run.

use std::path::Path;

use crate::schema;
use crate::source::Problem;
use crate::syntax::{NodeRef, Trees};

use super::constant;
use super::found::Found;
use super::load::Loader;
use super::tree::ModuleTree;
use super::version::Constraint;

/// What speaks for and against versions of the provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Admitted {
    /// One that is not known.
    other: bool,
    /// The newer one of those that are known.
    newer: bool,
    /// The older one.
    older: bool,
    /// Only versions before 6.0.
    pub(super) is_old: bool,
}

/// What the configuration may find unknown or missing, by the version that runs.
#[derive(Clone, Debug)]
pub struct ProviderDoubt {
    /// The place, what may be wrong, and what may be meant.
    pub problem: Problem,
    /// A name that no known version has; else an argument that one known version requires.
    pub is_unknown: bool,
}

impl Admitted {
    /// By the lock file where there is one, else by all constraints together.
    pub(super) fn of(tree: &ModuleTree, root: &Path, loader: &mut Loader<'_>) -> Self {
        let [newer, older] = schema::VERSIONS;
        let constraint = match locked(root, loader) {
            Some(constraint) => Some(constraint),
            None => constraints(tree, loader.trees).reduce(Constraint::and),
        };
        match constraint {
            None => Self { other: true, newer: true, older: true, is_old: false },
            Some(constraint) => Self {
                other: constraint.admits_other_than(&schema::VERSIONS),
                newer: constraint.admits(&newer),
                older: constraint.admits(&older),
                is_old: constraint.admits_only_before(6),
            },
        }
    }

    /// Problems, and doubts, of what was found.
    pub(super) fn settle(self, found: Found) -> (Vec<Problem>, Vec<ProviderDoubt>) {
        let mut problems = found.problems;
        let mut doubts = Vec::new();
        if self.other {
            doubts.extend(found.unknown.into_iter().map(|problem| ProviderDoubt { problem, is_unknown: true }));
        } else {
            problems.extend(found.unknown);
        }
        let missing = found
            .missing
            .into_iter()
            .filter(|(_, by_newer)| if *by_newer { self.newer } else { !self.newer && self.older });
        doubts.extend(missing.map(|(problem, _)| ProviderDoubt { problem, is_unknown: false }));
        (problems, doubts)
    }
}

/// The version that `terraform init` has chosen ("Dependency Lock File").
fn locked(root: &Path, loader: &mut Loader<'_>) -> Option<Constraint> {
    let path = root.join(".terraform.lock.hcl");
    if crate::source::disk::metadata(&path).is_err() {
        return None;
    }
    let tree = loader.parse(&path)?;
    let body = loader.trees.body(NodeRef { tree, node: loader.trees.get(tree).root });
    let blocks = body.blocks("provider", 1);
    let block = blocks.iter().find(|block| block.labels.first().is_some_and(|label| label.text == schema::PROVIDER))?;
    let version = block.body.attribute("version")?.expression;
    constant::text(version, loader.trees).ok().and_then(|version| Constraint::parse(&version).ok())
}

fn constraints<'t>(tree: &'t ModuleTree, trees: &'t Trees) -> impl Iterator<Item = Constraint> + 't {
    tree.modules.iter().flat_map(move |loaded| {
        let module = &loaded.module;
        let is_provider = |name: &str| *module.provider_source(name) == *schema::PROVIDER;
        let required = module.required_providers.iter().filter(|(name, _)| is_provider(name));
        let required: Vec<String> =
            required.filter_map(|(_, provider)| Some(provider.version.as_ref()?.0.clone())).collect();
        let blocks = module.providers.iter().filter(|block| is_provider(&block.key.0));
        let versions = blocks.filter_map(|block| block.layers.attribute(trees, "version"));
        let versions: Vec<String> =
            versions.filter_map(|version| constant::text(version.expression, trees).ok()).collect();
        required.into_iter().chain(versions).filter_map(|text| Constraint::parse(&text).ok())
    })
}
