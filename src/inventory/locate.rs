//! From a value in an instance back to where it was written.

use std::sync::Arc;

use super::{AttributeSite, Inventory, Place, Sites, Way};
use crate::finding::Related;
use crate::lang::{Data, Value};
use crate::source::Span;
use crate::syntax::{Kind, NodeId, NodeRef, Trees};

/// The place of a value inside an instance: the most specific expression inside the resource that carries it, and
/// where it was typed where that is elsewhere. Where the attribute is not written, the innermost block's header; where
/// an entry is missing in it (no `value`), the attribute's name.
///
/// `None` where the instance has no sites (a plan without configuration).
#[must_use]
pub fn locate(
    trees: &Trees,
    inventory: &Inventory,
    instance: usize,
    way: &[Way<'_>],
    value: Option<&Value>,
) -> Option<Place> {
    let of = inventory.instance(instance);
    let mut walk =
        Walk { trees, at: At::Body(of.sites.as_ref()?), value: Some(&of.values), path: Vec::new(), lost: false };
    for step in way {
        walk.step(step);
    }
    let (span, region) = walk.at.spans(trees, value.is_none() || walk.lost);
    let origin = value.and_then(|value| value.origin.as_span());
    let (span, related) = match origin {
        Some(origin) if region.contains(origin) => (origin, None),
        Some(origin) if !origin.contains(span) => (span, Some(origin)),
        Some(_) | None => (span, None),
    };
    let related = related.map(|span| Related { span, message: "value comes from here".to_owned() });
    Some(Place {
        instance: Some(instance),
        span,
        related: related.into_iter().collect(),
        path: walk.path.join("."),
        perhaps: false,
    })
}

/// Where a walk has come to.
#[derive(Clone)]
enum At<'s> {
    /// A block's body.
    Body(&'s Arc<Sites>),
    /// All blocks of a type in a body.
    Blocks(&'s Sites, Vec<&'s Arc<Sites>>),
    /// An expression of an attribute.
    Expression(&'s AttributeSite, NodeRef),
}

impl At<'_> {
    /// What to point at, and the region that belongs to it. `missing`: something is not there that could be.
    fn spans(&self, trees: &Trees, missing: bool) -> (Span, Span) {
        match self {
            Self::Body(sites) => (sites.header, sites.block),
            Self::Blocks(body, blocks) => match blocks.as_slice() {
                [first, ..] => (first.header, body.block),
                [] => (body.header, body.block),
            },
            Self::Expression(site, expression) => {
                let span = trees.span(*expression);
                (if missing && *expression == site.expression { site.name_span } else { span }, span)
            }
        }
    }
}

struct Walk<'s, 't> {
    trees: &'t Trees,
    at: At<'s>,
    /// The value there, as far as it can be followed.
    value: Option<&'s Value>,
    path: Vec<&'s str>,
    /// A step led to nothing that is written.
    lost: bool,
}

impl<'s> Walk<'s, '_> {
    fn step(&mut self, step: &Way<'s>) {
        match step {
            Way::Name(name) => {
                // The effective tags of a resource are written as its tags.
                let top = self.path.is_empty();
                let name = if *name == "tags_all" && top && !self.has(name) { "tags" } else { name };
                self.path.push(name);
                self.name(name);
                self.value = self.value.and_then(|value| value.get(name));
            }
            Way::Key(key) => {
                self.path.push(key);
                self.name(key);
                self.value = self.value.and_then(|value| value.get(key));
            }
            Way::Element(index, element) => {
                self.element(*index, element);
                self.value = Some(element);
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        match &self.at {
            At::Body(sites) => sites.attributes.iter().any(|site| *site.name == *name),
            At::Blocks(..) | At::Expression(..) => false,
        }
    }

    fn name(&mut self, name: &str) {
        if self.lost {
            return;
        }
        match self.at.clone() {
            At::Body(sites) => {
                if let Some(site) = sites.attributes.iter().find(|site| *site.name == *name) {
                    self.at = At::Expression(site, site.expression);
                    return;
                }
                let blocks: Vec<_> =
                    sites.blocks.iter().filter(|(of, _)| **of == *name).map(|(_, sites)| sites).collect();
                self.lost = blocks.is_empty();
                if !self.lost {
                    self.at = At::Blocks(sites, blocks);
                }
            }
            // A single block: its names directly.
            At::Blocks(_, blocks) => {
                if let [block] = blocks.as_slice() {
                    self.at = At::Body(block);
                    self.name(name);
                }
            }
            At::Expression(site, expression) => match self.entry(expression, name) {
                Entry::Written(entry) => self.at = At::Expression(site, entry),
                Entry::Missing => self.lost = true,
                Entry::Elsewhere => {}
            },
        }
    }

    fn element(&mut self, index: usize, element: &Value) {
        if self.lost {
            return;
        }
        match self.at.clone() {
            At::Body(_) => {}
            At::Blocks(_, blocks) => {
                let origin = element.origin.as_span();
                let by_origin = blocks.iter().find(|block| Some(block.header) == origin);
                let by_marker =
                    || blocks.iter().find(|block| origin.is_some_and(|origin| block.block.contains(origin)));
                if let Some(block) = by_origin.or_else(by_marker).or_else(|| blocks.get(index)) {
                    self.at = At::Body(block);
                }
            }
            At::Expression(site, expression) => {
                if let Some(element) = self.tuple_element(expression, index, element) {
                    self.at = At::Expression(site, element);
                }
            }
        }
    }

    /// The element of a tuple constructor: the one that the value was typed in, or by index where order is kept.
    fn tuple_element(&self, expression: NodeRef, index: usize, element: &Value) -> Option<NodeRef> {
        let tree = self.trees.get(expression.tree);
        let node = self.without_parentheses(expression);
        if tree.kind(node) != Kind::Tuple {
            return None;
        }
        let at = |node: NodeId| NodeRef { tree: expression.tree, node };
        if let Some(origin) = element.origin.as_span()
            && let Some(typed) = tree.children(node).find(|&child| tree.span(child).contains(origin))
        {
            return Some(at(typed));
        }
        if !matches!(self.value.map(|value| &value.data), Some(Data::Set(..))) {
            return tree.child(node, index).map(at);
        }
        // Of a set that was typed elsewhere, only where there is no choice.
        let mut open = tree.children(node).filter(|&child| !is_literal(tree.kind(child)));
        match (open.next(), open.next()) {
            (Some(only), None) => Some(at(only)),
            (_, _) => None,
        }
    }

    fn entry(&self, expression: NodeRef, name: &str) -> Entry {
        let tree = self.trees.get(expression.tree);
        let node = self.without_parentheses(expression);
        if tree.kind(node) != Kind::Object {
            return Entry::Elsewhere;
        }
        let mut certain = true;
        for item in tree.children(node) {
            let (Some(key), Some(value)) = (tree.child(item, 0), tree.child(item, 1)) else { continue };
            let matches = match tree.kind(key) {
                Kind::Name => tree.text(key) == name,
                Kind::Number | Kind::Bool => tree.text(key) == name,
                _ => match tree.constant_text(key) {
                    Some(text) => text == name,
                    None => {
                        certain = false;
                        false
                    }
                },
            };
            if matches {
                return Entry::Written(NodeRef { tree: expression.tree, node: value });
            }
        }
        if certain { Entry::Missing } else { Entry::Elsewhere }
    }

    fn without_parentheses(&self, expression: NodeRef) -> NodeId {
        let tree = self.trees.get(expression.tree);
        let mut node = expression.node;
        while tree.kind(node) == Kind::Paren
            && let Some(inner) = tree.child(node, 0)
        {
            node = inner;
        }
        node
    }
}

/// What an object constructor says of a key.
enum Entry {
    Written(NodeRef),
    Missing,
    /// No constructor, or keys that are only known by evaluation.
    Elsewhere,
}

fn is_literal(kind: Kind) -> bool {
    matches!(kind, Kind::Template | Kind::Heredoc | Kind::Number | Kind::Bool | Kind::Null)
}
