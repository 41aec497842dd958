//! Source text around places, fit to be shown: long lines cut around the places, control characters made visible,
//! sensitive text left out.
//!
//! An [`Excerpt`] is what miette draws from. It holds only the lines to be shown and knows their numbers, so that
//! nothing scans the file again (miette's own sources do, for every diagnostic), and one drawing may show several files.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::place::{one_line, short, visible};
use crate::source::{FileId, SourceFile, Sources, Span};

/// Lines shown before and after a place.
const CONTEXT: u32 = 1;
/// What is shown around a place of a line that is cut, in bytes.
const AROUND: usize = 40;
/// The most that is underlined of a line that is cut, in bytes.
const MARKED: usize = 60;
/// What stands where text was cut.
const CUT: &str = "…";
/// What stands for sensitive text.
const SENSITIVE: &str = "(sensitive)";

/// A place to be underlined.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The place; of one that spans lines, the first line is underlined.
    pub span: Span,
    /// Written below the underline.
    pub label: Option<String>,
}

/// Makes excerpts and quotations of the sources.
#[derive(Debug)]
pub struct Quoter<'s> {
    sources: &'s Sources,
    /// Sorted by file and start, none inside another.
    sensitive: Vec<Span>,
    width: usize,
}

impl<'s> Quoter<'s> {
    /// One that leaves out what is sensitive and cuts lines longer than `width`.
    #[must_use]
    pub fn new(sensitive: &[Span], sources: &'s Sources, width: usize) -> Self {
        let mut sensitive = sensitive.to_vec();
        sensitive.sort_by_key(|span| (span.file, span.start, std::cmp::Reverse(span.end)));
        let mut outermost: Vec<Span> = Vec::with_capacity(sensitive.len());
        for span in sensitive {
            match outermost.last_mut() {
                Some(last) if last.file == span.file && span.start < last.end => last.end = last.end.max(span.end),
                _ => outermost.push(span),
            }
        }
        Self { sources, sensitive: outermost, width: width.max(2 * AROUND + MARKED) }
    }

    /// The lines around marks, of one file or several. The first mark's lines come first.
    #[must_use]
    pub fn excerpt(&self, marks: &[Mark]) -> Excerpt {
        let mut excerpt = Excerpt::default();
        let marks: Vec<Mark> = marks.iter().filter(|mark| self.has_text(mark.span)).cloned().collect();
        let marks = marks.as_slice();
        for window in windows(self.sources, marks) {
            self.draw(&window, marks, &mut excerpt);
        }
        excerpt
    }

    /// Whether there is text to quote under a span.
    #[must_use]
    pub fn has_text(&self, span: Span) -> bool {
        self.sources.file(span.file).has_text()
    }

    /// `file:line:column` of a span, in one line.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        one_line(&short(self.sources, span))
    }

    /// The text under a span, at most `limit` bytes of it.
    #[must_use]
    pub fn quote(&self, span: Span, limit: usize) -> String {
        let text = &self.sources.file(span.file).text;
        let end = floor_boundary(text, (span.end as usize).min(span.start as usize + limit));
        let mut quoted = self.copy(span.file, span.start as usize, end).text;
        if end < span.end as usize {
            quoted.push_str(CUT);
        }
        quoted
    }

    /// Adds the lines of a window.
    fn draw(&self, window: &Window, marks: &[Mark], excerpt: &mut Excerpt) {
        let file = self.sources.file(window.file);
        let mut lines = Vec::new();
        let start = excerpt.text.len();
        for line in window.first..=window.last {
            let (from, to) = line_range(file, line);
            let here: Vec<(usize, usize, &Mark)> = marks
                .iter()
                .filter(|mark| mark.span.file == window.file && file.position(mark.span.start).line == line)
                .map(|mark| (mark.span.start as usize, (mark.span.end as usize).min(to), mark))
                .collect();
            lines.push(excerpt.text.len());
            let mut shown_to = from;
            for piece in pieces(&file.text, from, to, &here, self.width) {
                let copied = self.copy(window.file, piece.0, piece.1);
                let cut_before = piece.0 > shown_to;
                shown_to = piece.1;
                let at = excerpt.text.len() + if cut_before { CUT.len() } else { 0 };
                for &(start, end, mark) in here.iter().filter(|mark| piece.0 <= mark.0 && mark.0 <= piece.1) {
                    let marked = copied.place(start, end.min(piece.1).max(start));
                    excerpt.marks.push(Placed {
                        span: (at + marked.0, marked.1 - marked.0),
                        label: mark.label.clone(),
                        column: file.position(start as u32).column as usize - 1,
                        primary: marks.first().is_some_and(|first| std::ptr::eq(first, mark)),
                    });
                }
                if cut_before {
                    excerpt.text.push_str(CUT);
                }
                excerpt.text.push_str(&copied.text);
            }
            excerpt.text.push_str(if shown_to < to { CUT } else { "" });
            excerpt.text.push('\n');
        }
        excerpt.windows.push(Drawn {
            path: one_line(&file.path),
            first_line: window.first as usize - 1,
            lines,
            start,
            end: excerpt.text.len(),
        });
    }

    /// Copies `from..to` of a file, made fit to be shown.
    fn copy(&self, id: FileId, from: usize, to: usize) -> Copied {
        let source = &self.sources.file(id).text;
        let mut copied = Copied { text: String::with_capacity(to.saturating_sub(from)), offsets: Vec::new() };
        let first = self.sensitive.partition_point(|span| (span.file, span.end as usize) <= (id, from));
        let mut hidden = self.sensitive[first..].iter().take_while(|span| span.file == id).peekable();
        let mut at = from;
        while at < to {
            copied.offsets.push((at, copied.text.len()));
            if let Some(span) = hidden.next_if(|span| span.start as usize <= at) {
                copied.text.push_str(SENSITIVE);
                at = (span.end as usize).max(at + 1);
                continue;
            }
            let Some(character) = source.get(at..).and_then(|rest| rest.chars().next()) else { break };
            if at > 0 || character != '\u{feff}' {
                copied.text.push(if matches!(character, '\n' | '\t') { character } else { visible(character) });
            }
            at += character.len_utf8();
        }
        copied.offsets.push((at.max(to), copied.text.len()));
        copied
    }
}

