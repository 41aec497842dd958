//! Tokens: white space, comments, identifiers, numbers. "HCL Native Syntax Specification", Lexical Elements.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem;
use regex::Regex;

use super::Parser;

const START: u8 = 1;
const CONTINUE: u8 = 2;

/// What an ASCII byte may be in an identifier.
const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        class[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => START | CONTINUE,
            b'0'..=b'9' | b'-' => CONTINUE,
            _ => 0,
        };
        byte += 1;
    }
    class
};

// Terraform 1.11 goes by the tables of Unicode 9.0: what was added to Unicode or to these properties later is refused.
static ID_START: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[\p{ID_Start}&&\p{age=9.0}--[\u{1cf2}\u{1cf3}]]$").ok());
static ID_CONTINUE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[\p{ID_Continue}&&\p{age=9.0}--[\u{200c}\u{200d}\u{30fb}\u{ff65}]]$").ok());

fn has_property(property: &LazyLock<Option<Regex>>, character: char) -> bool {
    property.as_ref().is_some_and(|regex| regex.is_match(character.encode_utf8(&mut [0; 4])))
}

impl Parser<'_> {
    /// The byte at hand, 0 at the end.
    pub(super) fn byte(&self) -> u8 {
        self.byte_at(self.at)
    }

    /// The byte `ahead` bytes further.
    pub(super) fn ahead(&self, ahead: usize) -> u8 {
        self.byte_at(self.at + ahead)
    }

    pub(super) fn byte_at(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Whether `token` stands at hand.
    pub(super) fn sees(&self, token: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(token))
    }

    /// Whether a line break stands at hand.
    pub(super) fn at_newline(&self) -> bool {
        self.byte() == b'\n' || (self.byte() == b'\r' && self.ahead(1) == b'\n')
    }

    /// Passes a line break.
    pub(super) fn pass_newline(&mut self) {
        self.at += if self.byte() == b'\r' { 2 } else { 1 };
    }

    /// Passes white space and comments, and newlines where they are no tokens.
    pub(super) fn skip(&mut self) {
        loop {
            match self.byte() {
                b' ' | b'\t' => self.at += 1,
                b'\n' if !self.newlines => self.at += 1,
                b'\r' if !self.newlines && self.ahead(1) == b'\n' => self.at += 2,
                b'#' => self.line_comment(),
                b'/' if self.ahead(1) == b'/' => self.line_comment(),
                b'/' if self.ahead(1) == b'*' => self.block_comment(),
                _ => return,
            }
        }
    }

    /// Passes a comment up to the line break, which is not part of it.
    pub(super) fn line_comment(&mut self) {
        let start = self.at;
        let rest = &self.bytes[start..];
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        self.at += length;
        let carriage_return = rest[..length].ends_with(b"\r") && length < rest.len();
        if carriage_return {
            self.at -= 1;
        }
        self.comment(start);
    }

    pub(super) fn block_comment(&mut self) {
        let start = self.at;
        match memmem::find(&self.bytes[start + 2..], b"*/") {
            Some(length) => {
                self.at = start + 2 + length + 2;
                self.comment(start);
            }
            None => {
                self.at = self.line_end(start);
                let help = "There is no \"*/\" that ends this comment before the end of the file.";
                self.problem(start, start + 2, "Unterminated comment", help);
            }
        }
    }

    /// Notes the comment from `start` to here, unless it was noted before.
    fn comment(&mut self, start: usize) {
        if self.comments.last().is_none_or(|&(_, end)| end as usize <= start) {
            self.comments.push((start as u32, self.at as u32));
        }
    }

    /// Where the line ends (before its line break).
    pub(super) fn line_end(&self, at: usize) -> usize {
        memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |length| at + length)
    }

    /// The character at a place.
    pub(super) fn character(&self, at: usize) -> Option<char> {
        self.text.get(at..self.bytes.len())?.chars().next()
    }

    /// One past the character at a place.
    pub(super) fn after_character(&self, at: usize) -> usize {
        at + self.character(at).map_or(1, char::len_utf8)
    }

    /// One past the identifier at hand; `None` if there is none.
    pub(super) fn identifier_end(&self, at: usize) -> Option<usize> {
        let first = self.byte_at(at);
        let mut end = if CLASS[first as usize] & START != 0 {
            at + 1
        } else if first >= 0x80 {
            let character = self.character(at).filter(|&character| has_property(&ID_START, character))?;
            at + character.len_utf8()
        } else {
            return None;
        };
        loop {
            let byte = self.byte_at(end);
            if CLASS[byte as usize] & CONTINUE != 0 {
                end += 1;
            } else if byte < 0x80 {
                return Some(end);
            } else {
                match self.character(end).filter(|&character| has_property(&ID_CONTINUE, character)) {
                    Some(character) => end += character.len_utf8(),
                    None => return Some(end),
                }
            }
        }
    }

    /// Whether the word at hand is `keyword`.
    pub(super) fn at_keyword(&self, keyword: &str) -> bool {
        self.sees(keyword.as_bytes()) && self.identifier_end(self.at) == Some(self.at + keyword.len())
    }

    /// One past the number at hand, which starts with a digit. A number token may hold several points and
    /// exponents; whether it is a number is another question.
    pub(super) fn number_end(&self, at: usize) -> usize {
        let (mut cursor, mut end) = (at, at);
        loop {
            match self.byte_at(cursor) {
                b'0'..=b'9' => cursor += 1,
                b'.' => {
                    cursor += 1;
                    continue;
                }
                b'e' | b'E' => {
                    let sign = usize::from(matches!(self.byte_at(cursor + 1), b'+' | b'-'));
                    if !self.byte_at(cursor + 1 + sign).is_ascii_digit() {
                        return end;
                    }
                    cursor += 2 + sign;
                }
                _ => return end,
            }
            end = cursor;
        }
    }

    /// If a heredoc starts here (`<<EOT` or `<<-EOT` and a line break): the marker's place, and the first line's start.
    pub(super) fn heredoc_introducer(&self, at: usize) -> Option<Introducer> {
        if self.byte_at(at) != b'<' || self.byte_at(at + 1) != b'<' {
            return None;
        }
        let flush = self.byte_at(at + 2) == b'-';
        let marker_start = at + 2 + usize::from(flush);
        let marker_end = self.identifier_end(marker_start)?;
        let newline = marker_end + usize::from(self.byte_at(marker_end) == b'\r');
        (self.byte_at(newline) == b'\n').then_some(Introducer {
            flush,
            marker_start,
            marker_end,
            first_line: newline + 1,
        })
    }

    /// Whether the line at hand ends a heredoc with that marker; if so, where the marker ends and where the line does.
    pub(super) fn heredoc_end(&self, line: usize, marker: &str) -> Option<(usize, usize)> {
        let length = memchr(b'\n', self.bytes.get(line..)?)?;
        let text = self.text.get(line..line + length)?;
        let end = line + length - usize::from(text.ends_with('\r'));
        if text.trim() != marker || self.bytes[line..end].contains(&b'\r') {
            return None;
        }
        let lead = text.len() - text.trim_start().len();
        Some((line + lead + marker.len(), end))
    }
}

/// The start of a heredoc.
pub(super) struct Introducer {
    /// `<<-`
    pub(super) flush: bool,
    pub(super) marker_start: usize,
    pub(super) marker_end: usize,
    /// Where its text starts.
    pub(super) first_line: usize,
}
