//! Terms: literals, names, calls, collections, and the traversals behind them. "HCL Native Syntax Specification",
//! Expression Terms.

use super::{Failed, Kind, List, Parsed, Parser};
use crate::syntax::{FLAG_CONDITION, FLAG_EXPAND, FLAG_GROUP, FLAG_KEY, MAX_CHAIN};

impl Parser<'_> {
    /// A term without what follows it. White space before it has been passed.
    pub(super) fn term(&mut self) -> Parsed {
        match self.byte() {
            b'"' => self.quoted(),
            b'[' => self.tuple(),
            b'{' => self.object(),
            b'(' => self.paren(),
            b'0'..=b'9' => {
                let number = self.number(Kind::Number);
                Ok(number)
            }
            b'<' => match self.heredoc_introducer(self.at) {
                Some(introducer) => self.heredoc(&introducer),
                None => Err(self.no_expression()),
            },
            _ => match self.identifier_end(self.at) {
                Some(end) => self.named(end),
                None => Err(self.no_expression()),
            },
        }
    }

    #[cold]
    #[inline(never)]
    fn no_expression(&mut self) -> Failed {
        if self.at_end() {
            let at = self.text.trim_end().len();
            return self.fail(at, at + 1, "Missing expression", "The file ends where an expression must start.");
        }
        let end = self.after_character(self.at);
        let help = match self.byte() {
            b'\n' | b'\r' => "Expected the start of an expression, but the line ends here.",
            b'\'' => "Single quotes are not valid. Use double quotes (\") to enclose strings.",
            b'`' => {
                "The \"`\" character is not valid. To create a multi-line string, use the \"heredoc\" syntax, like \"<<EOT\"."
            }
            _ => "Expected the start of an expression, but found something else.",
        };
        self.fail(self.at, end, "Invalid expression", help)
    }

    /// The number at hand. Its text must be one that Terraform can make a number of.
    fn number(&mut self, kind: Kind) -> u32 {
        let start = self.at;
        self.at = self.number_end(start);
        if !is_number(&self.bytes[start..self.at]) {
            self.problem(start, self.at, "Invalid number literal", "A number has at most one point and one exponent.");
        }
        self.leaf(kind, start, self.at)
    }

    /// A keyword, a call or a variable.
    fn named(&mut self, end: usize) -> Parsed {
        let start = self.at;
        self.at = end;
        self.skip();
        if self.byte() == b'(' || self.sees(b"::") {
            return self.call(start, end);
        }
        let kind = match &self.bytes[start..end] {
            b"true" | b"false" => Kind::Bool,
            b"null" => Kind::Null,
            _ => Kind::Variable,
        };
        Ok(self.leaf(kind, start, end))
    }

    /// `name(…)`, `space::name(…)`: what follows the first name.
    fn call(&mut self, start: usize, mut end: usize) -> Parsed {
        while self.sees(b"::") {
            self.at += 2;
            self.skip();
            let Some(name_end) = self.identifier_end(self.at) else {
                let help = "The :: must be followed by a function name.";
                return Err(self.fail(self.at, self.after_character(self.at), "Missing function name", help));
            };
            self.at = name_end;
            end = name_end;
            self.skip();
        }
        if self.byte() != b'(' {
            let help = "A function's name must be followed by an open parenthesis to begin the function call.";
            return Err(self.fail(self.at, self.after_character(self.at), "Missing open parenthesis", help));
        }
        let mut children = List::EMPTY;
        let name = self.leaf(Kind::Name, start, end);
        children.push(&mut self.nodes, name);
        let open = self.at;
        self.at += 1;
        let outer = std::mem::replace(&mut self.newlines, false);
        let mut flags = 0;
        loop {
            self.skip();
            if self.byte() == b')' {
                break;
            }
            let argument = self.expression()?;
            children.push(&mut self.nodes, argument);
            if self.byte() == b',' {
                self.at += 1;
                continue;
            }
            if self.sees(b"...") {
                self.at += 3;
                self.skip();
                flags = FLAG_EXPAND;
            }
            if self.byte() != b')' {
                return Err(self.unfinished_call(start, open, flags));
            }
            break;
        }
        self.at += 1;
        self.newlines = outer;
        let node = self.node(Kind::Call, start, self.at, children);
        self.nodes[node as usize].flags = flags;
        Ok(node)
    }

    #[cold]
    #[inline(never)]
    fn unfinished_call(&mut self, start: usize, open: usize, flags: u8) -> Failed {
        let next = self.after_character(self.at);
        if self.at_end() {
            let help = "There is no closing parenthesis for this function call before the end of the file.";
            self.fail(start, open + 1, "Unterminated function call", help)
        } else if flags == FLAG_EXPAND {
            let help = "An expanded function argument (with ...) must be followed by the closing parenthesis.";
            self.fail(self.at, next, "Missing closing parenthesis", help)
        } else {
            let help = "A comma is required to separate each function argument from the next.";
            self.fail(self.at, next, "Missing argument separator", help)
        }
    }

    fn paren(&mut self) -> Parsed {
        let start = self.at;
        self.at += 1;
        let outer = std::mem::replace(&mut self.newlines, false);
        let inner = self.expression()?;
        if self.byte() != b')' {
            let help = "Expected a closing parenthesis to terminate the expression.";
            return Err(self.expected(start, "Unbalanced parentheses", help));
        }
        self.at += 1;
        self.newlines = outer;
        Ok(self.node(Kind::Paren, start, self.at, List { first: inner, last: inner }))
    }

    /// Reports what was expected here, or at `open` if the text ends.
    #[cold]
    #[inline(never)]
    pub(super) fn expected(&mut self, open: usize, message: &str, help: &str) -> Failed {
        if self.at_end() {
            let what = match self.byte_at(open) {
                b'(' => "Unclosed parenthesis",
                b'[' => "Unclosed bracket",
                b'{' => "Unclosed brace",
                _ => message,
            };
            return self.fail(open, open + 1, what, "There is nothing that closes it before the end of the file.");
        }
        self.fail(self.at, self.after_character(self.at), message, help)
    }

    fn tuple(&mut self) -> Parsed {
        let start = self.at;
        self.at += 1;
        let outer = std::mem::replace(&mut self.newlines, false);
        self.skip();
        if self.at_keyword("for") {
            return self.for_expression(start, outer);
        }
        let mut children = List::EMPTY;
        loop {
            self.skip();
            if self.byte() == b']' {
                break;
            }
            let element = self.expression()?;
            children.push(&mut self.nodes, element);
            match self.byte() {
                b']' => break,
                b',' => self.at += 1,
                _ => {
                    let help = "Expected a comma to mark the beginning of the next item.";
                    return Err(self.expected(start, "Missing item separator", help));
                }
            }
        }
        self.at += 1;
        self.newlines = outer;
        Ok(self.node(Kind::Tuple, start, self.at, children))
    }

    fn object(&mut self) -> Parsed {
        let start = self.at;
        self.at += 1;
        let outer = std::mem::replace(&mut self.newlines, false);
        self.skip();
        if self.at_keyword("for") {
            return self.for_expression(start, outer);
        }
        self.newlines = true;
        let mut children = List::EMPTY;
        loop {
            self.skip();
            if self.at_newline() {
                self.pass_newline();
                continue;
            }
            if self.byte() == b'}' {
                break;
            }
            let item = self.object_item(start)?;
            children.push(&mut self.nodes, item);
            match self.byte() {
                b'}' => break,
                b',' => self.at += 1,
                _ if self.at_newline() => self.pass_newline(),
                _ => {
                    let help = "Expected a newline or comma to mark the beginning of the next attribute.";
                    return Err(self.expected(start, "Missing attribute separator", help));
                }
            }
        }
        self.at += 1;
        self.newlines = outer;
        Ok(self.node(Kind::Object, start, self.at, children))
    }

    fn object_item(&mut self, open: usize) -> Parsed {
        let key = self.expression()?;
        if matches!(self.nodes[key as usize].kind, Kind::Variable | Kind::Bool | Kind::Null) {
            self.nodes[key as usize].kind = Kind::Name;
        }
        match (self.byte(), self.ahead(1)) {
            (b'=', b'=' | b'>') | (b':', b':') => return Err(self.no_value(open)),
            (b'=' | b':', _) => self.at += 1,
            _ => return Err(self.no_value(open)),
        }
        let value = self.expression()?;
        Ok(self.pair(Kind::ObjectItem, self.start(key), self.end(value), key, value))
    }

    #[cold]
    #[inline(never)]
    fn no_value(&mut self, open: usize) -> Failed {
        let help = "Expected an equals sign (\"=\") to mark the beginning of the attribute value. A key with periods or \
                    spaces must be written in quotes.";
        if self.at_newline() || self.byte() == b',' {
            return self.expected(open, "Missing attribute value", help);
        }
        self.expected(open, "Missing key/value separator", help)
    }

    /// `for` in brackets or braces; `outer` is whether newlines count around them.
    fn for_expression(&mut self, start: usize, outer: bool) -> Parsed {
        let is_object = self.byte_at(start) == b'{';
        let mut children = List::EMPTY;
        let mut flags = self.for_names("'for' expression", &mut children)?;
        let collection = self.expression()?;
        children.push(&mut self.nodes, collection);
        if self.byte() != b':' || self.ahead(1) == b':' {
            return Err(self.bad_for("For expression requires a colon after the collection expression."));
        }
        self.at += 1;
        let first = self.expression()?;
        children.push(&mut self.nodes, first);
        let arrow = self.at;
        let has_key = self.sees(b"=>");
        if has_key {
            self.at += 2;
            let value = self.expression()?;
            children.push(&mut self.nodes, value);
        }
        let ellipsis = self.at;
        if self.sees(b"...") {
            self.at += 3;
            flags |= FLAG_GROUP;
            self.skip();
        }
        if self.at_keyword("if") {
            self.at += 2;
            flags |= FLAG_CONDITION;
            let condition = self.expression()?;
            children.push(&mut self.nodes, condition);
        }
        if self.byte() != if is_object { b'}' } else { b']' } {
            return Err(self.bad_for("Extra characters after the end of the 'for' expression."));
        }
        self.at += 1;
        self.newlines = outer;
        if is_object != has_key || (!is_object && flags & FLAG_GROUP != 0) {
            let (at, help) = match (is_object, has_key) {
                (false, true) => (arrow, "Key expression is not valid when building a tuple."),
                (true, _) => (self.start(first), "Key expression is required when building an object."),
                (false, false) => (ellipsis, "Grouping ellipsis (...) cannot be used when building a tuple."),
            };
            return Err(self.fail(at, at + 1, "Invalid 'for' expression", help));
        }
        let kind = if is_object { Kind::ForObject } else { Kind::ForTuple };
        let node = self.node(kind, start, self.at, children);
        self.nodes[node as usize].flags = flags;
        Ok(node)
    }

    /// `for k, v in`: the names go to `children`. Returns [`FLAG_KEY`] if there are two.
    pub(super) fn for_names(&mut self, what: &str, children: &mut List) -> Parsed<u8> {
        self.at += "for".len();
        self.for_name(what, "requires a variable name after 'for'.", children)?;
        let mut flags = 0;
        if self.byte() == b',' {
            self.at += 1;
            self.for_name(what, "requires a value variable name after the comma.", children)?;
            flags = FLAG_KEY;
        }
        if !self.at_keyword("in") {
            return Err(self.bad_name(what, "requires the 'in' keyword after its names."));
        }
        self.at += "in".len();
        Ok(flags)
    }

    fn for_name(&mut self, what: &str, missing: &str, children: &mut List) -> Parsed<()> {
        self.skip();
        let Some(end) = self.identifier_end(self.at) else { return Err(self.bad_name(what, missing)) };
        let name = self.leaf(Kind::Name, self.at, end);
        children.push(&mut self.nodes, name);
        self.at = end;
        self.skip();
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn bad_name(&mut self, what: &str, missing: &str) -> Failed {
        let end = self.after_character(self.at);
        self.fail(self.at, end, &format!("Invalid {what}"), &format!("A {what} {missing}"))
    }

    #[cold]
    #[inline(never)]
    fn bad_for(&mut self, help: &str) -> Failed {
        self.fail(self.at, self.after_character(self.at), "Invalid 'for' expression", help)
    }

    /// The steps behind a term: `.name`, `.0`, `[key]` and splats.
    pub(super) fn traversals(&mut self, term: u32) -> Parsed {
        let mut value = term;
        // Collections of the full splats we are in: what follows `[*]` is done to each element.
        let mut splats: Vec<u32> = Vec::new();
        let mut length = 0;
        loop {
            self.skip();
            match self.byte() {
                b'.' if self.sees(b"...") => break,
                b'.' => {
                    self.at += 1;
                    self.skip();
                    value = if self.byte() == b'*' { self.attribute_splat(value)? } else { self.attribute(value)? };
                }
                b'[' => {
                    let open = self.at;
                    self.at += 1;
                    self.skip();
                    if self.byte() == b'*' {
                        self.full_splat_marker()?;
                        self.enter()?;
                        splats.push(value);
                        value = self.leaf(Kind::SplatItem, self.at, self.at);
                    } else {
                        value = self.index(value, open)?;
                    }
                }
                _ => break,
            }
            length += 1;
            if length > MAX_CHAIN {
                return Err(self.chain_too_long());
            }
        }
        while let Some(collection) = splats.pop() {
            value = self.pair(Kind::FullSplat, self.start(collection), self.end(value), collection, value);
            self.depth -= 1;
        }
        Ok(value)
    }

    /// `.name` or `.0`: what follows the point.
    fn attribute(&mut self, object: u32) -> Parsed {
        let start = self.at;
        if self.byte().is_ascii_digit() {
            let number = self.number(Kind::Number);
            if self.bytes[start..self.at].contains(&b'.') {
                let help = "Two indexes in a row need the proper syntax, like [0][1].";
                return Err(self.fail(start, self.at, "Invalid legacy index syntax", help));
            }
            return Ok(self.pair(Kind::LegacyIndex, self.start(object), self.at, object, number));
        }
        let Some(end) = self.identifier_end(start) else { return Err(self.no_attribute()) };
        self.at = end;
        let name = self.leaf(Kind::Name, start, end);
        Ok(self.pair(Kind::GetAttribute, self.start(object), end, object, name))
    }

    #[cold]
    #[inline(never)]
    fn no_attribute(&mut self) -> Failed {
        let end = self.after_character(self.at);
        self.fail(self.at, end, "Invalid attribute name", "An attribute name is required after a dot.")
    }

    /// `.*` and the attributes behind it.
    fn attribute_splat(&mut self, collection: u32) -> Parsed {
        self.at += 1;
        let mut each = self.leaf(Kind::SplatItem, self.at, self.at);
        let mut length = 0;
        loop {
            self.skip();
            if self.byte() != b'.' || self.sees(b"...") {
                break;
            }
            self.at += 1;
            self.skip();
            if self.byte() == b'*' {
                let help = "A splat expression (*) cannot be used inside another attribute-only splat expression.";
                return Err(self.fail(self.at, self.at + 1, "Nested splat expression not allowed", help));
            }
            each = self.attribute(each)?;
            length += 1;
            if length > MAX_CHAIN {
                return Err(self.chain_too_long());
            }
        }
        Ok(self.pair(Kind::AttributeSplat, self.start(collection), self.end(each), collection, each))
    }

    /// `*]`
    fn full_splat_marker(&mut self) -> Parsed<()> {
        self.at += 1;
        self.skip();
        if self.byte() != b']' {
            let help = "The star of a full splat operator must be followed by a closing bracket (\"]\").";
            let end = self.after_character(self.at);
            return Err(self.fail(self.at, end, "Missing close bracket on splat index", help));
        }
        self.at += 1;
        Ok(())
    }

    /// `[key]`: what follows the bracket.
    fn index(&mut self, collection: u32, open: usize) -> Parsed {
        let outer = std::mem::replace(&mut self.newlines, false);
        let key = self.expression()?;
        if self.byte() != b']' {
            let help = "The index operator must end with a closing bracket (\"]\").";
            return Err(self.expected(open, "Missing close bracket on index", help));
        }
        self.at += 1;
        self.newlines = outer;
        Ok(self.pair(Kind::Index, self.start(collection), self.at, collection, key))
    }
}

/// The largest power of ten that Terraform's numbers reach: beyond it `math/big` reports an overflow.
const MAX_EXPONENT: i64 = 646_456_993;

/// Whether a number token is a number: digits, at most one point, and an exponent that is in range.
fn is_number(token: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = &token[digits(token)..];
    if let [b'.', after @ ..] = rest {
        rest = &after[digits(after)..];
    }
    matches!(rest, [] | [b'e' | b'E', ..]) && is_number_in_range(token)
}

/// Whether a number without a sign is one that Terraform can hold: not larger than `math/big` allows.
pub(in crate::syntax) fn is_number_in_range(number: &[u8]) -> bool {
    let Some(e) = number.iter().position(|byte| matches!(byte, b'e' | b'E')) else { return true };
    let whole = number.iter().skip_while(|&&byte| byte == b'0').take_while(|byte| byte.is_ascii_digit()).count();
    let exponent = std::str::from_utf8(&number[e + 1..]).unwrap_or_default();
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent).parse::<i64>();
    exponent.is_ok_and(|exponent| exponent.saturating_add(whole as i64) <= MAX_EXPONENT)
}
