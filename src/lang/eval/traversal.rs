//! Names, attributes and indices. Chains lean to the left and are walked without recursion; what is known is walked by
//! reference.

use std::sync::Arc;

use crate::address::{Reference, Step};
use crate::syntax::{Kind, NodeId};

use super::super::certain::Certain;
use super::super::convert::convert;
use super::super::number::Number;
use super::super::types::Type;
use super::super::value::{Data, Marks, Unknown, Value};
use super::{Env, Outcome};

/// So many names at most are handed to a scope at once.
const MAX_NAMES: usize = 15;
/// So many steps at most are in a short chain.
const SHORT: usize = 12;

/// Where a step leads.
enum Place<'v> {
    /// A part of the value at hand.
    Part(&'v Value),
    /// A value of its own (unknown).
    Made(Value),
}

impl Env<'_> {
    #[inline(never)]
    pub(super) fn traversal(&self, node: NodeId) -> Outcome {
        // Almost all chains are short: they need no allocation.
        let mut short = [node; SHORT];
        let mut long = Vec::new();
        let mut count = 0;
        let mut head = node;
        while matches!(self.tree.kind(head), Kind::GetAttribute | Kind::Index | Kind::LegacyIndex) {
            if count < SHORT {
                short[count] = head;
            } else {
                if long.is_empty() {
                    long.extend(short);
                }
                long.push(head);
            }
            count += 1;
            head = self.child(head, 0)?;
        }
        let steps = if long.is_empty() { &short[..count] } else { &long[..] };
        if self.tree.kind(head) != Kind::Variable {
            let value = self.evaluate(head)?;
            return self.walk(value, steps);
        }
        let root = self.tree.text(head);
        let mut local = self.locals;
        while let Some(at) = local {
            if at.name == root {
                return self.walk_from(at.value, steps);
            }
            local = at.outer;
        }
        self.resolve(head, root, steps)
    }

    /// A name that the scope knows. `steps` are those after it, the last one first.
    fn resolve(&self, head: NodeId, root: &str, steps: &[NodeId]) -> Outcome {
        let mut names = [""; MAX_NAMES];
        names[0] = root;
        let mut count = 1;
        let mut last = head;
        for &step in steps.iter().rev().take(MAX_NAMES - 1) {
            if self.tree.kind(step) != Kind::GetAttribute {
                break;
            }
            names[count] = self.tree.text(self.child(step, 1)?);
            count += 1;
            last = step;
        }
        let resolved = self.scope.resolve(&names[..count], self.span(last)).map_err(super::Failure::Fatal)?;
        let used = resolved.used.clamp(1, count) - 1;
        self.walk(resolved.value, &steps[..steps.len() - used])
    }

    fn walk(&self, value: Value, steps: &[NodeId]) -> Outcome {
        if steps.is_empty() { Ok(value) } else { self.walk_from(&value, steps) }
    }

    /// Takes steps, the last one first in `steps`.
    fn walk_from(&self, start: &Value, steps: &[NodeId]) -> Outcome {
        let mut marks = Marks::NONE;
        let mut steps = steps.iter().rev();
        let mut made: Option<Value> = None;
        loop {
            let mut next = None;
            let mut current = made.as_ref().unwrap_or(start);
            for &step in steps.by_ref() {
                marks = marks.with(current.marks);
                match self.step(step, current, &mut marks)? {
                    Place::Part(part) => current = part,
                    Place::Made(value) => {
                        next = Some(value);
                        break;
                    }
                }
            }
            match next {
                Some(value) => made = Some(value),
                None => return Ok(current.clone().with_marks(marks)),
            }
        }
    }

    fn step<'v>(&self, step: NodeId, value: &'v Value, marks: &mut Marks) -> Outcome<Place<'v>> {
        match self.tree.kind(step) {
            Kind::GetAttribute => {
                let name = self.tree.text(self.child(step, 1)?);
                if let Data::Object(entries) | Data::Map(_, entries) = &value.data
                    && let Some(part) = entries.get(name)
                {
                    return Ok(Place::Part(part));
                }
                self.attribute(step, value, name)
            }
            Kind::LegacyIndex => {
                let text = self.tree.text(self.child(step, 1)?);
                let index = Number::parse(text).ok_or_else(|| self.error(step, "Invalid index"))?;
                self.index(step, value, &Value::number(index))
            }
            _ => {
                let key = self.evaluate(self.child(step, 1)?)?;
                if !matches!(value.data, Data::Object(_)) {
                    *marks = marks.with(key.marks);
                }
                self.index(step, value, &key)
            }
        }
    }

    /// `.name` where it is not simply there.
    fn attribute<'v>(&self, node: NodeId, value: &Value, name: &str) -> Outcome<Place<'v>> {
        let ty = match &value.data {
            Data::Null(_) => {
                return Err(self.error(node, "This value is null, so it does not have any attributes"));
            }
            Data::Map(..) => {
                return Err(self.error(node, format!("This map does not have an element with the key {name:?}")));
            }
            Data::Unknown(unknown) => {
                if let Some(written) = value.written().and_then(|written| written.get(name)) {
                    return Ok(Place::Made(written.clone()));
                }
                let step = || Step::Attribute(name.into());
                let ty = match &unknown.ty {
                    Type::Dynamic => Some(&Type::Dynamic),
                    Type::Map(element) => Some(&**element),
                    Type::Object(object) => object.attributes.get(name),
                    Type::Bool | Type::Number | Type::String | Type::List(_) | Type::Set(_) | Type::Tuple(_) => None,
                };
                if let Some(ty) = ty {
                    return Ok(Place::Made(part_of(value, unknown, ty.clone(), Some(step))));
                }
                unknown.ty.clone()
            }
            _ => value.ty(),
        };
        let of_objects = |element: &Type| matches!(element, Type::Object(_));
        let message = match &ty {
            Type::Object(_) => format!("This object does not have an attribute named {name:?}"),
            Type::List(element) if of_objects(element) => {
                let has = matches!(&**element, Type::Object(object) if object.attributes.get(name).is_some());
                let which = if has { format!("attribute {name:?}") } else { "an attribute".into() };
                format!(
                    "Can't access attributes on a list of objects. Did you mean to access {which} for a specific \
                     element of the list, or across all elements of the list?"
                )
            }
            Type::Set(element) if of_objects(element) => {
                "Can't access attributes on a set of objects. Did you mean to \
                 access an attribute across all elements of the set?"
                    .into()
            }
            Type::Bool | Type::Number | Type::String => {
                format!("Can't access attributes on a primitive-typed value ({ty})")
            }
            Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Tuple(_) => {
                "This value does not have any attributes".into()
            }
        };
        Err(self.error(node, message))
    }

    /// `[key]`.
    fn index<'v>(&self, node: NodeId, value: &'v Value, key: &Value) -> Outcome<Place<'v>> {
        if value.is_null() {
            return Err(self.error(node, "This value is null, so it does not have any indices"));
        }
        if key.is_null() {
            return Err(self.error(node, "Can't use a null value as an indexing key"));
        }
        match &value.data {
            Data::List(element, elements) => self.element(node, value, elements, Some(element), key),
            Data::Tuple(elements) => self.element(node, value, elements, None, key),
            Data::Map(element, entries) => {
                let key = self.key(node, key, &Type::String)?;
                match key.as_str() {
                    Some(name) => entries.get(name).map(Place::Part).ok_or_else(|| self.no_element(node, "")),
                    None => Ok(Place::Made(one_of(element, entries.iter().map(|(_, value)| value), value))),
                }
            }
            Data::Object(entries) => {
                let text = self.key(node, key, &Type::String)?;
                match text.as_str() {
                    Some(name) => {
                        let hint = if key.as_number().is_some() {
                            ". An object only supports looking up attributes by name, not by numeric index"
                        } else {
                            ""
                        };
                        entries.get(name).map(Place::Part).ok_or_else(|| self.no_element(node, hint))
                    }
                    None => Ok(Place::Made(one_of(&Type::Dynamic, entries.iter().map(|(_, value)| value), value))),
                }
            }
            Data::Unknown(unknown) => self.unknown_index(node, value, unknown, key),
            Data::Set(..) => Err(self.error(node, SET_INDEX)),
            Data::Null(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                Err(self.error(node, "This value does not have any indices"))
            }
        }
    }

    fn element<'v>(
        &self,
        node: NodeId,
        value: &Value,
        elements: &'v [Value],
        ty: Option<&Type>,
        key: &Value,
    ) -> Outcome<Place<'v>> {
        let key = self.key(node, key, &Type::Number)?;
        let Some(number) = key.as_number() else {
            return Ok(Place::Made(one_of(ty.unwrap_or(&Type::Dynamic), elements.iter(), value)));
        };
        if let Some(element) = number.to_usize().and_then(|index| elements.get(index)) {
            return Ok(Place::Part(element));
        }
        Err(self.no_element(node, wrong_index(number, elements.len())))
    }

    fn unknown_index<'v>(&self, node: NodeId, value: &Value, unknown: &Unknown, key: &Value) -> Outcome<Place<'v>> {
        let keyed = |wanted: &Type| self.key(node, key, wanted);
        let by_key = |key: &Value| {
            key.as_str()
                .map(|text| Step::Key(text.into()))
                .or_else(|| key.as_number().and_then(Number::to_u64).map(Step::Index))
        };
        if let Some(written) = value.written().and_then(|written| written.get(key.as_str()?)) {
            return Ok(Place::Made(written.clone()));
        }
        // Any one of instances of which nobody knows how many there are is what stands for all of them.
        if unknown.ty == Type::Dynamic
            && key.is_unknown()
            && unknown.reference.as_ref().is_some_and(Reference::is_symbolic)
        {
            return Ok(Place::Made(value.clone()));
        }
        let (ty, step) = match &unknown.ty {
            Type::Dynamic => (Type::Dynamic, by_key(key)),
            Type::List(element) => ((**element).clone(), by_key(&keyed(&Type::Number)?)),
            Type::Map(element) => ((**element).clone(), by_key(&keyed(&Type::String)?)),
            Type::Tuple(elements) => {
                let key = keyed(&Type::Number)?;
                let ty = match key.as_number() {
                    None => Type::Dynamic,
                    Some(number) => number
                        .to_usize()
                        .and_then(|index| elements.get(index))
                        .cloned()
                        .ok_or_else(|| self.no_element(node, wrong_index(number, elements.len())))?,
                };
                (ty, by_key(&key))
            }
            Type::Object(object) => {
                let key = keyed(&Type::String)?;
                // Terraform does not look whether an unknown object has the attribute.
                let ty =
                    key.as_str().and_then(|name| object.attributes.get(name)).filter(|_| !self.scope.as_terraform());
                let ty = ty.cloned().unwrap_or(Type::Dynamic);
                (ty, by_key(&key))
            }
            Type::Set(_) => return Err(self.error(node, SET_INDEX)),
            Type::Bool | Type::Number | Type::String => {
                return Err(self.error(node, "This value does not have any indices"));
            }
        };
        Ok(Place::Made(part_of(value, unknown, ty, step.map(|step| || step))))
    }

    fn key(&self, node: NodeId, key: &Value, wanted: &Type) -> Outcome {
        convert(key, wanted).map_err(|reason| self.no_element(node, &format!(": {reason}")))
    }

    #[cold]
    fn no_element(&self, node: NodeId, reason: &str) -> super::Failure {
        self.error(node, format!("The given key does not identify an element in this collection value{reason}"))
    }
}

