//! Conversion between types ("Terraform Language: Type Constraints", Conversion of Complex Types) and unification.

mod mismatch;
mod unify;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

pub use mismatch::mismatch;
pub use unify::{unify, unify_values};

use super::number::Number;
use super::refine::settled;
use super::types::{ObjectType, Type};
use super::value::{Data, Entries, Marks, Str, Unknown, Value};

/// Converts a value to a type constraint, optional attributes and their defaults aside (whoever reads a type constraint
/// fills them in first). Leaves and collections keep their origins and marks, unknown values
/// what they stand for.
///
/// # Errors
/// One sentence as Terraform words it (`a number is required`), with the path to the value at fault in front
/// (`attribute "port": a number is required`).
pub fn convert(value: &Value, ty: &Type) -> Result<Value, String> {
    if is_exactly(value, ty) {
        return Ok(value.clone());
    }
    let mut conversion = Conversion { path: Vec::new() };
    conversion.apply(value, ty).map_err(|failure| {
        let given = value.ty();
        if !convertible(&given, ty) {
            return mismatch(&given, ty);
        }
        match failure {
            Failure::Types => mismatch(&given, ty),
            Failure::Value(message) => format!("{}{message}", conversion.place()),
        }
    })
}

/// Whether there is a conversion from one type to another at all (a value may still refuse it: `"x"` is no number).
#[must_use]
pub fn convertible(given: &Type, wanted: &Type) -> bool {
    match (given, wanted) {
        (_, Type::Dynamic) | (Type::Dynamic, _) => true,
        (Type::Bool | Type::Number, Type::String) | (Type::String, Type::Bool | Type::Number) => true,
        (Type::Bool | Type::Number | Type::String, Type::Bool | Type::Number | Type::String) => given == wanted,
        (Type::List(given) | Type::Set(given), Type::List(wanted) | Type::Set(wanted))
        | (Type::Map(given), Type::Map(wanted)) => convertible(given, wanted),
        (Type::Tuple(given), Type::List(wanted) | Type::Set(wanted)) if **wanted == Type::Dynamic => {
            given.is_empty() || common_element(given).is_some()
        }
        (Type::Tuple(given), Type::List(wanted) | Type::Set(wanted)) => {
            given.iter().all(|given| convertible(given, wanted))
        }
        (Type::Object(given), Type::Map(wanted)) if **wanted == Type::Dynamic => {
            let types = given.attributes.values();
            types.is_empty() || unify(types).is_some()
        }
        (Type::Object(given), Type::Map(wanted)) => {
            given.attributes.values().iter().all(|given| convertible(given, wanted))
        }
        (Type::Tuple(given), Type::Tuple(wanted)) => {
            given.len() == wanted.len()
                && given.iter().zip(wanted.iter()).all(|(given, wanted)| convertible(given, wanted))
        }
        (Type::Object(given), Type::Object(wanted)) => wanted.attributes.iter().all(|(name, wanted_attribute)| {
            given
                .attributes
                .get(name)
                .map_or_else(|| wanted.optional.contains(name), |given| convertible(given, wanted_attribute))
        }),
        (Type::Map(given), Type::Object(wanted)) => wanted
            .attributes
            .iter()
            .all(|(name, attribute)| wanted.optional.contains(name) || convertible(given, attribute)),
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
        ) => false,
    }
}

/// The type that `any` stands for as the element type of a collection made of these.
fn common_element(types: &[Type]) -> Option<Type> {
    let unified = unify(types)?;
    let known = unified != Type::Dynamic || types.iter().all(|ty| *ty == Type::Dynamic);
    known.then_some(unified)
}

/// Whether a value is of this very type, so that nothing is to be done.
fn is_exactly(value: &Value, ty: &Type) -> bool {
    match (&value.data, ty) {
        (_, Type::Dynamic)
        | (Data::Bool(_), Type::Bool)
        | (Data::Number(_), Type::Number)
        | (Data::String(_), Type::String) => true,
        (Data::Null(given), wanted) => given == wanted,
        (Data::Unknown(unknown), wanted) => unknown.ty == *wanted,
        (Data::List(given, _), Type::List(wanted))
        | (Data::Set(given, _), Type::Set(wanted))
        | (Data::Map(given, _), Type::Map(wanted)) => *given == **wanted,
        _ => false,
    }
}

