//! `dynamic` blocks ("Terraform Language: Dynamic Blocks").

use crate::lang::Str;
use crate::source::Problem;
use crate::syntax::{BlockView, Body, Kind, NodeRef, Trees};

use super::super::found::Found;
use super::super::layers::Layers;
use super::super::module::{constant_text, missing_argument, unsupported};
use super::super::references::traversals;
use super::builder::Builder;
use super::reserved::NOTHING;
use super::{BodySchema, Dynamic, Part};

impl Builder<'_> {
    pub(super) fn dynamic(&mut self, block: &BlockView<'_>, name: &Str, schema: BodySchema) -> Option<Part> {
        let contents = block.body.blocks("content", 0);
        let [content] = contents.as_slice() else {
            let message =
                format!("A dynamic block takes exactly one content block, and this one has {}", contents.len());
            self.found.problems.push(Problem::at(block.header, message));
            return None;
        };
        let Some(for_each) = block.body.attribute("for_each") else {
            self.found.problems.push(missing_argument("for_each", block.header, &format!("dynamic \"{name}\"")));
            return None;
        };
        let iterator = match block.body.attribute("iterator") {
            Some(attribute) => iterator_name(self.trees, attribute.expression).unwrap_or_else(|| {
                let span = self.trees.span(attribute.expression);
                self.found.problems.push(Problem::at(span, "The iterator of a dynamic block must be a single name"));
                name.clone()
            }),
            None => name.clone(),
        };
        self.dynamic_only(&block.body);
        let content_header = content.header;
        let mut layers = Layers::new(content);
        layers.header = block.header;
        layers.block = block.span;
        let mut inside = Found::default();
        let mut builder = Builder { found: &mut inside, trees: self.trees, subject: self.subject, depth: self.depth };
        let content = builder.outline(&layers, schema, &NOTHING);
        let mut problems = std::mem::take(&mut inside.problems);
        let tree = self.trees.get(for_each.expression.tree);
        let is_empty = matches!(tree.kind(for_each.expression.node), Kind::Tuple | Kind::Object)
            && tree.children(for_each.expression.node).next().is_none();
        if !is_empty {
            self.found.append(&mut inside);
        }
        if hangs_on_input(self.trees, for_each.expression) {
            self.found.problems.append(&mut problems);
        }
        Some(Part::Dynamic(Dynamic { for_each: for_each.expression, iterator, content, content_header, problems }))
    }

    /// What else stands in a dynamic block does not belong there.
    fn dynamic_only(&mut self, body: &Body<'_>) {
        const ATTRIBUTES: [&str; 3] = ["for_each", "iterator", "labels"];
        for attribute in body.attributes() {
            let is_content = body.is_json() && attribute.name == "content";
            if !ATTRIBUTES.contains(&&*attribute.name) && !is_content {
                self.found.problems.push(unsupported("argument", &attribute.name, attribute.name_span, &ATTRIBUTES));
            }
        }
        for block in body.all_blocks() {
            if block.type_name != "content" {
                self.found.problems.push(unsupported("block type", &block.type_name, block.header, &["content"]));
            }
        }
    }
}

/// Whether a collection is not known while Terraform validates: then the content is looked at as if there were an element.
fn hangs_on_input(trees: &Trees, for_each: NodeRef) -> bool {
    let mut found = false;
    traversals(trees, for_each, &[], &mut |traversal| {
        found |= ["var", "each", "count", "module", "data"].contains(&traversal.root);
    });
    found
}

/// `iterator = rule`, or in JSON `"iterator": "rule"`.
fn iterator_name(trees: &Trees, expression: NodeRef) -> Option<Str> {
    let tree = trees.get(expression.tree);
    match tree.kind(expression.node) {
        Kind::Variable | Kind::Name => Some(tree.text(expression.node).into()),
        _ => constant_text(trees, expression).map(Str::from),
    }
}
