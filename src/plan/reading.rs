//! A plan as a reading that policy takes like that of a configuration.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::address::{Address, Mode};
use crate::inventory::{Action, Instance, Inventory, Sites};
use crate::lang::Value;
use crate::lang::value::Entries;
use crate::source::{Problem, Sources, Span, disk};
use crate::syntax::Trees;
use crate::terraform::{self, Archive, Difference, Options, Reading};

use super::configuration;
use super::joins::{Joins, without_configuration};
use super::tags::{self, Secret};
use super::world::{World, as_configured};
use super::{Change, Kind, Plan, Snapshot};

/// Makes a reading of a plan.
///
/// `source` is the directory of the root module that the plan was made of: where a snapshot is inside the plan, the one
/// that it stands for; else what lies there is read, if anything does.
#[must_use]
pub fn reading(
    mut plan: Plan,
    source: Option<&Path>,
    options: &Options,
    sources: &mut Sources,
    trees: &mut Trees,
) -> Reading {
    let start = Span::new(plan.file, 0, 0);
    for change in plan.changes.iter_mut().chain(&mut plan.prior) {
        // A plan file has no lines; what no configuration has stands at its beginning.
        change.place.get_or_insert(start);
        change.after = change.after.take().map(|planned| {
            let configured = as_configured(&planned).unwrap_or(planned);
            tags::marked(configured, Secret::Keys(&BTreeSet::new()))
        });
    }
    let configuration = plan.configuration.take();
    let world = World::new(&plan);
    let options =
        Options { workspace: plan.workspace.clone().or_else(|| options.workspace.clone()), ..options.clone() };
    let mut reading = match (&plan.snapshot, source) {
        (Some(snapshot), directory) => {
            let root = disk::clean(&options.current_directory.join(directory.unwrap_or(Path::new("."))));
            let archive = archive(snapshot, &root);
            terraform::read_beside(&world, &root, Some(&archive), &options, sources, trees)
        }
        (None, Some(directory)) => terraform::read_beside(&world, directory, None, &options, sources, trees),
        (None, None) => Reading::default(),
    };
    let mut differences = Vec::new();
    // What is wrong with the configuration does not matter any more: the plan was made.
    let refused = std::mem::take(&mut reading.problems);
    let generated: Vec<String> = plan.generated.iter().map(|address| format!("{address} ")).collect();
    let is_of_generated = |problem: &&Problem| generated.iter().any(|address| problem.message.contains(address));
    if let Some(problem) = refused.iter().find(|problem| !is_of_generated(problem)) {
        let (address, span) = (String::new(), problem.span);
        differences.push(Difference {
            address,
            what: format!("the configuration is refused: {}", problem.message),
            span,
        });
    }
    let mut inventory = Inventory::default();
    let configured = std::mem::take(&mut reading.inventory);
    for provider in ["registry.terraform.io/hashicorp/aws", "registry.opentofu.org/hashicorp/aws"] {
        let constraints: Vec<String> = configured.constraints(provider).map(str::to_owned).collect();
        constraints.into_iter().for_each(|constraint| inventory.require(provider.into(), constraint));
    }
    let has_source = !reading.files.is_empty();
    for instance in configured.into_instances() {
        if world.find(&instance.address).is_some() {
            inventory.add(instance);
        }
    }
    // What has no source: the plan's own section says what refers to what.
    let is_any_configured = !inventory.is_empty();
    let is_configured =
        |inventory: &Inventory, address: &Address| is_any_configured && inventory.find(address).is_some();
    let is_alone = world.changes().any(|change| !is_configured(&inventory, &change.address));
    let text = configuration.filter(|_| is_alone);
    let section = text.as_ref().map(|(text, _)| configuration::read(text)).transpose().unwrap_or_else(|_| {
        let help = "Check what `terraform show -json tfplan` prints, unchanged.";
        let message = "The section `configuration` is not of the form that Terraform writes";
        let place = text.as_ref().map_or(Span::new(plan.file, 0, 0), |(_, place)| *place);
        reading.problems.push(Problem::at(place, message).help(help));
        None
    });
    let joins = section.as_ref().map(|section| Joins::new(section, &world));
    inventory.reserve(world.changes().count().saturating_sub(inventory.instances().len()));
    for change in world.changes() {
        if !is_configured(&inventory, &change.address) {
            let expected = has_source && !plan.generated.contains(&change.address);
            if expected && change.address.mode == Mode::Managed {
                differences.push(Difference {
                    address: change.address.to_string(),
                    what: "is in the plan alone".to_owned(),
                    span: None,
                });
            }
            inventory.add(alone(change, &world, joins.as_ref()));
        }
    }
    reading.problems.extend(world.twice());
    let (found, missing) = world.into_differences();
    differences.extend(found.into_iter().filter(|difference| !is_ignoring(difference, sources)));
    if plan.complete != Some(false) {
        differences.extend(missing.into_iter().map(|address| Difference {
            address: address.to_string(),
            what: "is not in the plan".to_owned(),
            span: None,
        }));
    }
    let keys = tags::secret_defaults(inventory.instances());
    let other = |change: &Change, values: &Option<Value>| {
        let instance = other(change, values);
        Instance { values: tags::marked(instance.values, Secret::Keys(&keys)), ..instance }
    };
    let gone = plan.changes.iter().filter(|change| is_gone(change));
    inventory.set_gone(gone.map(|change| other(change, &change.before)));
    let replaced = plan.changes.iter().filter(|change| change.action == Action::Replace);
    inventory.set_replaced(replaced.map(|change| other(change, &change.before)));
    inventory.set_drift(plan.drift.iter().map(|change| other(change, &change.after)));
    reading.inventory = inventory;
    reading.problems.extend(plan.problems);
    reading.unavailable_modules.clear();
    // A snapshot is what the plan was made of, and a state need not be of any configuration.
    let may_differ = plan.snapshot.is_none() && plan.kind != Kind::State;
    reading.differences = if may_differ { differences } else { Vec::new() };
    // Plans hold secrets in plain text.
    reading.sensitive_spans.push(Span::new(plan.file, 0, sources.file(plan.file).length()));
    reading
}