/// A step to the value at fault.
enum Step {
    Index(usize),
    Key(Str),
    Attribute(Str),
}

enum Failure {
    /// There is no such conversion.
    Types,
    /// This value cannot be converted, though others of its type can.
    Value(String),
}

struct Conversion {
    path: Vec<Step>,
}

type Converted<T> = Result<T, Failure>;

impl Conversion {
    fn place(&self) -> String {
        let mut place = String::new();
        for step in &self.path {
            let _ = match step {
                Step::Index(index) => write!(place, "element {index}: "),
                Step::Key(key) => write!(place, "element {key:?}: "),
                Step::Attribute(name) => write!(place, "attribute {name:?}: "),
            };
        }
        place
    }

    /// Converts a part of the value; the path stays where it failed.
    fn part(&mut self, step: Step, value: &Value, ty: &Type) -> Converted<Value> {
        self.path.push(step);
        let converted = self.apply(value, ty)?;
        self.path.pop();
        Ok(converted)
    }

    fn apply(&mut self, value: &Value, ty: &Type) -> Converted<Value> {
        if is_exactly(value, ty) {
            return Ok(value.clone());
        }
        let data = match (&value.data, ty) {
            (Data::Null(given), _) if convertible(given, ty) => Data::Null(replaced(given, &ty.without_optional())),
            (Data::Unknown(unknown), _) if convertible(&unknown.ty, ty) => unknown_as(unknown, &ty.without_optional()),
            (Data::Bool(truth), Type::String) => Data::String(if *truth { "true" } else { "false" }.into()),
            (Data::Number(number), Type::String) => Data::String(number_text(number)?),
            (Data::String(text), Type::Number) => {
                Data::Number(Number::parse(text).ok_or_else(|| Failure::Value("a number is required".into()))?)
            }
            (Data::String(text), Type::Bool) => Data::Bool(truth(text)?),
            (Data::List(given, elements) | Data::Set(given, elements), Type::List(wanted)) => {
                if matches!(value.data, Data::Set(..)) && !value.has_known_length() {
                    let mut unknown = Unknown::new(Type::list(
                        if **wanted == Type::Dynamic { given } else { wanted }.without_optional(),
                    ));
                    unknown.not_null = true;
                    Data::Unknown(Arc::new(unknown))
                } else {
                    let (element, elements) = self.collection(given, elements, wanted, "list")?;
                    Data::List(element, Arc::new(elements))
                }
            }
            (Data::List(given, elements) | Data::Set(given, elements), Type::Set(wanted)) => {
                let (element, elements) = self.collection(given, elements, wanted, "set")?;
                return Ok(set_like(value, element, elements));
            }
            (Data::Tuple(elements), Type::List(wanted)) => {
                let (elements, wanted) = self.tuple(elements, wanted)?;
                let (element, elements) = unified(elements, &wanted)?;
                Data::List(element, Arc::new(elements))
            }
            (Data::Tuple(elements), Type::Set(wanted)) => {
                let (elements, wanted) = self.tuple(elements, wanted)?;
                let (element, elements) = matching(elements, &wanted, &wanted, "element", "set")?;
                return Ok(set_like(value, element, elements));
            }
            (Data::Tuple(elements), Type::Tuple(wanted)) if elements.len() == wanted.len() => {
                let elements = elements.iter().zip(wanted.iter()).enumerate();
                let elements = elements.map(|(index, (element, ty))| self.part(Step::Index(index), element, ty));
                Data::Tuple(Arc::new(elements.collect::<Converted<_>>()?))
            }
            (Data::Map(given, entries), Type::Map(wanted)) => self.map(given, entries, wanted)?,
            (Data::Object(entries), Type::Map(wanted)) => self.object_to_map(entries, wanted)?,
            (Data::Map(given, entries), Type::Object(wanted)) => self.map_to_object(given, entries, wanted)?,
            (Data::Object(entries), Type::Object(wanted)) => self.object(entries, wanted)?,
            _ => return Err(Failure::Types),
        };
        Ok(Value { data, marks: value.marks, origin: value.origin })
    }

