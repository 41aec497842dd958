//! Statements, and what they hold.

use crate::jenkinsfile::lexer::TokenKind;
use crate::jenkinsfile::tree::{Block, Expression, Item, Statement, StatementKind};

use super::expressions::is_assignment;
use super::{Parser, Until};

/// Words before the name of what is declared.
const MODIFIERS: &[&str] =
    &["def", "final", "static", "private", "protected", "public", "abstract", "synchronized", "transient"];

impl Parser<'_, '_> {
    pub(super) fn statements(&mut self, end: usize) -> Vec<Statement> {
        let mut statements = Vec::new();
        loop {
            while self.at < end && (self.kind(self.at) == Some(TokenKind::Newline) || self.is_symbol(self.at, ";")) {
                self.at += 1;
            }
            if self.at >= end {
                return statements;
            }
            let before = self.at;
            statements.extend(self.statement(end));
            // Closing brackets without an opening one, and labels.
            self.at = self.at.max(before + 1);
        }
    }

    fn statement(&mut self, end: usize) -> Option<Statement> {
        let (first, owners) = (self.at, self.owners.len());
        let start = self.start_of(first);
        let kind = self.deeper(end, |parser| parser.statement_kind(end));
        let last = self.end_before(self.at.max(first + 1));
        for block in self.owners.drain(owners..) {
            self.layout.blocks[block].2 = (start, last);
        }
        self.layout.statements.push((start, last));
        Some(Statement { kind: kind? })
    }

    fn statement_kind(&mut self, end: usize) -> Option<StatementKind> {
        while self.is_symbol(self.at, "@") && self.text_of(self.at + 1) != "Library" {
            self.annotation(end);
        }
        match self.word(self.at) {
            "if" if self.is_symbol(self.past_lines(self.at + 1, end), "(") => Some(self.conditional(end)),
            "switch" => Some(self.switch(end)),
            "for" | "while" if self.is_symbol(self.past_lines(self.at + 1, end), "(") => {
                self.at += 1;
                self.head(end);
                Some(StatementKind::Loop { body: self.body(end) })
            }
            "try" => {
                self.at += 1;
                let body = self.body(end);
                let (mut catches, mut finally) = (Vec::new(), None);
                while self.follows("catch", end) {
                    self.head(end);
                    catches.push(self.body(end));
                }
                if self.follows("finally", end) {
                    finally = Some(self.body(end));
                }
                Some(StatementKind::Try { body, catches, finally })
            }
            "import" | "package" => {
                while self.at < end && self.kind(self.at) != Some(TokenKind::Newline) && !self.is_symbol(self.at, ";") {
                    self.at += 1;
                }
                None
            }
            "return" | "throw" => {
                self.at += 1;
                Some(StatementKind::Exit(self.expression(Until { end, line: true, comma: false, colon: false })))
            }
            "assert" => {
                self.at += 1;
                Some(StatementKind::Expression(self.expression(Until { end, line: true, comma: false, colon: false })))
            }
            _ => match self.declared(end) {
                Some(Declared::Function { name, brace }) => {
                    self.at = brace;
                    let name = (self.start_of(name), self.end_before(name + 1));
                    Some(StatementKind::Function { name, body: self.body(end) })
                }
                Some(Declared::Type { brace }) => {
                    self.at = brace;
                    Some(StatementKind::Type { body: self.body(end) })
                }
                None => Some(self.simple(end)),
            },
        }
    }

    /// `@Name(…)`, with the line break after it.
    fn annotation(&mut self, end: usize) {
        self.at += 1;
        while self.at < end && (self.kind(self.at) == Some(TokenKind::Name) || self.is_symbol(self.at, ".")) {
            self.at += 1;
            if self.kind(self.at) == Some(TokenKind::Name) && !self.is_symbol(self.at - 1, ".") {
                break;
            }
        }
        if self.is_symbol(self.at, "(") {
            self.at = self.inside(self.at, end).1;
        }
        self.at = self.past_lines(self.at, end);
    }

    /// Whether a word comes next, line breaks aside; it is passed then.
    fn follows(&mut self, word: &str, end: usize) -> bool {
        let next = self.past_lines(self.at, end);
        let follows = next < end && self.word(next) == word;
        if follows {
            self.at = next + 1;
        }
        follows
    }

