//! From tokens to a tree. Brackets are paired first, so that nothing that is not understood reaches further than its own.

use crate::source::{Problem, SourceFile};

use super::lexer::{Quote, Token, TokenKind};
use super::tree::{Argument, Block, Call, Expression, Item, Name, Part, Statement, StatementKind, Text, Tree};
use super::{Complaints, Layout, MAX_DEPTH, span};

/// Words after a name that do not make the name a call.
const INFIX: &[&str] = &["in", "instanceof", "as", "extends", "implements", "throws"];

/// Words before the name of what is declared.
const MODIFIERS: &[&str] =
    &["def", "final", "static", "private", "protected", "public", "abstract", "synchronized", "transient"];

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

/// For every opening token: the token that closes it, or the one before which it has to be taken as closed.
fn pair(file: &SourceFile, code: &[Token], complaints: &mut Complaints) -> Vec<u32> {
    let mut pairs = vec![u32::MAX; code.len()];
    let mut open: Vec<usize> = Vec::new();
    let text = |token: &Token| &file.text[token.start as usize..token.end as usize];
    let mut too_deep = false;
    // Brackets that were given up: what closes them later is no second mistake.
    let mut given_up: Vec<usize> = Vec::new();
    for (index, token) in code.iter().enumerate() {
        match role(token, text(token)) {
            Role::Opens => {
                open.push(index);
                if open.len() > MAX_DEPTH && !too_deep {
                    too_deep = true;
                    complaints.add(deep(complaints.file, token));
                }
            }
            Role::Closes => {
                // Strings and holes are closed where the lexer says so; brackets may be missing in between.
                let Some(depth) = open.iter().rposition(|&opener| closes(&code[opener], token, &file.text)) else {
                    if let Some(at) = given_up.iter().rposition(|&opener| closes(&code[opener], token, &file.text)) {
                        given_up.truncate(at);
                        continue;
                    }
                    let message = format!("`{}` closes nothing: there is no bracket open before it", text(token));
                    complaint(complaints, token, message, "Remove it, or open the bracket.");
                    continue;
                };
                let mut between = open.drain(depth..);
                if let Some(opener) = between.next() {
                    pairs[opener] = index as u32;
                }
                for unclosed in between {
                    pairs[unclosed] = index as u32;
                    given_up.push(unclosed);
                    let (opener, place) = (&code[unclosed], file.position(code[unclosed].start));
                    let message = format!(
                        "`{}` comes before the `{}` of line {}, column {} is closed",
                        text(token),
                        text(opener),
                        place.line,
                        place.column
                    );
                    complaint(complaints, token, message, "Close what is open first, or remove one of the two.");
                }
            }
            Role::Neither => {}
        }
    }
    for unclosed in open {
        pairs[unclosed] = code.len() as u32;
        if code[unclosed].kind == TokenKind::Symbol {
            let opener = text(&code[unclosed]);
            let message = format!("`{opener}` is not closed before the end of the file");
            complaint(complaints, &code[unclosed], message, "Close it where what begins here ends.");
        }
    }
    pairs
}

fn complaint(complaints: &mut Complaints, token: &Token, message: String, help: &str) {
    let place = span(complaints.file, token.start, token.end);
    complaints.add(Problem::at(place, message).help(help));
}

fn deep(file: crate::source::FileId, token: &Token) -> Problem {
    let message = format!("nested more than {MAX_DEPTH} deep");
    Problem::at(span(file, token.start, token.end), message)
        .help("Move inner parts into functions: Jenkins cannot compile this either.")
}

enum Role {
    Opens,
    Closes,
    Neither,
}

