//! What Terraform knows of a value that it does not know: refinements, as go-cty 1.16 has them (`RefinementBuilder`,
//! `Value.Range`).

use std::sync::Arc;

use super::number::Number;
use super::types::Type;
use super::value::{Data, Entries, Unknown, Value};
use crate::address::{Reference, Step};

/// Bounds of a number, both of which it may be.
#[derive(Clone, Debug, Default)]
pub struct Range {
    /// At least this.
    pub least: Option<Number>,
    /// At most this.
    pub most: Option<Number>,
}

impl Range {
    /// The bounds of a number, known or not.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        match &value.data {
            Data::Number(number) => Self { least: Some(number.clone()), most: Some(number.clone()) },
            Data::Unknown(unknown) => unknown.range.as_deref().cloned().unwrap_or_default(),
            Data::Null(_)
            | Data::Bool(_)
            | Data::String(_)
            | Data::List(..)
            | Data::Set(..)
            | Data::Map(..)
            | Data::Tuple(_)
            | Data::Object(_) => Self::default(),
        }
    }

    /// The bounds of a length.
    #[must_use]
    pub fn of_length((least, most): (u64, Option<u64>)) -> Self {
        let number = |length: u64| Number::from_i64(i64::try_from(length).unwrap_or(i64::MAX));
        Self { least: Some(number(least)), most: Some(most.map_or_else(|| Number::from_i64(i64::MAX), number)) }
    }

    /// The bounds of what is one or the other.
    #[must_use]
    pub fn either(self, other: Self) -> Self {
        Self {
            least: self.least.zip(other.least).map(|(one, other)| if one < other { one } else { other }),
            most: self.most.zip(other.most).map(|(one, other)| if one > other { one } else { other }),
        }
    }

    /// Whether it is certainly below the other: where bounds meet, go-cty leaves it open.
    #[must_use]
    pub fn is_below(&self, other: &Self) -> bool {
        matches!((&self.most, &other.least), (Some(most), Some(least)) if most < least)
    }
}

/// The longest list that is made of a length alone.
const MAX_LENGTH: u64 = 10_000;

/// What is left where only one value has all that is known of it: an empty collection, the one number within the bounds, a
/// list of so many unknown elements.
#[must_use]
pub fn settled(unknown: Unknown) -> Data {
    if !unknown.not_null {
        return Data::Unknown(Arc::new(unknown));
    }
    if let Some(range) = unknown.range.as_deref()
        && let (Some(least), Some(most)) = (&range.least, &range.most)
        && least == most
    {
        return Data::Number(least.clone());
    }
    let (least, most) = unknown.length;
    match &unknown.ty {
        _ if most != Some(least) || least > MAX_LENGTH => Data::Unknown(Arc::new(unknown)),
        Type::List(element) => {
            let elements = (0..least).map(|index| element_of(&unknown, element, index)).collect();
            Data::List((**element).clone(), Arc::new(elements))
        }
        Type::Set(element) if least <= 1 => {
            let elements = (0..least).map(|_| Value::unknown((**element).clone())).collect();
            Data::Set((**element).clone(), Arc::new(elements))
        }
        Type::Map(element) if least == 0 => Data::Map((**element).clone(), Arc::new(Entries::default())),
        Type::Set(_)
        | Type::Map(_)
        | Type::Dynamic
        | Type::Bool
        | Type::Number
        | Type::String
        | Type::Tuple(_)
        | Type::Object(_) => Data::Unknown(Arc::new(unknown)),
    }
}

/// An element of an unknown list: it stands for the element of what that one stands for.
fn element_of(list: &Unknown, ty: &Type, index: u64) -> Value {
    let step = Step::Index(index);
    let certain = list.certain.as_deref().and_then(|certain| certain.part(&step));
    let reference = list.reference.as_ref().map(|reference| {
        let path = reference.path.iter().cloned().chain([step]).collect();
        Reference { address: Arc::clone(&reference.address), path }
    });
    let element = Unknown { reference, ..Unknown::new(ty.clone()) };
    Value::from(Data::Unknown(Arc::new(element))).with_certain(certain)
}

/// The part of a prefix that nothing which follows can change: the last character may yet combine with the next, unless it
/// is a delimiter (`ctystrings.SafeKnownPrefix`).
#[must_use]
pub fn safe_prefix(text: &str) -> &str {
    use unicode_segmentation::UnicodeSegmentation as _;
    const DELIMITERS: &str = " -_:;/\\,.(){}[]|?!~'\"\t@#$%^&*+";
    let Some((at, last)) = text.grapheme_indices(true).next_back() else { return text };
    if DELIMITERS.contains(last) { text } else { &text[..at] }
}