    /// What stands in the parentheses that come next.
    fn head(&mut self, end: usize) -> Expression {
        self.at = self.past_lines(self.at, end);
        if self.at >= end || !self.is_symbol(self.at, "(") {
            return Expression::default();
        }
        let (close, next) = self.inside(self.at, end);
        self.at += 1;
        let head = self.deeper(close, |parser| parser.whole(close));
        self.at = next;
        head
    }

    /// An expression up to an index, semicolons (of `for`) included.
    pub(super) fn whole(&mut self, end: usize) -> Expression {
        let until = Until { end, line: false, comma: false, colon: false };
        let mut all = self.expression(until);
        while self.at < end {
            self.at += 1;
            let more = self.expression(until);
            all.end = more.end.max(all.end);
            all.items.extend(more.items);
        }
        all
    }

    /// A block in braces, or one statement.
    fn body(&mut self, end: usize) -> Block {
        self.at = self.past_lines(self.at, end);
        if self.at < end && self.is_symbol(self.at, "{") {
            let (open, block) = (self.at, self.layout.blocks.len());
            let body = self.braces(end);
            // What stands first in it is about the block alone, not about all of `if` and `else`.
            self.layout.blocks[block].2 = (self.start_of(open), body.end);
            if self.owners.last() == Some(&block) {
                self.owners.pop();
            }
            return body;
        }
        let start = self.start_of(self.at);
        let statements: Vec<Statement> = if self.at < end && !self.is_symbol(self.at, ";") {
            self.statement(end).into_iter().collect()
        } else {
            Vec::new()
        };
        Block { start, end: self.end_before(self.at), parameters: Vec::new(), statements }
    }

    /// The block in the braces that come next.
    pub(super) fn braces(&mut self, end: usize) -> Block {
        let open = self.at;
        let (close, next) = self.inside(open, end);
        let header = self.end_before(open);
        let index = self.layout.blocks.len();
        self.layout.blocks.push((header, self.start_of(close), (self.start_of(open), self.start_of(close))));
        self.owners.push(index);
        self.at = open + 1;
        let parameters = self.parameters(close);
        let first = self.past_lines(self.at, close);
        self.layout.blocks[index].1 = self.start_of(first);
        let statements = self.deeper(close, |parser| parser.statements(close));
        self.at = next;
        let end = if next > close { self.end_before(next) } else { self.start_of(close) };
        Block { start: self.start_of(open), end, parameters, statements }
    }

    /// The names before the arrow of a closure.
    fn parameters(&mut self, end: usize) -> Vec<(u32, u32)> {
        let mut names = Vec::new();
        let mut index = self.at;
        // Types and defaults stand there too, and nothing else.
        while index < end && index < self.at + 100 {
            match self.kind(index) {
                Some(TokenKind::Name) => names.push((self.start_of(index), self.end_before(index + 1))),
                Some(TokenKind::Symbol) if self.text_of(index) == "->" => {
                    self.at = index + 1;
                    return names;
                }
                Some(TokenKind::Symbol)
                    if matches!(self.text_of(index), "," | "<" | ">" | "." | "=" | "[" | "]" | "?") => {}
                Some(TokenKind::Newline | TokenKind::Number | TokenKind::StringStart(_) | TokenKind::StringText(_)) => {
                }
                Some(TokenKind::StringEnd(_)) => {}
                _ => return Vec::new(),
            }
            index += 1;
        }
        Vec::new()
    }

    /// `if … else if … else`, however long.
    fn conditional(&mut self, end: usize) -> StatementKind {
        let (mut branches, mut otherwise) = (Vec::new(), None);
        self.at += 1;
        loop {
            let condition = self.head(end);
            branches.push((condition, self.body(end)));
            let mut next = self.past_lines(self.at, end);
            if next < end && self.is_symbol(next, ";") {
                next = self.past_lines(next + 1, end);
            }
            if next >= end || self.word(next) != "else" {
                break;
            }
            self.at = next + 1;
            if !self.follows("if", end) {
                otherwise = Some(self.body(end));
                break;
            }
        }
        StatementKind::If { branches, otherwise }
    }

