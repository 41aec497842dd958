//! Maps and whole collections ("Terraform Language: Collection Functions"); see also `sequence`, `lookup` and `set`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::Number;
use super::super::certain::Certain;
use super::super::convert::convert;
use super::super::refine::Range;
use super::super::types::Type;
use super::super::value::{Data, Entries, Marks, Str, Unknown, Value};
use super::{Call, Failure, Function, Returns, Takes, any, at, equal, function, known_length, string, takes};

const BOOL: Returns = Returns::Always(Takes::Bool);
const NUMBER: Returns = Returns::Always(Takes::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    function("alltrue", &[takes("list", Takes::ListOfBool)], BOOL, all_true),
    function("anytrue", &[takes("list", Takes::ListOfBool)], BOOL, any_true),
    function("contains", &[any("list"), any("value")], BOOL, contains),
    function("keys", &[any("inputMap").unknowable().marked()], Returns::By(keys_type), keys).certainly(|arguments| {
        let (settled, replaceable) = arguments[0].held_entries();
        let key = |(key, value): (Str, Value)| Value::normalized(key).with_origin(value.origin);
        Certain::elements(settled.into_iter().chain(replaceable).map(key).collect())
    }),
    function("length", &[any("value").unknowable().untyped().marked()], Returns::By(length_type), length),
    function("merge", &[], Returns::By(merge_type), merge)
        .variadic(any("maps").nullable().untyped().marked())
        .keeps()
        .certainly(Certain::merged),
    function("sum", &[any("list")], NUMBER, sum),
    function("transpose", &[takes("values", Takes::MapOfLists)], Returns::Always(Takes::MapOfLists), transpose),
    function("values", &[any("mapping").marked()], Returns::By(values_type), values).keeps().certainly(|arguments| {
        Certain::elements(arguments[0].held_entries().0.into_iter().map(|entry| entry.1).collect())
    }),
    function(
        "zipmap",
        &[takes("keys", Takes::ListOfString).marked(), any("values").marked()],
        Returns::By(zip_type),
        zip,
    )
    .keeps(),
];

fn all_true(call: &Call<'_>) -> Result<Value, Failure> {
    for element in call.elements(0) {
        if element.is_unknown() {
            return Ok(call.unknown());
        }
        if element.as_bool() != Some(true) {
            return Ok(Value::bool(false));
        }
    }
    Ok(Value::bool(true))
}

fn any_true(call: &Call<'_>) -> Result<Value, Failure> {
    if call.elements(0).iter().any(|element| element.as_bool() == Some(true)) {
        return Ok(Value::bool(true));
    }
    if call.elements(0).iter().any(Value::is_unknown) { Ok(call.unknown()) } else { Ok(Value::bool(false)) }
}

