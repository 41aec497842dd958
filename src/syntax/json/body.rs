//! JSON objects as bodies: which properties are blocks is for the reader to say. "HCL JSON Syntax Specification",
//! Structural Elements.

use std::borrow::Cow;

use crate::source::Span;
use crate::syntax::{AttributeView, BlockView, Body, Kind, LabelView, NodeId, NodeRef};

/// The properties of a body: of the object, or of all objects of the array.
pub(in crate::syntax) fn properties(body: Body<'_>) -> Vec<AttributeView<'_>> {
    objects(body, body.node).flat_map(|object| items(body, object)).collect()
}

/// See [`Body::blocks`].
pub(in crate::syntax) fn blocks<'t>(body: Body<'t>, type_name: &str, labels: usize) -> Vec<BlockView<'t>> {
    let mut blocks = Vec::new();
    for property in properties(body) {
        if property.name == type_name {
            let header = Header { type_name: property.name, labels: Vec::new(), span: property.name_span };
            unpack(body, header, property.expression.node, labels, &mut blocks);
        }
    }
    blocks
}

struct Header<'t> {
    type_name: Cow<'t, str>,
    labels: Vec<LabelView<'t>>,
    span: Span,
}

/// Goes down `labels` levels of objects; what is below them are bodies.
fn unpack<'t>(body: Body<'t>, header: Header<'t>, value: NodeId, labels: usize, blocks: &mut Vec<BlockView<'t>>) {
    if labels > 0 {
        for object in objects(body, value) {
            for item in items(body, object) {
                let label = LabelView { text: item.name, span: item.name_span };
                let header = Header {
                    type_name: header.type_name.clone(),
                    labels: header.labels.iter().cloned().chain([label]).collect(),
                    span: item.name_span,
                };
                unpack(body, header, item.expression.node, labels - 1, blocks);
            }
        }
        return;
    }
    let elements: Vec<NodeId> = match body.tree.kind(value) {
        Kind::Null => Vec::new(),
        Kind::Tuple => body.tree.children(value).collect(),
        _ => vec![value],
    };
    for element in elements {
        blocks.push(BlockView {
            type_name: header.type_name.clone(),
            labels: header.labels.clone(),
            header: header.span,
            span: Span { start: header.span.start, ..body.tree.span(element) },
            body: Body { node: element, ..body },
        });
    }
}

/// The object, or the objects of an array.
fn objects<'t>(body: Body<'t>, value: NodeId) -> impl Iterator<Item = NodeId> + 't {
    let tree = body.tree;
    let elements = if tree.kind(value) == Kind::Tuple { tree.children(value).collect() } else { vec![value] };
    elements.into_iter().filter(move |&element| tree.kind(element) == Kind::Object)
}

fn items<'t>(body: Body<'t>, object: NodeId) -> impl Iterator<Item = AttributeView<'t>> + 't {
    let tree = body.tree;
    tree.children(object).filter_map(move |item| {
        let (key, value) = (tree.child(item, 0)?, tree.child(item, 1)?);
        Some(AttributeView {
            name: tree.constant_text(key).unwrap_or_default(),
            name_span: tree.span(key),
            span: tree.span(item),
            expression: NodeRef { tree: body.tree_id, node: value },
        })
    })
}
