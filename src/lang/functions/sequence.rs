//! Lists and tuples ("Terraform Language: Collection Functions").

use std::collections::HashSet;

use super::super::Number;
use super::super::certain::Certain;
use super::super::convert::{convert, unify};
use super::super::types::Type;
use super::super::value::{Data, Marks, Value};
use super::collection::sequence;
use super::{Call, Failure, Function, Returns, Takes, any, at, check_elements, equal, function, int, number, takes};

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "chunklist",
        &[takes("list", Takes::List).marked(), number("size").marked()],
        Returns::By(|arguments| Ok(Type::list(arguments[0].ty()))),
        chunk,
    )
    .keeps(),
    function("coalescelist", &[], Returns::By(coalesce_type), coalesce)
        .variadic(any("vals").nullable().unknowable().untyped())
        .keeps(),
    function("compact", &[takes("list", Takes::ListOfString)], Returns::Always(Takes::ListOfString), compact)
        .keeps()
        .certainly(|arguments| {
            let full = |element: &&&Value| element.as_str().is_some_and(|text| !text.is_empty());
            Certain::elements(arguments[0].held().iter().filter(full).map(|&element| element.clone()).collect())
        }),
    function("concat", &[], Returns::By(concat_type), concat)
        .variadic(any("seqs").marked())
        .keeps()
        .certainly(Certain::held_in),
    function("distinct", &[takes("list", Takes::List)], Returns::By(|arguments| Ok(arguments[0].ty())), distinct)
        .keeps()
        .certainly(|arguments| {
            let known = arguments[0].held().into_iter().filter(|element| element.is_wholly_known());
            Certain::elements(once_each(known))
        }),
    function("flatten", &[any("list").marked()], Returns::By(flatten_type), flatten)
        .keeps()
        .certainly(|arguments| Certain::elements(held_below(&arguments[0]))),
    function("range", &[], Returns::Always(Takes::ListOfNumber), range).variadic(number("params")),
    function("reverse", &[any("list").marked()], Returns::By(reverse_type), reverse)
        .keeps()
        .certainly(Certain::held_in),
    function(
        "slice",
        &[any("list").marked(), number("start_index"), number("end_index")],
        Returns::By(slice_type),
        slice,
    )
    .keeps(),
];

fn chunk(call: &Call<'_>) -> Result<Value, Failure> {
    let list = &call.arguments[0];
    let marks = list.marks.with(call.arguments[1].marks);
    let size = call.int(1).map_err(|message| format!("invalid size: {message}"))?;
    if size < 0 {
        return Err("the size argument must be positive".into());
    }
    let ty = list.ty();
    let elements = call.elements(0);
    let chunks = match usize::try_from(size) {
        _ if elements.is_empty() => Vec::new(),
        Ok(size) if size > 0 => elements.chunks(size).map(|chunk| sequence(&ty, chunk.to_vec())).collect(),
        _ => vec![Value { marks: Marks::NONE, ..list.clone() }],
    };
    Ok(Value::list(ty, chunks).with_marks(marks))
}

fn coalesce_type(arguments: &[Value]) -> Result<Type, Failure> {
    if arguments.is_empty() {
        return Err("at least one argument is required".into());
    }
    let mut types = Vec::with_capacity(arguments.len());
    for argument in arguments {
        if argument.is_unknown() {
            return Ok(Type::Dynamic);
        }
        let ty = argument.ty();
        if !matches!(ty, Type::List(_) | Type::Tuple(_)) {
            return Err("coalescelist arguments must be lists or tuples".into());
        }
        types.push(ty);
    }
    Ok(if types.iter().all(|ty| *ty == types[0]) { types.swap_remove(0) } else { Type::Dynamic })
}

fn coalesce(call: &Call<'_>) -> Result<Value, Failure> {
    for argument in call.arguments {
        if argument.is_unknown() {
            return Ok(call.unknown());
        }
        if argument.elements().is_some_and(|elements| !elements.is_empty()) {
            return Ok(argument.clone());
        }
    }
    Err("no non-null arguments".into())
}

fn compact(call: &Call<'_>) -> Result<Value, Failure> {
    if !call.arguments[0].is_wholly_known() {
        return Ok(call.unknown());
    }
    let full = call.elements(0).iter().filter(|element| element.as_str().is_some_and(|text| !text.is_empty()));
    Ok(Value::list(Type::String, full.cloned().collect()))
}

