//! Why there is no conversion, as Terraform words it.

use super::super::types::{ObjectType, Type};
use super::convertible;

/// Why values of one type are not converted to another (`list of string required`).
#[must_use]
pub fn mismatch(given: &Type, wanted: &Type) -> String {
    match (given, wanted) {
        (Type::Object(given), Type::Object(wanted)) => objects(given, wanted),
        (Type::Tuple(_), Type::List(element)) if **element == Type::Dynamic => {
            "all list elements must have the same type".into()
        }
        (Type::Tuple(_), Type::Set(element)) if **element == Type::Dynamic => {
            "all set elements must have the same type".into()
        }
        (Type::Object(_), Type::Map(element)) if **element == Type::Dynamic => {
            "all map elements must have the same type".into()
        }
        (Type::Tuple(elements), Type::List(element) | Type::Set(element)) => elements
            .iter()
            .enumerate()
            .find(|(_, given)| !convertible(given, element))
            .map(|(index, given)| format!("element {index}: {}", mismatch(given, element)))
            .unwrap_or_else(|| format!("all elements must be {}", element.constraint_name())),
        (Type::Object(object), Type::Map(element)) => object
            .attributes
            .iter()
            .find(|(_, given)| !convertible(given, element))
            .map(|(name, given)| format!("element {name:?}: {}", mismatch(given, element)))
            .unwrap_or_else(|| format!("all elements must be {}", element.constraint_name())),
        (Type::List(given) | Type::Set(given), Type::List(wanted)) => {
            format!("incorrect list element type: {}", mismatch(given, wanted))
        }
        (Type::List(given) | Type::Set(given), Type::Set(wanted)) => {
            format!("incorrect set element type: {}", mismatch(given, wanted))
        }
        (Type::Map(given), Type::Map(wanted)) => format!("incorrect map element type: {}", mismatch(given, wanted)),
        (_, wanted) => format!("{} required", wanted.constraint_name()),
    }
}

fn objects(given: &ObjectType, wanted: &ObjectType) -> String {
    let missing: Vec<String> = wanted
        .attributes
        .names()
        .iter()
        .filter(|name| given.attributes.get(name).is_none() && !wanted.optional.contains(*name))
        .map(|name| format!("{name:?}"))
        .collect();
    match missing.as_slice() {
        [] => {}
        [name] => return format!("attribute {name} is required"),
        [first, second] => return format!("attributes {first} and {second} are required"),
        [rest @ .., last] => return format!("attributes {}, and {last} are required", rest.join(", ")),
    }
    wanted
        .attributes
        .iter()
        .filter_map(|(name, wanted)| given.attributes.get(name).map(|given| (name, given, wanted)))
        .find(|(_, given, wanted)| !convertible(given, wanted))
        .map(|(name, given, wanted)| format!("attribute {name:?}: {}", mismatch(given, wanted)))
        .unwrap_or_else(|| "incorrect object attributes".into())
}
