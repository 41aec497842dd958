//! Files and places in them. Knows nothing of HCL, Terraform or policy.
//!
//! Everything that can be pointed at is a [`Span`]: a file and a byte range. Lines and columns are
//! computed when somebody asks for them ([`Sources::position`]), never stored.

pub mod disk;
pub mod pattern;
pub mod walk;

use std::sync::{Arc, OnceLock};

/// Index of a file in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A byte range `start..end` of a file. Orders by file, then start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span over `start..end` of `file`.
    #[must_use]
    pub const fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// Whether `other` lies inside this span (same file; equal spans included).
    #[must_use]
    pub fn contains(&self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A place as people read it: line and column count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters (a byte-order mark is not counted).
    pub column: u32,
}

/// One file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// The path as reports print it: relative to the directory terravet was started in, with `/`.
    pub path: String,
    /// The text. Bytes that are not UTF-8 were each replaced by `?`, so that offsets stay those of the file.
    pub text: Arc<String>,
    /// Offsets of the bytes that were replaced, in order. Terraform takes such bytes in comments only.
    pub invalid_utf8: Vec<u32>,
    line_starts: OnceLock<Vec<u32>>,
    /// How many characters come before each [`BLOCK`] of bytes; empty where all are ASCII.
    characters: OnceLock<Vec<u32>>,
    /// Where offsets stand, in a file that is known by its positions alone.
    positions: Vec<Position>,
}

/// Bytes between two entries of [`SourceFile::characters`].
const BLOCK: usize = 1024;

impl SourceFile {
    /// Makes a file of bytes.
    #[must_use]
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        let (text, invalid_utf8) = decode(bytes);
        Self {
            path: path.into(),
            text: text.into(),
            invalid_utf8,
            line_starts: OnceLock::new(),
            characters: OnceLock::new(),
            positions: Vec::new(),
        }
    }

    /// A file whose text is not at hand: offset 0 is at the first of these positions, 1 at the second, and so on.
    #[must_use]
    pub fn of_positions(path: impl Into<String>, positions: Vec<Position>) -> Self {
        Self { positions, ..Self::new(path, Vec::new()) }
    }

    /// Whether the text is at hand.
    #[must_use]
    pub fn has_text(&self) -> bool {
        self.positions.is_empty()
    }

    /// One past the last offset.
    #[must_use]
    pub fn length(&self) -> u32 {
        self.text.len().max(self.positions.len()) as u32
    }

    /// The byte offsets at which lines start (the first is 0).
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let mut starts = vec![0];
            starts.extend(memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1));
            starts
        })
    }

    /// Line and column of a byte offset (clamped to the file).
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        if let Some(last) = self.positions.last() {
            return *self.positions.get(offset as usize).unwrap_or(last);
        }
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start as usize <= offset);
        let start = starts[line - 1] as usize;
        let mark = u32::from(line == 1 && offset > 0 && self.text.starts_with('\u{feff}'));
        Position {
            line: line as u32,
            column: self.characters_before(offset) - self.characters_before(start) - mark + 1,
        }
    }

    /// How many characters come before a byte offset: the work is the same however long the line.
    fn characters_before(&self, offset: usize) -> u32 {
        let blocks = self.characters.get_or_init(|| {
            if self.text.is_ascii() {
                return Vec::new();
            }
            let counts = self.text.as_bytes().chunks(BLOCK).scan(0, |count, block| {
                let before = *count;
                *count += starts_in(block);
                Some(before)
            });
            counts.collect()
        });
        let Some(&before) = blocks.get(offset / BLOCK) else {
            return blocks.last().map_or(offset as u32, |_| starts_in(self.text.as_bytes()));
        };
        before + starts_in(&self.text.as_bytes()[offset / BLOCK * BLOCK..offset])
    }

    /// The text of a line (from 1), without its line break; empty where there is no such line.
    #[must_use]
    pub fn line(&self, line: u32) -> &str {
        let starts = self.line_starts();
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = starts.get(index) else { return "" };
        let end = starts.get(index + 1).map_or(self.text.len(), |&next| next as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }
}

/// How many characters of UTF-8 start in some bytes.
fn starts_in(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as u32
}

/// Decodes bytes as UTF-8, replacing each byte that is not by `?` and noting where.
fn decode(bytes: Vec<u8>) -> (String, Vec<u32>) {
    let mut bytes = bytes;
    let mut invalid = Vec::new();
    let mut from = 0;
    loop {
        match std::str::from_utf8(&bytes[from..]) {
            Ok(_) => break,
            Err(error) => {
                let at = from + error.valid_up_to();
                let length = error.error_len().unwrap_or(bytes.len() - at);
                bytes[at..at + length].fill(b'?');
                invalid.extend(at as u32..(at + length) as u32);
                from = at + length;
            }
        }
    }
    (String::from_utf8(bytes).unwrap_or_default(), invalid)
}

/// All files of a run. Files are added while reading and never removed.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let id = self.next();
        self.files.push(file);
        id
    }

    /// The id that the next file gets.
    #[must_use]
    pub fn next(&self) -> FileId {
        FileId(self.files.len() as u32)
    }

    /// The file with this id.
    ///
    /// # Panics
    /// If the id is of another `Sources`.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files, in the order they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// The text under a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Where a span starts.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        self.file(span.file).position(span.start)
    }
}

/// Input that was not understood. A run with a problem never passes (exit code 2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where, if it is inside a file that was read.
    pub span: Option<Span>,
    /// The path, where no file was read (`None` if `span` is there).
    pub path: Option<String>,
    /// What is wrong, in one sentence without a full stop. Never holds a sensitive value.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), path: None, message: message.into(), help: None }
    }

    /// A problem with a path as a whole (it cannot be read, say).
    #[must_use]
    pub fn with_path(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { span: None, path: Some(path.into()), message: message.into(), help: None }
    }

    /// The same problem with help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The candidate nearest to `name`, if it is near enough to suggest ("did you mean …?").
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substitution = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_skip_the_byte_order_mark() {
        let file = SourceFile::new("a.tf", "\u{feff}é = 1\n  ü = 2".into());
        assert_eq!(file.position(3), Position { line: 1, column: 1 });
        assert_eq!(file.position(5), Position { line: 1, column: 2 });
        assert_eq!(file.position(file.text.find('ü').unwrap() as u32), Position { line: 2, column: 3 });
        assert_eq!(file.line(2), "  ü = 2");
    }

    #[test]
    fn columns_of_a_long_line_are_counted_alike_everywhere() {
        let line = "aé日".repeat(3000);
        let file = SourceFile::new("a.tf", format!("{line}\n{line}").into_bytes());
        for (offset, _) in file.text.char_indices().step_by(7) {
            let before = &file.text[..offset];
            let column = before.rsplit('\n').next().unwrap().chars().count() as u32 + 1;
            assert_eq!(file.position(offset as u32).column, column);
        }
        assert_eq!(file.position(u32::MAX).column, 9001);
    }

    #[test]
    fn bytes_that_are_not_utf8_keep_the_offsets() {
        let file = SourceFile::new("a.tf", b"a \xff\xfe b \xc3".to_vec());
        assert_eq!(&*file.text, "a ?? b ?");
        assert_eq!(file.invalid_utf8, [2, 3, 7]);
    }

    #[test]
    fn nearest_suggests_only_what_is_near() {
        assert_eq!(nearest("cidr_blok", ["cidr_block", "vpc_id"]), Some("cidr_block"));
        assert_eq!(nearest("x", ["cidr_block", "vpc_id"]), None);
    }
}
