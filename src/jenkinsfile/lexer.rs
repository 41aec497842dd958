//! Groovy in tokens, lossless: put together they are the text again, byte for byte.
//!
//! What is a string, a division or a comment is decided as Groovy 2.4 does (its `groovy.g`), which is what Jenkins compiles
//! with: a slash begins a string wherever no expression ends before it.

use crate::source::{Problem, SourceFile};

use super::{Complaints, span};

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// White space inside a line; a backslash before a line break and the break are some too.
    Space,
    /// A line break.
    Newline,
    /// A comment, or the first line where it begins with `#!`.
    Comment,
    /// A name or keyword.
    Name,
    /// A number.
    Number,
    /// Brackets, operators, and what means nothing in Groovy.
    Symbol,
    /// The opening mark of a string.
    StringStart(Quote),
    /// Text in a string, with its escapes.
    StringText(Quote),
    /// The closing mark of a string; empty where it is missing.
    StringEnd(Quote),
    /// `${` in a string.
    HoleStart,
    /// The `}` that belongs to it.
    HoleEnd,
    /// `$name.name` in a string, as a whole.
    HoleName,
}

/// The kinds of strings ("Groovy Language Documentation: Syntax", Strings).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `'''…'''`
    TripleSingle,
    /// `"""…"""`
    TripleDouble,
    /// `/…/`
    Slashy,
    /// `$/…/$`
    Dollar,
}

impl Quote {
    /// Whether `$` stands for a value in it.
    #[must_use]
    pub const fn interpolates(self) -> bool {
        match self {
            Self::Single | Self::TripleSingle => false,
            Self::Double | Self::TripleDouble | Self::Slashy | Self::Dollar => true,
        }
    }

    const fn opening(self) -> &'static str {
        match self {
            Self::Single => "'",
            Self::Double => "\"",
            Self::TripleSingle => "'''",
            Self::TripleDouble => "\"\"\"",
            Self::Slashy => "/",
            Self::Dollar => "$/",
        }
    }

    const fn closing(self) -> &'static str {
        match self {
            Self::Dollar => "/$",
            Self::Single | Self::Double | Self::TripleSingle | Self::TripleDouble | Self::Slashy => self.opening(),
        }
    }

    /// Whether it ends with its line at the latest.
    const fn is_of_one_line(self) -> bool {
        matches!(self, Self::Single | Self::Double)
    }

    /// Whether a backslash begins one of the usual escapes in it.
    pub(super) const fn has_escapes(self) -> bool {
        !matches!(self, Self::Slashy | Self::Dollar)
    }
}

/// Operators of more than one character, the longest first.
const OPERATORS: &[&str] = &[
    ">>>=", "<=>", "==~", ">>>", "**=", ">>=", "<<=", "...", "..<", "?.", "*.", ".&", ".@", "?:", "->", "::", "==",
    "!=", "<=", ">=", "=~", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**",
    "..",
];

/// Where the lexer is, from the outside in.
#[derive(Clone, Copy, Debug)]
enum Mode {
    /// In a string that began there.
    String(Quote, u32),
    /// In a `${…}` that began there, with so many braces open in it.
    Hole(u32, u32),
}

/// Cuts a file into tokens.
pub(super) fn tokens(file: &SourceFile, complaints: &mut Complaints) -> Vec<Token> {
    let mut lexer = Lexer {
        file,
        text: &file.text,
        bytes: file.text.as_bytes(),
        at: 0,
        tokens: Vec::with_capacity(file.text.len() / 4),
        modes: Vec::new(),
        ends_expression: false,
        complaints,
    };
    lexer.start();
    while lexer.at < lexer.bytes.len() {
        match lexer.modes.last().copied() {
            Some(Mode::String(quote, start)) => lexer.in_string(quote, start),
            Some(Mode::Hole(..)) | None => lexer.in_code(),
        }
    }
    lexer.finish();
    lexer.tokens
}

struct Lexer<'a, 'c> {
    file: &'a SourceFile,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    modes: Vec<Mode>,
    /// Whether the last token but space, line breaks and comments may end an expression.
    ends_expression: bool,
    complaints: &'c mut Complaints,
}

impl Lexer<'_, '_> {
    fn push(&mut self, kind: TokenKind, length: usize) {
        let start = self.at as u32;
        self.at += length;
        self.tokens.push(Token { kind, start, end: self.at as u32 });
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn problem(&mut self, start: usize, end: usize, message: impl Into<String>, help: &str) {
        let place = span(self.complaints.file, start as u32, end as u32);
        self.complaints.add(Problem::at(place, message).help(help));
    }

    /// A byte-order mark and a `#!` line.
    fn start(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.push(TokenKind::Space, 3);
        }
        if self.rest().starts_with(b"#!") {
            let length = self.until_newline(0);
            self.push(TokenKind::Comment, length);
        }
    }

