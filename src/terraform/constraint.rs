//! Type constraints of variables, with the defaults of optional attributes ("Terraform Language: Type Constraints").

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lang::convert::convert;
use crate::lang::value::Entries;
use crate::lang::{Data, ObjectType, Str, Type, Value};
use crate::source::Problem;
use crate::syntax::{Kind, NodeId, NodeRef, Trees};

use super::module::{key_text, object_items};

/// A type, and what fills in optional attributes.
#[derive(Clone, Debug)]
pub(super) struct TypeConstraint {
    ty: Type,
    defaults: Option<Defaults>,
}

/// Defaults of the optional attributes in a type.
#[derive(Clone, Debug, Default)]
struct Defaults {
    /// Of an object's attributes.
    own: BTreeMap<Str, Value>,
    /// Inside attributes of an object or elements of a tuple, by name or index; under "" inside all elements.
    inner: BTreeMap<Str, Defaults>,
}

impl TypeConstraint {
    /// Any type.
    pub(super) const fn any() -> Self {
        Self { ty: Type::Dynamic, defaults: None }
    }

    pub(super) const fn ty(&self) -> &Type {
        &self.ty
    }

    /// The value with defaults filled in, converted.
    pub(super) fn apply(&self, value: &Value) -> Result<Value, String> {
        match &self.defaults {
            Some(defaults) => convert(&defaults.apply(value), &self.ty),
            None => convert(value, &self.ty),
        }
    }
}

impl Defaults {
    fn apply(&self, value: &Value) -> Value {
        let each = |value: &Value| self.inner.get("").map_or_else(|| value.clone(), |defaults| defaults.apply(value));
        let named = |name: &str, value: &Value| match self.inner.get(name) {
            Some(defaults) => defaults.apply(value),
            None => each(value),
        };
        let data = match &value.data {
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => Data::Tuple(Arc::new(
                elements.iter().enumerate().map(|(index, value)| named(&index.to_string(), value)).collect(),
            )),
            Data::Map(_, entries) | Data::Object(entries) => {
                let mut filled: Vec<(Str, Value)> = Vec::new();
                for (name, value) in entries.as_ref() {
                    let value = match self.own.get(name) {
                        Some(default) if value.is_null() => default,
                        Some(_) | None => value,
                    };
                    filled.push((name.clone(), named(name, value)));
                }
                for (name, default) in &self.own {
                    if entries.get(name).is_none() {
                        filled.push((name.clone(), named(name, default)));
                    }
                }
                Data::Object(Arc::new(Entries::new(filled)))
            }
            Data::Null(_) | Data::Unknown(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                return value.clone();
            }
        };
        Value { data, marks: value.marks, origin: value.origin }
    }
}

/// Reads a type constraint. `default` evaluates the default of an optional attribute.
pub(super) fn read(
    expression: NodeRef,
    trees: &Trees,
    default: &dyn Fn(NodeRef) -> Result<Value, Box<Problem>>,
) -> Result<TypeConstraint, Box<Problem>> {
    let (ty, defaults) = Reader { trees, default }.whole(expression)?;
    Ok(TypeConstraint { ty, defaults })
}

struct Reader<'r> {
    trees: &'r Trees,
    default: &'r dyn Fn(NodeRef) -> Result<Value, Box<Problem>>,
}

type Read = Result<(Type, Option<Defaults>), Box<Problem>>;

