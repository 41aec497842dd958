//! A resource's values as references to it see them.

use std::sync::Arc;

use crate::address::{Address, Reference, Step};
use crate::lang::value::Entries;
use crate::lang::{Certain, Data, Str, Type, Unknown, Value};
use crate::schema;

use super::state::unknown_reference;

/// Collections with a marker for blocks that are not known ("zero or more of these") are unknown as a whole. What is not
/// known, and stands for nothing else, stands for the attribute.
pub(super) fn as_referenced(values: &Value, address: &Arc<Address>) -> Value {
    let Some(entries) = values.entries() else { return values.clone() };
    let stands_for_nothing = |value: &Value| value.as_unknown().is_some_and(|unknown| unknown.reference.is_none());
    if !entries.iter().any(|(_, value)| has_marker(value) || stands_for_nothing(value)) {
        return values.clone();
    }
    let seen = |name: &Str, value: &Value| match &value.data {
        _ if has_marker(value) => Value::unknown(value.ty()).with_marks(value.marks),
        Data::Unknown(unknown) if unknown.reference.is_none() => {
            let path = [Step::Attribute(name.clone())].into();
            let reference = Some(Reference { address: address.clone(), path });
            let data = Data::Unknown(Arc::new(Unknown { reference, ..(**unknown).clone() }));
            Value { data, ..value.clone() }
        }
        _ => value.clone(),
    };
    Value::object(entries.iter().map(|(name, value)| (name.clone(), seen(name, value))).collect())
}

/// Whether there is an unknown object among blocks.
fn has_marker(value: &Value) -> bool {
    let is_block = |ty: &Type| matches!(ty, Type::Object(_));
    let elements = match &value.data {
        Data::List(ty, elements) | Data::Set(ty, elements) if is_block(ty) => elements,
        Data::Tuple(elements) => elements,
        _ => return false,
    };
    elements.iter().any(|element| {
        element.is_unknown()
            || element.entries().is_some_and(|entries| entries.iter().any(|(_, value)| has_marker(value)))
    })
}

/// Where no block of a type is written, the provider may make some.
pub(super) fn filled(values: Value, schema: &schema::Body, address: &Arc<Address>) -> Value {
    let Some(entries) = values.entries() else { return values };
    let is_filled = |name: &Str, value: &Value| {
        value.elements().is_some_and(|elements| elements.is_empty())
            && schema.block(name).is_some_and(|block| block.filled)
    };
    if !entries.iter().any(|(name, value)| is_filled(name, value)) {
        return values;
    }
    let seen = |name: &Str, value: &Value| {
        if !is_filled(name, value) {
            return value.clone();
        }
        let reference = Reference { address: address.clone(), path: [Step::Attribute(name.clone())].into() };
        unknown_reference(value.ty(), reference).with_marks(value.marks)
    };
    Value::object(entries.iter().map(|(name, value)| (name.clone(), seen(name, value))).collect())
}

/// Of a resource without a schema: what is not written is the provider's to know.
pub(super) fn open(values: Value, address: &Arc<Address>) -> Value {
    let (marks, origin) = (values.marks, values.origin);
    let Data::Object(written) = values.data else { return values };
    let reference = Some(Reference { address: address.clone(), path: Arc::default() });
    let unknown = Unknown { reference, not_null: true, ..Unknown::new(Type::Dynamic) };
    let value = Value::from(Data::Unknown(Arc::new(unknown))).with_certain(Certain::written(Entries::clone(&written)));
    value.with_marks(marks).with_origin(origin)
}