    /// How many bytes there are before the next line break.
    fn until_newline(&self, from: usize) -> usize {
        memchr::memchr2(b'\n', b'\r', &self.rest()[from..]).map_or(self.rest().len(), |found| from + found)
    }

    fn in_code(&mut self) {
        let rest = self.rest();
        let first = rest[0];
        match first {
            b'\n' => self.push(TokenKind::Newline, 1),
            b'\r' => self.push(TokenKind::Newline, if rest.get(1) == Some(&b'\n') { 2 } else { 1 }),
            b' ' | b'\t' | b'\x0c' => {
                let length = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')).count();
                self.push(TokenKind::Space, length);
            }
            b'\\' if rest[1..].starts_with(b"\n") => self.push(TokenKind::Space, 2),
            b'\\' if rest[1..].starts_with(b"\r\n") => self.push(TokenKind::Space, 3),
            b'/' if rest.starts_with(b"//") => {
                let length = self.until_newline(2);
                self.push(TokenKind::Comment, length);
            }
            b'/' if rest.starts_with(b"/*") => self.block_comment(),
            b'\'' | b'"' => self.open_string(),
            b'/' if !self.ends_expression => self.open(Quote::Slashy),
            b'$' if rest.starts_with(b"$/") && !self.ends_expression => self.open(Quote::Dollar),
            b'0'..=b'9' => {
                let length = number(rest);
                self.push(TokenKind::Number, length);
                self.ends_expression = true;
            }
            _ => match name(&self.text[self.at..]) {
                0 => self.symbol(),
                length => {
                    self.push(TokenKind::Name, length);
                    self.ends_expression = true;
                }
            },
        }
    }

    fn block_comment(&mut self) {
        let end = memchr::memmem::find(&self.rest()[2..], b"*/").map(|found| found + 4);
        if end.is_none() {
            self.problem(self.at, self.at + 2, "the comment is not closed", "Write `*/` where it ends.");
        }
        let length = end.unwrap_or(self.rest().len());
        self.push(TokenKind::Comment, length);
    }

    fn open_string(&mut self) {
        let quotes = [Quote::TripleSingle, Quote::TripleDouble, Quote::Single, Quote::Double];
        let quote = quotes.into_iter().find(|quote| self.rest().starts_with(quote.opening().as_bytes()));
        if let Some(quote) = quote {
            self.open(quote);
        }
    }

    fn open(&mut self, quote: Quote) {
        self.modes.push(Mode::String(quote, self.at as u32));
        self.push(TokenKind::StringStart(quote), quote.opening().len());
    }

    fn symbol(&mut self) {
        let rest = self.rest();
        let length =
            OPERATORS.iter().find(|operator| rest.starts_with(operator.as_bytes())).map_or(1, |found| found.len());
        let first = rest[0];
        let is_known = b"()[]{},;:?.=<>+-*/%&|^!~@".contains(&first);
        let length =
            if first.is_ascii() { length } else { self.text[self.at..].chars().next().map_or(1, char::len_utf8) };
        let is_text = self.file.invalid_utf8.binary_search(&(self.at as u32)).is_err();
        if !is_text {
            self.problem(self.at, self.at + 1, "this byte is not UTF-8", "Save the file as UTF-8.");
        } else if !is_known {
            let shown: String = self.text[self.at..].chars().take(1).collect();
            let message = format!("`{}` means nothing here in Groovy", shown.escape_default());
            self.problem(self.at, self.at + length, message, "Remove it, or put the text that it is in into quotes.");
        }
        match (first, self.modes.last_mut()) {
            (b'{', Some(Mode::Hole(_, open))) => *open += 1,
            (b'}', Some(Mode::Hole(_, 0))) => {
                self.modes.pop();
                return self.push(TokenKind::HoleEnd, 1);
            }
            (b'}', Some(Mode::Hole(_, open))) => *open -= 1,
            _ => {}
        }
        self.ends_expression =
            matches!(first, b')' | b']' | b'}') || matches!(rest_of(self.bytes, self.at, length), b"++" | b"--");
        self.push(TokenKind::Symbol, length);
    }

