//! Bodies, attributes and blocks. "HCL Native Syntax Specification", Structural Elements.

use std::collections::HashSet;

use super::literal::{Escape, template_escape};
use super::{Failed, Kind, List, Parsed, Parser};
use crate::syntax::{FLAG_ESCAPES, MAX_PROBLEMS};

/// Above so many attributes in a body, duplicates are looked up in a set.
const FEW: usize = 16;

/// The attribute names of a body.
#[derive(Default)]
struct Names<'t> {
    few: Vec<&'t str>,
    many: HashSet<&'t str>,
}

impl<'t> Names<'t> {
    /// Adds a name; whether it is new.
    fn insert(&mut self, name: &'t str) -> bool {
        if self.few.len() < FEW {
            let is_new = !self.few.contains(&name);
            self.few.push(name);
            return is_new;
        }
        if self.many.is_empty() {
            self.many.extend(self.few.iter());
        }
        self.many.insert(name)
    }
}

/// A body whose end has not been reached.
struct Open<'t> {
    /// Where its block starts (0 for the file).
    start: usize,
    /// Type and labels.
    header: List,
    /// Where its brace stands.
    brace: usize,
    items: List,
    names: Names<'t>,
}

impl Open<'_> {
    fn new(start: usize, header: List, brace: usize) -> Self {
        Self { start, header, brace, items: List::EMPTY, names: Names::default() }
    }
}

impl<'t> Parser<'t> {
    /// A whole file.
    pub(super) fn file(&mut self) -> u32 {
        self.pass_byte_order_mark();
        let mut open = vec![Open::new(0, List::EMPTY, 0)];
        loop {
            self.newlines = true;
            self.skip();
            if self.at_end() || self.problems.len() >= MAX_PROBLEMS {
                break;
            }
            if self.at_newline() {
                self.pass_newline();
                continue;
            }
            let is_brace = self.byte() == b'}';
            if self.layout {
                self.close_by_layout(&mut open, is_brace);
            }
            if is_brace {
                self.close_brace(&mut open);
            } else {
                self.item(&mut open);
            }
        }
        if open.len() > 1 && self.problems.len() < MAX_PROBLEMS {
            self.unclosed = true;
            self.unclosed_block(&open);
        }
        while open.len() > 1 {
            self.close_block(&mut open, self.at);
        }
        let items = open.pop().map_or(List::EMPTY, |body| body.items);
        self.node(Kind::Body, 0, self.text.len(), items)
    }

    pub(super) fn pass_byte_order_mark(&mut self) {
        if self.sees("\u{feff}".as_bytes()) {
            self.at += 3;
        }
    }

    fn close_brace(&mut self, open: &mut Vec<Open<'t>>) {
        if open.len() == 1 {
            let help = "This closing brace closes no block. An argument or block definition is required here.";
            self.problem(self.at, self.at + 1, "Argument or block definition required", help);
            self.at += 1;
            return;
        }
        self.at += 1;
        let start = open.last().map_or(0, |body| body.start);
        self.close_block(open, self.at);
        self.end_of_item(start, "block definition");
    }

    /// Makes the block of the innermost body, which ends here.
    fn close_block(&mut self, open: &mut Vec<Open<'t>>, end: usize) {
        let Some(body) = open.pop() else { return };
        self.depth = self.depth.saturating_sub(1);
        self.floor = end;
        let node = self.node(Kind::Body, body.brace, end, body.items);
        let mut children = body.header;
        children.push(&mut self.nodes, node);
        let block = self.node(Kind::Block, body.start, end, children);
        if let Some(parent) = open.last_mut() {
            parent.items.push(&mut self.nodes, block);
        }
    }

