//! What an expression says as text: strings with their escapes undone, put together, variables followed to the one place
//! that sets them. Every byte knows where it is written.

use std::collections::BTreeMap;

use super::lexer::Quote;
use super::tree::{Argument, Block, Expression, Item, Name, Part, Statement, StatementKind, Text, Tree};

/// Stands in a text for something that is not known before the pipeline runs.
pub(super) const HOLE: char = '\u{1}';

/// How much text may come of variables in one file: what is beyond it stays a hole.
const BUDGET: usize = 4 * 1024 * 1024;

/// How many variables may stand for each other.
const STEPS: usize = 4;

/// Text, and where it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub(super) text: String,
    /// For each byte of the text, the offset in the file.
    pub(super) offsets: Vec<u32>,
    pub(super) holes: Vec<Hole>,
}

/// Something in a text that is not known.
#[derive(Clone, Debug)]
pub(super) struct Hole {
    pub(super) start: u32,
    pub(super) end: u32,
    /// The names in it, with their dots.
    pub(super) names: Vec<String>,
    /// Whether it stands in a string, rather than beside one.
    pub(super) interpolated: bool,
}

/// What is assigned to names in a file.
#[derive(Debug, Default)]
pub(super) struct Variables<'t> {
    /// By name; nothing where it is set more than once, or to something else than by `=`.
    values: BTreeMap<String, Option<&'t Expression>>,
    used: std::cell::Cell<usize>,
}

impl<'t> Variables<'t> {
    /// Collects the assignments of a file.
    pub(super) fn of(tree: &'t Tree<'_>) -> Self {
        let mut variables = Self::default();
        visit(&tree.root, &mut |found| match found {
            Found::Statement(statement) => match &statement.kind {
                StatementKind::Assignment { target, plain, value } => {
                    let name = tree.name(*target);
                    let name = name.strip_prefix("env.").unwrap_or(&name).to_owned();
                    let value = plain.then_some(value);
                    variables.values.entry(name).and_modify(|known| *known = None).or_insert(value);
                }
                StatementKind::If { .. }
                | StatementKind::Switch { .. }
                | StatementKind::Loop { .. }
                | StatementKind::Try { .. }
                | StatementKind::Function { .. }
                | StatementKind::Type { .. }
                | StatementKind::Exit(_)
                | StatementKind::Expression(_) => {}
            },
            Found::Block(block) => {
                for (start, end) in &block.parameters {
                    variables.values.insert(tree.at(*start, *end).to_owned(), None);
                }
            }
            Found::Expression(_) => {}
        });
        variables
    }

    /// What a name is set to, where that is in one place only.
    pub(super) fn value(&self, name: &str) -> Option<&'t Expression> {
        let name = name.strip_prefix("env.").unwrap_or(name);
        *self.values.get(name)?
    }

    /// Whether a file sets a name at all.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.values.contains_key(name.strip_prefix("env.").unwrap_or(name))
    }
}

/// What an expression says; nothing where it has no text in it.
pub(super) fn written(expression: &Expression, tree: &Tree<'_>, variables: &Variables<'_>) -> Option<Written> {
    let mut out = Written::default();
    let says = write(expression, tree, variables, STEPS, &mut out);
    says.then_some(out)
}

/// The text of an expression, where all of it is known.
pub(super) fn constant(expression: &Expression, tree: &Tree<'_>, variables: &Variables<'_>) -> Option<String> {
    written(expression, tree, variables).filter(|written| written.holes.is_empty()).map(|written| written.text)
}

