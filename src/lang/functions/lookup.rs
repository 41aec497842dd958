//! Functions that pick one value of many ("Terraform Language: Collection Functions").

use std::sync::Arc;

use crate::address::Step;

use super::super::Number;
use super::super::certain::{Certain, What};
use super::super::convert::{convert, unify};
use super::super::types::Type;
use super::super::value::{Data, Marks, Unknown, Value};
use super::collection::key;
use super::{Call, Failure, Function, Returns, Takes, any, at, equal, function, int, number, quoted, takes};

pub(super) const FUNCTIONS: &[Function] = &[
    function("coalesce", &[], Returns::By(coalesce_type), coalesce)
        .variadic(any("vals").nullable().unknowable().untyped())
        .keeps()
        .certainly(first_choices),
    function("element", &[any("list").marked(), number("index")], Returns::By(element_type), element)
        .maybe_null()
        .keeps()
        .certainly(|arguments| match arguments[0].certain() {
            Some(What::Each(element)) => Certain::one_of([element]),
            _ => Certain::one_of(arguments[0].elements()?),
        }),
    function("index", &[any("list"), any("value")], Returns::Always(Takes::Number), index),
    function("lookup", &[any("inputMap").unknowable().marked(), key("key")], Returns::By(lookup_type), lookup)
        .variadic(any("default").anything())
        .maybe_null()
        .keeps()
        .certainly(found),
    function(
        "matchkeys",
        &[takes("values", Takes::List), takes("keys", Takes::List), takes("searchset", Takes::List)],
        Returns::By(match_type),
        match_keys,
    )
    .keeps(),
    function("one", &[any("list").marked()], Returns::By(one_type), one).maybe_null().keeps().certainly(|arguments| {
        let Some(What::Each(element)) = arguments[0].certain() else { return None };
        Certain::one_of([element, &Value::null(element.ty())])
    }),
];

fn coalesce_type(arguments: &[Value]) -> Result<Type, Failure> {
    let types: Vec<Type> = arguments.iter().map(Value::ty).collect();
    unify(&types).ok_or_else(|| "all arguments must have the same type".into())
}

fn coalesce(call: &Call<'_>) -> Result<Value, Failure> {
    for argument in call.arguments {
        let value = convert(argument, call.ty)?;
        match &value.data {
            Data::Null(_) => {}
            Data::String(text) if text.is_empty() => {}
            // It may yet turn out null; but if it is anything, it is this.
            Data::Unknown(unknown) if *call.ty == Type::Dynamic => {
                let reference = unknown.reference.clone();
                let unknown = Unknown { reference, ..Unknown::new(Type::Dynamic) };
                return Ok(Value { data: Data::Unknown(Arc::new(unknown)), ..value });
            }
            Data::Unknown(_) => return Ok(value.without_certain()),
            _ => return Ok(value),
        }
    }
    Err("no non-null, non-empty-string arguments".into())
}

/// What may come first of what is neither null nor empty.
fn first_choices(arguments: &[Value]) -> Option<Certain> {
    let mut found = Vec::new();
    for argument in arguments {
        let choices = argument.choices()?;
        let full = |choice: &&Value| !choice.is_null() && choice.as_str() != Some("");
        let before = found.len();
        found.extend(choices.iter().filter(full));
        if found.len() - before == choices.len() {
            break;
        }
    }
    Certain::one_of(found)
}

fn element_type(arguments: &[Value]) -> Result<Type, Failure> {
    let [list, index] = arguments else { return Ok(Type::Dynamic) };
    if let (Data::Tuple(elements), false) = (&list.data, index.is_unknown()) {
        // The type of the whole tuple would cost a look at all of it.
        let index = int(index).map_err(|message| format!("invalid index: {message}"))?;
        return Ok(elements[tuple_index(index, elements.len())?].ty());
    }
    match list.ty() {
        Type::List(element) => Ok((*element).clone()),
        Type::Tuple(types) => {
            if index.is_unknown() {
                return Ok(Type::Dynamic);
            }
            let index = int(index).map_err(|message| format!("invalid index: {message}"))?;
            Ok(types[tuple_index(index, types.len())?].clone())
        }
        ty => Err(format!("cannot read elements from {ty}").into()),
    }
}

fn element(call: &Call<'_>) -> Result<Value, Failure> {
    let index = call.int(1).map_err(|message| format!("invalid index: {message}"))?;
    let elements = call.elements(0);
    Ok(elements[wrapped(index, elements.len())?].clone().with_marks(call.arguments[0].marks))
}

/// The index within the length, from the end where it is negative.
fn wrapped(index: i64, length: usize) -> Result<usize, Failure> {
    let index = index.checked_rem_euclid(length as i64).and_then(|index| usize::try_from(index).ok());
    index.ok_or_else(|| "cannot use element function with an empty list".into())
}

/// As [`wrapped`], but of a tuple: there Terraform 1.11 fails for a negative index, save where it wraps to 0.
fn tuple_index(index: i64, length: usize) -> Result<usize, Failure> {
    match wrapped(index, length)? {
        place if place > 0 && index < 0 => {
            Err("cannot use element function with a negative index of a tuple: make a list of it with tolist()".into())
        }
        place => Ok(place),
    }
}