    /// Text up to the next hole or the end of the string, which come next.
    fn in_string(&mut self, quote: Quote, start: u32) {
        let from = self.at;
        let mut at = from;
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            match rest[0] {
                b'\\' if quote.has_escapes() => {
                    self.escape(at);
                    at += 1 + rest[1..].iter().take(1).count();
                    // The second byte of a line break, or the rest of a character.
                    while !self.text.is_char_boundary(at) {
                        at += 1;
                    }
                    continue;
                }
                b'\\' if quote == Quote::Slashy && rest[1..].starts_with(b"/") => {
                    at += 2;
                    continue;
                }
                b'$' if quote == Quote::Dollar && (rest.starts_with(b"$$") || rest.starts_with(b"$/")) => {
                    at += 2;
                    continue;
                }
                b'\n' | b'\r' if quote.is_of_one_line() => {
                    self.text_to(quote, at);
                    let message =
                        format!("the string that begins with `{}` is not closed on its line", quote.opening());
                    self.problem(start as usize, start as usize + 1, message, "Close it, or write three quotes.");
                    return self.close(quote, 0);
                }
                b'$' if quote.interpolates() => {
                    if rest[1..].starts_with(b"{") {
                        self.text_to(quote, at);
                        self.modes.push(Mode::Hole(at as u32, 0));
                        self.ends_expression = false;
                        return self.push(TokenKind::HoleStart, 2);
                    }
                    let length = path(&self.text[at + 1..]);
                    if length > 0 {
                        self.text_to(quote, at);
                        return self.push(TokenKind::HoleName, length + 1);
                    }
                    if quote.has_escapes() {
                        let help = "Write `\\$` for a dollar sign, or put the script into single quotes.";
                        self.problem(at, at + 1, "Groovy wants a name or `{` after `$` in this string", help);
                    }
                }
                _ => {}
            }
            if rest.starts_with(quote.closing().as_bytes()) {
                self.text_to(quote, at);
                return self.close(quote, quote.closing().len());
            }
            at += 1;
        }
        self.text_to(quote, at);
    }

    /// Complains of a backslash that begins no escape.
    fn escape(&mut self, at: usize) {
        let next = self.bytes.get(at + 1).copied();
        let is_known = next.is_none_or(|next| b"bfnrtu\\'\"$\n\r01234567".contains(&next));
        if !is_known {
            let help = "Write two backslashes for one.";
            self.problem(at, at + 1, "Groovy knows no escape of this backslash and what follows it", help);
        }
    }

    fn text_to(&mut self, quote: Quote, end: usize) {
        if end > self.at {
            let length = end - self.at;
            self.push(TokenKind::StringText(quote), length);
        }
    }

    fn close(&mut self, quote: Quote, length: usize) {
        self.modes.pop();
        self.push(TokenKind::StringEnd(quote), length);
        self.ends_expression = true;
    }

    /// The outermost string that is still open at the end of the file is the one to mend.
    fn finish(&mut self) {
        let open = self.modes.iter().find_map(|mode| match mode {
            Mode::String(quote, start) => Some((*quote, *start as usize)),
            Mode::Hole(..) => None,
        });
        if let Some((quote, start)) = open {
            let (opening, closing) = (quote.opening(), quote.closing());
            let hole = self.modes.iter().rev().find_map(|mode| match mode {
                Mode::Hole(start, _) => Some(self.file.position(*start)),
                Mode::String(..) => None,
            });
            let message = match hole {
                Some(hole) => format!(
                    "the string that begins with `{opening}` is not closed: its `${{` in line {} is open",
                    hole.line
                ),
                None => format!("the string that begins with `{opening}` is not closed"),
            };
            self.problem(start, start + opening.len(), message, &format!("Write `{closing}` where it ends."));
        }
        while let Some(mode) = self.modes.pop() {
            self.push(
                match mode {
                    Mode::String(quote, _) => TokenKind::StringEnd(quote),
                    Mode::Hole(..) => TokenKind::HoleEnd,
                },
                0,
            );
        }
    }
}

fn rest_of(bytes: &[u8], at: usize, length: usize) -> &[u8] {
    &bytes[at..at + length]
}

/// The length of the name at the start of a text; 0 where there is none.
fn name(text: &str) -> usize {
    let is_first = |letter: char| letter.is_alphabetic() || matches!(letter, '_' | '$');
    if !text.starts_with(is_first) {
        return 0;
    }
    text.find(|letter: char| !(is_first(letter) || letter.is_numeric())).unwrap_or(text.len())
}

/// The length of the names with dots between at the start of a text, where no name holds a dollar sign.
fn path(text: &str) -> usize {
    let plain = |text: &str| if text.starts_with('$') { 0 } else { text[..name(text)].find('$').unwrap_or(name(text)) };
    let mut end = plain(text);
    while end > 0 && text[end..].starts_with('.') {
        match plain(&text[end + 1..]) {
            0 => break,
            length => end += 1 + length,
        }
    }
    end
}

/// The length of the number at the start of some bytes, with its suffix; a dot belongs to it before a digit only.
fn number(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let is_part = byte.is_ascii_alphanumeric()
            || *byte == b'_'
            || (*byte == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) && !bytes[..at].contains(&b'.'));
        if !is_part {
            break;
        }
        at += 1;
    }
    at
}
