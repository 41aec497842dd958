//! What Terraform reads as it stands, without evaluating it: literal strings, keys of objects.

use crate::syntax::{Kind, NodeRef, Trees};

/// The text of a literal string.
pub(in crate::terraform) fn constant_text(trees: &Trees, expression: NodeRef) -> Option<String> {
    trees.get(expression.tree).constant_text(expression.node).map(std::borrow::Cow::into_owned)
}

/// Keys and values of an object constructor.
pub(in crate::terraform) fn object_items(trees: &Trees, object: NodeRef) -> Vec<(NodeRef, NodeRef)> {
    let tree = trees.get(object.tree);
    if tree.kind(object.node) != Kind::Object {
        return Vec::new();
    }
    let at = |node| NodeRef { tree: object.tree, node };
    tree.children(object.node).filter_map(|item| Some((at(tree.child(item, 0)?), at(tree.child(item, 1)?)))).collect()
}

/// The name that the key of an object constructor stands for, if it is a literal one.
pub(in crate::terraform) fn key_text(trees: &Trees, key: NodeRef) -> Option<String> {
    let tree = trees.get(key.tree);
    match tree.kind(key.node) {
        Kind::Name => Some(tree.text(key.node).to_owned()),
        _ => constant_text(trees, key),
    }
}
