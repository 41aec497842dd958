//! The type that values of several types have in common: what conditionals, `tolist` and mixed collections give.

use super::super::types::Type;
use super::super::value::Value;
use super::{convert, convertible};

/// The one type that all of these convert to, if there is one. [`Type::Dynamic`] where some are not known and what
/// they will be decides.
#[must_use]
pub fn unify(types: &[Type]) -> Option<Type> {
    let first = types.first()?;
    if types.iter().all(|ty| ty == first) {
        return Some(first.clone());
    }
    let count = |kind: fn(&Type) -> bool| types.iter().filter(|ty| kind(ty)).count();
    let all = types.len();
    let dynamics = count(|ty| *ty == Type::Dynamic);
    let (maps, lists) = (count(|ty| matches!(ty, Type::Map(_))), count(|ty| matches!(ty, Type::List(_))));
    let sets = count(|ty| matches!(ty, Type::Set(_)));
    let (objects, tuples) = (count(|ty| matches!(ty, Type::Object(_))), count(|ty| matches!(ty, Type::Tuple(_))));
    let structural = |unified: fn(&[Type]) -> Option<Type>| {
        if dynamics > 0 { Some(Type::Dynamic) } else { unified(types) }
    };
    if maps > 0 && maps + dynamics == all {
        return structural(|types| unify_elements(types).map(Type::map));
    }
    if maps > 0 && maps + objects + dynamics == all {
        if let Some(ty @ Type::Map(_)) = unify_mixed(types, objects_to_map, |ty| matches!(ty, Type::Object(_))) {
            return Some(ty);
        }
    } else if lists > 0 && lists + dynamics == all {
        return structural(|types| unify_elements(types).map(Type::list));
    } else if lists > 0 && lists + tuples + dynamics == all {
        if let Some(ty @ Type::List(_)) = unify_mixed(types, tuples_to_list, |ty| matches!(ty, Type::Tuple(_))) {
            return Some(ty);
        }
    } else if sets > 0 && sets + dynamics == all {
        return structural(|types| unify_elements(types).map(Type::set));
    } else if objects > 0 && objects + dynamics == all {
        return structural(unify_objects);
    } else if tuples > 0 && tuples + dynamics == all {
        return structural(unify_tuples);
    } else if objects > 0 && tuples > 0 {
        return None;
    }
    preferred(types)
}

/// The type that all of these values convert to, and the values converted to it.
#[must_use]
pub fn unify_values(values: &[Value]) -> Option<(Type, Vec<Value>)> {
    let types: Vec<Type> = values.iter().map(Value::ty).collect();
    let unified = unify(&types)?;
    if unified == Type::Dynamic && types.iter().any(|ty| *ty != Type::Dynamic) {
        let unknown =
            |value: &Value| Value::unknown(Type::Dynamic).with_marks(value.deep_marks()).with_origin(value.origin);
        return Some((unified, values.iter().map(unknown).collect()));
    }
    let values = values.iter().map(|value| convert(value, &unified)).collect::<Result<Vec<_>, _>>().ok()?;
    Some((unified, values))
}

fn unify_elements(types: &[Type]) -> Option<Type> {
    let elements: Vec<Type> = types.iter().filter_map(Type::element).cloned().collect();
    let unified = unify(&elements)?;
    elements.iter().all(|element| convertible(element, &unified)).then_some(unified)
}

/// Collections of a kind, and structures that become such a collection first.
fn unify_mixed(types: &[Type], collected: fn(&[Type]) -> Option<Type>, structural: fn(&Type) -> bool) -> Option<Type> {
    let structures: Vec<Type> = types.iter().filter(|ty| structural(ty)).cloned().collect();
    let collection = collected(&structures)?;
    let types: Vec<Type> =
        types.iter().map(|ty| if structural(ty) { collection.clone() } else { ty.clone() }).collect();
    unify(&types)
}

fn unify_objects(types: &[Type]) -> Option<Type> {
    let objects: Vec<_> =
        types.iter().filter_map(|ty| if let Type::Object(object) = ty { Some(object) } else { None }).collect();
    let (first, rest) = objects.split_first()?;
    if rest.iter().any(|object| object.attributes.names() != first.attributes.names()) {
        return objects_to_map(types);
    }
    let mut attributes = std::collections::BTreeMap::new();
    for (index, name) in first.attributes.names().iter().enumerate() {
        let across: Vec<Type> = objects.iter().map(|object| object.attributes.values()[index].clone()).collect();
        attributes.insert(name.clone(), unify(&across)?);
    }
    let unified = Type::object(attributes);
    if types.iter().all(|ty| convertible(ty, &unified)) { Some(unified) } else { objects_to_map(types) }
}

