//! What is written in a body, arranged by the schema and checked against it: done once per resource, then decoded once
//! per instance (`decode.rs`).
//!
//! Follows "Terraform Language: Dynamic Blocks", "Attributes as Blocks" and, for JSON, "JSON Configuration Syntax".

mod builder;
mod dynamic;
mod reserved;

use std::sync::Arc;

use crate::inventory::{AttributeSite, Sites};
use crate::lang::{ObjectType, Str, Type};
use crate::schema::{self, Nesting};
use crate::source::{Problem, Span};
use crate::syntax::NodeRef;

pub(super) use builder::{Subject, outline};
pub(super) use reserved::{MANAGED, PROVIDER, PROVISIONER, READ};

/// What may be written in a body.
#[derive(Clone, Debug)]
pub(super) enum BodySchema {
    /// What the AWS provider's schema says.
    Known(&'static schema::Body),
    /// The attributes of an object: an attribute that is written as blocks.
    Object(Arc<ObjectType>),
    /// Anything: there is no schema.
    AsWritten,
}

/// What a name means in a body.
enum Member {
    Attribute {
        ty: Type,
        settable: bool,
    },
    /// Blocks; where `attribute` is there, an attribute that may be written as blocks.
    Blocks {
        nesting: Nesting,
        limits: (u32, u32),
        body: BodySchema,
        attribute: Option<Type>,
    },
    Anything,
    Nothing,
}

impl BodySchema {
    fn member(&self, name: &str) -> Member {
        match self {
            Self::Known(body) => match (body.attribute(name), body.block(name)) {
                (Some(attribute), None) => of_type(&attribute.takes, attribute.optional),
                (attribute, Some(block)) => Member::Blocks {
                    nesting: block.nesting,
                    limits: (block.min, block.max),
                    body: block.body().map_or(Self::AsWritten, Self::Known),
                    attribute: attribute.map(|attribute| attribute.takes.clone()),
                },
                (None, None) => Member::Nothing,
            },
            Self::Object(object) => object.attributes.get(name).map_or(Member::Nothing, |ty| of_type(ty, true)),
            Self::AsWritten => Member::Anything,
        }
    }

    /// A name as the schema spells it: its own text, where it knows the name.
    fn shared(&self, name: &str) -> Str {
        let known = match self {
            Self::Known(body) => body.name(name),
            Self::Object(object) => object.attributes.get_with_name(name).map(|(known, _)| known),
            Self::AsWritten => None,
        };
        known.cloned().unwrap_or_else(|| name.into())
    }

    fn names(&self) -> Vec<&str> {
        match self {
            Self::Known(body) => body.names().collect(),
            Self::Object(object) => object.attributes.names().iter().map(|name| &**name).collect(),
            Self::AsWritten => Vec::new(),
        }
    }
}

/// An attribute; one of lists or sets of objects may be written as blocks.
fn of_type(ty: &Type, settable: bool) -> Member {
    let element = match ty {
        Type::List(element) => Some((Nesting::List, element)),
        Type::Set(element) => Some((Nesting::Set, element)),
        _ => None,
    };
    if let Some((nesting, element)) = element
        && let Type::Object(object) = &**element
        && settable
    {
        return Member::Blocks {
            nesting,
            limits: (0, 0),
            body: BodySchema::Object(object.clone()),
            attribute: Some(ty.clone()),
        };
    }
    Member::Attribute { ty: ty.clone(), settable }
}

/// A body as written.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) schema: BodySchema,
    pub(super) header: Span,
    pub(super) block: Span,
    /// Sorted by name.
    pub(super) attributes: Vec<WrittenAttribute>,
    /// Sorted by name.
    pub(super) groups: Vec<Group>,
    /// Sites, where they are the same for every instance: no dynamic blocks anywhere inside.
    pub(super) sites: Option<Arc<Sites>>,
}

/// An attribute as written.
#[derive(Debug)]
pub(super) struct WrittenAttribute {
    pub(super) name: Str,
    pub(super) name_span: Span,
    pub(super) expression: NodeRef,
    /// The type that its value is converted to.
    pub(super) ty: Type,
}

/// All blocks of one type.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: Str,
    pub(super) nesting: Nesting,
    /// The type of one block's object; none without a schema.
    pub(super) element: Option<Type>,
    /// At least and at most so many blocks; 0 for no limit.
    pub(super) limits: (u32, u32),
    /// Header of the body that they stand in.
    pub(super) header: Span,
    pub(super) parts: Vec<Part>,
}

/// One block, or the dynamic block that makes several.
#[derive(Debug)]
pub(super) enum Part {
    Static(Outline),
    Dynamic(Dynamic),
}

/// A `dynamic` block.
#[derive(Debug)]
pub(super) struct Dynamic {
    pub(super) for_each: NodeRef,
    pub(super) iterator: Str,
    pub(super) content: Outline,
    pub(super) content_header: Span,
    /// What is wrong with the content, where it counts only if there is an element.
    pub(super) problems: Vec<Problem>,
}

impl Outline {
    /// The attribute of that name.
    pub(super) fn attribute(&self, name: &str) -> Option<&WrittenAttribute> {
        self.attributes
            .binary_search_by(|attribute| (*attribute.name).cmp(name))
            .ok()
            .map(|index| &self.attributes[index])
    }

    /// Calls `visit` with each expression and the names of the iterators in scope.
    pub(super) fn expressions(&self, iterators: &mut Vec<Str>, visit: &mut dyn FnMut(NodeRef, &[Str])) {
        for attribute in &self.attributes {
            visit(attribute.expression, iterators);
        }
        for part in self.groups.iter().flat_map(|group| &group.parts) {
            match part {
                Part::Static(outline) => outline.expressions(iterators, visit),
                Part::Dynamic(dynamic) => {
                    visit(dynamic.for_each, iterators);
                    iterators.push(dynamic.iterator.clone());
                    dynamic.content.expressions(iterators, visit);
                    iterators.pop();
                }
            }
        }
    }
}

/// The sites of a body without dynamic blocks.
fn static_sites(outline: &Outline) -> Option<Arc<Sites>> {
    let mut blocks = Vec::new();
    for group in &outline.groups {
        for part in &group.parts {
            match part {
                Part::Static(part) => blocks.push((group.name.clone(), part.sites.clone()?)),
                Part::Dynamic(_) => return None,
            }
        }
    }
    Some(Arc::new(Sites { blocks, ..own_sites(outline) }))
}

/// The sites of a body without those of its blocks.
pub(super) fn own_sites(outline: &Outline) -> Sites {
    let attributes = outline.attributes.iter().map(|attribute| AttributeSite {
        name: attribute.name.clone(),
        name_span: attribute.name_span,
        expression: attribute.expression,
    });
    Sites { header: outline.header, block: outline.block, attributes: attributes.collect(), blocks: Vec::new() }
}
