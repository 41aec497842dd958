//! Native HCL and HCL-JSON in one flat, lossless tree.
//!
//! [`native::parse`] and [`json::parse`] make a [`Tree`] in one pass over the bytes; every node has a byte
//! span, never an optional one. After an error the parser goes on with the next item: what could be read is in the
//! tree, what could not is a [`crate::source::Problem`].
//!
//! A tree is an arena of 20-byte [`Node`]s linked by first child and next sibling, so consumers can walk it
//! without recursion. White space is what lies between the spans; comments are listed beside the nodes.
//!
//! Sources: "HCL Native Syntax Specification", "JSON Expression Mapping" (HCL JSON Syntax Specification), and
//! "Terraform Language: Syntax".

pub mod body;
mod dump;
pub mod json;
pub mod native;

pub use body::{AttributeView, BlockView, Body, LabelView};
pub use dump::dump;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::source::{FileId, Span};

/// The deepest nesting of blocks, brackets, templates and unary operators that is read.
pub const MAX_DEPTH: usize = 1000;
/// The longest chain of binary operators (or of traversal steps) in one expression.
pub const MAX_CHAIN: usize = 10_000;
/// After so many syntax errors in one file the rest are not reported (the first ones are what counts).
pub const MAX_PROBLEMS: usize = 50;

/// Index of a node in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// Index of a tree in [`Trees`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeId(pub u32);

/// An expression (or a body, or any node), by tree and node: `Copy`, and good for the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeRef {
    /// The tree.
    pub tree: TreeId,
    /// The node.
    pub node: NodeId,
}

/// What a node is. The comment gives its children, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    // Structure (native syntax)
    /// [`Kind::Attribute`] and [`Kind::Block`], in source order.
    Body,
    /// [`Kind::Name`], expression.
    Attribute,
    /// [`Kind::Name`] (the type), then [`Kind::Name`] or [`Kind::Label`] per label, then [`Kind::Body`].
    Block,
    /// An identifier; no children. [`Tree::text`] is the name.
    Name,
    /// A quoted block label, quotes included; no children. [`Tree::literal`] is its text.
    Label,

    // Literals
    /// A number; no children. [`Tree::text`] is its text.
    Number,
    /// `true`, `false`; no children.
    Bool,
    /// `null`; no children.
    Null,

    // Templates
    /// `"…"`; children are template parts: [`Kind::Text`], [`Kind::Interpolation`], [`Kind::TemplateIf`],
    /// [`Kind::TemplateFor`]. None: the empty string. In JSON, any string.
    Template,
    /// `<<EOT … EOT`; children as for [`Kind::Template`].
    Heredoc,
    /// Literal text of a template. Its span is what is left after `~` markers and `<<-` indentation have been
    /// taken off; [`Tree::literal`] resolves its escapes (`\n`, `$${`, …).
    Text,
    /// `${ … }`: the expression.
    Interpolation,
    /// `%{ if … }`: condition, [`Kind::Sequence`], and another [`Kind::Sequence`] if there is an `else`.
    TemplateIf,
    /// `%{ for … }`: one or two [`Kind::Name`]s, collection, [`Kind::Sequence`].
    TemplateFor,
    /// Template parts between directives.
    Sequence,

    // Collections
    /// `[…]`: the elements.
    Tuple,
    /// `{…}`: [`Kind::ObjectItem`]s. In JSON also a body.
    Object,
    /// Key, value. A key that is a bare name is a [`Kind::Name`] (and stands for itself); any other expression is
    /// evaluated. In JSON the key is a [`Kind::Template`].
    ObjectItem,
    /// `[for … ]`: one or two [`Kind::Name`]s, collection, value, and the `if` condition where
    /// [`Node::flag`] [`FLAG_CONDITION`] is set.
    ForTuple,
    /// `{for … }`: one or two [`Kind::Name`]s, collection, key, value, and the condition where [`FLAG_CONDITION`] is
    /// set. [`FLAG_GROUP`]: `...` after the value.
    ForObject,

    // Terms
    /// The root of a traversal, or a lone name; no children. [`Tree::text`] is the name.
    Variable,
    /// `.name`: object, [`Kind::Name`].
    GetAttribute,
    /// `[key]`: collection, key.
    Index,
    /// `.0`: collection, [`Kind::Number`].
    LegacyIndex,
    /// `.*` and what follows it (attribute access only): collection, then an expression over
    /// [`Kind::SplatItem`].
    AttributeSplat,
    /// `[*]` and what follows it: collection, then an expression over [`Kind::SplatItem`].
    FullSplat,
    /// The element at hand of the innermost splat around it; no children, empty span.
    SplatItem,
    /// A function call: [`Kind::Name`] (with `::` where namespaced), then the arguments. [`FLAG_EXPAND`]: `...` after
    /// the last.
    Call,
    /// `( … )`: the expression.
    Paren,
    /// `!a`, `-a`: the operand; [`Node::op`].
    Unary,
    /// Two operands; [`Node::op`].
    Binary,
    /// Condition, then, else.
    Conditional,
    /// An expression that could not be read (its problem was reported); evaluates to an unknown value.
    Error,
}

