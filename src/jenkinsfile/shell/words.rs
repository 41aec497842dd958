//! Words, as far as they are known: quotes, expansions, redirections.

use super::{Dialect, HOLE, Level, List, MAX_DEPTH, QUOTED, Reader, Word, is_name};

impl Reader<'_> {
    pub(super) fn comment(&mut self) {
        let end = memchr::memchr(b'\n', &self.text[self.at..]).map_or(self.text.len(), |found| self.at + found);
        let (start, last) = (self.offset(self.at), self.offset(end - 1) + 1);
        // Text of a variable is written elsewhere, perhaps in pieces.
        if start < last {
            self.shell.comments.push((start, last));
        }
        self.at = end;
    }

    fn begin<'l>(&self, list: &'l mut List) -> &'l mut Word {
        let start = self.offset(self.at);
        list.word.get_or_insert_with(|| Word { start, end: start, ..Word::default() })
    }

    /// Adds a character of the script to the word.
    fn push(&mut self, list: &mut List, quoted: bool) {
        let character = self.source[self.at..].chars().next().unwrap_or(' ');
        let shown = if character == HOLE && quoted { QUOTED } else { character };
        self.push_as(list, shown, character.len_utf8());
    }

    /// Adds a character for so many bytes of the script.
    fn push_as(&mut self, list: &mut List, character: char, length: usize) {
        let (start, end) = (self.offset(self.at), self.offset((self.at + length).max(1) - 1) + 1);
        let word = self.begin(list);
        word.text.push(character);
        word.offsets.extend(std::iter::repeat_n(start, character.len_utf8()));
        word.end = word.end.max(end);
        self.at += length;
    }

    /// Passes bytes that belong to the word and say nothing.
    fn pass(&mut self, list: &mut List, length: usize) {
        let length = length.min(self.text.len() - self.at);
        let end = self.offset((self.at + length).max(1) - 1) + 1;
        let word = self.begin(list);
        word.end = word.end.max(end);
        self.at += length;
    }

    pub(super) fn word_part(&mut self, list: &mut List, depth: usize) {
        let escape = match self.dialect {
            Dialect::Posix => b'\\',
            Dialect::Batch => b'^',
            Dialect::PowerShell => b'`',
        };
        match self.peek(0) {
            byte if byte == escape => match (self.peek(1), self.peek(2)) {
                (b'\n', _) => self.at += 2,
                (b'\r', b'\n') => self.at += 3,
                (0, _) => self.at += 1,
                _ => {
                    self.pass(list, 1);
                    self.push(list, true);
                }
            },
            b'\'' if self.dialect != Dialect::Batch => {
                self.pass(list, 1);
                while self.at < self.text.len() && self.peek(0) != b'\'' {
                    self.push(list, true);
                }
                self.pass(list, 1);
            }
            b'"' => self.double_quoted(list, escape, depth),
            b'$' if self.dialect != Dialect::Batch => self.expansion(list, false, depth),
            b'`' if self.dialect == Dialect::Posix => {
                self.pass(list, 1);
                self.nested(list, Some(b'`'), false, depth);
            }
            b'%' if self.dialect == Dialect::Batch => self.batch_variable(list, false),
            _ => self.push(list, false),
        }
    }

    fn double_quoted(&mut self, list: &mut List, escape: u8, depth: usize) {
        self.pass(list, 1);
        while self.at < self.text.len() && self.peek(0) != b'"' {
            match self.peek(0) {
                byte if byte == escape && self.dialect != Dialect::Batch => match self.peek(1) {
                    b'\n' => self.at += 2,
                    b'"' | b'\\' | b'$' | b'`' => {
                        self.pass(list, 1);
                        self.push(list, true);
                    }
                    _ => self.push(list, true),
                },
                b'$' if self.dialect != Dialect::Batch => self.expansion(list, true, depth),
                b'`' if self.dialect == Dialect::Posix => {
                    self.pass(list, 1);
                    self.nested(list, Some(b'`'), true, depth);
                }
                b'%' if self.dialect == Dialect::Batch => self.batch_variable(list, true),
                _ => self.push(list, true),
            }
        }
        self.pass(list, 1);
    }

    /// `%NAME%`
    fn batch_variable(&mut self, list: &mut List, quoted: bool) {
        let rest = &self.source[self.at + 1..];
        let length = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(rest.len());
        if length > 0 && rest[length..].starts_with('%') {
            let name = rest[..length].to_owned();
            self.push_as(list, if quoted { QUOTED } else { HOLE }, length + 2);
            self.begin(list).variables.push(name);
        } else {
            self.push(list, quoted);
        }
    }

    /// What a `$` begins.
    fn expansion(&mut self, list: &mut List, quoted: bool, depth: usize) {
        let rest = &self.source[self.at + 1..];
        let shown = if quoted { QUOTED } else { HOLE };
        if rest.starts_with("((") {
            let length = enclosed(rest, b'(', b')');
            self.push_as(list, shown, length + 1);
        } else if rest.starts_with('(') {
            self.pass(list, 2);
            self.nested(list, Some(b')'), quoted, depth);
        } else if rest.starts_with('{') {
            let length = enclosed(rest, b'{', b'}');
            let inside = rest[1..length].trim_end_matches('}').trim_start_matches(['#', '!']);
            let end = inside.find(|letter: char| !is_name(letter)).unwrap_or(inside.len());
            let name = inside[..end].to_owned();
            self.push_as(list, shown, length + 1);
            self.begin(list).variables.push(name);
        } else {
            let mut length = rest.find(|letter: char| !is_name(letter)).unwrap_or(rest.len());
            let is_environment = self.dialect == Dialect::PowerShell && rest[..length].eq_ignore_ascii_case("env");
            let mut name = &rest[..length];
            if is_environment && rest[length..].starts_with(':') {
                let after = &rest[length + 1..];
                let more = after.find(|letter: char| !is_name(letter)).unwrap_or(after.len());
                name = &after[..more];
                length += 1 + more;
            }
            if length == 0 && rest.starts_with(['?', '@', '*', '#', '!', '$', '-']) {
                length = 1;
            }
            if length == 0 {
                return self.push(list, quoted);
            }
            let name = name.to_owned();
            self.push_as(list, shown, length + 1);
            self.begin(list).variables.push(name);
        }
    }

    /// Commands whose output becomes part of the word.
    fn nested(&mut self, list: &mut List, stop: Option<u8>, quoted: bool, depth: usize) {
        // From the dollar sign or the bracket on, where a word begins here.
        let start = self.at.saturating_sub(2);
        if depth < MAX_DEPTH {
            self.list(stop, depth + 1, Level { is_captured: true });
        } else {
            self.at = self.text.len();
        }
        let end = self.offset(self.at.max(1) - 1) + 1;
        let begins = self.offset(start);
        let word = list.word.get_or_insert_with(|| Word { start: begins, end: begins, ..Word::default() });
        word.text.push(if quoted { QUOTED } else { HOLE });
        word.offsets.push(begins);
        word.end = word.end.max(end);
    }

    pub(super) fn redirection(&mut self, list: &mut List, depth: usize) {
        let is_number = |word: &Word| word.text.bytes().all(|byte| byte.is_ascii_digit());
        let number = list.word.take_if(|word| is_number(word)).map(|word| word.text);
        self.end_word(list);
        let out = self.peek(0) != b'<';
        if !out && self.peek(1) == b'<' && self.peek(2) != b'<' {
            return self.here_document(list);
        }
        if self.peek(1) == b'(' {
            self.at += 2;
            return self.nested(list, Some(b')'), false, depth);
        }
        while matches!(self.peek(0), b'<' | b'>' | b'&' | b'|') {
            // `2>&1`: what follows is a number, and no file.
            if self.peek(0) == b'&' && self.peek(1).is_ascii_digit() {
                self.at += 2;
                return;
            }
            self.at += 1;
        }
        list.redirect = Some(out && number.is_none_or(|number| number == "1"));
    }

    fn here_document(&mut self, list: &mut List) {
        self.at += 2;
        let strips = self.peek(0) == b'-';
        self.at += usize::from(strips);
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
        let mut delimiter = String::new();
        while self.at < self.text.len()
            && !matches!(self.peek(0), b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b'&' | b'>' | b'<' | b')')
        {
            if !matches!(self.peek(0), b'\'' | b'"' | b'\\') {
                delimiter.push(char::from(self.peek(0)));
            }
            self.at += 1;
        }
        if !delimiter.is_empty() {
            list.here.push((delimiter, strips));
        }
    }

    /// Passes the here-documents that begin with this line.
    pub(super) fn here_documents(&mut self, list: &mut List) {
        for (delimiter, strips) in list.here.drain(..) {
            while self.at < self.text.len() {
                let end = memchr::memchr(b'\n', &self.text[self.at..]).map_or(self.text.len(), |found| self.at + found);
                let line = String::from_utf8_lossy(&self.text[self.at..end]);
                let line = line.trim_end_matches('\r');
                // `.stripIndent()` may take the indentation away before the shell sees it.
                let ends = line == delimiter
                    || (strips && line.trim_start_matches('\t') == delimiter)
                    || line.trim() == delimiter;
                self.at = (end + 1).min(self.text.len());
                if ends {
                    break;
                }
            }
        }
    }
}

/// The length of what is in brackets at the start of a text, which is one.
fn enclosed(text: &str, open: u8, close: u8) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            byte if byte == open => depth += 1,
            byte if byte == close && depth == 1 => return at + 1,
            byte if byte == close => depth -= 1,
            _ => {}
        }
    }
    text.len()
}
