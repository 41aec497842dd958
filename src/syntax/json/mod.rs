//! The JSON syntax parser: one pass without recursion, then the templates inside strings.
//!
//! Sources: "HCL JSON Syntax Specification"; RFC 8259 for the grammar, as Go's `encoding/json` and hashicorp/hcl's `json`
//! package read it (a byte-order mark is refused, a lone surrogate becomes U+FFFD).

pub(super) mod body;
mod string;

use super::native::{List, Parser, Place, is_number_in_range};
use super::{FLAG_HEREDOC, Kind, MAX_DEPTH, MAX_PROBLEMS, NONE, Node, NodeId, Op, Syntax, Tree};
use crate::source::{FileId, Problem, SourceFile, Span};

pub(super) use string::raw_string;

/// Parses a file of configuration in JSON syntax (`.tf.json`).
#[must_use]
pub fn parse(file: FileId, source: &SourceFile) -> (Tree, Vec<Problem>) {
    read(file, source, false)
}

/// Parses a file of values (`.tfvars.json`): no string is a template.
#[must_use]
pub fn parse_values(file: FileId, source: &SourceFile) -> (Tree, Vec<Problem>) {
    read(file, source, true)
}

fn read(file: FileId, source: &SourceFile, is_literal: bool) -> (Tree, Vec<Problem>) {
    let mut reader = Reader {
        file,
        text: &source.text,
        bytes: source.text.as_bytes(),
        invalid: &source.invalid_utf8,
        at: 0,
        nodes: Vec::with_capacity(source.text.len() / 8),
        problems: Vec::new(),
        frames: Vec::new(),
        decoded: string::Decoder::default(),
        templates: Vec::new(),
        is_literal,
        too_deep: false,
        unclosed: false,
    };
    if source.text.len() > MAX_FILE {
        reader.problem(0, 0, "The file is too large", "At most 1 GiB of JSON can be read.");
        reader.bytes = &[];
    }
    let root = reader.file();
    reader.finish(root, source)
}

/// Offsets are 32 bits wide, and the texts of strings with escapes stand behind the file's own.
const MAX_FILE: usize = 1 << 30;

/// An object or an array that is being read.
struct Frame {
    is_object: bool,
    start: usize,
    items: List,
    /// The key that waits for its value.
    key: Option<u32>,
    /// Strings in it are no templates.
    is_literal: bool,
}

/// A string to be read as a template.
struct Pending {
    node: u32,
    start: usize,
    end: usize,
    /// The string's place in the file, if its text was decoded.
    decoded: Option<(u32, u32)>,
}

/// What comes next.
enum Step {
    Value,
    KeyOrEnd,
    After(u32),
    Done(u32),
}

struct Reader<'s> {
    file: FileId,
    text: &'s str,
    bytes: &'s [u8],
    invalid: &'s [u32],
    at: usize,
    nodes: Vec<Node>,
    problems: Vec<Problem>,
    frames: Vec<Frame>,
    decoded: string::Decoder,
    templates: Vec<Pending>,
    /// No string of the file is a template.
    is_literal: bool,
    too_deep: bool,
    unclosed: bool,
}

const VALUE: &str = "A JSON value must start with a brace, a bracket, a number, a string, or a keyword.";