fn index(call: &Call<'_>) -> Result<Value, Failure> {
    let elements = match &call.arguments[0].data {
        Data::List(_, elements) | Data::Tuple(elements) => elements,
        _ => return Err("argument must be a list or tuple".into()),
    };
    if elements.is_empty() {
        return Err("cannot search an empty list".into());
    }
    for (index, element) in elements.iter().enumerate() {
        match equal(element, &call.arguments[1]) {
            Some(true) => return Ok(Value::number(Number::from_usize(index))),
            Some(false) => {}
            None => return Ok(call.unknown()),
        }
    }
    Err("item not found".into())
}

fn lookup_type(arguments: &[Value]) -> Result<Type, Failure> {
    if arguments.len() > 3 {
        return Err(format!("lookup() takes two or three arguments, got {}", arguments.len()).into());
    }
    let default = arguments.get(2);
    if let (Data::Object(entries), Some(key)) = (&arguments[0].data, arguments[1].as_str())
        && let Some(found) = entries.get(key)
    {
        // The type of the whole object would cost a look at all of it.
        return Ok(found.ty());
    }
    match arguments[0].ty() {
        Type::Object(object) => {
            let Some(key) = arguments[1].as_str() else { return Ok(Type::Dynamic) };
            match (object.attributes.get(key), default) {
                (Some(ty), _) => Ok(ty.clone()),
                (None, Some(default)) => Ok(default.ty()),
                (None, None) => {
                    let key = quoted(key, arguments[1].marks);
                    Err(at(0, format!("the given object has no attribute {key}")))
                }
            }
        }
        Type::Map(element) => {
            if default.is_some_and(|default| convert(default, &element).is_err()) {
                return Err(at(2, "the default value must have the same type as the map elements"));
            }
            Ok((*element).clone())
        }
        _ => Err(at(0, "lookup() requires a map as the first argument")),
    }
}

fn lookup(call: &Call<'_>) -> Result<Value, Failure> {
    let (map, key) = (&call.arguments[0], &call.arguments[1]);
    let marks = map.marks.with(key.marks);
    let (Some(entries), Some(name)) = (map.entries(), key.as_str()) else {
        return Ok(call.unknown().with_marks(marks));
    };
    if let Some(found) = entries.get(name) {
        return Ok(found.clone().with_marks(marks));
    }
    match call.arguments.get(2) {
        Some(default) => Ok(convert(default, call.ty)?.with_marks(marks)),
        None => Err(format!("lookup failed to find key {}", quoted(name, key.marks)).into()),
    }
}

/// Where the key is not known, it is one of the map's or none of them.
fn found(arguments: &[Value]) -> Option<Certain> {
    let [map, key, default @ ..] = arguments else { return None };
    match (map.entries(), key.as_str()) {
        (Some(entries), None) => Certain::one_of(entries.iter().map(|(_, value)| value).chain(default)),
        (None, Some(key)) => map.as_unknown()?.certain.as_deref()?.part(&Step::Key(key.into())),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

fn match_type(arguments: &[Value]) -> Result<Type, Failure> {
    match unify(&[arguments[1].ty(), arguments[2].ty()]) {
        Some(_) => Ok(arguments[0].ty()),
        None => Err("keys and searchset must be of the same type".into()),
    }
}

fn match_keys(call: &Call<'_>) -> Result<Value, Failure> {
    let [values, keys, sought] = call.arguments else { return Ok(call.unknown()) };
    let element = match call.ty {
        Type::List(element) => (**element).clone(),
        _ => Type::Dynamic,
    };
    if call.elements(0).len() != call.elements(1).len() {
        return Err("length of keys and values should be equal".into());
    }
    let ty = unify(&[keys.ty(), sought.ty()]).ok_or("keys and searchset must be of the same type")?;
    let (keys, sought) = (convert(keys, &ty)?, convert(sought, &ty)?);
    let sought = sought.elements().unwrap_or_default();
    if sought.is_empty() {
        return Ok(Value::list(element, Vec::new()));
    }
    if !values.is_wholly_known() || !keys.is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut matched = Vec::new();
    for (value, key) in call.elements(0).iter().zip(keys.elements().unwrap_or_default()) {
        for candidate in sought {
            match equal(key, candidate) {
                Some(true) => {
                    matched.push(value.clone());
                    break;
                }
                Some(false) => {}
                // As Terraform: an unknown element of the search set makes the whole result empty.
                None => return Ok(Value::list(element, Vec::new())),
            }
        }
    }
    Ok(Value::list(element, matched))
}

const ONE: &str = "must be a list, set, or tuple value with either zero or one elements";

fn one_type(arguments: &[Value]) -> Result<Type, Failure> {
    match arguments[0].ty() {
        Type::List(element) | Type::Set(element) => Ok((*element).clone()),
        Type::Tuple(types) if types.len() < 2 => Ok(types.first().cloned().unwrap_or(Type::Dynamic)),
        _ => Err(at(0, ONE)),
    }
}

fn one(call: &Call<'_>) -> Result<Value, Failure> {
    let marks: Marks = call.arguments[0].marks;
    match call.elements(0) {
        [] => Ok(Value::null(call.ty.clone()).with_marks(marks)),
        // As in Terraform, which puts the marks of all that is in it on the whole.
        [only] => Ok(only.without_marks().with_marks(marks.with(only.deep_marks()))),
        _ if super::known_length(&call.arguments[0]).is_none() => Ok(call.unknown().with_marks(marks)),
        _ => Err(at(0, ONE)),
    }
}
