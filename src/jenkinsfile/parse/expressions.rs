//! Expressions: calls with their arguments, closures, strings.

use crate::jenkinsfile::lexer::{Quote, TokenKind};
use crate::jenkinsfile::tree::{Argument, Block, Call, Expression, Item, Name, Part, Text};

use super::{Parser, Until};

/// Words after a name that do not make the name a call.
const INFIX: &[&str] = &["in", "instanceof", "as", "extends", "implements", "throws"];

impl Parser<'_, '_> {
    /// What is assigned; `a = b = c` assigns `c`.
    pub(super) fn assigned(&mut self, until: Until) -> Expression {
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

    pub(super) fn expression(&mut self, until: Until) -> Expression {
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

fn closure(block: Block) -> Argument {
    let (start, end) = (block.start, block.end);
    Argument { name: None, value: Expression { start, end, items: vec![Item::Closure(block)] } }
}

pub(super) fn is_assignment(symbol: &str) -> bool {
    matches!(symbol, "=" | "+=" | "-=" | "*=" | "/=" | "<<=" | "|=" | "&=" | "?=" | "%=" | "**=")
}