    #[cold]
    fn unclosed_block(&mut self, open: &[Open<'t>]) {
        let Some(body) = open.last() else { return };
        let help = "There is no closing brace for this block before the end of the file. This may be caused by \
                    incorrect brace nesting elsewhere in this file.";
        self.problem(body.brace, body.brace + 1, "Unclosed configuration block", help);
    }

    /// Closes the blocks that end here if one goes by indentation: those whose header does not stand further left than
    /// this item (or stands further right than this closing brace).
    fn close_by_layout(&mut self, open: &mut Vec<Open<'t>>, is_brace: bool) {
        let Some(column) = self.indentation(self.at) else { return };
        let limit = column + usize::from(is_brace);
        while open.len() > 1 {
            let inner = open.last().and_then(|body| self.indentation(body.start));
            if inner.is_none_or(|inner| inner < limit) {
                return;
            }
            self.unclosed_block(open);
            self.close_block(open, self.at);
        }
    }

    /// An attribute or a block.
    fn item(&mut self, open: &mut Vec<Open<'t>>) {
        let start = self.at;
        let depth = self.depth;
        if self.attribute_or_block(open).is_err() {
            self.give_up(depth);
            self.resync(start, start);
        }
    }

    /// Forgets what was begun since the nesting was `depth`.
    pub(super) fn give_up(&mut self, depth: usize) {
        self.depth = depth;
        self.newlines = true;
        self.pending.clear();
        self.branches.clear();
        self.prefixes.clear();
    }

    fn attribute_or_block(&mut self, open: &mut Vec<Open<'t>>) -> Parsed<()> {
        let start = self.at;
        let Some(end) = self.identifier_end(start) else { return Err(self.no_item()) };
        self.at = end;
        self.skip();
        let name = self.leaf(Kind::Name, start, end);
        if self.at_equals() {
            let attribute = self.attribute_value(name);
            if let Some(body) = open.last_mut() {
                self.add_attribute(body, name, &attribute);
            }
            attribute.result?;
            self.end_of_item(start, "argument");
            return Ok(());
        }
        self.block(open, start, name)
    }

    #[cold]
    #[inline(never)]
    fn no_item(&mut self) -> Failed {
        let end = self.after_character(self.at);
        if self.byte() == b'"' {
            return self.fail(self.at, end, "Invalid argument name", "Argument names must not be quoted.");
        }
        let help = "An argument or block definition is required here.";
        self.fail(self.at, end, "Argument or block definition required", help)
    }

    fn at_equals(&self) -> bool {
        self.byte() == b'=' && !matches!(self.ahead(1), b'=' | b'>')
    }

    /// `= expression`. An expression that cannot be read is an error node, and the result says so.
    fn attribute_value(&mut self, name: u32) -> Attribute {
        self.at += 1;
        self.skip();
        let start = self.at;
        let (value, result) = match self.expression() {
            Ok(value) => (value, Ok(())),
            Err(failed) => {
                let end = self.at.clamp(start, self.line_end(start.min(self.bytes.len())).max(start));
                (self.leaf(Kind::Error, start, end), Err(failed))
            }
        };
        let node = self.pair(Kind::Attribute, self.start(name), self.end(value), name, value);
        Attribute { node, result }
    }

    fn add_attribute(&mut self, body: &mut Open<'t>, name: u32, attribute: &Attribute) {
        body.items.push(&mut self.nodes, attribute.node);
        self.floor = self.end(attribute.node);
        let (start, end) = (self.start(name), self.end(name));
        let text = &self.text[start..end];
        if !body.names.insert(text) {
            let help = format!("The argument \"{text}\" was already set. Each argument may be set only once.");
            self.problem(start, end, "Attribute redefined", &help);
        }
    }

    /// What must stand behind an item: a newline. If something else does, it is reported and passed over.
    fn end_of_item(&mut self, start: usize, what: &str) {
        self.newlines = true;
        self.skip();
        if self.at_newline() {
            self.pass_newline();
        } else if !self.at_end() {
            self.missing_newline(what);
            self.resync(self.at, start);
        }
    }

    #[cold]
    #[inline(never)]
    fn missing_newline(&mut self, what: &str) {
        let end = self.after_character(self.at);
        if self.byte() == b',' && what == "argument" {
            let help = "Argument definitions must be separated by newlines, not commas.";
            self.problem(self.at, end, "Unexpected comma after argument", help);
            return;
        }
        let help = match what {
            "argument" => "An argument definition must end with a newline.",
            _ => "A block definition must end with a newline.",
        };
        self.problem(self.at, end, &format!("Missing newline after {what}"), help);
    }

    /// A block, from behind its type on. Its body is opened, or read if it stands on the same line.
    fn block(&mut self, open: &mut Vec<Open<'t>>, start: usize, type_name: u32) -> Parsed<()> {
        let mut header = List { first: type_name, last: type_name };
        loop {
            self.skip();
            let label = match self.byte() {
                b'{' => break,
                b'"' => self.label()?,
                _ => match self.identifier_end(self.at) {
                    Some(end) => {
                        let label = self.leaf(Kind::Name, self.at, end);
                        self.at = end;
                        label
                    }
                    None => return Err(self.bad_header(type_name, header.last)),
                },
            };
            header.push(&mut self.nodes, label);
        }
        let brace = self.at;
        self.enter()?;
        self.at += 1;
        open.push(Open::new(start, header, brace));
        self.skip();
        if self.at_newline() || self.at_end() || self.byte() == b'}' {
            return Ok(());
        }
        let result = self.single_line(open);
        let end =
            if result.is_ok() { self.at } else { self.at.min(self.line_end(brace)).max(self.floor).max(brace + 1) };
        self.close_block(open, end);
        result?;
        self.end_of_item(start, "block definition");
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn bad_header(&mut self, type_name: u32, last: u32) -> Failed {
        let end = self.after_character(self.at);
        if type_name == last && self.byte() != b'=' && (self.at_newline() || self.at_end() || self.byte() != b'}') {
            let (start, end) = (self.start(type_name), self.end(type_name));
            let help = "An argument or block definition is required here. To set an argument, use the equals sign \"=\" \
                        to introduce the argument value.";
            return self.fail(start, end, "Argument or block definition required", help);
        }
        let help = if self.byte() == b'=' {
            "The equals sign \"=\" indicates an argument definition, and must not be used when defining a block."
        } else if self.at_newline() || self.at_end() {
            "A block definition must have block content delimited by \"{\" and \"}\", starting on the same line as the \
             block header."
        } else {
            "Either a quoted string block label or an opening brace (\"{\") is expected here."
        };
        self.fail(self.at, end, "Invalid block definition", help)
    }

    /// `type { name = value }`: what stands between the braces, and the closing brace.
    fn single_line(&mut self, open: &mut [Open<'t>]) -> Parsed<()> {
        self.single_attribute(open)?;
        while self.relaxed && self.byte() != b'}' && !self.at_newline() && !self.at_end() {
            if self.byte() == b',' {
                self.at += 1;
                self.skip();
            }
            self.single_attribute(open)?;
        }
        if self.byte() != b'}' {
            return Err(self.open_single_line());
        }
        self.at += 1;
        Ok(())
    }

    fn single_attribute(&mut self, open: &mut [Open<'t>]) -> Parsed<()> {
        let start = self.at;
        let Some(end) = self.identifier_end(start) else { return Err(self.no_item()) };
        self.at = end;
        self.skip();
        if !self.at_equals() {
            let help = "A single-line block definition can contain only a single argument. To define a nested block, \
                        place it on a line of its own within its parent block.";
            return Err(self.fail(start, end, "Argument definition required", help));
        }
        let name = self.leaf(Kind::Name, start, end);
        let attribute = self.attribute_value(name);
        if let Some(body) = open.last_mut() {
            self.add_attribute(body, name, &attribute);
        }
        attribute.result?;
        self.skip();
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn open_single_line(&mut self) -> Failed {
        let end = self.after_character(self.at);
        let help = if self.byte() == b',' {
            "Single-line block syntax can include only one argument definition. To define multiple arguments, use the \
             multi-line block syntax with one argument definition per line."
        } else {
            "A single-line block definition must end with a closing brace immediately after its single argument \
             definition, on the same line."
        };
        self.fail(self.at, end, "Invalid single-argument block definition", help)
    }

    /// A quoted label.
    fn label(&mut self) -> Parsed {
        let start = self.at;
        let mut flags = 0;
        self.at += 1;
        loop {
            match self.byte() {
                b'"' => break,
                b'\n' | b'\r' => return Err(self.unterminated_label(start)),
                0 if self.at_end() => return Err(self.unterminated_label(start)),
                b'\\' if matches!(self.ahead(1), b'\n' | b'\r') => return Err(self.unterminated_label(start)),
                b'\\' => {
                    let escape = Escape::read(&self.text[self.at..]);
                    let at = self.at;
                    self.at += escape.length;
                    flags = FLAG_ESCAPES;
                    if let Some(wrong) = escape.wrong {
                        self.problem(at, self.at, "Invalid escape sequence", wrong);
                    }
                }
                b'$' | b'%' if self.ahead(1) == b'{' => {
                    let help = "Template sequences are not allowed in a block label. To include a literal \"$\" or \
                                \"%\" before a brace, double it.";
                    return Err(self.fail(self.at, self.at + 2, "Invalid string literal", help));
                }
                b'$' | b'%' => match template_escape(&self.bytes[self.at..]) {
                    Some(length) => {
                        self.at += length;
                        flags = FLAG_ESCAPES;
                    }
                    None => self.at += 1,
                },
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let label = self.leaf(Kind::Label, start, self.at);
        self.nodes[label as usize].flags = flags;
        Ok(label)
    }

    #[cold]
    #[inline(never)]
    fn unterminated_label(&mut self, start: usize) -> Failed {
        let help = "Unable to find the closing quote mark of this label before the end of the line.";
        self.fail(start, start + 1, "Unterminated string literal", help)
    }
}

/// An attribute and whether its value could be read.
struct Attribute {
    node: u32,
    result: Parsed<()>,
}
