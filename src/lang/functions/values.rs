//! What functions ask of values and make of them.

use std::sync::Arc;

use super::super::Number;
use super::super::types::Type;
use super::super::value::{Data, Entries, Marks, Origin, Unknown, Value};
use super::protocol::Failure;
use super::{MAX_ELEMENTS, MAX_TEXT};

/// An unknown value of a known type that is certainly not null; any other value unchanged.
pub(super) fn not_null(mut value: Value) -> Value {
    if let Data::Unknown(unknown) = &mut value.data
        && unknown.ty != Type::Dynamic
        && !unknown.not_null
    {
        Arc::make_mut(unknown).not_null = true;
    }
    value
}

/// An unknown value of the type that begins with the text, if there is any.
pub(super) fn unknown_with_prefix(prefix: &str) -> Value {
    let prefix = (!prefix.is_empty()).then(|| prefix.into());
    Data::Unknown(Arc::new(Unknown { not_null: true, prefix, ..Unknown::new(Type::String) })).into()
}

/// The number of elements, if that is known.
pub(super) fn known_length(value: &Value) -> Option<usize> {
    if let Some(unknown) = value.as_unknown() {
        let (least, most) = unknown.length;
        return most.filter(|&most| most == least).and_then(|most| usize::try_from(most).ok());
    }
    if !value.has_known_length() {
        return None;
    }
    value.elements().map(<[_]>::len).or_else(|| value.entries().map(Entries::len))
}

/// Where a value was typed; of a collection of one, where that one was.
pub(super) fn origin(value: &Value) -> Origin {
    match value.elements() {
        Some([only]) => origin(only).or(value.origin),
        _ => value.origin,
    }
}

/// The value with the origin given to all in it that has none.
pub(super) fn fill_origin(value: Value, origin: Origin) -> Value {
    let all = |elements: &Arc<Vec<Value>>| {
        Arc::new(elements.iter().map(|element| fill_origin(element.clone(), origin)).collect::<Vec<_>>())
    };
    let each = |entries: &Arc<Entries>| Arc::new(entries.map(|value| fill_origin(value.clone(), origin)));
    let data = match &value.data {
        Data::List(element, elements) => Data::List(element.clone(), all(elements)),
        Data::Set(element, elements) => Data::Set(element.clone(), all(elements)),
        Data::Tuple(elements) => Data::Tuple(all(elements)),
        Data::Map(element, entries) => Data::Map(element.clone(), each(entries)),
        Data::Object(entries) => Data::Object(each(entries)),
        Data::Null(_) | Data::Unknown(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
            return value.or_origin(origin);
        }
    };
    Value { data, marks: value.marks, origin: value.origin.or(origin) }
}

/// A number as a whole number of 64 bits; the error is the one of Terraform.
pub(super) fn int(value: &Value) -> Result<i64, String> {
    value
        .as_number()
        .and_then(Number::to_i64)
        .ok_or_else(|| format!("value must be a whole number, between {} and {}", i64::MIN, i64::MAX))
}

/// Text as a value, unless it is too large.
pub(super) fn text(text: &str) -> Result<Value, Failure> {
    check_text(text.len())?;
    Ok(Value::string(text))
}

pub(super) fn check_text(bytes: usize) -> Result<(), Failure> {
    if bytes > MAX_TEXT {
        return Err(format!("the result is too large: {bytes} bytes of text, and {MAX_TEXT} is the limit").into());
    }
    Ok(())
}

pub(super) fn check_elements(count: usize) -> Result<(), Failure> {
    if count > MAX_ELEMENTS {
        return Err(format!("the result is too large: {count} elements, and {MAX_ELEMENTS} is the limit").into());
    }
    Ok(())
}

/// Text in double quotes as Go's `%q` has it, or a stand-in if it must not be shown.
pub(super) fn quoted(text: &str, marks: Marks) -> String {
    if marks.has(Marks::UNPRINTED) { "(sensitive value)".into() } else { format!("{text:?}") }
}