    fn collection(
        &mut self,
        given: &Type,
        elements: &[Value],
        wanted: &Type,
        to: &str,
    ) -> Converted<(Type, Vec<Value>)> {
        if !convertible(given, wanted) {
            return Err(Failure::Types);
        }
        let elements = elements.iter().enumerate();
        let elements = elements.map(|(index, element)| self.part(Step::Index(index), element, wanted));
        let elements = elements.collect::<Converted<Vec<_>>>()?;
        matching(elements, given, wanted, "element", to)
    }

    /// The elements converted, and the element type that they were converted to.
    fn tuple<'t>(&mut self, elements: &[Value], wanted: &'t Type) -> Converted<(Vec<Value>, Cow<'t, Type>)> {
        let mut wanted = Cow::Borrowed(wanted);
        if *wanted == Type::Dynamic && !elements.is_empty() {
            let types: Vec<Type> = elements.iter().map(Value::ty).collect();
            wanted = Cow::Owned(common_element(&types).ok_or(Failure::Types)?);
        }
        let converted = elements.iter().enumerate();
        let converted = converted.map(|(index, element)| self.part(Step::Index(index), element, &wanted));
        Ok((converted.collect::<Converted<_>>()?, wanted))
    }

    fn map(&mut self, given: &Type, entries: &Entries, wanted: &Type) -> Converted<Data> {
        if !convertible(given, wanted) {
            return Err(Failure::Types);
        }
        let values = self.entries(entries, wanted)?;
        map_of(entries.names(), values, given, wanted, "element")
    }

    fn object_to_map(&mut self, entries: &Entries, wanted: &Type) -> Converted<Data> {
        if entries.is_empty() {
            return Ok(Data::Map(wanted.without_optional(), Arc::default()));
        }
        let common;
        let wanted = if *wanted == Type::Dynamic {
            let types: Vec<Type> = entries.iter().map(|(_, value)| value.ty()).collect();
            common = unify(&types).ok_or(Failure::Types)?;
            &common
        } else {
            wanted
        };
        let values = self.entries(entries, wanted)?;
        map_of(entries.names(), values, wanted, wanted, "attribute")
    }

    fn entries(&mut self, entries: &Entries, wanted: &Type) -> Converted<Vec<Value>> {
        entries.iter().map(|(name, value)| self.part(Step::Key(name.clone()), value, wanted)).collect()
    }

    fn map_to_object(&mut self, given: &Type, entries: &Entries, wanted: &ObjectType) -> Converted<Data> {
        let mut attributes = Vec::with_capacity(wanted.attributes.len());
        for (name, ty) in &wanted.attributes {
            let optional = wanted.optional.contains(name);
            let fits = convertible(given, ty);
            match entries.get(name) {
                _ if !fits && !optional => return Err(Failure::Types),
                Some(_) if !fits => {
                    let reason = mismatch(given, ty);
                    let message = format!("map element type is incompatible with attribute {name:?}: {reason}");
                    return Err(Failure::Value(message));
                }
                Some(value) => attributes.push(self.part(Step::Key(name.clone()), value, ty)?),
                None if optional => attributes.push(Value::null(ty.without_optional())),
                None => {
                    return Err(Failure::Value(format!("map has no element for required attribute {name:?}")));
                }
            }
        }
        Ok(Data::Object(Arc::new(Entries::of_shape(wanted.attributes.names().clone(), attributes))))
    }

    fn object(&mut self, entries: &Entries, wanted: &ObjectType) -> Converted<Data> {
        let mut attributes = Vec::with_capacity(wanted.attributes.len());
        for (name, ty) in &wanted.attributes {
            let value = match entries.get(name) {
                Some(value) => self.part(Step::Attribute(name.clone()), value, ty)?,
                None if wanted.optional.contains(name) => Value::null(ty.without_optional()),
                None => return Err(Failure::Types),
            };
            attributes.push(value);
        }
        Ok(Data::Object(Arc::new(Entries::of_shape(wanted.attributes.names().clone(), attributes))))
    }
}

/// A set of converted elements in the place of another value.
fn set_like(value: &Value, element: Type, mut elements: Vec<Value>) -> Value {
    // As in Terraform: null in a set has lost its marks.
    for element in elements.iter_mut().filter(|element| element.is_null()) {
        element.marks = Marks::NONE;
    }
    Value::set(element, elements).with_marks(value.marks).with_origin(value.origin)
}