/// `if` condition is the last child (of [`Kind::ForTuple`], [`Kind::ForObject`]).
pub const FLAG_CONDITION: u8 = 1;
/// `...` after a [`Kind::ForObject`] value.
pub const FLAG_GROUP: u8 = 2;
/// `...` after the last argument of a [`Kind::Call`].
pub const FLAG_EXPAND: u8 = 4;
/// A [`Kind::Text`] or [`Kind::Label`] that holds escapes, so [`Tree::literal`] differs from [`Tree::text`].
pub const FLAG_ESCAPES: u8 = 8;
/// Two names in a `for` (key and value).
pub const FLAG_KEY: u8 = 16;
/// Inside a heredoc (only `$${` and `%%{` are escapes) rather than a quoted template.
pub const FLAG_HEREDOC: u8 = 32;

/// Operators of [`Kind::Unary`] and [`Kind::Binary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Op {
    /// No operator.
    None,
    /// `!`
    Not,
    /// `-a`
    Negate,
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

/// One node of the arena.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its operator.
    pub op: Op,
    /// `FLAG_…`
    pub flags: u8,
    /// First byte, in [`Tree::buffer`].
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// First child, or [`NONE`].
    pub first_child: u32,
    /// Next sibling, or [`NONE`].
    pub next: u32,
}

impl Node {
    /// Whether a `FLAG_…` is set.
    #[must_use]
    pub const fn flag(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// No node.
pub const NONE: u32 = u32::MAX;

/// Which of HCL's two syntaxes a tree was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Native syntax (`.tf`, `.tfvars`, `.hcl`): the root is a [`Kind::Body`].
    Native,
    /// JSON (`.tf.json`, `.tfvars.json`): the root is an [`Kind::Object`] (or a [`Kind::Tuple`] of them).
    Json,
    /// A lone expression (a string of a JSON file that stands for an expression, a command-line argument).
    Expression,
}

/// Where a decoded piece of text behind the file's own text comes from: JSON strings with escapes are decoded into
/// the end of the buffer, so that templates inside them can be nodes like all others.
#[derive(Clone, Copy, Debug)]
pub struct Decoded {
    /// First byte of the decoded piece in [`Tree::buffer`].
    pub start: u32,
    /// The string's first byte inside its quotes, in the file.
    pub source_start: u32,
    /// One past the string's last byte inside its quotes, in the file.
    pub source_end: u32,
}

/// One parsed file (or expression).
#[derive(Debug)]
pub struct Tree {
    /// The file it was read from.
    pub file: FileId,
    /// Which syntax.
    pub syntax: Syntax,
    /// What node offsets point into: the file's text, then decoded JSON strings.
    pub buffer: Arc<String>,
    /// Length of the file's own text in the buffer.
    pub source_len: u32,
    /// Decoded pieces, by `start`.
    pub decoded: Vec<Decoded>,
    /// Added to node offsets to get file offsets (for a lone expression inside a file).
    pub base: u32,
    /// The arena.
    pub nodes: Vec<Node>,
    /// The root.
    pub root: NodeId,
    /// Byte ranges of comments (markers included, line break excluded), in order.
    pub comments: Vec<(u32, u32)>,
}

impl Tree {
    /// The node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// What a node is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// The place of a node in its file.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        let node = self.node(id);
        self.place(node.start, node.end)
    }

