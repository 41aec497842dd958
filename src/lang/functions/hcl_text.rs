//! Values as HCL text, laid out as `terraform fmt` does.

use super::super::value::{Data, Entries, Value};

/// A wholly known value as an expression.
pub(super) fn expression(value: &Value) -> String {
    let mut writer = Writer { lines: vec![Line::default()] };
    writer.value(value);
    writer.text()
}

/// Values as the arguments of a body, a line break after each.
pub(super) fn attributes(entries: &Entries) -> String {
    let mut writer = Writer { lines: vec![Line::default()] };
    for (name, value) in entries {
        writer.attribute(name, value);
        writer.line_break();
    }
    writer.text()
}

/// Whether text can stand as a name ("HCL Native Syntax Specification", Identifiers).
pub(super) fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|next| next.is_alphanumeric() || matches!(next, '_' | '-'))
}

/// One line: what stands before `=`, what from there on, and how many more brackets open on it than close.
#[derive(Default)]
struct Line {
    lead: String,
    rest: Option<String>,
    lead_brackets: i64,
    rest_brackets: i64,
}

struct Writer {
    lines: Vec<Line>,
}

impl Writer {
    fn put(&mut self, text: &str, brackets: i64) {
        let Some(line) = self.lines.last_mut() else { return };
        match &mut line.rest {
            Some(rest) => {
                rest.push_str(text);
                line.rest_brackets += brackets;
            }
            None => {
                line.lead.push_str(text);
                line.lead_brackets += brackets;
            }
        }
    }

    fn line_break(&mut self) {
        self.lines.push(Line::default());
    }

    fn attribute(&mut self, name: &str, value: &Value) {
        if is_identifier(name) {
            self.put(name, 0);
        } else {
            self.put(&quoted(name), 0);
        }
        if let Some(line) = self.lines.last_mut() {
            line.rest = Some("= ".into());
        }
        self.value(value);
    }

    fn value(&mut self, value: &Value) {
        match &value.data {
            Data::Null(_) | Data::Unknown(_) => self.put("null", 0),
            Data::Bool(truth) => self.put(if *truth { "true" } else { "false" }, 0),
            Data::Number(number) => self.put(&number.to_string(), 0),
            Data::String(text) => self.put(&quoted(text), 0),
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
                self.put("[", 1);
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.put(", ", 0);
                    }
                    self.value(element);
                }
                self.put("]", -1);
            }
            Data::Map(_, entries) | Data::Object(entries) if entries.is_empty() => self.put("{}", 0),
            Data::Map(_, entries) | Data::Object(entries) => {
                self.put("{", 1);
                for (name, value) in entries.iter() {
                    self.line_break();
                    self.attribute(name, value);
                }
                self.line_break();
                self.put("}", -1);
            }
        }
    }

    /// Indents by the brackets of each line, and aligns `=` where lines with whole expressions follow one another.
    fn text(self) -> String {
        let mut indents: Vec<i64> = Vec::new();
        let levels: Vec<usize> = self.lines.iter().map(|line| level(line, &mut indents)).collect();
        let width = |index: usize| {
            let line: &Line = &self.lines[index];
            let whole = line.rest.is_some() && line.rest_brackets == 0;
            whole.then(|| 2 * levels[index] + super::string::length(&line.lead))
        };
        let mut text = String::new();
        let mut column = 0;
        for (index, line) in self.lines.iter().enumerate() {
            let own = width(index);
            if own.is_some() && (index == 0 || width(index - 1).is_none()) {
                column = (index..self.lines.len()).map_while(width).max().unwrap_or(0);
            }
            if index > 0 {
                text.push('\n');
            }
            if line.lead.is_empty() && line.rest.is_none() {
                continue;
            }
            text.push_str(&" ".repeat(2 * levels[index]));
            text.push_str(&line.lead);
            if let Some(rest) = &line.rest {
                text.push_str(&" ".repeat(own.map_or(1, |own| column - own + 1)));
                text.push_str(rest);
            }
        }
        text
    }
}

/// The level of a line, given how many brackets each level below it opened.
fn level(line: &Line, indents: &mut Vec<i64>) -> usize {
    let net = line.lead_brackets + line.rest_brackets;
    if net > 0 {
        indents.push(net);
        return indents.len() - 1;
    }
    let mut closed = -net;
    while closed > 0
        && let Some(last) = indents.last_mut()
    {
        if closed < *last {
            *last -= closed;
            break;
        }
        closed -= *last;
        indents.pop();
    }
    indents.len()
}

/// Text in quotes, so that it stands for itself.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '$' | '%' => {
                quoted.push(character);
                if characters.peek() == Some(&'{') {
                    quoted.push(character);
                }
            }
            _ if super::super::set::is_printable(character) => quoted.push(character),
            _ if u32::from(character) <= 0xffff => quoted.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => quoted.push_str(&format!("\\U{:08x}", u32::from(character))),
        }
    }
    quoted.push('"');
    quoted
}