impl Reader<'_> {
    fn invalid<T>(&self, at: NodeRef, message: &str) -> Result<T, Box<Problem>> {
        Err(Box::new(Problem::at(self.trees.span(at), format!("Invalid type specification: {message}"))))
    }

    /// The whole constraint, which unlike its parts may be the old `list` or `map` alone.
    fn whole(&self, at: NodeRef) -> Read {
        let tree = self.trees.get(at.tree);
        match (tree.kind(at.node), tree.text(at.node)) {
            (Kind::Variable | Kind::Name, "list") => Ok((Type::list(Type::Dynamic), None)),
            (Kind::Variable | Kind::Name, "map") => Ok((Type::map(Type::Dynamic), None)),
            (Kind::Template, _) => Err(Box::new(
                Problem::at(self.trees.span(at), "Invalid quoted type constraint").help(
                    "Remove the quotes around the type: string in place of \"string\", list(string) in place of \"list\"",
                ),
            )),
            (_, _) => self.read(at),
        }
    }

    fn read(&self, at: NodeRef) -> Read {
        let tree = self.trees.get(at.tree);
        match tree.kind(at.node) {
            Kind::Variable | Kind::Name => self.keyword(tree.text(at.node), at),
            Kind::Template => self.invalid(at, "quoted type constraints are not taken any more; remove the quotes"),
            Kind::Call => self.constructor(at),
            _ => self.invalid(at, "a type expression is a keyword like string, or a call like list(string)"),
        }
    }

    fn keyword(&self, text: &str, at: NodeRef) -> Read {
        match text {
            "string" => Ok((Type::String, None)),
            "number" => Ok((Type::Number, None)),
            "bool" => Ok((Type::Bool, None)),
            "any" => Ok((Type::Dynamic, None)),
            "list" | "set" | "map" => self
                .invalid(at, &format!("the {text} type constructor requires one argument specifying the element type")),
            "object" => self.invalid(
                at,
                "the object type constructor requires one argument specifying the attribute types and values as a map",
            ),
            "tuple" => self
                .invalid(at, "the tuple type constructor requires one argument specifying the element types as a list"),
            other => self.invalid(at, &format!("the keyword \"{other}\" is not a valid type specification")),
        }
    }

    fn constructor(&self, at: NodeRef) -> Read {
        let tree = self.trees.get(at.tree);
        let children: Vec<NodeId> = tree.children(at.node).collect();
        let [name, argument] = children.as_slice() else {
            return self.invalid(at, "a type constructor takes one argument");
        };
        let argument = NodeRef { tree: at.tree, node: *argument };
        let in_all = |defaults: Option<Defaults>| {
            defaults.map(|defaults| Defaults { inner: BTreeMap::from([("".into(), defaults)]), ..Defaults::default() })
        };
        match tree.text(*name) {
            "list" => self.read(argument).map(|(element, defaults)| (Type::list(element), in_all(defaults))),
            "set" => self.read(argument).map(|(element, defaults)| (Type::set(element), in_all(defaults))),
            "map" => self.read(argument).map(|(element, defaults)| (Type::map(element), in_all(defaults))),
            "object" => self.object(argument),
            "tuple" => self.tuple(argument),
            "optional" => self.invalid(at, "optional is only valid as a modifier of attributes in an object type"),
            other => self.invalid(at, &format!("keyword \"{other}\" is not a valid type constructor")),
        }
    }

    fn object(&self, at: NodeRef) -> Read {
        if self.trees.get(at.tree).kind(at.node) != Kind::Object {
            return self.invalid(at, "object type constructor requires a map whose keys are attribute names");
        }
        let mut attributes = BTreeMap::new();
        let mut optional = BTreeSet::new();
        let mut defaults = Defaults::default();
        for (key, value) in object_items(self.trees, at) {
            let Some(name) = key_text(self.trees, key) else {
                return self.invalid(key, "an attribute name is a name");
            };
            let name = Str::from(name);
            let tree = self.trees.get(value.tree);
            let call: Vec<NodeId> = tree.children(value.node).collect();
            let (ty, inner) = match call.as_slice() {
                [modifier, ty, rest @ ..]
                    if tree.kind(value.node) == Kind::Call && tree.text(*modifier) == "optional" =>
                {
                    let (ty, inner) = self.read(NodeRef { tree: value.tree, node: *ty })?;
                    optional.insert(name.clone());
                    if rest.len() > 1 {
                        return self.invalid(value, "optional takes the attribute's type, and a default at most");
                    }
                    if let Some(&node) = rest.first() {
                        let at = NodeRef { tree: value.tree, node };
                        let default = (self.default)(at)?;
                        let filled = inner.as_ref().map_or_else(|| default.clone(), |inner| inner.apply(&default));
                        let converted = convert(&filled, &ty).or_else(|why| {
                            self.invalid(
                                at,
                                &format!(
                                    "this default value is not compatible with the attribute's type constraint: {why}"
                                ),
                            )
                        })?;
                        defaults.own.insert(name.clone(), converted);
                    }
                    (ty, inner)
                }
                _ => self.read(value)?,
            };
            if let Some(inner) = inner {
                defaults.inner.insert(name.clone(), inner);
            }
            attributes.insert(name, ty);
        }
        let has_defaults = !defaults.own.is_empty() || !defaults.inner.is_empty();
        Ok((
            Type::Object(Arc::new(ObjectType { attributes: attributes.into_iter().collect(), optional })),
            has_defaults.then_some(defaults),
        ))
    }

    fn tuple(&self, at: NodeRef) -> Read {
        let tree = self.trees.get(at.tree);
        if tree.kind(at.node) != Kind::Tuple {
            return self.invalid(at, "tuple type constructor requires a list of element types");
        }
        let mut types = Vec::new();
        let mut defaults = Defaults::default();
        for (index, node) in tree.children(at.node).enumerate() {
            let (ty, inner) = self.read(NodeRef { tree: at.tree, node })?;
            types.push(ty);
            if let Some(inner) = inner {
                defaults.inner.insert(index.to_string().into(), inner);
            }
        }
        let has_defaults = !defaults.inner.is_empty();
        Ok((Type::tuple(types), has_defaults.then_some(defaults)))
    }
}
