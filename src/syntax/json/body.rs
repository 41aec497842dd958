//! JSON objects as bodies: which properties are blocks is for the reader to say. "HCL JSON Syntax Specification",
//! Structural Elements.

use std::borrow::Cow;

use crate::source::{Problem, Span};
use crate::syntax::{AttributeView, BlockView, Body, Kind, LabelView, NodeId, NodeRef};

/// The properties of a body: of the object, or of all objects of the array.
pub(in crate::syntax) fn properties(body: Body<'_>) -> Vec<AttributeView<'_>> {
    objects(body, body.node).flat_map(|object| items(body, object)).collect()
}

/// See [`Body::read_blocks`].
pub(in crate::syntax) fn blocks<'t>(
    body: Body<'t>,
    type_name: &str,
    labels: usize,
    problems: &mut Vec<Problem>,
) -> Vec<BlockView<'t>> {
    let mut unpacking = Unpacking { body, type_name: type_name.to_owned(), blocks: Vec::new(), problems };
    for property in properties(body) {
        if property.name == type_name {
            unpacking.unpack(&mut Vec::new(), property.name_span, property.expression.node, labels);
        }
    }
    unpacking.blocks
}

struct Unpacking<'t, 'p> {
    body: Body<'t>,
    type_name: String,
    blocks: Vec<BlockView<'t>>,
    problems: &'p mut Vec<Problem>,
}

impl<'t> Unpacking<'t, '_> {
    /// Goes down `left` levels of objects; what is below them are bodies. `header` is the last key.
    fn unpack(&mut self, labels: &mut Vec<LabelView<'t>>, header: Span, value: NodeId, left: usize) {
        if left == 0 {
            self.bodies(labels, header, value);
            return;
        }
        let before = self.blocks.len() + self.problems.len();
        for object in self.objects(value, "specify the labels of this block") {
            for item in items(self.body, object) {
                labels.push(LabelView { text: item.name, span: item.name_span });
                self.unpack(labels, item.name_span, item.expression.node, left - 1);
                labels.pop();
            }
        }
        let is_empty = self.tree_is_empty(value);
        if is_empty && before == self.blocks.len() + self.problems.len() {
            let help = format!(
                "At least one object property is required, whose name is the {} block's label.",
                self.type_name
            );
            self.problems.push(Problem::at(self.body.tree.span(value), "Missing block label").help(help));
        }
    }

    /// Whether there is no property in an object, or in any object of an array.
    fn tree_is_empty(&self, value: NodeId) -> bool {
        objects(self.body, value).all(|object| self.body.tree.children(object).next().is_none())
    }

    fn objects(&mut self, value: NodeId, purpose: &str) -> Vec<NodeId> {
        let tree = self.body.tree;
        for element in elements(self.body, value) {
            let is_nothing = element == value && tree.kind(element) == Kind::Null;
            if !is_nothing && !matches!(tree.kind(element), Kind::Object | Kind::Error) {
                let help = format!("A JSON object is required here, to {purpose}.");
                self.problems.push(Problem::at(tree.span(element), "Incorrect JSON value type").help(help));
            }
        }
        objects(self.body, value).collect()
    }

    fn bodies(&mut self, labels: &[LabelView<'t>], header: Span, value: NodeId) {
        let tree = self.body.tree;
        if tree.kind(value) == Kind::Null {
            return;
        }
        let purpose = format!("define the contents of a \"{}\" block", self.type_name);
        for element in self.objects(value, &purpose) {
            self.blocks.push(BlockView {
                type_name: Cow::Owned(self.type_name.clone()),
                labels: labels.to_vec(),
                header,
                span: Span { start: header.start, ..tree.span(element) },
                body: Body { node: element, ..self.body },
            });
        }
    }
}

/// The value, or the elements of an array.
fn elements(body: Body<'_>, value: NodeId) -> Vec<NodeId> {
    if body.tree.kind(value) == Kind::Tuple { body.tree.children(value).collect() } else { vec![value] }
}

/// The object, or the objects of an array.
fn objects<'t>(body: Body<'t>, value: NodeId) -> impl Iterator<Item = NodeId> + 't {
    elements(body, value).into_iter().filter(move |&element| body.tree.kind(element) == Kind::Object)
}

fn items<'t>(body: Body<'t>, object: NodeId) -> impl Iterator<Item = AttributeView<'t>> + 't {
    let tree = body.tree;
    tree.children(object).filter_map(move |item| {
        let (key, value) = (tree.child(item, 0)?, tree.child(item, 1)?);
        Some(AttributeView {
            name: tree.raw_string(key).unwrap_or_default(),
            name_span: tree.span(key),
            span: tree.span(item),
            expression: NodeRef { tree: body.tree_id, node: value },
        })
    })
}
