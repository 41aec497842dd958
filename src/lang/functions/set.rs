//! Sets ("Terraform Language: Collection Functions").

use super::super::certain::Certain;
use super::super::convert::{convert, unify};
use super::super::set::element_order;
use super::super::types::Type;
use super::super::value::{Marks, Value};
use super::{Call, Failure, Function, Returns, Takes, any, at, check_elements, function, takes};

pub(super) const FUNCTIONS: &[Function] = &[
    function("setintersection", &[set("first_set")], Returns::By(common_type), |call| {
        combine(call, |made, next| made.into_iter().filter(|element| has(next, element)).collect())
    })
    .variadic(set("other_sets"))
    .keeps(),
    function("setproduct", &[], Returns::By(product_type), product).variadic(any("sets").marked().unknowable()).keeps(),
    function("setsubtract", &[set("a"), set("b")], Returns::By(common_type), |call| {
        combine(call, |made, next| made.into_iter().filter(|element| !has(next, element)).collect())
    })
    .keeps(),
    function("setunion", &[set("first_set")], Returns::By(common_type), union)
        .variadic(set("other_sets"))
        .keeps()
        .certainly(Certain::held_in),
];

const fn set(name: &'static str) -> super::Parameter {
    takes(name, Takes::Set).untyped()
}

fn element_type(ty: &Type) -> Type {
    match ty {
        Type::List(element) | Type::Set(element) => (**element).clone(),
        _ => Type::Dynamic,
    }
}

fn common_type(arguments: &[Value]) -> Result<Type, Failure> {
    let mut types = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let element = element_type(&argument.ty());
        // An empty set without an element type becomes a set of anything.
        if element != Type::Dynamic || argument.elements().is_none_or(|elements| !elements.is_empty()) {
            types.push(element);
        }
    }
    if types.is_empty() {
        return Ok(Type::set(Type::Dynamic));
    }
    unify(&types).map(Type::set).ok_or_else(|| "given sets must all have compatible element types".into())
}

fn converted(call: &Call<'_>) -> Result<Vec<Value>, Failure> {
    let convert_one =
        |(index, argument): (usize, &Value)| convert(argument, call.ty).map_err(|message| at(index, message));
    call.arguments.iter().enumerate().map(convert_one).collect()
}

fn combine(call: &Call<'_>, join: fn(Vec<Value>, &Value) -> Vec<Value>) -> Result<Value, Failure> {
    let sets = converted(call)?;
    if !sets.iter().all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    // What `null` leaves open in the type, the sets must still have in common.
    if sets.iter().any(|set| set.ty() != sets[0].ty()) {
        return Err("incompatible element types".into());
    }
    let mut made = sets[0].elements().unwrap_or_default().to_vec();
    for next in &sets[1..] {
        made = join(made, next);
    }
    Ok(Value::set(element_type(call.ty), made))
}

fn union(call: &Call<'_>) -> Result<Value, Failure> {
    let sets = converted(call)?;
    let all = sets.iter().flat_map(|set| set.elements().unwrap_or_default()).cloned().collect();
    Ok(Value::set(element_type(call.ty), all))
}

/// Whether a wholly known set has a wholly known element.
fn has(set: &Value, element: &Value) -> bool {
    let elements = set.elements().unwrap_or_default();
    match elements.first().and_then(|first| first.primitive_order(element)) {
        // Null is the last of a set, if there is one.
        Some(_) if elements.last().is_some_and(|last| !last.is_null()) => {
            let found = |other: &Value| element_order(other, element).unwrap_or(std::cmp::Ordering::Less);
            elements.binary_search_by(found).is_ok()
        }
        _ => elements.iter().any(|other| super::equal(other, element) == Some(true)),
    }
}

fn product_type(arguments: &[Value]) -> Result<Type, Failure> {
    if arguments.len() < 2 {
        return Err("at least two arguments are required".into());
    }
    let mut lists = true;
    let mut elements = Vec::with_capacity(arguments.len());
    for (index, argument) in arguments.iter().enumerate() {
        elements.push(match argument.ty() {
            Type::Set(element) => {
                lists = false;
                (*element).clone()
            }
            Type::List(element) => (*element).clone(),
            Type::Tuple(types) if types.is_empty() => Type::Dynamic,
            Type::Tuple(types) => unify(&types).ok_or_else(|| at(index, "all elements must be of the same type"))?,
            _ => return Err(at(index, "a set or a list is required")),
        });
    }
    let tuple = Type::tuple(elements);
    Ok(if lists { Type::list(tuple) } else { Type::set(tuple) })
}

fn length(value: &Value) -> Option<usize> {
    match value.ty() {
        Type::Tuple(types) => Some(types.len()),
        _ => super::known_length(value),
    }
}

fn product(call: &Call<'_>) -> Result<Value, Failure> {
    let marks = call.arguments.iter().fold(Marks::NONE, |marks, argument| marks.with(argument.marks));
    let ty = element_type(call.ty);
    // A tuple that is not known is known to have elements, or none.
    let lengths: Option<Vec<usize>> = call.arguments.iter().map(length).collect();
    match lengths {
        Some(lengths) if lengths.contains(&0) => {
            let empty = if matches!(call.ty, Type::List(_)) { Value::list(ty, vec![]) } else { Value::set(ty, vec![]) };
            return Ok(empty.with_marks(marks));
        }
        Some(_) if !call.arguments.iter().any(Value::is_unknown) => {}
        Some(_) | None => return Ok(call.unknown().with_marks(marks)),
    }
    let types = match &ty {
        Type::Tuple(types) => &types[..],
        _ => &[],
    };
    let mut factors = Vec::with_capacity(types.len());
    for (index, ty) in types.iter().enumerate() {
        let convert_one = |element: &Value| convert(element, ty).map_err(|message| at(index, message));
        factors.push(call.elements(index).iter().map(convert_one).collect::<Result<Vec<Value>, Failure>>()?);
    }
    let total = factors.iter().fold(1usize, |total, factor| total.saturating_mul(factor.len()));
    check_elements(total.saturating_mul(factors.len()))?;
    let mut tuples = Vec::with_capacity(total);
    for mut number in 0..total {
        let mut tuple: Vec<Value> = Vec::with_capacity(factors.len());
        for factor in factors.iter().rev() {
            tuple.push(factor[number % factor.len()].clone());
            number /= factor.len();
        }
        tuple.reverse();
        tuples.push(Value::tuple(tuple));
    }
    // What `null` leaves open in the type, the tuples must still have in common.
    if ty.has_dynamic()
        && let Some((first, rest)) = tuples.split_first()
        && rest.iter().any(|tuple| tuple.ty() != first.ty())
    {
        return Err("inconsistent element types".into());
    }
    let made = if matches!(call.ty, Type::List(_)) { Value::list(ty, tuples) } else { Value::set(ty, tuples) };
    Ok(made.with_marks(marks))
}
