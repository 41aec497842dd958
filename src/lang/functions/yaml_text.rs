//! Values as YAML, character for character as the emitter of libyaml (in the Go module `go-cty-yaml`) writes them:
//! text in double quotes, text of several lines as literal blocks, blocks rather than flow.

use super::super::value::{Data, Entries, Value};

/// Text in double quotes is folded beyond this column.
const BEST_WIDTH: usize = 80;
const INDENT: usize = 2;
/// Longer keys are written as explicit ones.
const MAX_SIMPLE_KEY: usize = 128;

/// A wholly known value as a YAML document.
pub(super) fn encode(value: &Value) -> String {
    let mut emitter = Emitter { whitespace: true, indention: true, ..Emitter::default() };
    emitter.node(value, None, Place::Root);
    emitter.line(0);
    if emitter.open_ended {
        emitter.indicator("...", true, false);
        emitter.line(0);
    }
    emitter.text
}

/// What a node stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Sequence,
    Mapping,
    SimpleKey,
}

#[derive(Default)]
struct Emitter {
    text: String,
    column: usize,
    /// The last character was white space.
    whitespace: bool,
    /// There is nothing but indentation (and `-`, `?`, `:`) on this line yet.
    indention: bool,
    /// The document needs an end marker.
    open_ended: bool,
}

impl Emitter {
    fn put(&mut self, character: char) {
        self.text.push(character);
        self.column += 1;
    }

    fn line_break(&mut self) {
        self.text.push('\n');
        self.column = 0;
    }

    fn indicator(&mut self, indicator: &str, space_before: bool, of_indention: bool) {
        if space_before && !self.whitespace {
            self.put(' ');
        }
        indicator.chars().for_each(|character| self.put(character));
        self.whitespace = false;
        self.indention &= of_indention;
        self.open_ended = false;
    }

    /// Starts a line with so much indentation, unless that is where the text is.
    fn line(&mut self, indent: usize) {
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// A node inside a block of that indentation (none: the document itself).
    fn node(&mut self, value: &Value, indent: Option<usize>, place: Place) {
        let deeper = indent.map_or(INDENT, |indent| indent + INDENT);
        match &value.data {
            Data::Null(_) | Data::Unknown(_) => self.plain("null", place),
            Data::Bool(truth) => self.plain(if *truth { "true" } else { "false" }, place),
            Data::Number(number) => self.plain(&number.to_string(), place),
            Data::String(text) => self.string(text, deeper, place),
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
                if elements.is_empty() {
                    return self.indicator("[]", true, false);
                }
                // A sequence that is the value of a key stands under the key's first letter.
                let compact = place == Place::Mapping && !self.indention;
                let inner = indent.map_or(0, |indent| if compact { indent } else { indent + INDENT });
                for element in elements.iter() {
                    self.line(inner);
                    self.indicator("-", true, true);
                    self.node(element, Some(inner), Place::Sequence);
                }
            }
            Data::Map(_, entries) | Data::Object(entries) => self.mapping(entries, indent),
        }
    }

    fn mapping(&mut self, entries: &Entries, indent: Option<usize>) {
        if entries.is_empty() {
            return self.indicator("{}", true, false);
        }
        let inner = indent.map_or(0, |indent| indent + INDENT);
        for (key, value) in entries {
            self.line(inner);
            if key.len() <= MAX_SIMPLE_KEY && !key.contains(is_break) {
                self.string(key, inner + INDENT, Place::SimpleKey);
                self.indicator(":", false, false);
            } else {
                self.indicator("?", true, true);
                self.string(key, inner + INDENT, Place::Mapping);
                self.line(inner);
                self.indicator(":", true, true);
            }
            self.node(value, Some(inner), Place::Mapping);
        }
    }

    fn plain(&mut self, text: &str, place: Place) {
        if !self.whitespace {
            self.put(' ');
        }
        text.chars().for_each(|character| self.put(character));
        self.whitespace = false;
        self.indention = false;
        self.open_ended = place == Place::Root;
    }

    fn string(&mut self, text: &str, indent: usize, place: Place) {
        if text.contains('\n') && place != Place::SimpleKey && fits_block(text) {
            self.literal(text, indent);
        } else {
            self.quoted(text, indent, place != Place::SimpleKey);
        }
    }

    fn quoted(&mut self, text: &str, indent: usize, fold: bool) {
        self.indicator("\"", true, false);
        let mut after_space = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character == ' ' {
                let inside = at > 0 && at + 1 < text.len();
                if fold && !after_space && self.column > BEST_WIDTH && inside {
                    self.line(indent);
                    if characters.peek().is_some_and(|(_, next)| *next == ' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
                continue;
            }
            after_space = false;
            if is_printable(character) && !is_break(character) && !matches!(character, '"' | '\\') {
                self.put(character);
            } else {
                escape(character).chars().for_each(|character| self.put(character));
            }
        }
        self.indicator("\"", false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.indicator("|", true, false);
        if text.starts_with([' ', '\n']) {
            self.indicator("2", false, false);
        }
        if !text.ends_with('\n') {
            self.indicator("-", false, false);
        } else if text == "\n" || text.ends_with("\n\n") {
            self.indicator("+", false, false);
        }
        self.line_break();
        self.indention = true;
        self.whitespace = true;
        let mut after_break = true;
        for character in text.chars() {
            if character == '\n' {
                self.line_break();
                self.indention = true;
                after_break = true;
                continue;
            }
            if after_break {
                self.line(indent);
            }
            self.put(character);
            self.indention = false;
            after_break = false;
        }
    }
}

const fn is_break(character: char) -> bool {
    matches!(character, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What libyaml prints as it is: not tabs, and nothing beyond the basic plane.
const fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether text can stand in a literal block.
fn fits_block(text: &str) -> bool {
    let special = text.chars().any(|character| !is_printable(character) || (is_break(character) && character != '\n'));
    let space_before_break = text.contains(" \n");
    !special && !space_before_break && !text.ends_with(' ')
}

fn escape(character: char) -> String {
    let letter = match character {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' | '\\' => character,
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            return match u32::from(character) {
                code @ ..=0xff => format!("\\x{code:02X}"),
                code @ ..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{letter}")
}