    fn switch(&mut self, end: usize) -> StatementKind {
        self.at += 1;
        let head = self.head(end);
        self.at = self.past_lines(self.at, end);
        let mut cases: Vec<(Option<Expression>, Block)> = Vec::new();
        if self.at >= end || !self.is_symbol(self.at, "{") {
            return StatementKind::Switch { head, cases };
        }
        let (close, next) = self.inside(self.at, end);
        self.at += 1;
        while self.at < close {
            let word = self.word(self.at);
            if word == "case" || (word == "default" && self.is_symbol(self.at + 1, ":")) {
                self.at += 1;
                let label = (word == "case")
                    .then(|| self.expression(Until { end: close, line: true, comma: false, colon: true }));
                let start = self.start_of(self.at);
                self.at += usize::from(self.is_symbol(self.at, ":"));
                cases.push((label, Block { start, end: start, ..Block::default() }));
            } else if self.kind(self.at) == Some(TokenKind::Newline) || self.is_symbol(self.at, ";") {
                self.at += 1;
            } else {
                let before = self.at;
                let statement = self.statement(close);
                self.at = self.at.max(before + 1);
                if let (Some((_, block)), Some(statement)) = (cases.last_mut(), statement) {
                    block.statements.push(statement);
                    block.end = self.end_before(self.at);
                }
            }
        }
        self.at = next;
        StatementKind::Switch { head, cases }
    }

    /// Whether a function or a class begins here.
    fn declared(&self, end: usize) -> Option<Declared> {
        let mut index = self.at;
        let (mut words, mut name) = (0, None);
        while index < end {
            let next = self.past_lines(index + 1, end);
            match self.kind(index) {
                Some(TokenKind::Name) if matches!(self.text_of(index), "class" | "interface" | "enum" | "trait") => {
                    let is_type = self.kind(index + 1) == Some(TokenKind::Name);
                    let brace = (index..end.min(index + 40)).find(|&at| self.is_symbol(at, "{"));
                    return brace.filter(|_| is_type).map(|brace| Declared::Type { brace });
                }
                Some(TokenKind::Name) => {
                    words += 1;
                    name = Some(index);
                }
                Some(TokenKind::StringStart(_)) if words > 0 && self.word(index - 1) == "def" => {
                    name = Some(index);
                    words += 1;
                    index = self.inside(index, end).1;
                    continue;
                }
                Some(TokenKind::Symbol) => match self.text_of(index) {
                    "(" if words >= 2 && self.word(self.at) != "new" => {
                        let after = self.past_lines(self.inside(index, end).1, end);
                        // `throws` and the names of exceptions may stand before the brace.
                        let brace = if self.word(after) == "throws" {
                            (after..end.min(after + 20)).find(|&at| self.is_symbol(at, "{"))
                        } else {
                            Some(after).filter(|&after| after < end && self.is_symbol(after, "{"))
                        };
                        return brace.zip(name).map(|(brace, name)| Declared::Function { name, brace });
                    }
                    "<" | ">" | ">>" | "," | "." | "[" | "]" | "?" if words > 0 => {}
                    _ => return None,
                },
                _ => return None,
            }
            index = if MODIFIERS.contains(&self.word(index)) { next } else { index + 1 };
        }
        None
    }

    /// An assignment or an expression.
    fn simple(&mut self, end: usize) -> StatementKind {
        while MODIFIERS.contains(&self.word(self.at)) && self.at < end {
            self.at += 1;
        }
        let until = Until { end, line: true, comma: false, colon: false };
        let mut expression = self.expression(until);
        let sign = self.text_of(self.at);
        let assigns = self.at < end && self.kind(self.at) == Some(TokenKind::Symbol) && is_assignment(sign);
        if !assigns {
            return StatementKind::Expression(expression);
        }
        self.at = self.past_lines(self.at + 1, end);
        let value = self.assigned(until);
        let name = expression.items.iter().rev().find_map(|item| match item {
            Item::Name(name) => Some(*name),
            _ => None,
        });
        // An element of what the name stands for.
        let is_whole = !matches!(expression.items.last(), Some(Item::Index(_)));
        match name {
            Some(target) => StatementKind::Assignment { target, plain: sign == "=" && is_whole, value },
            None => {
                expression.end = value.end;
                expression.items.extend(value.items);
                StatementKind::Expression(expression)
            }
        }
    }
}

enum Declared {
    Function { name: usize, brace: usize },
    Type { brace: usize },
}
