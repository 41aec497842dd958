//! A block as it is after merging: the block of a primary file, and above it those of override files.

use std::collections::HashSet;

use crate::source::Span;
use crate::syntax::{AttributeView, BlockView, NodeRef, Trees};

/// Bodies of one block, later ones overriding earlier ones: arguments one by one, nested blocks all of a type.
#[derive(Clone, Debug)]
pub(super) struct Layers {
    /// Header of the first.
    pub(super) header: Span,
    /// The whole of the first.
    pub(super) block: Span,
    /// The bodies.
    pub(super) bodies: Vec<NodeRef>,
}

impl Layers {
    pub(super) fn new(block: &BlockView<'_>) -> Self {
        Self {
            header: block.header,
            block: block.span,
            bodies: vec![NodeRef { tree: block.body.tree_id, node: block.body.node }],
        }
    }

    /// Whether it is written in JSON: then what is an attribute and what a block depends on who asks.
    pub(super) fn is_json(&self, trees: &Trees) -> bool {
        self.bodies.iter().any(|&body| trees.body(body).is_json())
    }

    /// All attributes, in the order of the first layer that has them.
    pub(super) fn attributes<'t>(&self, trees: &'t Trees) -> Vec<AttributeView<'t>> {
        let mut attributes = trees.body(self.bodies[0]).attributes();
        for &body in &self.bodies[1..] {
            for attribute in trees.body(body).attributes() {
                match attributes.iter_mut().find(|earlier| earlier.name == attribute.name) {
                    Some(earlier) => *earlier = attribute,
                    None => attributes.push(attribute),
                }
            }
        }
        attributes
    }

    /// The attribute of that name.
    pub(super) fn attribute<'t>(&self, trees: &'t Trees, name: &str) -> Option<AttributeView<'t>> {
        self.bodies.iter().rev().find_map(|&body| trees.body(body).attribute(name))
    }

    /// The blocks of a type: those of the last layer that has any.
    pub(super) fn blocks<'t>(&self, trees: &'t Trees, type_name: &str, labels: usize) -> Vec<BlockView<'t>> {
        self.bodies
            .iter()
            .rev()
            .map(|&body| trees.body(body).blocks(type_name, labels))
            .find(|blocks| !blocks.is_empty())
            .unwrap_or_default()
    }

    /// Like [`Layers::blocks`], of all layers: for blocks whose own arguments are merged (`lifecycle`).
    pub(super) fn merged_block(&self, trees: &Trees, type_name: &str) -> Option<Self> {
        let mut merged: Option<Self> = None;
        for &body in &self.bodies {
            for block in trees.body(body).blocks(type_name, 0) {
                match &mut merged {
                    Some(merged) => merged.bodies.extend(Self::new(&block).bodies),
                    None => merged = Some(Self::new(&block)),
                }
            }
        }
        merged
    }

    /// All blocks in source order after merging (native syntax; none of JSON layers). A `dynamic` block counts as a
    /// block of the type it makes.
    pub(super) fn all_blocks<'t>(&self, trees: &'t Trees) -> Vec<BlockView<'t>> {
        let mut blocks = trees.body(self.bodies[0]).all_blocks();
        for &body in &self.bodies[1..] {
            let over = trees.body(body).all_blocks();
            let replaced: HashSet<String> = over.iter().map(|block| made_type(block).to_owned()).collect();
            blocks.retain(|block| !replaced.contains(made_type(block)));
            blocks.extend(over);
        }
        blocks
    }
}

/// The type of the blocks that a block stands for.
pub(super) fn made_type<'b>(block: &'b BlockView<'_>) -> &'b str {
    match block.labels.first() {
        Some(label) if block.type_name == "dynamic" => &label.text,
        Some(_) | None => &block.type_name,
    }
}
