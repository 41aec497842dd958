//! The native syntax parser: recursive descent over the bytes, one pass, into the flat arena.
//!
//! Nesting is counted ([`super::MAX_DEPTH`]) and whatever may be long without being nested (operators, steps, `else if`
//! chains, blocks) is read in loops, so that no input overflows the stack.
//!
//! Sources: "HCL Native Syntax Specification", and hashicorp/hcl's scanner and parser (`hclsyntax`) where the
//! specification is silent: newlines, token boundaries in templates, legacy indexes.

mod expression;
mod lexer;
mod literal;
mod recovery;
mod structure;
mod template;
mod term;

use std::collections::HashMap;
use std::sync::Arc;

pub(super) use literal::literal;
pub(super) use term::is_number_in_range;

use super::{Kind, Op};
use super::{MAX_DEPTH, MAX_PROBLEMS, NONE, Node, NodeId, Syntax, Tree};
use crate::source::{FileId, Problem, SourceFile, Span};

/// Parses a file of native syntax.
#[must_use]
pub fn parse(file: FileId, source: &SourceFile) -> (Tree, Vec<Problem>) {
    parse_as(file, source, false)
}

/// Parses a file of native syntax in which a block on one line may hold several arguments, which Terraform's own files may
/// not (`flow { from = internet  to = tier.web }`); commas may stand between them.
#[must_use]
pub fn parse_relaxed(file: FileId, source: &SourceFile) -> (Tree, Vec<Problem>) {
    parse_as(file, source, true)
}

fn parse_as(file: FileId, source: &SourceFile, relaxed: bool) -> (Tree, Vec<Problem>) {
    let read = |layout| {
        let mut parser = Parser::new(&source.text, Place { file, base: 0, decoded: None });
        parser.layout = layout;
        parser.relaxed = relaxed;
        parser.too_large();
        let root = parser.file();
        parser.check_encoding(&source.invalid_utf8);
        (root, parser)
    };
    let (mut root, mut parser) = read(false);
    if parser.unclosed {
        let (layout_root, layout_parser) = read(true);
        if layout_parser.problems.len() <= parser.problems.len() {
            (root, parser) = (layout_root, layout_parser);
        }
    }
    finish(parser, root, file, Syntax::Native, source.text.clone(), 0)
}

/// Parses one expression. `base` is where the text stands in the file (its first byte), so that spans are the file's.
#[must_use]
pub fn parse_expression(file: FileId, text: &str, base: u32) -> (Tree, Vec<Problem>) {
    let mut parser = Parser::new(text, Place { file, base, decoded: None });
    parser.too_large();
    let root = parser.lone_expression();
    finish(parser, root, file, Syntax::Expression, Arc::new(text.to_owned()), base)
}

/// Parses a whole text as a template (a file of `templatefile`): the root is a [`Kind::Template`].
#[must_use]
pub fn parse_template(file: FileId, text: &str) -> (Tree, Vec<Problem>) {
    let mut parser = Parser::new(text, Place { file, base: 0, decoded: None });
    parser.too_large();
    let parts = parser.template_between(0, text.len(), None);
    let root = parser.node(Kind::Template, 0, text.len(), parts);
    finish(parser, root, file, Syntax::Expression, Arc::new(text.to_owned()), 0)
}

fn finish(
    parser: Parser<'_>,
    root: u32,
    file: FileId,
    syntax: Syntax,
    buffer: Arc<String>,
    base: u32,
) -> (Tree, Vec<Problem>) {
    let source_len = buffer.len() as u32;
    let Parser { nodes, comments, mut problems, .. } = parser;
    problems.sort();
    problems.dedup();
    let root = NodeId(root);
    (Tree { file, syntax, buffer, source_len, decoded: Vec::new(), base, nodes, root, comments }, problems)
}

/// The item at hand cannot be read; its problem was reported.
#[derive(Debug)]
pub(super) struct Failed;

/// A node, or what was asked for.
pub(super) type Parsed<T = u32> = Result<T, Failed>;

/// Where the parser's text stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The file.
    pub(super) file: FileId,
    /// Added to offsets to get file offsets.
    pub(super) base: u32,
    /// Set where the text was decoded from a JSON string: then the place of everything is that string.
    pub(super) decoded: Option<(u32, u32)>,
}

/// Children that are being linked.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    first: u32,
    last: u32,
}

impl List {
    pub(super) const EMPTY: Self = Self { first: NONE, last: NONE };

    /// The first node, or [`NONE`].
    pub(super) const fn first(self) -> u32 {
        self.first
    }

    /// Appends a node.
    pub(super) fn push(&mut self, nodes: &mut [Node], node: u32) {
        if self.first == NONE {
            self.first = node;
        } else {
            nodes[self.last as usize].next = node;
        }
        self.last = node;
    }
}