fn contains(call: &Call<'_>) -> Result<Value, Failure> {
    let [collection, sought] = call.arguments else { return Ok(call.unknown()) };
    let Some(elements) = collection.elements() else {
        return Err("argument must be list, tuple, or set".into());
    };
    let mut unknown = false;
    for element in elements {
        match equal(sought, element) {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { Ok(call.unknown()) } else { Ok(Value::bool(false)) }
}

fn keys_type(arguments: &[Value]) -> Result<Type, Failure> {
    match arguments[0].ty() {
        Type::Map(_) => Ok(Type::list(Type::String)),
        Type::Object(object) => Ok(Type::tuple(vec![Type::String; object.attributes.len()])),
        _ => Err(at(0, "must have map or object type")),
    }
}

fn keys(call: &Call<'_>) -> Result<Value, Failure> {
    let map = &call.arguments[0];
    let keys = match (&map.data, map.ty()) {
        (Data::Map(_, entries) | Data::Object(entries), _) => {
            let keys = entries.iter().map(|(key, value)| Value::normalized(key.clone()).with_origin(value.origin));
            keys.collect()
        }
        (_, Type::Object(object)) => object.attributes.names().iter().cloned().map(Value::normalized).collect(),
        _ => return Ok(call.unknown().with_marks(map.marks)),
    };
    Ok(sequence(call.ty, keys).with_marks(map.marks))
}

fn length_type(arguments: &[Value]) -> Result<Type, Failure> {
    match arguments[0].ty() {
        Type::Bool | Type::Number => Err("argument must be a string, a collection type, or a structural type".into()),
        Type::Dynamic
        | Type::String
        | Type::List(_)
        | Type::Set(_)
        | Type::Map(_)
        | Type::Tuple(_)
        | Type::Object(_) => Ok(Type::Number),
    }
}

fn length(call: &Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[0];
    if let Some(text) = value.as_str() {
        return Ok(super::string::length_value(text, value.marks));
    }
    let length = match value.ty() {
        Type::Tuple(elements) => Some(elements.len()),
        Type::Object(object) => Some(object.attributes.len()),
        _ => known_length(value),
    };
    let length = match length {
        Some(length) => Value::number(Number::from_usize(length)),
        None => unknown_length(value),
    };
    Ok(length.with_marks(value.marks))
}

/// An unknown length, within the bounds that are known of it.
fn unknown_length(value: &Value) -> Value {
    let bounds = match &value.data {
        Data::Unknown(unknown) if unknown.ty == Type::String => {
            let prefix = unknown.prefix.as_deref().map_or(0, super::string::length);
            Some((prefix as u64, None))
        }
        Data::Unknown(unknown) if unknown.ty.is_collection() => Some(unknown.length),
        // Elements that are not known may be one.
        Data::Set(_, elements) => Some((1, Some(elements.len() as u64))),
        _ => None,
    };
    let range = bounds.map(|bounds| Box::new(Range::of_length(bounds)));
    Data::Unknown(Arc::new(Unknown { range, ..Unknown::new(Type::Number) })).into()
}

fn merge_type(arguments: &[Value]) -> Result<Type, Failure> {
    let types: Vec<Type> = arguments.iter().map(Value::ty).collect();
    if types.is_empty() {
        return Ok(Type::object([]));
    }
    let mut attributes: BTreeMap<Str, Type> = BTreeMap::new();
    let mut known = true;
    for (argument, ty) in arguments.iter().zip(&types) {
        match ty {
            Type::Dynamic => return Ok(Type::Dynamic),
            Type::Object(object) if !argument.is_null() => {
                attributes.extend(object.attributes.iter().map(|(name, ty)| (name.clone(), ty.clone())));
            }
            Type::Map(element) => match argument.entries() {
                Some(entries) => {
                    attributes.extend(entries.iter().map(|(key, _)| (key.clone(), (**element).clone())));
                }
                None => known &= argument.is_null(),
            },
            Type::Object(_) => {}
            Type::Bool | Type::Number | Type::String | Type::List(_) | Type::Set(_) | Type::Tuple(_) => {
                return Err(format!("arguments must be maps or objects, got \"{ty}\"").into());
            }
        }
    }
    if types.iter().all(|ty| *ty == types[0]) {
        return Ok(types[0].clone());
    }
    Ok(if known { Type::object(attributes) } else { Type::Dynamic })
}

fn merge(call: &Call<'_>) -> Result<Value, Failure> {
    // Where `null` has no type, the types of the others have not been looked at.
    let fits = |argument: &Value| {
        argument.entries().is_some() || argument.is_null() || argument.elements().is_some_and(<[_]>::is_empty)
    };
    if let Some(argument) = call.arguments.iter().find(|argument| !fits(argument)) {
        return Err(format!("arguments must be maps or objects, got \"{}\"", argument.ty()).into());
    }
    let given = call.arguments.iter().filter(|argument| !argument.is_null());
    let marks = given.fold(Marks::NONE, |marks, argument| marks.with(argument.marks));
    let all = call.arguments.iter().filter_map(Value::entries).flat_map(Entries::cloned);
    let merged = all.collect::<Entries>();
    let value = match call.ty {
        Type::Map(element) => Value::map((**element).clone(), merged),
        _ => Value::object(merged),
    };
    Ok(value.with_marks(marks))
}

fn sum(call: &Call<'_>) -> Result<Value, Failure> {
    let list = &call.arguments[0];
    let count = list.elements().map(<[_]>::len).or_else(|| list.entries().map(Entries::len));
    let count = count.ok_or_else(|| at(0, "cannot sum noniterable"))?;
    if count == 0 {
        return Err(at(0, "cannot sum an empty list"));
    }
    let Some(elements) = list.elements() else {
        let received = list.ty();
        return Err(at(0, format!("argument must be list, set, or tuple. Received {received}")));
    };
    if !list.is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut total: Option<Number> = None;
    for element in elements {
        let converted = convert(element, &Type::Number).ok();
        let number = converted.as_ref().and_then(Value::as_number);
        let number = number.ok_or_else(|| at(0, "argument must be list, set, or tuple of number values"))?;
        total = Some(match total {
            Some(total) => total.add(number).ok_or("can't compute sum of opposing infinities")?,
            None => number.clone(),
        });
    }
    Ok(total.map_or_else(|| call.unknown(), Value::number))
}

fn transpose(call: &Call<'_>) -> Result<Value, Failure> {
    let map = &call.arguments[0];
    if !map.is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut transposed: BTreeMap<Str, Vec<Value>> = BTreeMap::new();
    for (key, list) in map.entries().into_iter().flatten() {
        let Some(elements) = list.elements() else {
            return Err("a list in the map is null".into());
        };
        for element in elements {
            let Data::String(text) = &element.data else {
                return Err("input list must not contain null string".into());
            };
            transposed
                .entry(text.clone())
                .or_default()
                .push(Value::normalized(key.clone()).with_origin(element.origin));
        }
    }
    // Keys come in order, so each list is in order.
    let lists = transposed.into_iter().map(|(key, keys)| (key, Value::list(Type::String, keys)));
    Ok(Value::map(Type::list(Type::String), lists.collect()))
}

fn values_type(arguments: &[Value]) -> Result<Type, Failure> {
    match arguments[0].ty() {
        Type::Map(element) => Ok(Type::list((*element).clone())),
        Type::Object(object) => Ok(Type::tuple(object.attributes.values().to_vec())),
        _ => Err("values() requires a map as the first argument".into()),
    }
}

fn values(call: &Call<'_>) -> Result<Value, Failure> {
    let map = &call.arguments[0];
    let values = map.entries().into_iter().flatten().map(|(_, value)| value.clone());
    Ok(sequence(call.ty, values.collect()).with_marks(map.marks))
}

fn zip_type(arguments: &[Value]) -> Result<Type, Failure> {
    let [keys, values] = arguments else { return Ok(Type::Dynamic) };
    match values.ty() {
        Type::List(element) => Ok(Type::map((*element).clone())),
        Type::Tuple(types) => {
            if !keys.is_wholly_known() {
                return Ok(Type::Dynamic);
            }
            let keys = keys.elements().unwrap_or_default();
            check_same_length(keys.len(), types.len())?;
            let mut attributes = BTreeMap::new();
            for (index, (key, ty)) in keys.iter().zip(types.iter()).enumerate() {
                let Data::String(key) = &key.data else {
                    return Err(format!("keys list has null value at index {index}").into());
                };
                attributes.insert(key.clone(), ty.clone());
            }
            Ok(Type::object(attributes))
        }
        _ => Err("values argument must be a list or tuple value".into()),
    }
}

fn zip(call: &Call<'_>) -> Result<Value, Failure> {
    let [keys, values] = call.arguments else { return Ok(call.unknown()) };
    let mut marks = keys.marks.with(values.marks);
    if !keys.is_wholly_known() {
        return Ok(call.unknown().with_marks(marks));
    }
    let (keys, values) = (call.elements(0), call.elements(1));
    check_same_length(keys.len(), values.len())?;
    let mut entries = Vec::with_capacity(keys.len());
    for (index, (key, value)) in keys.iter().zip(values).enumerate() {
        let Data::String(text) = &key.data else {
            return Err(format!("keys list has null value at index {index}").into());
        };
        marks = marks.with(key.marks);
        entries.push((text.clone(), value.clone()));
    }
    let entries = Entries::new(entries);
    let value = match call.ty {
        Type::Map(element) => Value::map((**element).clone(), entries),
        _ => Value::object(entries),
    };
    Ok(value.with_marks(marks))
}

fn check_same_length(keys: usize, values: usize) -> Result<(), Failure> {
    if keys == values {
        return Ok(());
    }
    Err(format!("number of keys ({keys}) does not match number of values ({values})").into())
}

/// A list or tuple of a type.
pub(super) fn sequence(ty: &Type, elements: Vec<Value>) -> Value {
    match ty {
        Type::List(element) => Value::list((**element).clone(), elements),
        _ => Value::tuple(elements),
    }
}

/// Text as an argument of `lookup` and the like.
pub(super) const fn key(name: &'static str) -> super::Parameter {
    string(name).unknowable().marked()
}
