//! JSON strings: where they end, and what they stand for. RFC 8259, section 7.

use std::borrow::Cow;
use std::sync::Arc;

use crate::syntax::{Decoded, Kind, NodeId, Syntax, Tree};

/// Where a string ends.
pub(super) struct Scanned {
    /// One past the string (its quote included, if it has one).
    pub(super) end: usize,
    /// One past its text.
    pub(super) text_end: usize,
    pub(super) has_escapes: bool,
    /// What is wrong with it, and where (with all of it, if nowhere).
    pub(super) wrong: Option<(Option<usize>, &'static str)>,
}

/// Scans the string whose quote stands at `start`.
pub(super) fn scan(bytes: &[u8], start: usize) -> Scanned {
    let mut at = start + 1;
    let mut scanned = Scanned { end: 0, text_end: 0, has_escapes: false, wrong: None };
    let mut wrong = |at, help| {
        if scanned.wrong.is_none() {
            scanned.wrong = Some((at, help));
        }
    };
    loop {
        match bytes.get(at) {
            Some(b'"') => {
                (scanned.text_end, scanned.end) = (at, at + 1);
                return scanned;
            }
            Some(b'\\') => {
                scanned.has_escapes = true;
                let length = match bytes.get(at + 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                    Some(b'u') if code_unit(&bytes[at..]).is_some() => 6,
                    Some(b'u') => {
                        wrong(Some(at), "The \\u escape must be followed by four hexadecimal digits.");
                        2
                    }
                    _ => {
                        wrong(Some(at), "Valid escapes are \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t and \\uXXXX.");
                        1
                    }
                };
                at += length;
            }
            Some(0..0x20) => {
                let ends_line = matches!(bytes[at], b'\n' | b'\r');
                let help = if ends_line {
                    "The closing quote is missing. A line break inside a string is written as \\n."
                } else {
                    "Control characters inside a string must be escaped."
                };
                wrong(if ends_line { None } else { Some(at) }, help);
                if ends_line {
                    (scanned.text_end, scanned.end) = (at, at);
                    return scanned;
                }
                at += 1;
            }
            Some(_) => at += 1,
            None => {
                wrong(None, "The closing quote is missing.");
                (scanned.text_end, scanned.end) = (bytes.len(), bytes.len());
                return scanned;
            }
        }
    }
}

/// The code unit of `\uXXXX` at the start.
fn code_unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, &digit| Some(unit * 16 + char::from(digit).to_digit(16)?))
}

/// The texts of strings with escapes; they stand in the buffer behind the file's own text.
#[derive(Default)]
pub(super) struct Decoder {
    text: String,
    pieces: Vec<Decoded>,
}

impl Decoder {
    /// Decodes a string's text, which starts at `from` in the file (`base` bytes long), and returns where it stands
    /// in the buffer. `invalid` are the offsets of bytes that are not UTF-8, from there on.
    pub(super) fn add(&mut self, text: &str, from: usize, invalid: &[u32], base: usize) -> (usize, usize) {
        let start = base + self.text.len();
        let mut invalid = invalid.iter().map(|&offset| offset as usize - from).peekable();
        decode(text, &mut self.text, |offset| invalid.next_if_eq(&offset).is_some());
        let source_end = (from + text.len()) as u32;
        self.pieces.push(Decoded { start: start as u32, source_start: from as u32, source_end });
        (start, base + self.text.len())
    }

    pub(super) fn text(&self, start: usize, end: usize, base: usize) -> &str {
        &self.text[start - base..end - base]
    }

    /// The file's text with all pieces behind it.
    pub(super) fn into_buffer(self, source: &Arc<String>) -> (Arc<String>, Vec<Decoded>) {
        if self.text.is_empty() {
            return (source.clone(), self.pieces);
        }
        (format!("{source}{}", self.text).into(), self.pieces)
    }
}

/// Resolves the escapes of JSON. As in Go, half a surrogate pair and a byte that is not UTF-8 become U+FFFD.
fn decode(text: &str, out: &mut String, mut is_invalid: impl FnMut(usize) -> bool) {
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        if character != '\\' {
            out.push(if is_invalid(at) { char::REPLACEMENT_CHARACTER } else { character });
            at += character.len_utf8();
            continue;
        }
        let bytes = &text.as_bytes()[at..];
        let (character, length) = match bytes.get(1) {
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'u') => match code_unit(bytes) {
                Some(unit) => unescape(unit, &bytes[6..]),
                None => ('u', 2),
            },
            Some(&other @ (b'"' | b'\\' | b'/')) => (char::from(other), 2),
            _ => ('\\', 1),
        };
        out.push(character);
        at += length;
    }
}

/// The character of a code unit, and the length of its escape (or of the pair's two escapes).
fn unescape(unit: u32, rest: &[u8]) -> (char, usize) {
    if let Some(character) = char::from_u32(unit) {
        return (character, 6);
    }
    let low = code_unit(rest).filter(|low| (0xdc00..0xe000).contains(low));
    let pair =
        low.filter(|_| unit < 0xdc00).and_then(|low| char::from_u32(0x10000 + (unit - 0xd800) * 0x400 + low - 0xdc00));
    pair.map_or((char::REPLACEMENT_CHARACTER, 6), |character| (character, 12))
}

/// See [`Tree::raw_string`].
pub(in crate::syntax) fn raw_string(tree: &Tree, id: NodeId) -> Option<Cow<'_, str>> {
    if tree.syntax != Syntax::Json || tree.kind(id) != Kind::Template {
        return None;
    }
    let text = tree.text(id);
    let text = text.strip_prefix('"').unwrap_or(text);
    let text = text.strip_suffix('"').unwrap_or(text);
    if !text.contains('\\') {
        return Some(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    decode(text, &mut out, |_| false);
    Some(Cow::Owned(out))
}