/// Writes what an expression says; whether there is any text in it.
fn write(expression: &Expression, tree: &Tree<'_>, variables: &Variables<'_>, steps: usize, out: &mut Written) -> bool {
    let operator = |item: &Item| match item {
        Item::Operator { start, end } => Some(tree.at(*start, *end)),
        _ => None,
    };
    // Anything but a sum is one unknown.
    if expression.items.iter().filter_map(operator).any(|operator| operator != "+") {
        hole(expression, tree, false, out);
        return false;
    }
    let mut says = false;
    for item in &expression.items {
        match item {
            Item::Text(text) => {
                says = true;
                write_text(text, tree, variables, steps, out);
            }
            Item::Group(inner) => says |= write(inner, tree, variables, steps, out),
            Item::Name(name) => {
                let name_text = tree.name(*name);
                says |= write_variable(&name_text, (name.start, name.end), tree, variables, steps, false, out);
            }
            // `.stripIndent()` and the like leave what matters as it is.
            Item::Call(call) if tree.at(call.name.start, call.name.last).starts_with('.') && !out.text.is_empty() => {}
            Item::Call(call) => {
                let expression = names(&call.arguments, tree);
                let mut all = vec![tree.name(call.name)];
                all.extend(expression);
                push_hole(call.start, call.end, all, false, out);
            }
            Item::Number { start, end } => push_plain(tree.at(*start, *end), *start, out),
            Item::Operator { .. } => {}
            Item::List(_) | Item::Index(_) | Item::Closure(_) => {
                push_hole(expression.start, expression.end, Vec::new(), false, out);
            }
        }
    }
    says
}

fn write_text(text: &Text, tree: &Tree<'_>, variables: &Variables<'_>, steps: usize, out: &mut Written) {
    for part in &text.parts {
        match part {
            Part::Literal { start, end } => decode(tree.at(*start, *end), *start, text.quote, out),
            Part::Hole { start, end, expression } => match expression.as_name() {
                Some(name) => {
                    write_variable(&tree.name(name), (*start, *end), tree, variables, steps, true, out);
                }
                None => hole_at(expression, (*start, *end), tree, true, out),
            },
        }
    }
}

/// Writes what a variable stands for, or a hole; whether it says anything.
fn write_variable(
    name: &str,
    (start, end): (u32, u32),
    tree: &Tree<'_>,
    variables: &Variables<'_>,
    steps: usize,
    interpolated: bool,
    out: &mut Written,
) -> bool {
    let known = (steps > 0 && variables.used.get() < BUDGET).then(|| variables.value(name)).flatten();
    if let Some(value) = known {
        let mut inner = Written::default();
        let says = write(value, tree, variables, steps - 1, &mut inner);
        let used = variables.used.get() + inner.text.len();
        // A value with holes of its own is named by the variable: that is what a reader sees.
        variables.used.set(used);
        if says && used < BUDGET {
            out.text.push_str(&inner.text);
            out.offsets.extend(&inner.offsets);
            out.holes.extend(inner.holes);
            return true;
        }
    }
    push_hole(start, end, vec![name.to_owned()], interpolated, out);
    false
}

fn hole(expression: &Expression, tree: &Tree<'_>, interpolated: bool, out: &mut Written) {
    hole_at(expression, (expression.start, expression.end), tree, interpolated, out);
}

fn hole_at(expression: &Expression, (start, end): (u32, u32), tree: &Tree<'_>, interpolated: bool, out: &mut Written) {
    push_hole(start, end, names_in(expression, tree), interpolated, out);
}

fn push_hole(start: u32, end: u32, names: Vec<String>, interpolated: bool, out: &mut Written) {
    out.text.push(HOLE);
    out.offsets.push(start);
    out.holes.push(Hole { start, end, names, interpolated });
}

fn push_plain(text: &str, start: u32, out: &mut Written) {
    out.text.push_str(text);
    out.offsets.extend((0..text.len() as u32).map(|at| start + at));
}

/// All names in an expression.
pub(super) fn names_in(expression: &Expression, tree: &Tree<'_>) -> Vec<String> {
    let mut found = Vec::new();
    visit_expression(expression, &mut |at| {
        if let Found::Expression(expression) = at {
            for (index, item) in expression.items.iter().enumerate() {
                match item {
                    Item::Name(name) => {
                        let mut text = tree.name(*name);
                        // `params['X']` is `params.X`.
                        if let Some(Item::Index(elements)) = expression.items.get(index + 1)
                            && let [Argument { name: None, value }] = elements.as_slice()
                            && let Some(Item::Text(key)) = value.only()
                            && let [Part::Literal { start, end }] = key.parts.as_slice()
                        {
                            text = format!("{text}.{}", tree.at(*start, *end));
                        }
                        found.push(text);
                    }
                    Item::Call(call) => {
                        let before = Name { end: call.name.last.max(call.name.start), ..call.name };
                        let receiver = tree.name(before);
                        let receiver = receiver.trim_end_matches('.');
                        if !receiver.is_empty() {
                            found.push(receiver.to_owned());
                        }
                    }
                    _ => {}
                }
            }
        }
    });
    found
}

