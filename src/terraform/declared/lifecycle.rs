//! A resource's `lifecycle`, provisioners and connections ("Terraform Language: The lifecycle Meta-Argument").

use crate::address::Mode;
use crate::source::{Problem, nearest};
use crate::syntax::{BlockView, NodeRef};

use super::super::found::Found;
use super::super::layers::Layers;
use super::super::module::Resource;
use super::super::outline::{self, BodySchema};
use super::super::providers::Home;
use super::super::references::{Offers, Step, Target, traversals};
use super::{Finder, schema_of};

impl Finder<'_> {
    /// References in all of these are checked; those of conditions order the evaluation.
    pub(super) fn lifecycle(&mut self, index: usize, offers: Offers, targets: &mut Vec<Target>) {
        let resource = &self.module.resources[index];
        let with_self = Offers { itself: Some(index), ..offers };
        if let Some(lifecycle) = resource.layers.merged_block(self.trees, "lifecycle") {
            self.conditions(&lifecycle, "precondition", offers, targets);
            self.conditions(&lifecycle, "postcondition", with_self, targets);
            resource.meta.ignore_changes.iter().for_each(|&reference| self.ignored(resource, reference));
            resource.meta.replace_triggered_by.iter().for_each(|&reference| self.trigger(reference, index, offers));
        }
        if resource.mode != Mode::Managed {
            return;
        }
        // A provisioner may speak of its own resource: it runs when that is there.
        let inside = Offers { own: None, ..with_self };
        let provisioners = resource.layers.blocks(self.trees, "provisioner", 1);
        provisioners.iter().for_each(|block| self.provisioner(block, inside));
        resource.layers.blocks(self.trees, "connection", 0).iter().for_each(|block| self.inside(block, inside));
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
    /// not asked.
    fn trigger(&mut self, reference: NodeRef, own: usize, offers: Offers) {
        let (module, mut problems) = (self.module, Vec::new());
        traversals(self.trees, reference, &[], &mut |traversal| {
            let is_key = matches!(traversal.root, "count" | "each");
            let without_attributes = super::Traversal { steps: first_names(&traversal), ..traversal };
            match super::target(module, &without_attributes, Offers { suggest: true, own: None, ..offers }) {
                Err(problem) => problems.push(problem),
                Ok(Some(Target::Resource(index))) if module.resources[index].mode == Mode::Managed && index != own => {}
                Ok(None) if is_key => {}
                Ok(_) => problems.push(Problem::at(
                    without_attributes.span,
                    "Invalid reference in replace_triggered_by expression: only other managed resources can trigger replacement",
                )),
            }
        });
        self.found.problems.append(&mut problems);
    }

    fn provisioner(&mut self, block: &BlockView<'_>, offers: Offers) {
        const GONE: [&str; 4] = ["chef", "habitat", "puppet", "salt-masterless"];
        if let Some(label) = block.labels.first()
            && GONE.contains(&&*label.text)
        {
            self.problem(Problem::at(label.span, format!("The \"{}\" provisioner has been removed", label.text)));
            return;
        }
        let on_destroy = self.keyword(block, "when", ["create", "destroy"]) == Some("destroy");
        self.keyword(block, "on_failure", ["continue", "fail"]);
        if on_destroy {
            self.destroy_only(block);
        }
        self.exactly_one_way(block);
        self.inside(block, offers);
        block.body.blocks("connection", 0).iter().for_each(|block| self.inside(block, offers));
    }

    /// What an argument that takes one of a few words says.
    fn keyword<'w>(&mut self, block: &BlockView<'_>, name: &str, words: [&'w str; 2]) -> Option<&'w str> {
        let expression = block.body.attribute(name)?.expression;
        let tree = self.trees.get(expression.tree);
        let text = tree.constant_text(expression.node);
        let text = text.as_deref().unwrap_or_else(|| tree.text(expression.node));
        let word = words.into_iter().find(|word| *word == text);
        if word.is_none() {
            let message = format!("Invalid \"{name}\" keyword: {} or {} is required", words[0], words[1]);
            self.problem(Problem::at(tree.span(expression.node), message));
        }
        word
    }

    /// What a provisioner that runs on destruction refers to is gone then, but for the resource itself.
    fn destroy_only(&mut self, block: &BlockView<'_>) {
        let connections = block.body.blocks("connection", 0);
        let bodies = connections.iter().map(|block| &block.body).chain([&block.body]);
        let mut problems = Vec::new();
        for attribute in bodies.flat_map(|body| body.attributes()) {
            if matches!(&*attribute.name, "when" | "on_failure")
                || block.body.is_json() && attribute.name == "connection"
            {
                continue;
            }
            traversals(self.trees, attribute.expression, &[], &mut |traversal| {
                let allowed = match traversal.root {
                    "self" | "path" | "terraform" => true,
                    "count" => traversal.steps == [Step::Attribute("index")],
                    "each" => traversal.steps == [Step::Attribute("key")],
                    _ => false,
                };
                if !allowed {
                    let message = "Invalid reference from destroy provisioner: only self, count.index and each.key are there then";
                    problems.push(Problem::at(traversal.span, message));
                }
            });
        }
        self.found.problems.append(&mut problems);
    }

    /// Arguments of which exactly one must be set.
    fn exactly_one_way(&mut self, block: &BlockView<'_>) {
        let ways: &[&str] = match block.labels.first().map(|label| &*label.text) {
            Some("remote-exec") => &["inline", "script", "scripts"],
            Some("file") => &["content", "source"],
            _ => return,
        };
        let set = ways.iter().filter(|name| block.body.attribute(name).is_some()).count();
        if set != 1 {
            let message = format!("Exactly one of {} must be set in this provisioner", ways.join(", "));
            self.problem(Problem::at(block.header, message));
        }
    }

    /// The references of a block whose schema is not looked at here.
    fn inside(&mut self, block: &BlockView<'_>, offers: Offers) {
        let subject = outline::Subject { what: "provisioner", is_builtin: true };
        let outline = outline::outline(
            &Layers::new(block),
            BodySchema::AsWritten,
            &outline::PROVISIONER,
            subject,
            self.trees,
            &mut Found::default(),
        );
        outline.expressions(&mut Vec::new(), &mut |expression, bound| {
            self.expression(expression, offers, bound, &mut Vec::new());
        });
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