fn map_of(names: &Arc<[Str]>, values: Vec<Value>, given: &Type, wanted: &Type, what: &str) -> Converted<Data> {
    let structural = wanted.is_collection() || matches!(wanted, Type::Object(_));
    let (element, values) = if structural && !values.is_empty() {
        unified(values, wanted)?
    } else {
        matching(values, given, wanted, what, "map")?
    };
    Ok(Data::Map(element, Arc::new(Entries::of_shape(names.clone(), values))))
}

/// Converted elements with their type. Where the wanted type leaves something open, they must be of one type, except
/// those of unknown type (`null`), which become of that type.
fn matching(elements: Vec<Value>, given: &Type, wanted: &Type, what: &str, to: &str) -> Converted<(Type, Vec<Value>)> {
    if !wanted.has_dynamic() {
        return Ok((wanted.without_optional(), elements));
    }
    if elements.is_empty() {
        return Ok((if *wanted == Type::Dynamic { given } else { wanted }.without_optional(), elements));
    }
    let mut types = elements.iter().map(Value::ty).filter(|ty| *ty != Type::Dynamic);
    let Some(element) = types.next() else { return Ok((Type::Dynamic, elements)) };
    if types.any(|ty| ty != element) {
        return Err(Failure::Value(format!("{what} types must all match for conversion to {to}")));
    }
    let typed = |value: Value| {
        let data = match value.data {
            Data::Null(Type::Dynamic) => Data::Null(element.clone()),
            Data::Unknown(unknown) if unknown.ty == Type::Dynamic => unknown_as(&unknown, &element),
            data => data,
        };
        Value { data, ..value }
    };
    let elements = elements.into_iter().map(typed).collect();
    Ok((element, elements))
}

/// The common type of converted elements whose wanted type leaves something open, and the elements converted to it.
fn unified(elements: Vec<Value>, wanted: &Type) -> Converted<(Type, Vec<Value>)> {
    if elements.is_empty() || !wanted.has_dynamic() {
        return Ok((wanted.without_optional(), elements));
    }
    let (unified, elements) = unify_values(&elements)
        .ok_or_else(|| Failure::Value("cannot find a common base type for all elements".into()))?;
    // What the common type leaves open, the elements must still have in common.
    matching(elements, &unified, &unified, "element", "a collection")
}

/// The longest text that a number is turned into.
const MAX_NUMBER_TEXT: u64 = 1 << 24;

fn number_text(number: &Number) -> Converted<Str> {
    if number.text_len() > MAX_NUMBER_TEXT {
        return Err(Failure::Value("the number is too large to be turned into text".into()));
    }
    Ok(number.to_string().into())
}

fn truth(text: &str) -> Converted<bool> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Failure::Value(match text.to_lowercase().as_str() {
            "true" => r#"a bool is required; to convert from string, use lowercase "true""#.into(),
            "false" => r#"a bool is required; to convert from string, use lowercase "false""#.into(),
            _ => "a bool is required".into(),
        })),
    }
}

/// An unknown value of another type: what is known of it stays known.
fn unknown_as(unknown: &Unknown, wanted: &Type) -> Data {
    let ty = replaced(&unknown.ty, wanted);
    let length = match (&unknown.ty, &ty) {
        (Type::Object(object), Type::Map(_)) => exactly(object.attributes.len()),
        (Type::Tuple(elements), Type::List(_)) => exactly(elements.len()),
        (Type::Tuple(elements), Type::Set(_)) => (u64::from(!elements.is_empty()), Some(elements.len() as u64)),
        (Type::List(_), Type::Set(_)) => (unknown.length.0.min(1), unknown.length.1),
        (given, wanted) if given.is_collection() && wanted.is_collection() => unknown.length,
        _ => (0, None),
    };
    let prefix = if ty == Type::String { unknown.prefix.clone() } else { None };
    let reference = unknown.reference.clone();
    let certain = unknown.certain.as_deref().and_then(|certain| certain.converted(&ty)).map(Arc::new);
    let range = if ty == Type::Number { unknown.range.clone() } else { None };
    settled(Unknown { ty, not_null: unknown.not_null, prefix, length, range, reference, certain })
}

const fn exactly(length: usize) -> (u64, Option<u64>) {
    (length as u64, Some(length as u64))
}