fn concat_type(arguments: &[Value]) -> Result<Type, Failure> {
    if arguments.is_empty() {
        return Err("at least one argument is required".into());
    }
    let types: Vec<Type> = arguments.iter().map(Value::ty).collect();
    if types.iter().all(|ty| matches!(ty, Type::List(_)))
        && let Some(common) = unify(&types)
    {
        return Ok(common);
    }
    let mut elements = Vec::new();
    for (index, (argument, ty)) in arguments.iter().zip(&types).enumerate() {
        match ty {
            Type::Tuple(types) => elements.extend(types.iter().cloned()),
            Type::List(element) => match argument.elements() {
                Some(list) => elements.extend(std::iter::repeat_n((**element).clone(), list.len())),
                None => return Ok(Type::Dynamic),
            },
            Type::Dynamic
            | Type::Bool
            | Type::Number
            | Type::String
            | Type::Set(_)
            | Type::Map(_)
            | Type::Object(_) => {
                return Err(at(index, format!("all arguments must be lists or tuples; got {ty}")));
            }
        }
    }
    Ok(Type::tuple(elements))
}

fn concat(call: &Call<'_>) -> Result<Value, Failure> {
    let mut elements = Vec::new();
    let mut marks = Marks::NONE;
    check_elements(call.arguments.iter().filter_map(Value::elements).map(<[_]>::len).sum())?;
    for (index, argument) in call.arguments.iter().enumerate() {
        marks = marks.with(argument.marks);
        if matches!(call.ty, Type::List(_)) {
            let list = convert(argument, call.ty).map_err(|message| at(index, message))?;
            elements.extend_from_slice(list.elements().unwrap_or_default());
        } else {
            elements.extend_from_slice(argument.elements().unwrap_or_default());
        }
    }
    let made = match call.ty {
        // What an empty list leaves open, the elements must still have in common.
        Type::List(element) if element.has_dynamic() => Value::list(common(element, &elements)?, elements),
        ty => sequence(ty, elements),
    };
    Ok(made.with_marks(marks))
}

/// The one type of elements.
fn common(open: &Type, elements: &[Value]) -> Result<Type, Failure> {
    let mut types = elements.iter().map(Value::ty).filter(|ty| *ty != Type::Dynamic);
    let Some(first) = types.next() else { return Ok(open.clone()) };
    if types.any(|ty| ty != first) {
        return Err("inconsistent list element types".into());
    }
    Ok(first)
}

fn distinct(call: &Call<'_>) -> Result<Value, Failure> {
    if !call.arguments[0].is_wholly_known() {
        return Ok(call.unknown());
    }
    Ok(sequence(call.ty, once_each(call.elements(0).iter())))
}

/// Each of these values once.
fn once_each<'v>(elements: impl Iterator<Item = &'v Value> + Clone) -> Vec<Value> {
    let mut distinct: Vec<Value> = Vec::new();
    if elements.clone().all(|element| element.as_str().is_some()) {
        let mut seen = HashSet::new();
        distinct.extend(elements.filter(|element| seen.insert(element.as_str())).cloned());
    } else {
        for element in elements {
            if !distinct.iter().any(|kept| equal(kept, element) == Some(true)) {
                distinct.push(element.clone());
            }
        }
    }
    distinct
}

fn flatten_type(arguments: &[Value]) -> Result<Type, Failure> {
    let list = &arguments[0];
    if !list.is_wholly_known() {
        return Ok(Type::Dynamic);
    }
    if list.elements().is_none() {
        return Err("can only flatten lists, sets and tuples".into());
    }
    match flattened(list) {
        (Some(elements), _) => Ok(Type::tuple(elements.iter().map(|element| element.ty()).collect())),
        (None, _) => Ok(Type::Dynamic),
    }
}

fn flatten(call: &Call<'_>) -> Result<Value, Failure> {
    if call.arguments[0].elements().is_none() {
        return Err("can only flatten lists, sets and tuples".into());
    }
    let (elements, marks) = flattened(&call.arguments[0]);
    let value = match elements {
        Some(elements) => Value::tuple(elements.into_iter().cloned().collect()),
        None => call.unknown(),
    };
    Ok(value.with_marks(marks))
}

/// What nested sequences certainly hold, those that are not known included.
fn held_below(list: &Value) -> Vec<Value> {
    let is_sequence = |ty: &Type| matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_));
    let mut leaves = Vec::new();
    let mut stack = list.held();
    stack.reverse();
    while let Some(value) = stack.pop() {
        let nested = value.elements().is_some() || value.as_unknown().is_some_and(|unknown| is_sequence(&unknown.ty));
        let untyped = value.as_unknown().is_some_and(|unknown| unknown.ty == Type::Dynamic);
        if nested || untyped {
            stack.extend(value.held().into_iter().rev());
        } else {
            leaves.push(value.clone());
        }
    }
    leaves
}