/// The state of a parse.
pub(super) struct Parser<'t> {
    text: &'t str,
    /// The text's bytes, up to where reading ends.
    bytes: &'t [u8],
    at: usize,
    /// Whether a newline is a token here: not inside parentheses, brackets, calls, `for` and template sequences.
    newlines: bool,
    depth: usize,
    pub(super) nodes: Vec<Node>,
    comments: Vec<(u32, u32)>,
    pub(super) problems: Vec<Problem>,
    place: Place,
    /// Operators waiting for their right operand.
    pending: Vec<expression::Pending>,
    /// Conditions and first branches waiting for the last `else`.
    branches: Vec<(u32, u32)>,
    /// Prefix operators waiting for their operand, and where they stand.
    prefixes: Vec<(Op, usize)>,
    /// Whether indentation decides where a block ends (tried after a file whose braces do not match).
    layout: bool,
    /// Whether a block on one line may hold several arguments.
    relaxed: bool,
    /// The file ended inside a block.
    unclosed: bool,
    /// The item at hand failed for a heredoc without an end, so brackets and line breaks behind it say nothing.
    heredoc_open: bool,
    /// Where the last item ends that is in the tree: reading never goes on before it.
    floor: usize,
    /// For recovery: lines that hold one word, by that word, the last of each; and where the last `*/` stands.
    marker_lines: Option<HashMap<&'t str, usize>>,
    last_comment_end: Option<usize>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, place: Place) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            newlines: true,
            depth: 0,
            nodes: Vec::with_capacity(text.len() / 8),
            comments: Vec::new(),
            problems: Vec::new(),
            place,
            pending: Vec::new(),
            branches: Vec::new(),
            prefixes: Vec::new(),
            layout: false,
            relaxed: false,
            unclosed: false,
            heredoc_open: false,
            floor: 0,
            marker_lines: None,
            last_comment_end: None,
        }
    }

    /// What was read.
    pub(super) fn into_parts(self) -> (Vec<Node>, Vec<Problem>) {
        (self.nodes, self.problems)
    }

    /// Offsets are 32 bits wide: of a file that is larger nothing is read.
    fn too_large(&mut self) {
        if self.text.len() >= u32::MAX as usize {
            self.problem(0, 0, "The file is too large", "At most 4 GiB can be read.");
            self.bytes = &[];
        }
    }

    /// Bytes that are not UTF-8 are allowed in comments only.
    fn check_encoding(&mut self, invalid: &[u32]) {
        let outside = |offset: u32| {
            let after = self.comments.partition_point(|&(start, _)| start <= offset);
            after == 0 || self.comments[after - 1].1 <= offset
        };
        if let Some(&offset) = invalid.iter().find(|&&offset| outside(offset)) {
            self.problem(
                offset as usize,
                offset as usize + 1,
                "Invalid character encoding",
                "All input files must be UTF-8 encoded. Ensure that UTF-8 encoding is selected in your editor.",
            );
        }
    }

    /// Adds a node without children.
    pub(super) fn leaf(&mut self, kind: Kind, start: usize, end: usize) -> u32 {
        self.node(kind, start, end, List::EMPTY)
    }

    /// Adds a node.
    pub(super) fn node(&mut self, kind: Kind, start: usize, end: usize, children: List) -> u32 {
        let id = self.nodes.len() as u32;
        let node = Node {
            kind,
            op: Op::None,
            flags: 0,
            start: start as u32,
            end: end as u32,
            first_child: children.first,
            next: NONE,
        };
        self.nodes.push(node);
        id
    }

    /// Adds a node with two children, spanning from `start` to `end`.
    fn pair(&mut self, kind: Kind, start: usize, end: usize, first: u32, second: u32) -> u32 {
        self.nodes[first as usize].next = second;
        self.node(kind, start, end, List { first, last: second })
    }

    fn start(&self, node: u32) -> usize {
        self.nodes[node as usize].start as usize
    }

    fn end(&self, node: u32) -> usize {
        self.nodes[node as usize].end as usize
    }

    /// One level deeper.
    fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.too_deep()) } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    fn too_deep(&mut self) -> Failed {
        let help = format!("At most {MAX_DEPTH} levels of brackets, blocks, templates and prefix operators are read.");
        self.fail(self.at, self.at + 1, "This is nested too deeply", &help)
    }

    /// Reports a problem; the item at hand is given up.
    #[cold]
    #[inline(never)]
    fn fail(&mut self, start: usize, end: usize, message: &str, help: &str) -> Failed {
        self.problem(start, end, message, help);
        Failed
    }

    /// Reports a problem. After the last one that is reported, the rest of the text is not read.
    #[cold]
    #[inline(never)]
    pub(super) fn problem(&mut self, start: usize, end: usize, message: &str, help: &str) {
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let mut end = end.clamp(start, self.text.len().max(start));
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        let (start, end) = match self.place.decoded {
            Some(whole) => whole,
            None => (start as u32 + self.place.base, end as u32 + self.place.base),
        };
        self.problems.push(Problem::at(Span::new(self.place.file, start, end), message).help(help));
        if self.problems.len() == MAX_PROBLEMS {
            self.bytes = &self.bytes[..self.at.min(self.bytes.len())];
        }
    }
}