/// The wanted type, with what it leaves open taken from the given one.
fn replaced(given: &Type, wanted: &Type) -> Type {
    let element = |wanted: &Type| match given {
        Type::List(given) | Type::Set(given) | Type::Map(given) => replaced(given, wanted),
        Type::Tuple(elements) => replaced(&unify(elements).unwrap_or(Type::Dynamic), wanted),
        Type::Object(object) => {
            let types = object.attributes.values();
            replaced(&unify(types).unwrap_or(Type::Dynamic), wanted)
        }
        Type::Dynamic | Type::Bool | Type::Number | Type::String => wanted.clone(),
    };
    match wanted {
        Type::Dynamic => given.clone(),
        _ if *given == Type::Dynamic => wanted.clone(),
        Type::Bool | Type::Number | Type::String => wanted.clone(),
        Type::List(wanted) => Type::list(element(wanted)),
        Type::Set(wanted) => Type::set(element(wanted)),
        Type::Map(wanted) => Type::map(element(wanted)),
        Type::Tuple(wanted) => match given {
            Type::Tuple(given) => {
                Type::tuple(given.iter().zip(wanted.iter()).map(|(given, wanted)| replaced(given, wanted)).collect())
            }
            _ => Type::Tuple(wanted.clone()),
        },
        Type::Object(wanted) => {
            let attributes = wanted.attributes.iter().map(|(name, wanted)| {
                let ty = match given {
                    Type::Map(given) => replaced(given, wanted),
                    Type::Object(given) => {
                        given.attributes.get(name).map_or_else(|| wanted.clone(), |given| replaced(given, wanted))
                    }
                    _ => wanted.clone(),
                };
                (name.clone(), ty)
            });
            Type::object(attributes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::value::{Marks, Origin};

    fn object(attributes: &[(&str, Type)], optional: &[&str]) -> Type {
        Type::Object(Arc::new(ObjectType {
            attributes: attributes.iter().map(|(name, ty)| ((*name).into(), ty.clone())).collect(),
            optional: optional.iter().map(|name| (*name).into()).collect(),
        }))
    }

    fn text(text: &str) -> Value {
        Value::string(text)
    }

    #[test]
    fn values_say_what_is_wrong_with_them() {
        let port = object(&[("port", Type::Number)], &[]);
        let given = Value::object([("port".into(), text("x"))].into_iter().collect());
        assert_eq!(convert(&given, &port).unwrap_err(), r#"attribute "port": a number is required"#);
        let empty = Value::object(Entries::default());
        assert_eq!(convert(&empty, &port).unwrap_err(), r#"attribute "port" is required"#);
        assert_eq!(convert(&text("x"), &port).unwrap_err(), "object required");
        assert_eq!(
            convert(&text("True"), &Type::Bool).unwrap_err(),
            r#"a bool is required; to convert from string, use lowercase "true""#
        );
        let list = Value::tuple(vec![text("1"), text("x")]);
        assert_eq!(convert(&list, &Type::list(Type::Number)).unwrap_err(), "element 1: a number is required");
    }

    #[test]
    fn leaves_and_collections_keep_origin_and_marks() {
        let element = text("1").with_origin(Origin::place(7)).with_marks(Marks::SENSITIVE);
        let tuple = Value::tuple(vec![element]).with_origin(Origin::place(8));
        let list = convert(&tuple, &Type::list(Type::Number)).unwrap();
        assert_eq!(list.origin, Origin::place(8));
        assert_eq!(list.marks, Marks::NONE);
        let element = &list.elements().unwrap()[0];
        assert_eq!((element.origin, element.marks), (Origin::place(7), Marks::SENSITIVE));
        let set = convert(&tuple, &Type::set(Type::Number)).unwrap();
        assert_eq!((set.marks, set.deep_marks()), (Marks::SENSITIVE, Marks::SENSITIVE));
        assert_eq!(set.elements().unwrap()[0].marks, Marks::NONE);
    }

    #[test]
    fn optional_attributes_become_null_of_their_type() {
        let ty = Type::list(object(&[("a", Type::String), ("b", Type::list(Type::Number))], &["b"]));
        let given = Value::tuple(vec![Value::object([("a".into(), text("x"))].into_iter().collect())]);
        let list = convert(&given, &ty).unwrap();
        assert_eq!(list.ty(), ty.without_optional());
        assert!(list.elements().unwrap()[0].get("b").unwrap().is_null());
    }
}
