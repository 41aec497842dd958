//! Types of values and type constraints, as in "Terraform Language: Types and Values" and "Type Constraints".

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use super::fields::Fields;
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
    pub attributes: Fields<Type>,
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
    pub fn object(attributes: impl IntoIterator<Item = (Str, Self)>) -> Self {
        Self::of_attributes(attributes.into_iter().collect())
    }

    /// The type of an object with these attributes.
    #[must_use]
    pub fn of_attributes(attributes: Fields<Self>) -> Self {
        Self::Object(Arc::new(ObjectType { attributes, optional: Default::default() }))
    }

    /// Whether it is a string, number or bool.
    #[must_use]
    pub const fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }

    /// Whether it is a list, set or map.
    #[must_use]
    pub const fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Set(_) | Self::Map(_))
    }

    /// The element type of a list, set or map.
    #[must_use]
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::List(element) | Self::Set(element) | Self::Map(element) => Some(element),
            Self::Dynamic | Self::Bool | Self::Number | Self::String | Self::Tuple(_) | Self::Object(_) => None,
        }
    }

    /// Whether it, or any type in it, is [`Type::Dynamic`].
    #[must_use]
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
            Self::Object(object) => object.attributes.values().iter().any(Self::has_dynamic),
        }
    }

    /// The same type with every `optional(T)` made `T`.
    #[must_use]
    pub fn without_optional(&self) -> Self {
        if !self.has_optional() {
            return self.clone();
        }
        match self {
            Self::Dynamic | Self::Bool | Self::Number | Self::String => self.clone(),
            Self::List(element) => Self::list(element.without_optional()),
            Self::Set(element) => Self::set(element.without_optional()),
            Self::Map(element) => Self::map(element.without_optional()),
            Self::Tuple(elements) => Self::tuple(elements.iter().map(Self::without_optional).collect()),
            Self::Object(object) => Self::of_attributes(object.attributes.map(Self::without_optional)),
        }
    }

    fn has_optional(&self) -> bool {
        match self {
            Self::Dynamic | Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_optional(),
            Self::Tuple(elements) => elements.iter().any(Self::has_optional),
            Self::Object(object) => {
                !object.optional.is_empty() || object.attributes.values().iter().any(Self::has_optional)
            }
        }
    }

    /// The name of a type constraint in an error message (`list of any single type`).
    #[must_use]
    pub fn constraint_name(&self) -> String {
        match self {
            Self::Dynamic => "any type".into(),
            Self::List(element) => format!("list of {}", element.element_constraint_name()),
            Self::Set(element) => format!("set of {}", element.element_constraint_name()),
            Self::Map(element) => format!("map of {}", element.element_constraint_name()),
            Self::Bool | Self::Number | Self::String | Self::Tuple(_) | Self::Object(_) => self.to_string(),
        }
    }

    fn element_constraint_name(&self) -> String {
        if *self == Self::Dynamic { "any single type".into() } else { self.constraint_name() }
    }

    /// The text that `type(…)` gives in `terraform console`.
    #[must_use]
    pub fn console_text(&self) -> String {
        let mut text = String::new();
        self.write_console_text(&mut text, 0);
        text
    }

    fn write_console_text(&self, text: &mut String, level: usize) {
        const INDENT: &str = "    ";
        let collection = |name: &str, element: &Self, text: &mut String| {
            text.push_str(name);
            if matches!(element, Self::Tuple(_) | Self::Object(_)) {
                text.push('\n');
                text.push_str(&INDENT.repeat(level + 1));
                element.write_console_text(text, level + 1);
                text.push_str(",\n");
                text.push_str(&INDENT.repeat(level));
            } else {
                element.write_console_text(text, level);
            }
            text.push(')');
        };
        match self {
            Self::Dynamic | Self::Bool | Self::Number | Self::String => text.push_str(&self.to_string()),
            Self::List(element) => collection("list(", element, text),
            Self::Set(element) => collection("set(", element, text),
            Self::Map(element) => collection("map(", element, text),
            Self::Tuple(elements) => {
                text.push_str("tuple([");
                for element in elements.iter() {
                    text.push('\n');
                    text.push_str(&INDENT.repeat(level + 1));
                    element.write_console_text(text, level + 1);
                    text.push(',');
                }
                if !elements.is_empty() {
                    text.push('\n');
                    text.push_str(&INDENT.repeat(level));
                }
                text.push_str("])");
            }
            Self::Object(object) => {
                text.push_str("object({");
                for (name, ty) in &object.attributes {
                    text.push('\n');
                    text.push_str(&INDENT.repeat(level + 1));
                    text.push_str(name);
                    text.push_str(": ");
                    ty.write_console_text(text, level + 1);
                    text.push(',');
                }
                if !object.attributes.is_empty() {
                    text.push('\n');
                    text.push_str(&INDENT.repeat(level));
                }
                text.push_str("})");
            }
        }
    }
}

/// The name of a value's type in an error message (`list of string`).
impl Display for Type {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dynamic => formatter.write_str("dynamic"),
            Self::Bool => formatter.write_str("bool"),
            Self::Number => formatter.write_str("number"),
            Self::String => formatter.write_str("string"),
            Self::List(element) => write!(formatter, "list of {element}"),
            Self::Set(element) => write!(formatter, "set of {element}"),
            Self::Map(element) => write!(formatter, "map of {element}"),
            Self::Tuple(_) => formatter.write_str("tuple"),
            Self::Object(_) => formatter.write_str("object"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_terraform_names_them() {
        assert_eq!(Type::list(Type::map(Type::String)).to_string(), "list of map of string");
        assert_eq!(Type::list(Type::Dynamic).constraint_name(), "list of any single type");
        let object = Type::object([("a".into(), Type::Number), ("b".into(), Type::tuple(vec![Type::String]))]);
        assert_eq!(object.console_text(), "object({\n    a: number,\n    b: tuple([\n        string,\n    ]),\n})");
        assert_eq!(Type::tuple(Vec::new()).console_text(), "tuple([])");
    }
}