const SET_INDEX: &str = "Elements of a set are identified only by their value and don't have any separate index or key \
    to select with, so it's only possible to perform operations across all elements of the set";

fn wrong_index(index: &Number, length: usize) -> &'static str {
    if !index.is_integer() {
        ": indexing a sequence requires a whole number, but the given index has a fractional part"
    } else if index.is_negative() {
        ": a negative number is not a valid index for a sequence"
    } else if length == 0 && index.is_zero() {
        ": the collection has no elements"
    } else if index.to_usize() == Some(length) {
        ": the given index is greater than or equal to the length of the collection"
    } else {
        ""
    }
}

/// A part of a known value, where it is not known which one.
fn one_of<'v>(ty: &Type, parts: impl Iterator<Item = &'v Value>, of: &Value) -> Value {
    Value::unknown(ty.clone()).with_certain(Certain::one_of(parts)).with_origin(of.origin)
}

/// A part of an unknown value: it stands for the part of what that one stands for.
pub(super) fn part_of(value: &Value, unknown: &Unknown, ty: Type, step: Option<impl FnOnce() -> Step>) -> Value {
    let mut part = Unknown::new(ty);
    let mut certain = None;
    if unknown.reference.is_some() || unknown.certain.is_some() {
        let step = step.map(|step| step());
        certain = match (unknown.certain.as_deref(), &step) {
            (Some(certain), Some(step)) => certain.part(step),
            (Some(certain), None) => certain.any_part(),
            (None, _) => None,
        };
        part.reference = unknown.reference.as_ref().zip(step).map(|(reference, step)| {
            let path = reference.path.iter().cloned().chain([step]).collect();
            Reference { address: Arc::clone(&reference.address), path }
        });
    }
    Value::from(Data::Unknown(Arc::new(part))).with_certain(certain).with_origin(value.origin)
}
