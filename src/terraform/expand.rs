//! `count` and `for_each`: which instances there are ("Terraform Language: The count Meta-Argument", "The for_each
//! Meta-Argument").

use crate::lang::convert::convert;
use crate::lang::{Data, Marks, Type, Value};
use crate::source::{Problem, Span};

use super::state::{Instances, Repetition};

/// So many instances one resource or module call may have.
pub(super) const MAX_INSTANCES: u64 = 100_000;

/// The instances that a value of `count` makes.
pub(super) fn count(value: &Value, at: Span) -> Result<Instances, Problem> {
    let invalid = |why: &str| Problem::at(at, format!("Invalid count argument: {why}"));
    if value.is_null() {
        return Err(invalid("the given value is null, and an integer is required"));
    }
    if value.marks.has(Marks::EPHEMERAL) {
        return Err(invalid("the given value is ephemeral, so it cannot decide which instances there are"));
    }
    let number = convert(value, &Type::Number).map_err(|why| invalid(&why))?;
    let Some(number) = number.as_number() else { return Ok(Instances::Unknown) };
    let Some(count) = number.to_i64() else { return Err(invalid("a whole number is required")) };
    match u64::try_from(count) {
        Err(_) => Err(invalid("a number that is not negative is required")),
        Ok(count) if count > MAX_INSTANCES => Err(too_many(count, at)),
        Ok(count) => Ok(Instances::Count(count)),
    }
}

/// Whether a known value of `count` or `for_each` makes more than one instance.
pub(super) fn is_several(value: &Value) -> bool {
    let counted = || convert(value, &Type::Number).ok()?.as_number()?.to_i64();
    let length = value.elements().map(<[_]>::len).or_else(|| value.entries().map(|entries| entries.len()));
    length.map_or_else(|| counted().is_none_or(|count| count > 1), |length| length > 1)
}

fn too_many(count: u64, at: Span) -> Problem {
    Problem::at(at, format!("Too many instances: {count}, where at most {MAX_INSTANCES} are read"))
}

/// Whether `for_each` takes no value of a type.
const fn is_refused(ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Number | Type::String | Type::List(_) | Type::Tuple(_) => true,
        Type::Dynamic | Type::Set(_) | Type::Map(_) | Type::Object(_) => false,
    }
}

/// The instances that a value of `for_each` makes.
pub(super) fn for_each(value: &Value, at: Span) -> Result<Instances, Problem> {
    let invalid = |why: &str| Problem::at(at, format!("Invalid for_each argument: {why}"));
    if value.marks.has(Marks::SENSITIVE) {
        return Err(invalid("the given value is sensitive, and would be shown in the addresses of the instances"));
    }
    if value.marks.has(Marks::EPHEMERAL) {
        return Err(invalid("the given value is ephemeral, so it cannot decide which instances there are"));
    }
    let mut each = Vec::new();
    match &value.data {
        Data::Null(_) => return Err(invalid("the given value is null, and a map or set of strings is required")),
        Data::Unknown(unknown) if !is_refused(&unknown.ty) => return Ok(Instances::Unknown),
        Data::Map(_, entries) | Data::Object(entries) => {
            for (key, value) in entries.as_ref() {
                let repetition = Repetition::Each { key: Value::normalized(key.clone()), value: value.clone() };
                each.push((key.clone(), repetition));
            }
        }
        Data::Set(_, elements) => {
            for element in elements.as_ref() {
                match &element.data {
                    Data::String(key) => {
                        each.push((key.clone(), Repetition::Each { key: element.clone(), value: element.clone() }))
                    }
                    Data::Unknown(_) => return Ok(Instances::Unknown),
                    Data::Null(_) => return Err(invalid("the given set holds a null value")),
                    Data::Bool(_)
                    | Data::Number(_)
                    | Data::List(..)
                    | Data::Set(..)
                    | Data::Map(..)
                    | Data::Tuple(_)
                    | Data::Object(_) => {
                        return Err(invalid("a set must hold strings only (`toset` of strings, or a map)"));
                    }
                }
            }
            each.sort_by(|left, right| left.0.cmp(&right.0));
        }
        Data::Unknown(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::List(..) | Data::Tuple(_) => {
            let given = match value.ty() {
                Type::List(_) => "a list",
                Type::Tuple(_) => "a tuple",
                _ => "a single value",
            };
            return Err(invalid(&format!("it must be a map, or set of strings, and this is {given}"))
                .help("Use `toset(…)` to make a set of a list of strings"));
        }
    }
    match each.len() as u64 {
        count if count > MAX_INSTANCES => Err(too_many(count, at)),
        _ => Ok(Instances::Each(each)),
    }
}
