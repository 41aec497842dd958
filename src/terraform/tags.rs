//! Effective tags: a resource's own over the provider's `default_tags`, as `tags_all` has them after apply ("AWS
//! Provider: default_tags Configuration Block").

use crate::lang::convert::convert;
use crate::lang::value::Entries;
use crate::lang::{Certain, Data, Marks, Type, Value};

/// The tags of an evaluated `default_tags`: blocks, or in JSON an object; `None` where none are set.
pub(super) fn of_default_tags(value: &Value) -> Option<Value> {
    let block = match value.elements() {
        Some(elements) => elements.first()?,
        None => value,
    };
    if block.is_unknown() {
        return Some(Value::unknown(Type::map(Type::String)).with_marks(block.marks));
    }
    let tags = block.get("tags").filter(|tags| !tags.is_null())?;
    Some(convert(tags, &Type::map(Type::String)).unwrap_or_else(|_| Value::unknown(Type::map(Type::String))))
}

/// Sets `tags_all`.
pub(super) fn complete(default_tags: Option<&Value>, values: &mut Entries) {
    let (Some(own), Some(all)) = (values.get("tags"), values.get("tags_all")) else { return };
    if !all.is_unknown() {
        return;
    }
    let effective = effective(default_tags, own, all);
    if let Some(all) = values.get_mut("tags_all") {
        *all = effective;
    }
}

fn effective(default_tags: Option<&Value>, own: &Value, all: &Value) -> Value {
    let mut marks = Marks::NONE;
    let mut merged = Vec::new();
    for tags in default_tags.into_iter().chain([own]) {
        marks = marks.with(tags.marks);
        match &tags.data {
            Data::Null(_) => {}
            // The provider (5.100.0) never sees a null element, so it takes no default away.
            Data::Map(_, entries) | Data::Object(entries) => {
                merged.extend(entries.cloned().filter(|(_, tag)| !tag.is_null()));
            }
            // Not known, so neither is the whole: what it stands for stays `tags_all` of the resource.
            Data::Unknown(_)
            | Data::Bool(_)
            | Data::Number(_)
            | Data::String(_)
            | Data::List(..)
            | Data::Set(..)
            | Data::Tuple(_) => {
                let given: Vec<Value> = default_tags.into_iter().chain([own]).cloned().collect();
                let whole = all.clone().with_certain(certain_of(&given));
                return whole.with_marks(marks).or_origin(tags.origin);
            }
        }
    }
    Value::map(Type::String, Entries::new(merged)).with_marks(marks).with_origin(own.origin)
}

/// What is certain of tags laid over each other: the last ones are one of several where they are all known.
fn certain_of(given: &[Value]) -> Option<Certain> {
    let (own, defaults) = given.split_last()?;
    let choices = own.choices().filter(|_| defaults.iter().all(|tags| !tags.is_unknown()));
    let Some(choices) = choices else { return Certain::merged(given) };
    let merged = choices.iter().map(|choice| {
        let all = defaults.iter().chain([choice]).filter_map(Value::entries).flat_map(Entries::cloned);
        Value::map(Type::String, all.filter(|(_, tag)| !tag.is_null()).collect())
    });
    Certain::one_of(&merged.collect::<Vec<_>>())
}
