//! Places as reports print them.

use crate::source::{Position, Problem, Sources, Span};

/// A span as people read it: the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region<'s> {
    /// The file's path.
    pub file: &'s str,
    /// The first character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
}

/// The region of a span.
#[must_use]
pub fn region(sources: &Sources, span: Span) -> Region<'_> {
    let file = sources.file(span.file);
    Region { file: &file.path, start: file.position(span.start), end: file.position(span.end.max(span.start)) }
}

/// `file:line:column` of a span.
#[must_use]
pub fn short(sources: &Sources, span: Span) -> String {
    let Region { file, start, .. } = region(sources, span);
    format!("{file}:{}:{}", start.line, start.column)
}

/// The path that a problem is about: empty where it is about none.
#[must_use]
pub fn problem_file<'a>(sources: &'a Sources, problem: &'a Problem) -> &'a str {
    match (problem.span, &problem.path) {
        (Some(span), _) => &sources.file(span.file).path,
        (None, Some(path)) => path,
        (None, None) => "",
    }
}

/// Text for one line of a terminal or a log: characters that would move the cursor, start an escape sequence or turn
/// the direction of writing are made visible as U+FFFD, line breaks and tabs become spaces.
#[must_use]
pub fn one_line(text: &str) -> String {
    // Almost all text is such.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    text.chars()
        .map(|character| match character {
            '\n' | '\r' | '\t' => ' ',
            other => visible(other),
        })
        .collect()
}

/// The character itself, or U+FFFD for a control or direction character, or none at all (Unicode Technical Report 36, "Bidirectional
/// Text Spoofing").
#[must_use]
pub fn visible(character: char) -> char {
    let hidden = character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    if hidden { '\u{fffd}' } else { character }
}

/// `1 error`, `2 errors`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