/// The reading of a plan that cannot be read: the problem, and none of the text that it stands in.
#[must_use]
pub fn refused(problem: Problem, sources: &Sources) -> Reading {
    let whole = |span: Span| Span::new(span.file, 0, sources.file(span.file).length());
    Reading {
        sensitive_spans: problem.span.map(whole).into_iter().collect(),
        problems: vec![problem],
        ..Reading::default()
    }
}

fn is_gone(change: &Change) -> bool {
    matches!(change.action, Action::Delete | Action::Forget)
}

/// An instance of the plan alone, without configuration.
fn alone(change: &Change, world: &World<'_>, joins: Option<&Joins<'_, '_, '_>>) -> Instance {
    let action = world.action(change);
    let nothing = Value::object(Entries::default());
    let planned = change.after.as_ref().filter(|values| values.entries().is_some()).unwrap_or(&nothing);
    let values = match joins {
        Some(joins) => joins.values(&change.address, planned),
        None => without_configuration(world, &change.address, planned),
    };
    Instance { values, action, ..other(change, &None) }
}

/// An instance that is not part of what is judged, or not yet.
fn other(change: &Change, values: &Option<Value>) -> Instance {
    Instance {
        address: change.address.clone(),
        provider: change.provider.clone(),
        values: values.clone().unwrap_or_else(|| Value::object(Entries::default())),
        symbolic: false,
        several: false,
        action: change.action,
        sites: change
            .place
            .map(|place| Arc::new(Sites { header: place, block: place, attributes: Vec::new(), blocks: Vec::new() })),
    }
}

/// Whether the resource's block says that what the configuration has is of no account (`ignore_changes`).
fn is_ignoring(difference: &Difference, sources: &Sources) -> bool {
    difference.span.is_some_and(|span| sources.text(span).contains("ignore_changes"))
}

/// A snapshot's files, where its root module's directory is `root`.
fn archive(snapshot: &Snapshot, root: &Path) -> Archive {
    let mut archive = Archive::default();
    for module in &snapshot.modules {
        let directory: PathBuf = disk::clean(&root.join(&module.directory));
        if !module.key.is_empty() {
            archive.modules.insert(module.key.clone(), directory.clone());
        }
        archive.files.entry(directory).or_default().extend(module.files.iter().cloned());
    }
    archive
}
