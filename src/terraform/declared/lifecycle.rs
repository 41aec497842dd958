//! A resource's `lifecycle` ("Terraform Language: The lifecycle Meta-Argument").

use crate::address::Mode;
use crate::source::{Problem, nearest};
use crate::syntax::NodeRef;

use super::super::module::Resource;
use super::super::providers::Home;
use super::super::references::{Offers, Step, Target, traversals};
use super::{Finder, schema_of};

impl Finder<'_> {
    /// References in all of these are checked; those of conditions order the evaluation.
    pub(super) fn lifecycle(&mut self, index: usize, offers: Offers, targets: &mut Vec<Target>) {
        let resource = &self.module.resources[index];
        let with_self = Offers { itself: Some(index), ..offers };
        if let Some(lifecycle) = resource.layers.merged_block(self.trees, "lifecycle") {
            self.conditions(&lifecycle, "precondition", Offers { is_late: false, ..offers }, targets);
            self.conditions(&lifecycle, "postcondition", Offers { is_late: false, ..with_self }, targets);
            resource.meta.ignore_changes.iter().for_each(|&reference| self.ignored(resource, reference));
            resource.meta.replace_triggered_by.iter().for_each(|&reference| self.trigger(reference, index, offers));
        }
        if resource.mode != Mode::Managed {
            return;
        }
        // A provisioner may speak of its own resource: it runs when that is there.
        self.provisioners(index, Offers { own: None, ..with_self });
    }

    /// An element of `ignore_changes`: its first name must be one of the resource's.
    fn ignored(&mut self, resource: &Resource, reference: NodeRef) {
        let known = schema_of(resource);
        let (mut name, mut problem) = (String::new(), None);
        traversals(self.trees, reference, &[], &mut |traversal| {
            name = traversal.root.to_owned();
            let Some(known) = known else { return };
            if known.body.attribute(&name).is_none() && known.body.block(&name).is_none() {
                let message =
                    format!("Unsupported attribute: {} has no argument or block named \"{name}\"", resource.type_name);
                let found = Problem::at(traversal.span, message);
                problem = Some(match nearest(&name, known.body.names()) {
                    Some(near) => found.help(format!("Did you mean \"{near}\"?")),
                    None => found,
                });
            }
        });
        let is_builtin = resource.home == Home::Builtin;
        problem.into_iter().for_each(|problem| self.found.unknown(problem, is_builtin));
    }

    /// An element of `replace_triggered_by`: a managed resource, or an attribute of one. Which attributes there are is
    /// not asked, and which resources only where there is an instance to be replaced.
    fn trigger(&mut self, reference: NodeRef, own: usize, offers: Offers) {
        let (module, mut problems, mut late) = (self.module, Vec::new(), Vec::new());
        traversals(self.trees, reference, &[], &mut |traversal| {
            let is_key = matches!(traversal.root, "count" | "each");
            let without_attributes = super::Traversal { steps: first_names(&traversal), ..traversal };
            let at = without_attributes.span;
            let invalid = || {
                let message = "Invalid reference in replace_triggered_by expression: only other managed resources can trigger replacement";
                Problem::at(at, message)
            };
            match super::target(module, &without_attributes, Offers { suggest: true, own: None, ..offers }) {
                Err(problem) if matches!(traversal.root, "var" | "local" | "module") => problems.push(problem),
                Err(problem) => late.push(problem),
                Ok(Some(Target::Resource(index))) if module.resources[index].mode == Mode::Managed && index != own => {}
                Ok(Some(Target::Resource(_))) => late.push(invalid()),
                Ok(None) if is_key => {}
                Ok(_) => problems.push(invalid()),
            }
        });
        self.found.problems.append(&mut problems);
        self.late.append(&mut late);
    }
}

/// The steps of a reference that name its resource.
fn first_names<'t>(traversal: &super::Traversal<'t>) -> Vec<Step<'t>> {
    let names = match traversal.root {
        "data" | "ephemeral" | "resource" => 2,
        _ => 1,
    };
    traversal.steps.iter().take(names).copied().collect()
}