fn role(token: &Token, text: &str) -> Role {
    match (token.kind, text) {
        (TokenKind::Symbol, "(" | "[" | "{") | (TokenKind::StringStart(_) | TokenKind::HoleStart, _) => Role::Opens,
        (TokenKind::Symbol, ")" | "]" | "}") | (TokenKind::StringEnd(_) | TokenKind::HoleEnd, _) => Role::Closes,
        (
            TokenKind::Symbol
            | TokenKind::Space
            | TokenKind::Newline
            | TokenKind::Comment
            | TokenKind::Name
            | TokenKind::Number
            | TokenKind::StringText(_)
            | TokenKind::HoleName,
            _,
        ) => Role::Neither,
    }
}

fn closes(opener: &Token, closer: &Token, text: &str) -> bool {
    let text = |token: &Token| &text[token.start as usize..token.end as usize];
    match (opener.kind, closer.kind) {
        (TokenKind::StringStart(_), TokenKind::StringEnd(_)) | (TokenKind::HoleStart, TokenKind::HoleEnd) => true,
        (TokenKind::Symbol, TokenKind::Symbol) => {
            matches!((text(opener), text(closer)), ("(", ")") | ("[", "]") | ("{", "}"))
        }
        _ => false,
    }
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

    fn statements(&mut self, end: usize) -> Vec<Statement> {
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
    fn whole(&mut self, end: usize) -> Expression {
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
    fn braces(&mut self, end: usize) -> Block {
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

    /// What is assigned; `a = b = c` assigns `c`.
    fn assigned(&mut self, until: Until) -> Expression {
        loop {
            let value = self.expression(until);
            if self.at < until.end
                && self.kind(self.at) == Some(TokenKind::Symbol)
                && is_assignment(self.text_of(self.at))
            {
                self.at = self.past_lines(self.at + 1, until.end);
            } else {
                return value;
            }
        }
    }

    fn expression(&mut self, until: Until) -> Expression {
        let first = self.at;
        let mut items: Vec<Item> = Vec::new();
        while self.at < until.end {
            match self.code[self.at].kind {
                TokenKind::Newline => {
                    if until.line && !self.goes_on(&items, until.end) {
                        break;
                    }
                    self.at += 1;
                }
                TokenKind::Number => {
                    items.push(Item::Number { start: self.start_of(self.at), end: self.end_before(self.at + 1) });
                    self.at += 1;
                }
                TokenKind::StringStart(quote) => {
                    let text = self.string(quote, until.end);
                    items.push(Item::Text(text));
                }
                TokenKind::Name => self.name(&mut items, until),
                TokenKind::Symbol => {
                    let symbol = self.text_of(self.at);
                    let ends = match symbol {
                        ";" => true,
                        "," => until.comma,
                        ":" => until.colon,
                        _ => until.line && is_assignment(symbol),
                    };
                    if ends {
                        break;
                    }
                    self.symbol(symbol, &mut items, until);
                }
                TokenKind::Space
                | TokenKind::Comment
                | TokenKind::StringText(_)
                | TokenKind::StringEnd(_)
                | TokenKind::HoleStart
                | TokenKind::HoleEnd
                | TokenKind::HoleName => self.at += 1,
            }
        }
        Expression { start: self.start_of(first), end: self.end_before(self.at).max(self.start_of(first)), items }
    }

    /// Whether an expression goes on after a line break.
    fn goes_on(&self, items: &[Item], end: usize) -> bool {
        let next = self.past_lines(self.at, end);
        if next >= end {
            return false;
        }
        let begun = match items.last() {
            Some(Item::Operator { start, end }) => !matches!(&self.text[*start as usize..*end as usize], "++" | "--"),
            Some(_) | None => false,
        };
        let leads = [".", "?.", "*.", "?", ":", "?:", "&&", "||", "==", "!=", "=~", "==~", "->"];
        begun
            || (self.kind(next) == Some(TokenKind::Symbol) && leads.contains(&self.text_of(next)) && !items.is_empty())
            || (self.is_symbol(next, "{")
                && matches!(items.last(), Some(Item::Call(_) | Item::Name(_)))
                && items.len() == 1)
    }

    fn symbol(&mut self, symbol: &str, items: &mut Vec<Item>, until: Until) {
        let open = self.at;
        match symbol {
            "(" => {
                let (close, next) = self.inside(open, until.end);
                self.at += 1;
                let inner = self.deeper(close, |parser| parser.whole(close));
                items.push(Item::Group(inner));
                self.at = next;
            }
            "[" => {
                let (close, next) = self.inside(open, until.end);
                let touches = self.end_before(open) == self.start_of(open);
                let is_index = touches
                    && matches!(items.last(), Some(Item::Name(_) | Item::Call(_) | Item::Index(_) | Item::Group(_)));
                self.at += 1;
                let elements = self.deeper(close, |parser| parser.arguments(close, false));
                items.push(if is_index { Item::Index(elements) } else { Item::List(elements) });
                self.at = next;
            }
            "{" => {
                let is_alone = items.len() == 1;
                let block = self.braces(until.end);
                match items.last_mut() {
                    Some(Item::Call(call)) => {
                        call.end = block.end;
                        call.arguments.push(closure(block));
                    }
                    Some(Item::Name(name)) if is_alone => {
                        let name = *name;
                        let call = Call { name, start: name.start, end: block.end, arguments: vec![closure(block)] };
                        items.pop();
                        items.push(Item::Call(call));
                    }
                    _ => items.push(Item::Closure(block)),
                }
            }
            ")" | "]" | "}" => self.at += 1,
            _ => {
                items.push(Item::Operator { start: self.start_of(open), end: self.end_before(open + 1) });
                self.at += 1;
            }
        }
    }

    /// A name, or the call that it begins.
    fn name(&mut self, items: &mut Vec<Item>, until: Until) {
        let is_first = items.is_empty();
        let mut first = self.at;
        // After a call, the dot belongs to the name.
        if let Some(Item::Operator { start, end }) = items.last()
            && matches!(&self.text[*start as usize..*end as usize], "." | "?." | "*.")
        {
            items.pop();
            first = self.at - 1;
        }
        let mut last = self.at;
        self.at += 1;
        loop {
            let dot = self.past_lines(self.at, until.end);
            let is_dot = dot + 1 < until.end && matches!(self.text_of(dot), "." | "?." | "*.");
            let next = if is_dot { self.past_lines(dot + 1, until.end) } else { dot };
            if !is_dot || next >= until.end || self.kind(next) != Some(TokenKind::Name) {
                break;
            }
            last = next;
            self.at = next + 1;
        }
        let name = Name { start: self.start_of(first), end: self.end_before(self.at), last: self.start_of(last) };
        let mut arguments = None;
        if self.at < until.end && self.is_symbol(self.at, "(") {
            let (close, next) = self.inside(self.at, until.end);
            self.at += 1;
            arguments = Some(self.deeper(close, |parser| parser.arguments(close, false)));
            self.at = next;
        } else if self.at < until.end && self.is_symbol(self.at, "{") {
            let block = self.braces(until.end);
            arguments = Some(vec![closure(block)]);
        } else if (is_first || first < last && items.len() <= 1) && self.begins_argument(name, until) {
            arguments = Some(self.deeper(until.end, |parser| parser.arguments(until.end, true)));
        }
        items.push(match arguments {
            Some(arguments) => Item::Call(Call { name, start: name.start, end: self.end_before(self.at), arguments }),
            None => Item::Name(name),
        });
    }

    /// Whether what comes next is the first argument of a call without parentheses.
    fn begins_argument(&self, name: Name, until: Until) -> bool {
        let next = self.at;
        if next >= until.end || !until.line || until.comma || self.start_of(next) == name.end {
            return false;
        }
        match self.code[next].kind {
            TokenKind::StringStart(_) | TokenKind::Number => true,
            TokenKind::Name => {
                let after = self.text_of(next + 1);
                let declares =
                    next + 1 < until.end && is_assignment(after) && self.kind(next + 1) == Some(TokenKind::Symbol);
                !INFIX.contains(&self.text_of(next)) && !declares
            }
            TokenKind::Symbol => self.text_of(next) == "[",
            TokenKind::Space
            | TokenKind::Newline
            | TokenKind::Comment
            | TokenKind::StringText(_)
            | TokenKind::StringEnd(_)
            | TokenKind::HoleStart
            | TokenKind::HoleEnd
            | TokenKind::HoleName => false,
        }
    }

    /// Arguments or elements, up to an index, or to the end of the statement (`line`).
    fn arguments(&mut self, end: usize, line: bool) -> Vec<Argument> {
        let mut arguments = Vec::new();
        loop {
            if !line || !arguments.is_empty() {
                self.at = self.past_lines(self.at, end);
            }
            if self.at >= end {
                return arguments;
            }
            let before = self.at;
            let name = self.label(end);
            let value = self.expression(Until { end, line, comma: true, colon: false });
            if name.is_some() || !value.items.is_empty() {
                arguments.push(Argument { name, value });
            }
            if self.at < end && self.is_symbol(self.at, ",") {
                self.at += 1;
            } else if line {
                return arguments;
            } else {
                self.at = self.at.max(before + 1);
                self.at += usize::from(self.at < end && self.is_symbol(self.at, ";"));
            }
        }
    }

    /// The name of an argument, or key of a map, with its colon.
    fn label(&mut self, end: usize) -> Option<(u32, u32)> {
        let (first, next) = match self.kind(self.at)? {
            TokenKind::Name | TokenKind::Number => {
                ((self.start_of(self.at), self.end_before(self.at + 1)), self.at + 1)
            }
            TokenKind::StringStart(_) => {
                let (close, next) = self.inside(self.at, end);
                ((self.end_before(self.at + 1), self.start_of(close)), next)
            }
            TokenKind::Symbol if self.is_symbol(self.at, "(") => {
                let (close, next) = self.inside(self.at, end);
                ((self.end_before(self.at + 1), self.start_of(close)), next)
            }
            _ => return None,
        };
        if next < end && self.is_symbol(next, ":") {
            self.at = self.past_lines(next + 1, end);
            return Some(first);
        }
        None
    }

    fn string(&mut self, quote: Quote, end: usize) -> Text {
        let (close, next) = self.inside(self.at, end);
        let start = self.start_of(self.at);
        self.at += 1;
        let mut parts = Vec::new();
        while self.at < close {
            let token = self.code[self.at];
            match token.kind {
                TokenKind::StringText(_) => {
                    parts.push(Part::Literal { start: token.start, end: token.end });
                    self.at += 1;
                }
                TokenKind::HoleName => {
                    let last =
                        self.text[token.start as usize..token.end as usize].rfind(['.', '$']).unwrap_or_default();
                    let name = Name { start: token.start + 1, end: token.end, last: token.start + last as u32 + 1 };
                    let expression = Expression { start: name.start, end: name.end, items: vec![Item::Name(name)] };
                    parts.push(Part::Hole { start: token.start, end: token.end, expression });
                    self.at += 1;
                }
                TokenKind::HoleStart => {
                    let (hole_close, after) = self.inside(self.at, close);
                    self.at += 1;
                    let expression = self.deeper(hole_close, |parser| parser.whole(hole_close));
                    self.at = after;
                    parts.push(Part::Hole { start: token.start, end: self.end_before(after), expression });
                }
                _ => self.at += 1,
            }
        }
        self.at = next;
        Text { quote, start, end: self.end_before(next), parts }
    }
}

enum Declared {
    Function { name: usize, brace: usize },
    Type { brace: usize },
}

fn closure(block: Block) -> Argument {
    let (start, end) = (block.start, block.end);
    Argument { name: None, value: Expression { start, end, items: vec![Item::Closure(block)] } }
}

fn is_assignment(symbol: &str) -> bool {
    matches!(symbol, "=" | "+=" | "-=" | "*=" | "/=" | "<<=" | "|=" | "&=" | "?=" | "%=" | "**=")
}
