//! From tokens to a tree. Brackets are paired first, so that nothing that is not understood reaches further than its own.

mod expressions;
mod pairs;
mod statements;

use crate::source::SourceFile;

use super::lexer::{Token, TokenKind};
use super::tree::{Block, Tree};
use super::{Complaints, Layout, MAX_DEPTH};
use pairs::{closes, deep, pair};

/// Reads a file's tokens as a tree.
pub(super) fn parse<'t>(
    file: &'t SourceFile,
    tokens: &[Token],
    layout: &mut Layout,
    complaints: &mut Complaints,
) -> Tree<'t> {
    let mut code = Vec::with_capacity(tokens.len() / 2);
    for token in tokens {
        match token.kind {
            TokenKind::Comment => layout.comments.push((token.start, token.end)),
            TokenKind::Space => {}
            TokenKind::Newline
            | TokenKind::Name
            | TokenKind::Number
            | TokenKind::Symbol
            | TokenKind::StringStart(_)
            | TokenKind::StringText(_)
            | TokenKind::StringEnd(_)
            | TokenKind::HoleStart
            | TokenKind::HoleEnd
            | TokenKind::HoleName => code.push(*token),
        }
    }
    let pairs = pair(file, &code, complaints);
    let text: &str = &file.text;
    let end = code.len();
    let mut parser = Parser { text, code, pairs, at: 0, depth: 0, owners: Vec::new(), layout, complaints };
    let statements = parser.statements(end);
    Tree { text, root: Block { start: 0, end: text.len() as u32, parameters: Vec::new(), statements } }
}

struct Parser<'t, 'l> {
    text: &'t str,
    code: Vec<Token>,
    pairs: Vec<u32>,
    at: usize,
    depth: usize,
    /// Blocks in the layout whose statement has not ended yet.
    owners: Vec<usize>,
    layout: &'l mut Layout,
    complaints: &'l mut Complaints,
}

/// Where an expression ends.
#[derive(Clone, Copy)]
struct Until {
    end: usize,
    /// Whether a line break ends it.
    line: bool,
    /// Whether a comma does.
    comma: bool,
    /// Whether a colon does.
    colon: bool,
}

impl<'t> Parser<'t, '_> {
    fn text_of(&self, index: usize) -> &'t str {
        self.code.get(index).map_or("", |token| &self.text[token.start as usize..token.end as usize])
    }

    fn kind(&self, index: usize) -> Option<TokenKind> {
        self.code.get(index).map(|token| token.kind)
    }

    fn is_symbol(&self, index: usize, symbol: &str) -> bool {
        self.kind(index) == Some(TokenKind::Symbol) && self.text_of(index) == symbol
    }

    fn word(&self, index: usize) -> &'t str {
        if self.kind(index) == Some(TokenKind::Name) { self.text_of(index) } else { "" }
    }

    fn start_of(&self, index: usize) -> u32 {
        self.code.get(index).map_or(self.text.len() as u32, |token| token.start)
    }

    /// Where the token before an index ends.
    fn end_before(&self, index: usize) -> u32 {
        index.checked_sub(1).and_then(|index| self.code.get(index)).map_or(0, |token| token.end)
    }

    /// The first index from `index` on that is no line break.
    fn past_lines(&self, mut index: usize, end: usize) -> usize {
        while index < end && self.kind(index) == Some(TokenKind::Newline) {
            index += 1;
        }
        index
    }

    /// The end of what an opening token holds, and where it goes on after that, both inside `end`.
    fn inside(&self, open: usize, end: usize) -> (usize, usize) {
        let close = (self.pairs[open] as usize).min(end);
        let belongs =
            self.code.get(close).is_some_and(|closer| close < end && closes(&self.code[open], closer, self.text));
        (close, if belongs { close + 1 } else { close })
    }

    /// Goes one level down; at the limit what is below is passed over.
    fn deeper<T: Default>(&mut self, end: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH {
            if let Some(token) = self.code.get(self.at).copied()
                && !self.complaints.problems.iter().any(|problem| problem.message.starts_with("nested more than"))
            {
                self.complaints.add(deep(self.complaints.file, &token));
            }
            self.at = end;
            return T::default();
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }
}
