//! What is certain of the elements of a collection that is not known: what a `dynamic` block over it makes in any case,
//! and what else it may make.

use crate::lang::equality::equal;
use crate::lang::{Data, Origin, Type, Value, What};

/// Keys with values, as an iterator has them.
pub(super) type Turns = Vec<(Value, Value)>;

/// The most elements among which a choice is told apart.
const MAX_POSSIBLE: usize = 16;

/// The turns that an iteration over a collection certainly takes, and those like which it may take others, any number of
/// each. `at`: where the collection is written.
pub(super) fn turns(collection: &Value, at: Origin) -> (Turns, Turns) {
    let unknown = |ty: Type| Value::unknown(ty).with_origin(at);
    let is_set = is_set(collection);
    let element = |value: &Value| (if is_set { value.clone() } else { unknown(Type::Number) }, value.clone());
    let mut certain: Turns = collection.held().into_iter().map(element).collect();
    let (settled, replaceable) = collection.held_entries();
    certain.extend(settled.into_iter().map(|(key, value)| (Value::normalized(key), value)));
    certain.extend(replaceable.into_iter().map(|(key, value)| (Value::normalized(key), unknown(value.ty()))));
    let perhaps = match collection.choices() {
        Some(choices) => others(choices, &certain),
        None => None,
    };
    (certain, perhaps.unwrap_or_else(|| vec![(unknown(Type::Dynamic), unknown(Type::Dynamic))]))
}

/// All turns that an iteration over a collection may take; `None` where they cannot be listed, or there are none.
pub(super) fn listed(collection: &Value) -> Option<Turns> {
    others(collection.choices()?, &[]).filter(|turns| !turns.is_empty())
}

/// The turns over all choices that are not among the certain ones; `None` where there are too many.
fn others(choices: &[Value], certain: &[(Value, Value)]) -> Option<Turns> {
    let mut found: Turns = Vec::new();
    let same = |left: &Value, right: &Value| equal(left, right) == Some(true);
    for choice in choices {
        let is_set = is_set(choice);
        let number = |index: usize| Value::number(crate::lang::Number::from_i64(index as i64));
        let elements = choice.elements().unwrap_or_default().iter().enumerate();
        let elements = elements.map(|(index, it)| (if is_set { it.clone() } else { number(index) }, it.clone()));
        let entries = choice.entries().into_iter().flatten();
        let entries = entries.map(|(key, value)| (Value::normalized(key.clone()), value.clone()));
        for (key, value) in elements.chain(entries) {
            let keyed = choice.entries().is_some();
            let known = |turn: &(Value, Value)| same(&turn.1, &value) && (!keyed || same(&turn.0, &key));
            if !certain.iter().chain(&found).any(known) {
                found.push((key, value));
            }
        }
        if found.len() > MAX_POSSIBLE {
            return None;
        }
    }
    Some(found)
}

fn is_set(collection: &Value) -> bool {
    match &collection.data {
        Data::Set(..) => true,
        Data::Unknown(unknown) => match collection.certain() {
            Some(What::OneOf(choices)) => choices.iter().all(is_set),
            Some(_) | None => matches!(unknown.ty, Type::Set(_)),
        },
        _ => false,
    }
}
