//! `dynamic` blocks ("Terraform Language: Dynamic Blocks").

use crate::lang::Str;
use crate::source::Problem;
use crate::syntax::{BlockView, Body, Kind, NodeRef, Trees};

use super::super::layers::Layers;
use super::super::module::{constant_text, missing_argument, unsupported};
use super::builder::Builder;
use super::reserved::NOTHING;
use super::{BodySchema, Dynamic, Part};

impl Builder<'_> {
    pub(super) fn dynamic(&mut self, block: &BlockView<'_>, name: &Str, schema: BodySchema) -> Option<Part> {
        let contents = block.body.blocks("content", 0);
        let [content] = contents.as_slice() else {
            let message =
                format!("A dynamic block takes exactly one content block, and this one has {}", contents.len());
            self.problems.push(Problem::at(block.header, message));
            return None;
        };
        let Some(for_each) = block.body.attribute("for_each") else {
            self.problems.push(missing_argument("for_each", block.header, &format!("dynamic \"{name}\"")));
            return None;
        };
        let iterator = match block.body.attribute("iterator") {
            Some(attribute) => iterator_name(self.trees, attribute.expression).unwrap_or_else(|| {
                let span = self.trees.span(attribute.expression);
                self.problems.push(Problem::at(span, "The iterator of a dynamic block must be a single name"));
                name.clone()
            }),
            None => name.clone(),
        };
        self.dynamic_only(&block.body);
        let mut layers = Layers::new(content);
        layers.header = block.header;
        layers.block = block.span;
        let content = self.outline(&layers, schema, &NOTHING);
        Some(Part::Dynamic(Dynamic { for_each: for_each.expression, iterator, content }))
    }

    /// What else stands in a dynamic block does not belong there.
    fn dynamic_only(&mut self, body: &Body<'_>) {
        const ATTRIBUTES: [&str; 3] = ["for_each", "iterator", "labels"];
        for attribute in body.attributes() {
            let is_content = body.is_json() && attribute.name == "content";
            if !ATTRIBUTES.contains(&&*attribute.name) && !is_content {
                self.problems.push(unsupported("argument", &attribute.name, attribute.name_span, &ATTRIBUTES));
            }
        }
        for block in body.all_blocks() {
            if block.type_name != "content" {
                self.problems.push(unsupported("block type", &block.type_name, block.header, &["content"]));
            }
        }
    }
}

/// `iterator = rule`, or in JSON `"iterator": "rule"`.
fn iterator_name(trees: &Trees, expression: NodeRef) -> Option<Str> {
    let tree = trees.get(expression.tree);
    match tree.kind(expression.node) {
        Kind::Variable | Kind::Name => Some(tree.text(expression.node).into()),
        _ => constant_text(trees, expression).map(Str::from),
    }
}