fn unify_tuples(types: &[Type]) -> Option<Type> {
    let tuples: Vec<_> =
        types.iter().filter_map(|ty| if let Type::Tuple(elements) = ty { Some(elements) } else { None }).collect();
    let (first, rest) = tuples.split_first()?;
    if rest.iter().any(|elements| elements.len() != first.len()) {
        return tuples_to_list(types);
    }
    let mut unified = Vec::with_capacity(first.len());
    for index in 0..first.len() {
        let across: Vec<Type> = tuples.iter().map(|elements| elements[index].clone()).collect();
        unified.push(unify(&across)?);
    }
    let unified = Type::tuple(unified);
    if types.iter().all(|ty| convertible(ty, &unified)) { Some(unified) } else { tuples_to_list(types) }
}

fn objects_to_map(types: &[Type]) -> Option<Type> {
    let attributes = types.iter().filter_map(|ty| if let Type::Object(object) = ty { Some(object) } else { None });
    let attributes: Vec<Type> = attributes.flat_map(|object| object.attributes.values().iter().cloned()).collect();
    collected(types, Type::map(unify(&attributes)?))
}

fn tuples_to_list(types: &[Type]) -> Option<Type> {
    let elements = types.iter().filter_map(|ty| if let Type::Tuple(elements) = ty { Some(elements) } else { None });
    let elements: Vec<Type> = elements.flat_map(|elements| elements.iter().cloned()).collect();
    collected(types, Type::list(unify(&elements)?))
}

fn collected(types: &[Type], collection: Type) -> Option<Type> {
    types.iter().all(|ty| convertible(ty, &collection)).then_some(collection)
}

/// The first type, most general ones first, that all others convert to.
fn preferred(types: &[Type]) -> Option<Type> {
    let mut distinct: Vec<&Type> = Vec::new();
    for ty in types {
        if !distinct.contains(&ty) {
            distinct.push(ty);
        }
    }
    by_generality(&distinct)
        .into_iter()
        .map(|index| distinct[index])
        .find(|wanted| distinct.iter().all(|given| convertible(given, wanted)))
        .cloned()
}

/// Indices so that each type comes before those that are less general than it.
fn by_generality(types: &[&Type]) -> Vec<usize> {
    let mut edges = vec![Vec::new(); types.len()];
    let mut before = vec![0usize; types.len()];
    for left in 0..types.len() {
        for right in left + 1..types.len() {
            let (from, to) = match generality(types[left], types[right]) {
                0 => continue,
                order if order < 0 => (left, right),
                _ => (right, left),
            };
            edges[from].push(to);
            before[to] += 1;
        }
    }
    let mut queue: Vec<usize> = (0..types.len()).filter(|&index| before[index] == 0).collect();
    let mut next = 0;
    while let Some(&index) = queue.get(next) {
        next += 1;
        for &to in &edges[index] {
            before[to] -= 1;
            if before[to] == 0 {
                queue.push(to);
            }
        }
    }
    queue
}

/// Below zero where the left type is the more general one, above where the right one is.
fn generality(left: &Type, right: &Type) -> i32 {
    match (left, right) {
        (Type::Dynamic, Type::Dynamic) => 0,
        (Type::Dynamic, _) => 1,
        (_, Type::Dynamic) => -1,
        (Type::String, Type::Bool | Type::Number) => -1,
        (Type::Bool | Type::Number, Type::String) => 1,
        (Type::List(left), Type::List(right))
        | (Type::Set(left), Type::Set(right))
        | (Type::Map(left), Type::Map(right)) => generality(left, right),
        (Type::Tuple(_) | Type::List(_), Type::Set(_))
        | (Type::List(_), Type::Tuple(_))
        | (Type::Map(_), Type::Object(_)) => -1,
        (Type::Set(_), Type::Tuple(_) | Type::List(_))
        | (Type::Tuple(_), Type::List(_))
        | (Type::Object(_), Type::Map(_)) => 1,
        (Type::Object(left), Type::Object(right)) => {
            if left.attributes.names() != right.attributes.names() {
                return 0;
            }
            combined(left.attributes.values().iter().zip(right.attributes.values()))
        }
        (Type::Tuple(left), Type::Tuple(right)) => {
            if left.len() != right.len() {
                return 0;
            }
            combined(left.iter().zip(right.iter()))
        }
        (
            Type::Bool
            | Type::Number
            | Type::String
            | Type::List(_)
            | Type::Set(_)
            | Type::Map(_)
            | Type::Tuple(_)
            | Type::Object(_),
            _,
        ) => 0,
    }
}

fn combined<'t>(pairs: impl Iterator<Item = (&'t Type, &'t Type)>) -> i32 {
    let (mut left, mut right) = (false, false);
    for (a, b) in pairs {
        let order = generality(a, b);
        left |= order < 0;
        right |= order > 0;
    }
    i32::from(right) - i32::from(left)
}
