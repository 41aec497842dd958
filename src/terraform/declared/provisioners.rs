//! A resource's provisioners and connections ("Terraform Language: Provisioners", "Provisioner Connection Settings").

use crate::lang::Str;
use crate::schema;
use crate::source::Problem;
use crate::syntax::BlockView;

use super::super::layers::Layers;
use super::super::outline::{self, BodySchema, Outline};
use super::super::references::{Offers, Step, Target, traversals};
use super::Finder;

/// The provisioners of a resource.
#[derive(Debug)]
pub(in crate::terraform) struct Provisioned {
    pub(in crate::terraform) provisioners: Vec<Provisioner>,
    /// What they refer to.
    pub(in crate::terraform) targets: Vec<Target>,
}

/// A provisioner.
#[derive(Debug)]
pub(in crate::terraform) struct Provisioner {
    pub(in crate::terraform) name: Str,
    pub(in crate::terraform) body: Outline,
    pub(in crate::terraform) connection: Option<Outline>,
}

impl Finder<'_> {
    /// The provisioners of a resource. A connection without one is not looked at.
    pub(super) fn provisioners(&mut self, index: usize, offers: Offers) {
        let layers = &self.module.resources[index].layers;
        let blocks = layers.blocks(self.trees, "provisioner", 1);
        if blocks.is_empty() {
            return;
        }
        let connection = layers.blocks(self.trees, "connection", 0).first().map(Layers::new);
        let mut found = Provisioned { provisioners: Vec::new(), targets: Vec::new() };
        if let Some(connection) = &connection {
            // A provisioner's own connection overrides single arguments: this one must be whole by itself.
            let schema = BodySchema::Known(schema::connection());
            self.part(connection, schema, "connection", offers, &mut found.targets);
        }
        for block in &blocks {
            self.provisioner(block, connection.as_ref(), offers, &mut found);
        }
        self.uses.provisioned.push(found);
    }

    /// Reads a body with its references.
    fn part(
        &mut self,
        layers: &Layers,
        schema: BodySchema,
        what: &str,
        offers: Offers,
        targets: &mut Vec<Target>,
    ) -> Outline {
        let subject = outline::Subject { what, is_builtin: true };
        let read = outline::outline(layers, schema, &outline::PROVISIONER, subject, self.trees, &mut self.found);
        read.expressions(&mut Vec::new(), &mut |expression, bound| {
            self.expression(expression, offers, bound, targets);
        });
        read
    }

    fn provisioner(&mut self, block: &BlockView<'_>, around: Option<&Layers>, offers: Offers, found: &mut Provisioned) {
        const GONE: [&str; 4] = ["chef", "habitat", "puppet", "salt-masterless"];
        let Some(label) = block.labels.first() else { return };
        if GONE.contains(&&*label.text) {
            self.problem(Problem::at(label.span, format!("The \"{}\" provisioner has been removed", label.text)));
            return;
        }
        let on_destroy = self.keyword(block, "when", ["create", "destroy"]) == Some("destroy");
        self.keyword(block, "on_failure", ["continue", "fail"]);
        if on_destroy {
            self.destroy_only(block);
        }
        let schema = schema::provisioner(&label.text).map_or(BodySchema::AsWritten, BodySchema::Known);
        let body = self.part(&Layers::new(block), schema, "provisioner", offers, &mut found.targets);
        let own = block.body.blocks("connection", 0).first().map(Layers::new);
        let connection = match (around, own) {
            (Some(around), Some(own)) => Some(Layers { bodies: [&*around.bodies, &own.bodies].concat(), ..own }),
            (around, own) => own.or_else(|| around.cloned()),
        };
        let connection = connection.map(|layers| {
            self.part(&layers, BodySchema::Known(schema::connection()), "connection", offers, &mut found.targets)
        });
        found.provisioners.push(Provisioner { name: label.text.as_ref().into(), body, connection });
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
    pub(super) fn destroy_only(&mut self, block: &BlockView<'_>) {
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
}