fn names(arguments: &[Argument], tree: &Tree<'_>) -> Vec<String> {
    arguments.iter().flat_map(|argument| names_in(&argument.value, tree)).collect()
}

/// Undoes the escapes of a piece of a string ("Groovy Language Documentation: Syntax", Escaping special characters).
fn decode(text: &str, start: u32, quote: Quote, out: &mut Written) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (length, character) = match (rest[0], rest.get(1)) {
            (b'\\', Some(next)) if quote.has_escapes() => match next {
                b'n' => (2, Some('\n')),
                b't' => (2, Some('\t')),
                b'r' => (2, Some('\r')),
                b'b' => (2, Some('\u{8}')),
                b'f' => (2, Some('\u{c}')),
                b'\n' => (2, None),
                b'\r' if rest.get(2) == Some(&b'\n') => (3, None),
                b'u' => {
                    let digits = rest.get(2..6).and_then(|digits| std::str::from_utf8(digits).ok());
                    let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                    code.map_or((2, Some('u')), |code| (6, char::from_u32(code)))
                }
                _ => {
                    let next = text[at + 1..].chars().next().unwrap_or('\\');
                    (1 + next.len_utf8(), Some(next))
                }
            },
            (b'\\', Some(b'/')) if quote == Quote::Slashy => (2, Some('/')),
            (b'$', Some(b'$' | b'/')) if quote == Quote::Dollar => (2, char::from_u32(u32::from(rest[1]))),
            _ => {
                let next = text[at..].chars().next().unwrap_or(' ');
                (next.len_utf8(), Some(next))
            }
        };
        if let Some(character) = character {
            // What stands for holes is never text.
            let character = if (character as u32) < 8 { ' ' } else { character };
            out.text.push(character);
            let size = character.len_utf8() as u32;
            let step = if length == size as usize { 1 } else { 0 };
            out.offsets.extend((0..size).map(|byte| start + at as u32 + byte * step));
        }
        at += length;
    }
}

/// What a visit comes across.
pub(super) enum Found<'t> {
    Statement(&'t Statement),
    Block(&'t Block),
    Expression(&'t Expression),
}

/// Visits all that is in a block, in the order in which it stands.
pub(super) fn visit<'t>(block: &'t Block, see: &mut dyn FnMut(Found<'t>)) {
    see(Found::Block(block));
    for statement in &block.statements {
        see(Found::Statement(statement));
        match &statement.kind {
            StatementKind::If { branches, otherwise } => {
                for (condition, block) in branches {
                    visit_expression(condition, see);
                    visit(block, see);
                }
                otherwise.iter().for_each(|block| visit(block, see));
            }
            StatementKind::Switch { head, cases } => {
                visit_expression(head, see);
                for (label, block) in cases {
                    label.iter().for_each(|label| visit_expression(label, see));
                    visit(block, see);
                }
            }
            StatementKind::Loop { body } | StatementKind::Function { body, .. } | StatementKind::Type { body } => {
                visit(body, see);
            }
            StatementKind::Try { body, catches, finally } => {
                std::iter::once(body).chain(catches).chain(finally).for_each(|block| visit(block, see));
            }
            StatementKind::Assignment { value, .. } => visit_expression(value, see),
            StatementKind::Expression(expression) | StatementKind::Exit(expression) => {
                visit_expression(expression, see)
            }
        }
    }
}

/// Visits an expression and all below it.
pub(super) fn visit_expression<'t>(expression: &'t Expression, see: &mut dyn FnMut(Found<'t>)) {
    see(Found::Expression(expression));
    for item in &expression.items {
        match item {
            Item::Call(call) => call.arguments.iter().for_each(|argument| visit_expression(&argument.value, see)),
            Item::List(elements) | Item::Index(elements) => {
                elements.iter().for_each(|element| visit_expression(&element.value, see));
            }
            Item::Group(inner) => visit_expression(inner, see),
            Item::Closure(block) => visit(block, see),
            Item::Text(text) => {
                for part in &text.parts {
                    if let Part::Hole { expression, .. } = part {
                        visit_expression(expression, see);
                    }
                }
            }
            Item::Name(_) | Item::Number { .. } | Item::Operator { .. } => {}
        }
    }
}