/// The elements of nested sequences in order (`None` if their number is not known), and the marks of the sequences.
fn flattened(list: &Value) -> (Option<Vec<&Value>>, Marks) {
    let mut marks = Marks::NONE;
    let mut known = true;
    let mut leaves = Vec::new();
    list.walk(|value| {
        match &value.data {
            Data::List(..) | Data::Tuple(_) | Data::Set(..) => {
                marks = marks.with(value.marks);
                known &= super::known_length(value).is_some();
                return true;
            }
            Data::Unknown(unknown) if matches!(unknown.ty, Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                marks = marks.with(value.marks);
                known = false;
            }
            Data::Unknown(unknown) if unknown.ty == Type::Dynamic => known = false,
            _ => leaves.push(value),
        }
        false
    });
    (known.then_some(leaves), marks)
}

/// The most numbers that `range` makes.
const MAX_RANGE: usize = 1024;

fn range(call: &Call<'_>) -> Result<Value, Failure> {
    let numbers: Vec<&Number> = call.arguments.iter().filter_map(Value::as_number).collect();
    let towards = |start: &Number, end: &Number| if end < start { Number::from_i64(-1) } else { Number::ONE };
    let (start, end, step) = match numbers[..] {
        [end] => (Number::ZERO, end, towards(&Number::ZERO, end)),
        [start, end] => (start.clone(), end, towards(start, end)),
        [start, end, step] => (start.clone(), end, step.clone()),
        _ => return Err("must have one, two, or three arguments".into()),
    };
    let down = step.is_negative();
    if down && *end > start {
        return Err(at(1, "end must be less than start when step is negative"));
    }
    if !down && *end < start {
        return Err(at(1, "end must be greater than start when step is positive"));
    }
    let mut made = Vec::new();
    let mut next = start;
    while if down { next > *end } else { next < *end } {
        if made.len() >= MAX_RANGE {
            let message = "more than 1024 values were generated; either decrease the difference between start and end \
                           or use a smaller step";
            return Err(message.into());
        }
        made.push(Value::number(next.clone()));
        next = next.add(&step).ok_or("the result is not a number")?;
    }
    Ok(Value::list(Type::Number, made))
}

fn reverse_type(arguments: &[Value]) -> Result<Type, Failure> {
    match arguments[0].ty() {
        Type::Tuple(types) => Ok(Type::tuple(types.iter().rev().cloned().collect())),
        Type::List(element) | Type::Set(element) => Ok(Type::list((*element).clone())),
        ty => Err(at(0, format!("can only reverse list or tuple values, not {ty}"))),
    }
}

fn reverse(call: &Call<'_>) -> Result<Value, Failure> {
    let reversed = call.elements(0).iter().rev().cloned().collect();
    Ok(sequence(call.ty, reversed).with_marks(call.arguments[0].marks))
}

fn slice_type(arguments: &[Value]) -> Result<Type, Failure> {
    let ty = arguments[0].ty();
    if matches!(ty, Type::Set(_)) {
        let message = "cannot slice a set, because its elements do not have indices; explicitly convert to a list if \
                       the ordering of the result is not important";
        return Err(at(0, message));
    }
    let bounds = |length| slice_bounds(arguments, length);
    match &ty {
        Type::List(_) => {
            bounds(super::known_length(&arguments[0]))?;
            Ok(ty)
        }
        Type::Tuple(types) => match bounds(Some(types.len()))? {
            Some((start, end)) => Ok(Type::tuple(types[start..end].to_vec())),
            None => Ok(Type::Dynamic),
        },
        _ => Err(at(0, "must be a list or tuple value")),
    }
}

fn slice(call: &Call<'_>) -> Result<Value, Failure> {
    let elements = call.elements(0);
    let bounds = slice_bounds(call.arguments, Some(elements.len()))?;
    let (start, end) = bounds.unwrap_or((0, elements.len()));
    Ok(sequence(call.ty, elements[start..end].to_vec()).with_marks(call.arguments[0].marks))
}

/// Start and end, if both are known.
fn slice_bounds(arguments: &[Value], length: Option<usize>) -> Result<Option<(usize, usize)>, Failure> {
    let bound = |index: usize, which: &str| -> Result<Option<usize>, Failure> {
        if arguments[index].is_unknown() {
            return Ok(None);
        }
        let number =
            int(&arguments[index]).map_err(|message| at(index, format!("invalid {which} index: {message}")))?;
        let Ok(number) = usize::try_from(number) else {
            return Err(at(index, format!("{which} index must not be less than zero")));
        };
        if length.is_some_and(|length| number > length) {
            return Err(at(index, format!("{which} index must not be greater than the length of the list")));
        }
        Ok(Some(number))
    };
    match (bound(1, "start")?, bound(2, "end")?) {
        (Some(start), Some(end)) if start > end => Err(at(1, "start index must not be greater than end index")),
        (Some(start), Some(end)) => Ok(Some((start, end))),
        _ => Ok(None),
    }
}
