//! Sets: no two equal elements, in Terraform's order.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::sync::Arc;

use super::equality::equal;
use super::number::Number;
use super::types::Type;
use super::value::{Data, Entries, Marks, Value, shared};

impl Value {
    /// A set: takes out duplicates, sorts as Terraform does, and takes the elements' marks upon itself. The elements
    /// are of the type.
    #[must_use]
    pub fn set(element: Type, elements: Vec<Self>) -> Self {
        let mut marks = Marks::NONE;
        let elements: Vec<Self> = elements
            .into_iter()
            .map(|value| {
                let deep = value.deep_marks();
                marks = marks.with(deep);
                if deep.is_empty() { value } else { value.without_marks() }
            })
            .collect();
        let elements = if elements.len() < 2 {
            elements
        } else if element.is_primitive() {
            sorted_primitives(elements)
        } else {
            sorted_compounds(elements)
        };
        Self { marks, ..Data::Set(element, shared(elements)).into() }
    }

    /// The same value without marks, on it and below it.
    #[must_use]
    pub fn without_marks(&self) -> Self {
        if self.deep_marks().is_empty() {
            return self.clone();
        }
        let all = |elements: &[Self]| Arc::new(elements.iter().map(Self::without_marks).collect::<Vec<_>>());
        let entries = |entries: &Entries| Arc::new(entries.map(Self::without_marks));
        let data = match &self.data {
            Data::Null(_) | Data::Unknown(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => self.data.clone(),
            Data::List(ty, elements) => Data::List(ty.clone(), all(elements)),
            Data::Set(ty, elements) => Data::Set(ty.clone(), all(elements)),
            Data::Tuple(elements) => Data::Tuple(all(elements)),
            Data::Map(ty, map) => Data::Map(ty.clone(), entries(map)),
            Data::Object(object) => Data::Object(entries(object)),
        };
        Self { data, marks: Marks::NONE, origin: self.origin }
    }

    /// Whether the length is known: that of a set with unknown elements is not, as they may turn out equal (a single
    /// one has nothing to be equal to).
    #[must_use]
    pub fn has_known_length(&self) -> bool {
        match &self.data {
            Data::Unknown(_) => false,
            Data::Set(_, elements) => elements.len() < 2 || elements.iter().all(Self::is_wholly_known),
            Data::Null(_)
            | Data::Bool(_)
            | Data::Number(_)
            | Data::String(_)
            | Data::List(..)
            | Data::Map(..)
            | Data::Tuple(_)
            | Data::Object(_) => true,
        }
    }
}

/// The order of primitive elements: by value, negative zero before zero.
pub(super) fn element_order(left: &Value, right: &Value) -> Option<Ordering> {
    Some(left.primitive_order(right)?.then_with(|| has_minus(right).cmp(&has_minus(left))))
}

/// Sets keep -0 and 0 apart, which are equal everywhere else.
pub(super) fn same_sign(left: &Value, right: &Value) -> bool {
    has_minus(left) == has_minus(right)
}

fn has_minus(value: &Value) -> bool {
    value.as_number().is_some_and(Number::is_negative_zero_or_below)
}

/// Known values first, then unknown ones, then null.
const fn rank(value: &Value) -> u8 {
    match value.data {
        Data::Unknown(_) => 1,
        Data::Null(_) => 2,
        _ => 0,
    }
}

fn sorted_primitives(mut elements: Vec<Value>) -> Vec<Value> {
    elements.sort_by(|left, right| {
        rank(left).cmp(&rank(right)).then_with(|| element_order(left, right).unwrap_or(Ordering::Equal))
    });
    elements.dedup_by(|later, kept| equal(later, kept) == Some(true) && same_sign(later, kept));
    elements
}

fn sorted_compounds(elements: Vec<Value>) -> Vec<Value> {
    let mut keyed: Vec<(u8, String, Value)> = elements
        .into_iter()
        .map(|value| {
            let mut key = String::new();
            write_key(&value, &mut key);
            (rank(&value), key, value)
        })
        .collect();
    keyed.sort_by(|left, right| left.0.cmp(&right.0).then_with(|| left.1.cmp(&right.1)));
    let mut sorted: Vec<(String, Value)> = Vec::with_capacity(keyed.len());
    for (_, key, value) in keyed {
        let mut same_key = sorted.iter().rev().take_while(|(other, _)| *other == key);
        // What holds unknown values equals nothing, so the search through many with one key is not made for them.
        let duplicate = value.is_wholly_known() && same_key.any(|(_, other)| equal(&value, other) == Some(true));
        if !duplicate {
            sorted.push((key, value));
        }
    }
    sorted.into_iter().map(|(_, value)| value).collect()
}

/// The text that Terraform orders elements by that are neither strings, numbers nor bools.
fn write_key(value: &Value, key: &mut String) {
    let all = |elements: &[Value], key: &mut String| {
        for element in elements {
            write_key(element, key);
            key.push(';');
        }
    };
    match &value.data {
        Data::Unknown(_) => key.push('?'),
        Data::Null(_) => key.push('~'),
        Data::Number(number) => key.push_str(&number.general()),
        Data::Bool(truth) => key.push(if *truth { 'T' } else { 'F' }),
        Data::String(text) => write_quoted(text, key),
        Data::Map(_, entries) => {
            key.push('{');
            for (name, value) in entries.iter() {
                write_quoted(name, key);
                key.push(':');
                write_key(value, key);
                key.push(';');
            }
            key.push('}');
        }
        Data::List(_, elements) | Data::Set(_, elements) => {
            key.push('[');
            all(elements, key);
            key.push(']');
        }
        Data::Tuple(elements) => {
            key.push('<');
            all(elements, key);
            key.push('>');
        }
        Data::Object(entries) => {
            key.push('<');
            for (_, value) in entries.iter() {
                write_key(value, key);
                key.push(';');
            }
            key.push('>');
        }
    }
}

/// Text as Go's `%q` prints it.
fn write_quoted(text: &str, key: &mut String) {
    key.push('"');
    for character in text.chars() {
        let escaped = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{b}' => "\\v",
            _ => {
                let code = u32::from(character);
                let _ = match character {
                    ' '..='~' => {
                        key.push(character);
                        Ok(())
                    }
                    '\0'..='\u{7f}' => write!(key, "\\x{code:02x}"),
                    _ if is_printable(character) => {
                        key.push(character);
                        Ok(())
                    }
                    '\u{80}'..='\u{ffff}' => write!(key, "\\u{code:04x}"),
                    _ => write!(key, "\\U{code:08x}"),
                };
                continue;
            }
        };
        key.push_str(escaped);
    }
    key.push('"');
}

/// Whether Go counts a character beyond ASCII as printable (a letter, mark, number, punctuation or symbol).
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~')
        || !(character.is_control()
            || character.is_whitespace()
            || matches!(
                character,
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                    | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}'
            ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_each_value_once_in_terraforms_order() {
        let numbers = ["10", "9", "1.5", "9.0"].map(|text| Value::number(Number::parse(text).unwrap()));
        let set = Value::set(Type::Number, numbers.to_vec());
        let printed: Vec<String> =
            set.elements().unwrap().iter().map(|value| value.as_number().unwrap().to_string()).collect();
        assert_eq!(printed, ["1.5", "9", "10"]);
        let unknown = Value::unknown(Type::String);
        let set = Value::set(
            Type::String,
            vec![Value::null(Type::String), unknown.clone(), Value::string("b"), unknown, Value::string("a")],
        );
        let ranks: Vec<u8> = set.elements().unwrap().iter().map(rank).collect();
        assert_eq!(ranks, [0, 0, 1, 1, 2]);
        assert!(!set.has_known_length());
    }
}