/// Text that was copied, and where its characters came from: (offset in the file, offset in the copy).
struct Copied {
    text: String,
    offsets: Vec<(usize, usize)>,
}

impl Copied {
    /// Where a range of the file is in the copy.
    fn place(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.offsets.partition_point(|&(at, _)| at <= start).saturating_sub(1);
        let last = self.offsets.partition_point(|&(at, _)| at < end).min(self.offsets.len() - 1).max(first);
        (self.offsets[first].1, self.offsets[last].1)
    }
}

/// Lines of a file to be shown together.
struct Window {
    file: FileId,
    first: u32,
    last: u32,
}

/// The windows around marks: those that touch are one.
fn windows(sources: &Sources, marks: &[Mark]) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for mark in marks {
        let file = sources.file(mark.span.file);
        let line = file.position(mark.span.start).line;
        let first = line.saturating_sub(CONTEXT).max(1);
        let last = (line + CONTEXT).min(last_line(file)).max(line);
        let touching = windows
            .iter_mut()
            .find(|window| window.file == mark.span.file && first <= window.last + 1 && window.first <= last + 1);
        match touching {
            Some(window) => {
                window.first = window.first.min(first);
                window.last = window.last.max(last);
            }
            None => windows.push(Window { file: mark.span.file, first, last }),
        }
    }
    windows
}

/// The last line that is worth showing: not the empty one after the last line break.
fn last_line(file: &SourceFile) -> u32 {
    let lines = file.line_starts().len() as u32;
    if file.text.ends_with('\n') { lines - 1 } else { lines }
}

/// The byte range of a line, without its line break.
fn line_range(file: &SourceFile, line: u32) -> (usize, usize) {
    let from = file.line_starts().get(line as usize - 1).map_or(file.text.len(), |&start| start as usize);
    (from, from + file.line(line).len())
}

/// The parts of a line that are shown: all of it, or what is around its marks, or its beginning.
fn pieces(text: &str, from: usize, to: usize, marks: &[(usize, usize, &Mark)], width: usize) -> Vec<(usize, usize)> {
    if to - from <= width {
        return vec![(from, to)];
    }
    if marks.is_empty() {
        return vec![(from, floor_boundary(text, from + width - AROUND))];
    }
    let mut around: Vec<(usize, usize)> = marks
        .iter()
        .map(|&(start, end, _)| {
            let left = floor_boundary(text, start.saturating_sub(AROUND).max(from));
            (left, floor_boundary(text, (end.min(start + MARKED) + AROUND).min(to)).max(start))
        })
        .collect();
    around.sort_unstable();
    let mut pieces: Vec<(usize, usize)> = Vec::with_capacity(around.len());
    for piece in around {
        match pieces.last_mut() {
            Some(last) if piece.0 <= last.1 => last.1 = last.1.max(piece.1),
            _ => pieces.push(piece),
        }
    }
    pieces
}

/// The nearest character boundary at or before an offset.
fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Lines to be shown, with what is to be underlined in them.
#[derive(Debug, Default)]
pub struct Excerpt {
    text: String,
    windows: Vec<Drawn>,
    marks: Vec<Placed>,
}

/// Successive lines of one file in an excerpt's text.
#[derive(Debug)]
struct Drawn {
    path: String,
    /// Number of the first line, from 0.
    first_line: usize,
    /// Where each line starts in the text.
    lines: Vec<usize>,
    start: usize,
    end: usize,
}

/// A mark in an excerpt's text: offset and length, and its column in the file, from 0.
#[derive(Debug)]
struct Placed {
    span: (usize, usize),
    label: Option<String>,
    column: usize,
    primary: bool,
}

impl Excerpt {
    /// The marks, as miette wants them; the first that was asked for is the primary one.
    pub fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.marks.iter().map(|mark| {
            let new = if mark.primary { LabeledSpan::new_primary_with_span } else { LabeledSpan::new_with_span };
            new(mark.label.clone(), mark.span)
        })
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let window = self
            .windows
            .iter()
            .find(|window| window.start <= start && end <= window.end && start < window.end)
            .ok_or(MietteError::OutOfBounds)?;
        let line_of = |offset: usize| window.lines.partition_point(|&line| line <= offset) - 1;
        let first = line_of(start).saturating_sub(before);
        let last = (line_of(end) + after).min(window.lines.len() - 1);
        let from = window.lines[first];
        let to = window.lines.get(last + 1).copied().unwrap_or(window.end);
        let column = self.marks.iter().find(|mark| mark.span.0 == start).map_or(0, |mark| mark.column);
        Ok(Box::new(MietteSpanContents::new_named(
            window.path.clone(),
            &self.text.as_bytes()[from..to],
            (from, to - from).into(),
            window.first_line + first,
            column,
            last - first + 1,
        )))
    }
}