    /// The place in the file of a range of the buffer.
    #[must_use]
    pub fn place(&self, start: u32, end: u32) -> Span {
        if start >= self.source_len && !self.decoded.is_empty() {
            let index = self.decoded.partition_point(|piece| piece.start <= start).saturating_sub(1);
            let piece = self.decoded[index];
            return Span::new(self.file, piece.source_start + self.base, piece.source_end + self.base);
        }
        Span::new(self.file, start + self.base, end + self.base)
    }

    /// The text of a node as it stands in the buffer.
    #[must_use]
    pub fn text(&self, id: NodeId) -> &str {
        let node = self.node(id);
        self.buffer.get(node.start as usize..node.end as usize).unwrap_or_default()
    }

    /// The text that a [`Kind::Text`], [`Kind::Label`] or [`Kind::Name`] stands for, escapes resolved (and, for a
    /// label, without quotes).
    #[must_use]
    pub fn literal(&self, id: NodeId) -> Cow<'_, str> {
        native::literal(self, id)
    }

    /// A string of JSON as it stands, not read as a template: what a label, a property's name or a description is.
    /// `None` if the node is no string, or not JSON.
    #[must_use]
    pub fn raw_string(&self, id: NodeId) -> Option<Cow<'_, str>> {
        json::raw_string(self, id)
    }

    /// The children of a node.
    #[must_use]
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children { tree: self, next: self.node(id).first_child }
    }

    /// The n-th child.
    #[must_use]
    pub fn child(&self, id: NodeId, index: usize) -> Option<NodeId> {
        self.children(id).nth(index)
    }

    /// The constant text of a template without interpolations: `Some` for `"abc"` and `""`.
    #[must_use]
    pub fn constant_text(&self, id: NodeId) -> Option<Cow<'_, str>> {
        if !matches!(self.kind(id), Kind::Template | Kind::Heredoc) {
            return None;
        }
        let mut text = Cow::Borrowed("");
        for (index, part) in self.children(id).enumerate() {
            if self.kind(part) != Kind::Text {
                return None;
            }
            if index == 0 {
                text = self.literal(part);
            } else {
                text.to_mut().push_str(&self.literal(part));
            }
        }
        Some(text)
    }
}

/// Iterator over the children of a node.
#[derive(Clone, Debug)]
pub struct Children<'t> {
    tree: &'t Tree,
    next: u32,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        if self.next == NONE {
            return None;
        }
        let id = NodeId(self.next);
        self.next = self.tree.node(id).next;
        Some(id)
    }
}

/// All trees of a run.
#[derive(Debug, Default)]
pub struct Trees {
    trees: Vec<Tree>,
    of_file: HashMap<FileId, TreeId>,
}

impl Trees {
    /// Adds a tree.
    pub fn add(&mut self, tree: Tree) -> TreeId {
        let id = TreeId(self.trees.len() as u32);
        if tree.syntax != Syntax::Expression {
            self.of_file.insert(tree.file, id);
        }
        self.trees.push(tree);
        id
    }

    /// The tree of a whole file (not of a lone expression in it, such as those in JSON's `depends_on`).
    #[must_use]
    pub fn of_file(&self, file: FileId) -> Option<TreeId> {
        self.of_file.get(&file).copied()
    }

    /// The tree with this id.
    ///
    /// # Panics
    /// If the id is of another `Trees`.
    #[must_use]
    pub fn get(&self, id: TreeId) -> &Tree {
        &self.trees[id.0 as usize]
    }

    /// All trees.
    pub fn iter(&self) -> impl Iterator<Item = (TreeId, &Tree)> {
        self.trees.iter().enumerate().map(|(index, tree)| (TreeId(index as u32), tree))
    }

    /// The place of a node.
    #[must_use]
    pub fn span(&self, at: NodeRef) -> Span {
        self.get(at.tree).span(at.node)
    }

    /// A body's view: `at` is a [`Kind::Body`], or in JSON the object (or tuple of objects).
    #[must_use]
    pub fn body(&self, at: NodeRef) -> Body<'_> {
        Body { tree_id: at.tree, tree: self.get(at.tree), node: at.node }
    }
}
