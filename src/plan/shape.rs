//! What type each part of a resource's values has: the readers of plans ask here, so that all make the same values.

use crate::address::Mode;
use crate::lang::convert::convert;
use crate::lang::value::Entries;
use crate::lang::{Marks, Str, Type, Value};
use crate::schema::{self, Body, NestedBlock, Nesting};

/// The type that a value in a plan has, as far as the built-in schema knows.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'s> {
    /// The object of a resource or nested block.
    Body(&'s Body),
    /// All nested blocks of a type.
    Blocks(&'s NestedBlock),
    /// Of a type.
    Type(&'s Type),
    /// Not known: arrays are tuples, objects objects.
    Any,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member<'s> {
    /// Its type.
    pub shape: Shape<'s>,
    /// Whether the provider says that it is sensitive.
    pub sensitive: bool,
}

/// Attributes that are of another kind in other versions of the provider (schemas of 3.39.0 and 5.100.0).
const CHANGED: [&str; 2] = ["cluster_mode", "netbios_name_servers"];

impl Member<'_> {
    /// The member's value, of what was read: marked where the provider says so.
    #[must_use]
    pub fn value(&self, value: Value) -> Value {
        if self.sensitive { value.with_marks(Marks::SENSITIVE) } else { value }
    }
}

impl<'s> Shape<'s> {
    /// The shape of a resource type's values.
    #[must_use]
    pub fn of(mode: Mode, type_name: &str) -> Shape<'static> {
        let known = match mode {
            Mode::Managed => schema::resource(type_name),
            Mode::Data => schema::data_source(type_name),
            Mode::Ephemeral => schema::ephemeral(type_name),
        };
        known.map_or(Shape::Any, |known| Shape::Body(&known.body))
    }

    /// A member of an object or map of this shape, by name; with the name as the schema holds it, where it does.
    #[must_use]
    pub fn member(&self, name: &str) -> (Option<&'s Str>, Member<'s>) {
        let plain = |shape| Member { shape, sensitive: false };
        match *self {
            Self::Body(body) => {
                if let Ok(at) = body.attributes.binary_search_by(|(known, _)| (**known).cmp(name)) {
                    let (known, attribute) = &body.attributes[at];
                    let has_changed = CHANGED.contains(&&**known);
                    let shape = if has_changed { Shape::Any } else { Shape::Type(&attribute.ty) };
                    return (Some(known), Member { shape, sensitive: attribute.sensitive });
                }
                match body.blocks.binary_search_by(|(known, _)| (**known).cmp(name)) {
                    Ok(at) => (Some(&body.blocks[at].0), plain(Shape::Blocks(&body.blocks[at].1))),
                    Err(_) => (None, plain(Shape::Any)),
                }
            }
            // A single block.
            Self::Blocks(block) => {
                block.body().map_or((None, plain(Shape::Any)), |body| Shape::Body(body).member(name))
            }
            Self::Type(Type::Map(element)) => (None, plain(Shape::Type(element))),
            Self::Type(Type::Object(object)) => match object.attributes.get_with_name(name) {
                Some((known, ty)) => (Some(known), plain(Shape::Type(ty))),
                None => (None, plain(Shape::Any)),
            },
            Self::Type(_) | Self::Any => (None, plain(Shape::Any)),
        }
    }

    /// The names of the members that an object of this shape has.
    pub fn names(&self) -> impl Iterator<Item = &'s Str> {
        let body = match *self {
            Self::Body(body) => Some(body),
            Self::Blocks(block) => block.body(),
            Self::Type(_) | Self::Any => None,
        };
        let object = match *self {
            Self::Type(Type::Object(object)) => Some(object),
            Self::Body(_) | Self::Blocks(_) | Self::Type(_) | Self::Any => None,
        };
        let attributes = body.into_iter().flat_map(|body| body.attributes.iter().map(|(name, _)| name));
        let blocks = body.into_iter().flat_map(|body| body.blocks.iter().map(|(name, _)| name));
        attributes
            .chain(blocks)
            .chain(object.into_iter().flat_map(|object| object.attributes.iter().map(|(name, _)| name)))
    }

    /// The elements of a list, set or tuple of this shape, or its nested blocks.
    #[must_use]
    pub fn element(&self, index: usize) -> Self {
        match *self {
            Self::Blocks(block) => block.body().map_or(Self::Any, Self::Body),
            Self::Type(Type::List(element) | Type::Set(element)) => Self::Type(element),
            Self::Type(Type::Tuple(elements)) => elements.get(index).map_or(Self::Any, Self::Type),
            Self::Body(_) | Self::Type(_) | Self::Any => Self::Any,
        }
    }

    /// The value that elements make.
    #[must_use]
    pub fn collection(&self, mut elements: Vec<Value>) -> Value {
        // Most hold one element, and a vector that grows makes room for four.
        elements.shrink_to_fit();
        match *self {
            Self::Blocks(block) => {
                let element = block.body().map_or(Type::Dynamic, |body| body.ty().clone());
                match block.nesting {
                    Nesting::List => Value::list(element, elements),
                    Nesting::Set => Value::set(element, elements),
                    Nesting::Single => Value::tuple(elements),
                }
            }
            Self::Type(Type::List(element)) => Value::list((**element).clone(), elements),
            Self::Type(Type::Set(element)) => Value::set((**element).clone(), elements),
            Self::Body(_) | Self::Type(_) | Self::Any => Value::tuple(elements),
        }
    }

    /// The value that members make.
    #[must_use]
    pub fn object(&self, members: Entries) -> Value {
        match *self {
            Self::Type(Type::Map(element)) => Value::map((**element).clone(), members),
            Self::Body(_) | Self::Blocks(_) | Self::Type(_) | Self::Any => Value::object(members),
        }
    }

    /// A string, number or truth value as this shape has it (numbers may travel as text); `None` where it cannot be of this
    /// shape. What one version of a provider has as text, another may have as a number: then empty text is none.
    #[must_use]
    pub fn leaf(&self, value: Value) -> Option<Value> {
        match *self {
            Self::Type(Type::Dynamic) | Self::Any => Some(value),
            Self::Type(ty) if ty.is_primitive() => match convert(&value, ty) {
                Ok(value) => Some(value),
                Err(_) => (value.as_str() == Some("")).then(|| self.null()),
            },
            Self::Body(_) | Self::Blocks(_) | Self::Type(_) => None,
        }
    }

    /// Whether it may be a list, set or tuple, or blocks.
    #[must_use]
    pub const fn may_be_list(&self) -> bool {
        match *self {
            Self::Body(_) => false,
            Self::Blocks(block) => !matches!(block.nesting, Nesting::Single),
            Self::Type(ty) => matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic),
            Self::Any => true,
        }
    }

    /// Whether it may be an object or map.
    #[must_use]
    pub const fn may_be_object(&self) -> bool {
        match *self {
            Self::Blocks(block) => matches!(block.nesting, Nesting::Single),
            Self::Type(ty) => matches!(ty, Type::Map(_) | Type::Object(_) | Type::Dynamic),
            Self::Body(_) | Self::Any => true,
        }
    }

    /// `null`.
    #[must_use]
    pub fn null(&self) -> Value {
        Value::null(self.ty())
    }

    /// What is not known until apply.
    #[must_use]
    pub fn unknown(&self) -> Value {
        Value::unknown(self.ty())
    }

    /// The type.
    #[must_use]
    pub fn ty(&self) -> Type {
        match *self {
            Self::Body(body) => body.ty().clone(),
            Self::Blocks(block) => block.collection_of(block.body().map_or(Type::Dynamic, |body| body.ty().clone())),
            Self::Type(ty) => ty.clone(),
            Self::Any => Type::Dynamic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Number;

    #[test]
    fn values_are_of_the_types_of_the_schema() {
        let group = Shape::of(Mode::Managed, "aws_security_group");
        let (_, ingress) = group.member("ingress");
        let (name, port) = ingress.shape.element(0).member("from_port");
        assert_eq!(name.map(|name| &**name), Some("from_port"));
        let read = |text: &str| port.shape.leaf(Value::string(text));
        assert_eq!(read("22").unwrap().as_number(), Some(&Number::from_i64(22)));
        assert!(read("").unwrap().is_null() && read("ssh").is_none());
        assert!(ingress.shape.may_be_list() && !ingress.shape.may_be_object() && group.may_be_object());
        assert!(matches!(ingress.shape.collection(Vec::new()).ty(), Type::Set(_)));
        let (_, tags) = group.member("tags");
        assert_eq!(tags.shape.object(Entries::default()).ty(), Type::map(Type::String));
        assert_eq!(Shape::of(Mode::Managed, "x_y").member("z").1.shape.ty(), Type::Dynamic);
        assert!(Shape::of(Mode::Managed, "aws_db_instance").member("password").1.sensitive);
    }
}
