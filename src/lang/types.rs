//! Types of values and type constraints, as in "Terraform Language: Types and Values" and "Type Constraints".

use std::collections::BTreeMap;
use std::sync::Arc;

use super::value::Str;

/// A type, or a type constraint where it holds [`Type::Dynamic`] or optional attributes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// Any type (`any`); as a value's type: not known.
    Dynamic,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Arc<Type>),
    /// `set(T)`
    Set(Arc<Type>),
    /// `map(T)`
    Map(Arc<Type>),
    /// `tuple([T, …])`
    Tuple(Arc<Vec<Type>>),
    /// `object({name = T, …})`
    Object(Arc<ObjectType>),
}

/// The attributes of an object type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectType {
    /// Types by attribute name.
    pub attributes: BTreeMap<Str, Type>,
    /// Names of the attributes that are `optional(…)` (type constraints only).
    pub optional: std::collections::BTreeSet<Str>,
}

impl Type {
    /// `list(element)`
    #[must_use]
    pub fn list(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    /// `set(element)`
    #[must_use]
    pub fn set(element: Self) -> Self {
        Self::Set(Arc::new(element))
    }

    /// `map(element)`
    #[must_use]
    pub fn map(element: Self) -> Self {
        Self::Map(Arc::new(element))
    }

    /// `tuple([…])`
    #[must_use]
    pub fn tuple(elements: Vec<Self>) -> Self {
        Self::Tuple(Arc::new(elements))
    }

    /// `object({…})` without optional attributes.
    #[must_use]
    pub fn object(attributes: BTreeMap<Str, Self>) -> Self {
        Self::Object(Arc::new(ObjectType { attributes, optional: Default::default() }))
    }
}
