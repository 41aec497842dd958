//! Types and marks ("Terraform Language: Type Conversion Functions"), and those that only the evaluator can run.

use std::sync::Arc;

use super::super::convert::{convert, convertible};
use super::super::types::Type;
use super::super::value::{Data, Entries, Marks, Unknown, Value};
use super::{Call, Failure, Function, Returns, Takes, any, at, function, string};

pub(super) const FUNCTIONS: &[Function] = &[
    function("can", &[any("expression").anything()], Returns::Always(Takes::Bool), evaluators),
    function("ephemeralasnull", &[any("value").anything()], SAME, |call| Ok(ephemeral_as_null(&call.arguments[0])))
        .maybe_null()
        .keeps(),
    function("issensitive", &[any("value").anything()], Returns::Always(Takes::Bool), is_sensitive).maybe_null(),
    function("nonsensitive", &[any("value").anything()], SAME, |call| {
        let value = call.arguments[0].clone();
        Ok(Value { marks: value.marks.without(Marks::SENSITIVE), ..value })
    })
    .maybe_null()
    .keeps(),
    function("sensitive", &[any("value").anything()], SAME, |call| {
        Ok(call.arguments[0].clone().with_marks(Marks::SENSITIVE))
    })
    .maybe_null()
    .keeps(),
    function(
        "templatefile",
        &[string("path").unknowable().marked(), any("vars").anything()],
        Returns::Always(Takes::Any),
        evaluators,
    ),
    function(
        "templatestring",
        &[any("template").anything(), any("vars").anything()],
        Returns::Always(Takes::Any),
        evaluators,
    ),
    to("tobool", Takes::Bool),
    to("tolist", Takes::List),
    to("tomap", Takes::Map),
    to("tonumber", Takes::Number),
    to("toset", Takes::Set),
    to("tostring", Takes::String),
    function("try", &[], Returns::Always(Takes::Any), evaluators).variadic(any("expressions").anything()),
];

/// The type of the argument.
const SAME: Returns = Returns::By(|arguments| Ok(arguments[0].ty()));

const ANY: &[super::Parameter] = &[any("v").anything()];

const fn to(name: &'static str, takes: Takes) -> Function {
    function(name, ANY, Returns::Always(takes), to_type).maybe_null().keeps()
}

fn evaluators(_: &Call<'_>) -> Result<Value, Failure> {
    Err("this function takes expressions, not values, so it cannot be called here".into())
}

fn to_type(call: &Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[0];
    if let Some(unknown) = value.as_unknown() {
        // Terraform forgets all but the type asked for; what the value stands for is ours to remember.
        let reference = unknown.reference.clone();
        let certain = unknown.certain.as_deref().and_then(|certain| certain.converted(call.ty));
        let converted: Value = Data::Unknown(Arc::new(Unknown { reference, ..Unknown::new(call.ty.clone()) })).into();
        let converted = converted.with_certain(certain);
        if !convertible(&unknown.ty, call.ty) {
            return Err(at(0, format!("cannot convert {} to {}", unknown.ty, call.ty.constraint_name())));
        }
        return Ok(converted.with_marks(value.marks).with_origin(value.origin));
    }
    convert(value, call.ty).map_err(|_| {
        let (from, to) = (value.ty(), call.ty);
        let marked = value.marks.has(Marks::SENSITIVE);
        let wanted = to.constraint_name();
        let message = match (&from, to) {
            _ if marked => format!("cannot convert this sensitive {from} to {wanted}"),
            (Type::String, Type::Bool) => {
                let text = value.as_str().unwrap_or_default();
                format!("cannot convert {text:?} to bool; only the strings \"true\" or \"false\" are allowed")
            }
            (Type::String, Type::Number) => {
                let text = value.as_str().unwrap_or_default();
                format!("cannot convert {text:?} to number; given string must be a decimal representation of a number")
            }
            _ => format!("cannot convert {from} to {wanted}"),
        };
        at(0, message)
    })
}

fn is_sensitive(call: &Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[0];
    if value.marks.has(Marks::SENSITIVE) {
        return Ok(Value::bool(true));
    }
    if value.is_unknown() { Ok(call.unknown()) } else { Ok(Value::bool(false)) }
}

fn ephemeral_as_null(value: &Value) -> Value {
    if value.marks.has(Marks::EPHEMERAL) {
        let bare = if value.is_unknown() { Value::unknown(value.ty()) } else { Value::null(value.ty()) };
        return bare.with_marks(value.marks.without(Marks::EPHEMERAL)).with_origin(value.origin);
    }
    if !value.deep_marks().has(Marks::EPHEMERAL) {
        return value.clone();
    }
    let all = |elements: &Arc<Vec<Value>>| Arc::new(elements.iter().map(ephemeral_as_null).collect::<Vec<_>>());
    let each = |entries: &Arc<Entries>| Arc::new(entries.map(ephemeral_as_null));
    let data = match &value.data {
        Data::List(element, elements) => Data::List(element.clone(), all(elements)),
        Data::Set(element, elements) => Data::Set(element.clone(), all(elements)),
        Data::Tuple(elements) => Data::Tuple(all(elements)),
        Data::Map(element, entries) => Data::Map(element.clone(), each(entries)),
        Data::Object(entries) => Data::Object(each(entries)),
        leaf @ (Data::Null(_) | Data::Unknown(_) | Data::Bool(_) | Data::Number(_) | Data::String(_)) => leaf.clone(),
    };
    Value { data, ..value.clone() }
}
