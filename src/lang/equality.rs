//! `==`: equality where something may be unknown.

use super::refine::Range;
use super::set::same_sign;
use super::types::Type;
use super::value::{Data, Unknown, Value};

/// Whether two values are equal; `None` where that is not known. Marks are of no account.
#[must_use]
pub fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (&left.data, &right.data) {
        (Data::String(left), Data::String(right)) => Some(left == right),
        (Data::Number(left), Data::Number(right)) => Some(left.equals(right)),
        (Data::Bool(left), Data::Bool(right)) => Some(left == right),
        (Data::Unknown(_), Data::Unknown(_)) => None,
        (Data::Unknown(unknown), _) => compatible(unknown, right),
        (_, Data::Unknown(unknown)) => compatible(unknown, left),
        (Data::Null(_), Data::Null(_)) => Some(true),
        (Data::Null(_), _) | (_, Data::Null(_)) => Some(false),
        _ => compound(left, right),
    }
}

/// `Some(false)` where an unknown value can never be this known one.
fn compatible(unknown: &Unknown, known: &Value) -> Option<bool> {
    if known.is_null() {
        return if unknown.not_null { Some(false) } else { None };
    }
    if !conforms(&known.ty(), &unknown.ty) {
        return Some(false);
    }
    if let (Some(prefix), Some(text)) = (&unknown.prefix, known.as_str())
        && !text.starts_with(&**prefix)
    {
        return Some(false);
    }
    if let Some(range) = &unknown.range {
        let known = Range::of(known);
        if range.is_below(&known) || known.is_below(range) {
            return Some(false);
        }
    }
    let length = if unknown.ty.is_collection() && known.has_known_length() {
        known.elements().map(<[Value]>::len).or_else(|| known.entries().map(super::value::Entries::len))
    } else {
        None
    };
    let (least, most) = unknown.length;
    let outside = |length: usize| (length as u64) < least || most.is_some_and(|most| length as u64 > most);
    if length.is_some_and(outside) { Some(false) } else { None }
}

/// Whether a type is the other one, as far as that one is known.
fn conforms(given: &Type, constraint: &Type) -> bool {
    match (given, constraint) {
        (_, Type::Dynamic) => true,
        (Type::List(given), Type::List(constraint))
        | (Type::Set(given), Type::Set(constraint))
        | (Type::Map(given), Type::Map(constraint)) => conforms(given, constraint),
        (Type::Tuple(given), Type::Tuple(constraint)) => {
            given.len() == constraint.len() && given.iter().zip(constraint.iter()).all(|(a, b)| conforms(a, b))
        }
        (Type::Object(given), Type::Object(constraint)) => {
            given.attributes.len() == constraint.attributes.len()
                && given.attributes.iter().zip(&constraint.attributes).all(|(a, b)| a.0 == b.0 && conforms(a.1, b.1))
        }
        _ => given == constraint,
    }
}

fn compound(left: &Value, right: &Value) -> Option<bool> {
    if !has_known_type(left) || !has_known_type(right) {
        let (left, right) = (left.ty(), right.ty());
        return if conforms(&left, &right) || conforms(&right, &left) { None } else { Some(false) };
    }
    if !same_type(left, right) {
        return Some(false);
    }
    match (&left.data, &right.data) {
        (Data::Set(_, left), Data::Set(_, right)) => equal_sets(left, right),
        (Data::List(_, left), Data::List(_, right)) | (Data::Tuple(left), Data::Tuple(right)) => {
            if left.len() != right.len() {
                return Some(false);
            }
            for (left, right) in left.iter().zip(right.iter()) {
                match equal(left, right) {
                    Some(true) => {}
                    other => return other,
                }
            }
            Some(true)
        }
        (Data::Map(_, left), Data::Map(_, right)) | (Data::Object(left), Data::Object(right)) => {
            if left.len() != right.len() || left.iter().zip(right.iter()).any(|(a, b)| a.0 != b.0) {
                return Some(false);
            }
            // Terraform compares attributes in no certain order; where one differs, the others do not matter.
            let mut known = true;
            for ((_, left), (_, right)) in left.iter().zip(right.iter()) {
                match equal(left, right) {
                    Some(true) => {}
                    Some(false) => return Some(false),
                    None => known = false,
                }
            }
            known.then_some(true)
        }
        _ => Some(false),
    }
}

fn equal_sets(left: &[Value], right: &[Value]) -> Option<bool> {
    if left.iter().chain(right).any(Value::is_unknown) {
        return None;
    }
    let within = |element: &Value, set: &[Value]| set.iter().any(|other| equal(element, other) == Some(true));
    let same = |(a, b): (&Value, &Value)| equal(a, b) == Some(true) && same_sign(a, b);
    if left.len() == right.len() && left.iter().zip(right).all(same) {
        return Some(true);
    }
    let primitive = left.first().or(right.first()).is_some_and(|first| first.ty().is_primitive());
    if primitive {
        // Both are sorted by value.
        return Some(false);
    }
    Some(left.iter().all(|element| within(element, right)) && right.iter().all(|element| within(element, left)))
}

/// Whether there is no unknown value of unknown type in it.
fn has_known_type(value: &Value) -> bool {
    let mut known = true;
    value.walk(|value| {
        known &= value.as_unknown().is_none_or(|unknown| unknown.ty != Type::Dynamic);
        known
    });
    known
}

fn same_type(left: &Value, right: &Value) -> bool {
    match (&left.data, &right.data) {
        (Data::List(left, _), Data::List(right, _))
        | (Data::Set(left, _), Data::Set(right, _))
        | (Data::Map(left, _), Data::Map(right, _)) => left == right,
        (Data::Tuple(_), Data::Tuple(_)) | (Data::Object(_), Data::Object(_)) => left.ty() == right.ty(),
        _ => false,
    }
}
