//! Going on after a syntax error: finding where the next item starts.

use std::collections::HashMap;

use memchr::memmem;

use super::Parser;

impl<'t> Parser<'t> {
    /// Moves on to the next item after the one that starts at `item` and could not be read; all brackets of it that are
    /// open at `from` were opened behind `from`.
    ///
    /// That is the next line break (from where reading stopped) at which all brackets of the item are closed, or, as the
    /// brackets may be what is wrong, an earlier line that looks like an item and is not indented more than this
    /// one, or the brace that closes the enclosing block.
    pub(super) fn resync(&mut self, from: usize, item: usize) {
        let stopped = self.at;
        let by_layout = std::mem::take(&mut self.heredoc_open);
        let indentation = self.indentation(item);
        let mut nesting = 0_usize;
        self.at = from;
        while !self.at_end() {
            match self.byte() {
                b'\n' => {
                    self.at += 1;
                    let balanced = nesting == 0 && self.at > stopped && !by_layout;
                    let by_line = self.at > self.floor && indentation.is_some_and(|column| self.item_ahead(column));
                    if balanced || by_line {
                        return;
                    }
                }
                b'(' | b'[' | b'{' => {
                    nesting += 1;
                    self.at += 1;
                }
                b'}' if nesting == 0 && self.at >= stopped => return,
                b')' | b']' | b'}' => {
                    nesting = nesting.saturating_sub(1);
                    self.at += 1;
                }
                b'"' => self.pass_string(),
                b'#' => self.line_comment(),
                b'/' if self.ahead(1) == b'/' => self.line_comment(),
                b'/' if self.ahead(1) == b'*' => self.pass_block_comment(),
                b'<' if self.ahead(1) == b'<' => self.pass_heredoc(),
                _ => self.at += 1,
            }
        }
    }

    /// The width of the white space before `at`, if nothing else stands before it on its line.
    pub(super) fn indentation(&self, at: usize) -> Option<usize> {
        let before = &self.bytes[..at.min(self.bytes.len())];
        let blank = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let line_start = before.len() - blank;
        let starts_line =
            line_start == 0 || before[line_start - 1] == b'\n' || &before[..line_start] == "\u{feff}".as_bytes();
        starts_line.then_some(blank)
    }

    /// Whether the line at hand looks like an item, or closes the block around, and is not indented more than that.
    fn item_ahead(&self, indentation: usize) -> bool {
        let blank = self.bytes[self.at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if blank > indentation {
            return false;
        }
        let at = self.at + blank;
        if self.byte_at(at) == b'}' {
            return blank < indentation;
        }
        let Some(mut end) = self.identifier_end(at) else { return false };
        while self.byte_at(end) == b' ' {
            end += 1;
        }
        match self.byte_at(end) {
            b'=' => !matches!(self.byte_at(end + 1), b'=' | b'>'),
            b'{' | b'"' => true,
            _ => false,
        }
    }

    /// Passes a string, or what there is of it on this line.
    fn pass_string(&mut self) {
        self.at += 1;
        loop {
            match self.byte() {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if self.at + 1 < self.bytes.len() && self.ahead(1) != b'\n' => self.at += 2,
                b'\n' => return,
                _ if self.at_end() => return,
                _ => self.at += 1,
            }
        }
    }

    /// Passes a comment if it ends; else only what opens it.
    fn pass_block_comment(&mut self) {
        let last = *self.last_comment_end.get_or_insert_with(|| memmem::rfind(self.bytes, b"*/").unwrap_or(0));
        if self.at + 2 <= last {
            self.block_comment();
        } else {
            self.at += 2;
        }
    }

    /// Passes a heredoc if it ends; else only what opens it.
    fn pass_heredoc(&mut self) {
        let Some(introducer) = self.heredoc_introducer(self.at) else {
            self.at += 2;
            return;
        };
        let marker = &self.text[introducer.marker_start..introducer.marker_end];
        self.at = introducer.marker_end;
        if self.last_marker_line(marker).is_none_or(|last| last < introducer.first_line) {
            return;
        }
        let mut line = introducer.first_line;
        while line < self.bytes.len() {
            if let Some((_, end)) = self.heredoc_end(line, marker) {
                self.at = end;
                return;
            }
            line = self.line_end(line) + 1;
        }
    }

    /// Where the last line starts that could end a heredoc with this marker. All such lines are looked up once, so that
    /// a file full of heredocs without an end is read in linear time.
    pub(super) fn last_marker_line(&mut self, marker: &str) -> Option<usize> {
        if self.marker_lines.is_none() {
            let mut lines = HashMap::new();
            let mut start = 0;
            while start < self.bytes.len() {
                let end = self.line_end(start);
                let line = self.text.get(start..end).unwrap_or_default().trim();
                if line.chars().next().is_some_and(|first| first == '_' || first.is_alphabetic()) {
                    lines.insert(line, start);
                }
                start = end + 1;
            }
            self.marker_lines = Some(lines);
        }
        self.marker_lines.as_ref().and_then(|lines| lines.get(marker).copied())
    }
}