impl Reader<'_> {
    /// The root value.
    fn file(&mut self) -> u32 {
        let mut step = Step::Value;
        let root = loop {
            self.skip();
            step = match step {
                Step::Value => self.value(),
                Step::KeyOrEnd => self.key_or_end(),
                Step::After(value) => self.after(value),
                Step::Done(root) => break root,
            };
        };
        self.skip();
        if self.at < self.bytes.len() && self.problems.is_empty() {
            let help = "Extra characters appear after the JSON value.";
            self.problem(self.at, self.bytes.len(), "Extraneous data after value", help);
        }
        let node = self.nodes[root as usize];
        if !matches!(node.kind, Kind::Object | Kind::Tuple) && self.problems.is_empty() {
            let help =
                "The root value in a JSON-based configuration must be either a JSON object or a JSON array of objects.";
            self.problem(node.start as usize, node.end as usize, "Root value must be object", help);
        }
        root
    }

    /// A value: whole if it is no object and no array.
    fn value(&mut self) -> Step {
        let start = self.at;
        let value = match self.byte() {
            open @ (b'{' | b'[') => return self.open(open == b'{'),
            b'"' => self.string(),
            b'-' | b'+' | b'.' | b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' => self.keyword(),
            _ if self.at >= self.bytes.len() && !self.frames.is_empty() => return self.unclosed(),
            byte => {
                let message = match byte {
                    b'}' => "Missing JSON value",
                    b']' => "Missing array element value",
                    _ if self.at >= self.bytes.len() => "Missing value",
                    _ => "Invalid start of value",
                };
                self.problem(start, start + 1, message, VALUE);
                self.pass_rest_of_value();
                self.leaf(Kind::Error, start, self.at)
            }
        };
        Step::After(value)
    }

    fn open(&mut self, is_object: bool) -> Step {
        let start = self.at;
        if self.frames.len() >= MAX_DEPTH {
            if !self.too_deep {
                let help = format!("At most {MAX_DEPTH} levels of objects and arrays are read.");
                self.problem(start, start + 1, "This is nested too deeply", &help);
            }
            self.too_deep = true;
            self.pass_rest_of_value();
            return Step::After(self.leaf(Kind::Error, start, self.at));
        }
        self.at += 1;
        let is_literal = self.in_literal();
        self.frames.push(Frame { is_object, start, items: List::EMPTY, key: None, is_literal });
        if is_object {
            return Step::KeyOrEnd;
        }
        self.skip();
        if self.byte() == b']' { self.close() } else { Step::Value }
    }

    /// Whether the value at hand holds text only: in a file of values, in a comment property, and in what Terraform
    /// reads of a variable block before anything has a value.
    fn in_literal(&self) -> bool {
        let key = |frame: &Frame| {
            let key = self.nodes[frame.key? as usize];
            Some(&self.bytes[key.start as usize..key.end as usize])
        };
        let Some(frame) = self.frames.last() else { return self.is_literal };
        match key(frame) {
            _ if self.is_literal || frame.is_literal => true,
            Some(b"\"//\"") => true,
            Some(b"\"default\"" | b"\"description\"") => {
                let mut around = self.frames.iter().filter(|frame| frame.is_object);
                around.next().and_then(key) == Some(b"\"variable\"") && around.count() == 2
            }
            Some(_) | None => false,
        }
    }

    /// A property's key and colon, or the end of the object.
    fn key_or_end(&mut self) -> Step {
        match self.byte() {
            b'}' => return self.close(),
            b'"' => {}
            _ if self.at >= self.bytes.len() => return self.unclosed(),
            _ => {
                let help = "A JSON object property name must be a string.";
                self.problem(self.at, self.at + 1, "Invalid object property name", help);
                return self.next_item();
            }
        }
        let key = self.string();
        self.skip();
        match self.byte() {
            b':' => {
                self.at += 1;
                if let Some(frame) = self.frames.last_mut() {
                    frame.key = Some(key);
                }
                Step::Value
            }
            byte => {
                let (message, help) = match byte {
                    b',' | b'}' => {
                        ("Missing object value", "A JSON object attribute must have a value, introduced by a colon.")
                    }
                    b'=' => (
                        "Missing property value colon",
                        "JSON uses a colon as its name/value delimiter, not an equals sign.",
                    ),
                    _ => (
                        "Missing property value colon",
                        "A colon must appear between an object property's name and its value.",
                    ),
                };
                self.problem(self.at, self.at + 1, message, help);
                self.next_item()
            }
        }
    }

    /// Goes on after an item that could not be read.
    fn next_item(&mut self) -> Step {
        self.pass_rest_of_value();
        self.separator()
    }

    /// Links a value where it belongs, and passes what follows it.
    fn after(&mut self, value: u32) -> Step {
        let Some(frame) = self.frames.last_mut() else { return Step::Done(value) };
        let key = frame.key.take();
        let item = match key {
            Some(key) => {
                let (start, end) = (self.nodes[key as usize].start, self.nodes[value as usize].end);
                self.nodes[key as usize].next = value;
                let mut children = List::EMPTY;
                children.push(&mut self.nodes, key);
                self.node(Kind::ObjectItem, start as usize, end as usize, children)
            }
            None => value,
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.items.push(&mut self.nodes, item);
        }
        self.separator()
    }

    /// A comma and what it promises, or the end of the object or array.
    fn separator(&mut self) -> Step {
        self.skip();
        let is_object = self.frames.last().is_some_and(|frame| frame.is_object);
        let (what, next) = if is_object { ("object", Step::KeyOrEnd) } else { ("array", Step::Value) };
        match self.byte() {
            b',' => {
                let comma = self.at;
                self.at += 1;
                self.skip();
                if self.byte() == if is_object { b'}' } else { b']' } {
                    let help = "JSON does not permit a comma after the last item.";
                    self.problem(comma, comma + 1, &format!("Trailing comma in {what}"), help);
                    return self.close();
                }
                next
            }
            b'}' if is_object => self.close(),
            b']' if !is_object => self.close(),
            b'}' | b']' => {
                let (message, help) = if is_object {
                    ("Mismatched braces", "A JSON object must be closed with a brace, not a bracket.")
                } else {
                    ("Mismatched brackets", "A JSON array must be closed with a bracket, not a brace.")
                };
                self.problem(self.at, self.at + 1, message, help);
                self.close()
            }
            _ if self.at >= self.bytes.len() => self.unclosed(),
            _ => {
                let help = "A comma must appear between each two items.";
                self.problem(self.at, self.at + 1, "Missing separator comma", help);
                if self.byte() != b'"' {
                    return self.next_item();
                }
                next
            }
        }
    }

    /// Ends the innermost object or array at the character at hand.
    fn close(&mut self) -> Step {
        self.at += usize::from(self.at < self.bytes.len());
        self.close_here()
    }

    fn close_here(&mut self) -> Step {
        match self.frames.pop() {
            Some(frame) => {
                let kind = if frame.is_object { Kind::Object } else { Kind::Tuple };
                Step::After(self.node(kind, frame.start, self.at, frame.items))
            }
            None => Step::Done(self.leaf(Kind::Error, 0, self.at)),
        }
    }

    /// The file ends inside an object or array: reported for the innermost, and all end here.
    fn unclosed(&mut self) -> Step {
        if let Some(frame) = self.frames.last() {
            let (message, help) = if frame.is_object {
                ("Unclosed object", "No closing brace was found for this JSON object.")
            } else {
                ("Unclosed array", "No closing bracket was found for this JSON array.")
            };
            if !self.unclosed && self.bytes.len() == self.text.len() {
                self.problem(frame.start, frame.start + 1, message, help);
            }
        }
        self.unclosed = true;
        self.close_here()
    }

    fn number(&mut self) -> u32 {
        let start = self.at;
        while matches!(self.byte(), b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') {
            self.at += 1;
        }
        if !is_number(&self.bytes[start..self.at]) {
            self.problem(start, self.at, "Invalid JSON number", "There is a syntax error in this JSON number.");
            return self.leaf(Kind::Error, start, self.at);
        }
        self.leaf(Kind::Number, start, self.at)
    }

    fn keyword(&mut self) -> u32 {
        let start = self.at;
        while self.byte().is_ascii_alphabetic() || self.byte() == b'_' {
            self.at += 1;
        }
        let kind = match &self.bytes[start..self.at] {
            b"true" | b"false" => Kind::Bool,
            b"null" => Kind::Null,
            _ => {
                let help = "The keywords of JSON are true, false and null. A string must be written in quotes.";
                self.problem(start, self.at, "Invalid JSON keyword", help);
                Kind::Error
            }
        };
        self.leaf(kind, start, self.at)
    }

    /// A string: a template with one piece of text, or one that is read later.
    fn string(&mut self) -> u32 {
        let start = self.at;
        let scanned = string::scan(self.bytes, start);
        self.at = scanned.end;
        if let Some((at, help)) = scanned.wrong {
            self.problem(at.unwrap_or(start), at.unwrap_or(start) + 1, "Invalid JSON string", help);
        }
        let node = self.leaf(Kind::Template, start, self.at);
        let (from, to) = (start + 1, scanned.text_end);
        let first_invalid = self.invalid.partition_point(|&offset| (offset as usize) < from);
        let has_invalid = self.invalid.get(first_invalid).is_some_and(|&offset| (offset as usize) < to);
        let (start, end, decoded) = if scanned.has_escapes || has_invalid {
            let invalid = &self.invalid[first_invalid..];
            let (start, end) = self.decoded.add(&self.text[from..to], from, invalid, self.text.len());
            (start, end, Some((from as u32, to as u32)))
        } else {
            (from, to, None)
        };
        let content = match decoded {
            Some(_) => self.decoded.text(start, end, self.text.len()),
            None => &self.text[start..end],
        };
        if start == end {
            return node;
        }
        if (content.contains("${") || content.contains("%{")) && !self.in_literal() {
            self.templates.push(Pending { node, start, end, decoded });
        } else {
            let text = self.leaf(Kind::Text, start, end);
            self.nodes[text as usize].flags = FLAG_HEREDOC;
            self.nodes[node as usize].first_child = text;
        }
        node
    }

    /// Passes what is left of a value that cannot be read: up to the comma or the bracket behind it.
    fn pass_rest_of_value(&mut self) {
        let mut nesting = 0_usize;
        while self.at < self.bytes.len() {
            match self.byte() {
                b'"' => {
                    self.at = string::scan(self.bytes, self.at).end;
                    continue;
                }
                b'{' | b'[' => nesting += 1,
                b'}' | b']' if nesting == 0 => return,
                b'}' | b']' => nesting -= 1,
                b',' if nesting == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn skip(&mut self) {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    fn leaf(&mut self, kind: Kind, start: usize, end: usize) -> u32 {
        self.node(kind, start, end, List::EMPTY)
    }

    fn node(&mut self, kind: Kind, start: usize, end: usize, children: List) -> u32 {
        let id = self.nodes.len() as u32;
        let (start, end) = (start as u32, end as u32);
        self.nodes.push(Node { kind, op: Op::None, flags: 0, start, end, first_child: children.first(), next: NONE });
        id
    }

    #[cold]
    fn problem(&mut self, start: usize, end: usize, message: &str, help: &str) {
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let mut end = end.clamp(start, self.text.len().max(start));
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        let span = Span::new(self.file, start as u32, end as u32);
        self.problems.push(Problem::at(span, message).help(help));
        if self.problems.len() == MAX_PROBLEMS {
            self.bytes = &self.bytes[..self.at.min(self.bytes.len())];
        }
    }

    /// Reads the templates and makes the tree.
    fn finish(self, root: u32, source: &SourceFile) -> (Tree, Vec<Problem>) {
        let source_len = source.text.len() as u32;
        let (buffer, pieces) = self.decoded.into_buffer(&source.text);
        let mut parser = Parser::new(&buffer, Place { file: self.file, base: 0, decoded: None });
        parser.nodes = self.nodes;
        parser.problems = self.problems;
        for Pending { node, start, end, decoded } in self.templates {
            let children = parser.template_between(start, end, decoded);
            parser.nodes[node as usize].first_child = children.first();
        }
        let (nodes, mut problems) = parser.into_parts();
        problems.sort();
        let root = NodeId(root);
        let tree = Tree {
            file: self.file,
            syntax: Syntax::Json,
            buffer,
            source_len,
            decoded: pieces,
            base: 0,
            nodes,
            root,
            comments: Vec::new(),
        };
        (tree, problems)
    }
}

/// Whether a token is a JSON number, and in the range of Terraform's numbers.
fn is_number(token: &[u8]) -> bool {
    let unsigned = token.strip_prefix(b"-").unwrap_or(token);
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(unsigned);
    if whole == 0 || (whole > 1 && unsigned[0] == b'0') {
        return false;
    }
    let mut rest = &unsigned[whole..];
    if let [b'.', fraction @ ..] = rest {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    if let [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] = rest
        && (exponent.is_empty() || digits(exponent) < exponent.len())
    {
        return false;
    }
    is_number_in_range(unsigned)
}
