//! One view of bodies for both syntaxes: attributes and blocks.
//!
//! In native syntax the text says what is an attribute and what a block. In JSON only the reader knows: a
//! property is a block where the reader asks for blocks of that name, an attribute otherwise ("HCL JSON Syntax
//! Specification", Bodies).

use std::borrow::Cow;

use super::json::body as json;
use super::{Kind, NodeId, NodeRef, Tree, TreeId};
use crate::source::{Problem, Span};

/// A body in either syntax: [`super::Kind::Body`], or in JSON the [`super::Kind::Object`] or the [`super::Kind::Tuple`] of objects.
#[derive(Clone, Copy, Debug)]
pub struct Body<'t> {
    /// Its tree's id.
    pub tree_id: TreeId,
    /// Its tree.
    pub tree: &'t Tree,
    /// Its node.
    pub node: NodeId,
}

/// `name = expression`.
#[derive(Clone, Debug)]
pub struct AttributeView<'t> {
    /// The name.
    pub name: Cow<'t, str>,
    /// Where the name stands.
    pub name_span: Span,
    /// The whole attribute.
    pub span: Span,
    /// The value.
    pub expression: NodeRef,
}

/// A label of a block.
#[derive(Clone, Debug)]
pub struct LabelView<'t> {
    /// Its text.
    pub text: Cow<'t, str>,
    /// Where it stands (quotes included).
    pub span: Span,
}

/// `type "label" { … }`.
#[derive(Clone, Debug)]
pub struct BlockView<'t> {
    /// The type.
    pub type_name: Cow<'t, str>,
    /// The labels.
    pub labels: Vec<LabelView<'t>>,
    /// The header: from the type to the last label (in JSON the last key).
    pub header: Span,
    /// The whole block.
    pub span: Span,
    /// The body.
    pub body: Body<'t>,
}

impl<'t> Body<'t> {
    /// Whether it is JSON: then only the reader knows what is an attribute and what a block.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.tree.syntax == super::Syntax::Json
    }

    /// Elements of a JSON array of objects that are no objects.
    #[must_use]
    pub fn values_that_are_no_objects(&self) -> Vec<Span> {
        let is_array = self.is_json() && self.tree.kind(self.node) == Kind::Tuple;
        let elements = is_array.then(|| self.tree.children(self.node)).into_iter().flatten();
        let others = elements.filter(|&element| !matches!(self.tree.kind(element), Kind::Object | Kind::Error));
        others.map(|element| self.tree.span(element)).collect()
    }

    /// The attributes; in JSON every property (except the comment property `//`).
    #[must_use]
    pub fn attributes(&self) -> Vec<AttributeView<'t>> {
        if self.is_json() {
            return json::properties(*self).into_iter().filter(|property| property.name != "//").collect();
        }
        self.items(Kind::Attribute).filter_map(|item| self.attribute_view(item)).collect()
    }

    /// The attribute of that name (the first one).
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<AttributeView<'t>> {
        if self.is_json() {
            return json::properties(*self).into_iter().find(|property| property.name == name);
        }
        let is_named = |item: &NodeId| self.tree.child(*item, 0).is_some_and(|child| self.tree.text(child) == name);
        self.items(Kind::Attribute).find(is_named).and_then(|item| self.attribute_view(item))
    }

    /// The blocks of a type, in order. In JSON the property of that name is read as blocks with `labels` labels: that
    /// many levels of objects (or arrays of objects), then an object or an array of objects per block.
    #[must_use]
    pub fn blocks(&self, type_name: &str, labels: usize) -> Vec<BlockView<'t>> {
        self.read_blocks(type_name, labels, &mut Vec::new())
    }

    /// As [`Body::blocks`]; what of a JSON property cannot be a block is a problem (native syntax has none here).
    #[must_use]
    pub fn read_blocks(&self, type_name: &str, labels: usize, problems: &mut Vec<Problem>) -> Vec<BlockView<'t>> {
        if self.is_json() {
            return json::blocks(*self, type_name, labels, problems);
        }
        let is_of_type =
            |item: &NodeId| self.tree.child(*item, 0).is_some_and(|name| self.tree.text(name) == type_name);
        self.items(Kind::Block).filter(is_of_type).filter_map(|item| self.block_view(item)).collect()
    }

    /// All blocks in source order, native syntax only (none in JSON).
    #[must_use]
    pub fn all_blocks(&self) -> Vec<BlockView<'t>> {
        if self.is_json() {
            return Vec::new();
        }
        self.items(Kind::Block).filter_map(|item| self.block_view(item)).collect()
    }

    fn items(&self, kind: Kind) -> impl Iterator<Item = NodeId> {
        let tree = self.tree;
        tree.children(self.node).filter(move |&item| tree.kind(item) == kind)
    }

    fn attribute_view(&self, item: NodeId) -> Option<AttributeView<'t>> {
        let mut children = self.tree.children(item);
        let (name, value) = (children.next()?, children.next()?);
        Some(AttributeView {
            name: Cow::Borrowed(self.tree.text(name)),
            name_span: self.tree.span(name),
            span: self.tree.span(item),
            expression: NodeRef { tree: self.tree_id, node: value },
        })
    }

    fn block_view(&self, item: NodeId) -> Option<BlockView<'t>> {
        let tree = self.tree;
        let mut children = tree.children(item);
        let name = children.next()?;
        let mut header = tree.span(name);
        let mut labels = Vec::new();
        for child in children {
            if tree.kind(child) == Kind::Body {
                let body = Body { tree_id: self.tree_id, tree, node: child };
                let type_name = Cow::Borrowed(tree.text(name));
                return Some(BlockView { type_name, labels, header, span: tree.span(item), body });
            }
            let span = tree.span(child);
            header.end = span.end;
            labels.push(LabelView { text: tree.literal(child), span });
        }
        None
    }
}
