//! The AWS provider's schema (6.69.1, and what differs in 3.39.0), embedded in compact form and decoded lazily.
//!
//! `build/schema.rs` merges both versions into one binary; here a type is decoded when it is first asked for, a nested
//! body when somebody looks into it (so that a body may hold itself, as the WAF's statements do).

mod blob;
mod builtin;
mod rewritten;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

pub use rewritten::{Rewriting, rewritten};

use crate::address::Step;
use crate::lang::{Str, Type, Value};

/// The provider whose schema is embedded.
pub const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";
/// Terraform's own provider.
pub const BUILTIN: &str = "terraform.io/builtin/terraform";
/// The versions of [`PROVIDER`] whose schema is embedded, the newer one first.
pub const VERSIONS: [[u64; 3]; 2] = [[6, 69, 1], [3, 39, 0]];

/// In which of the two embedded provider versions something exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// In both (or, for a member of a type that both have, in the newer one: which of those are new is not known).
    Both,
    /// Only in 6.69.1.
    New,
    /// Only in 3.39.0.
    Old,
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The way to it from what has it, as references take it: shared by all of them.
    pub step: Arc<[Step]>,
    /// Its type.
    pub ty: Type,
    /// What it takes: its type, where members of objects that only one version has may be left out.
    pub takes: Type,
    /// Must be set (in 6.69.1; for [`Since::Old`] in 3.39.0).
    pub required: bool,
    /// Must be set in every version that has its type.
    pub required_in_both: bool,
    /// May be set.
    pub optional: bool,
    /// The provider may fill it in.
    pub computed: bool,
    /// Marked sensitive by the provider (known only of what 3.39.0 or 5.100.0 has).
    pub sensitive: bool,
    /// Versions that have it.
    pub since: Since,
    /// What the provider (5.100.0) plans where it is not set.
    pub default: Option<Value>,
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
#[derive(Clone, Copy, Debug)]
pub struct NestedBlock {
    /// List, set or single.
    pub nesting: Nesting,
    /// At least so many.
    pub min: u32,
    /// At most so many; 0 where no limit is known.
    pub max: u32,
    /// Versions that have it.
    pub since: Since,
    /// The provider (5.100.0) makes such blocks where there are none: they are known only after apply.
    pub filled: bool,
    body: Option<u32>,
}

impl NestedBlock {
    /// Its body; `None` where it is not known (nothing inside is checked then).
    #[must_use]
    pub fn body(&self) -> Option<&'static Body> {
        self.body.map(blob::body)
    }

    /// The type of such blocks together, where one becomes an object of this type.
    #[must_use]
    pub fn collection_of(&self, object: Type) -> Type {
        match self.nesting {
            Nesting::List => Type::list(object),
            Nesting::Set => Type::set(object),
            Nesting::Single => object,
        }
    }
}

/// A body: attributes and nested blocks, each sorted by name.
///
/// A few names are both (an attribute in one version, a block in the other): then either form may be written.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Attributes.
    pub attributes: Vec<(Str, Attribute)>,
    /// Nested blocks.
    pub blocks: Vec<(Str, NestedBlock)>,
    ty: OnceLock<Type>,
    shape: OnceLock<Arc<[Str]>>,
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

    /// The names of the attributes of the object that such a body becomes, in order: shared by all such objects.
    #[must_use]
    pub fn shape(&self) -> &Arc<[Str]> {
        self.shape.get_or_init(|| {
            let attributes = self.attributes.iter().map(|(name, _)| name);
            let names: BTreeSet<&Str> = attributes.chain(self.blocks.iter().map(|(name, _)| name)).collect();
            names.into_iter().cloned().collect()
        })
    }

    /// The type of the object that such a body becomes. Blocks whose body is not known, or that hold themselves more
    /// than a few levels deep, are of any type.
    #[must_use]
    pub fn ty(&self) -> &Type {
        self.ty.get_or_init(|| self.type_to_depth(3))
    }

    fn type_to_depth(&self, depth: usize) -> Type {
        let mut attributes: BTreeMap<Str, Type> =
            self.attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty.clone())).collect();
        for (name, block) in &self.blocks {
            attributes.entry(name.clone()).or_insert_with(|| match block.body() {
                Some(body) if depth > 0 => block.collection_of(body.type_to_depth(depth - 1)),
                Some(_) | None => Type::Dynamic,
            });
        }
        Type::object(attributes)
    }

    /// A name of an attribute or block as it is held here.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<&Str> {
        self.shape().binary_search_by(|known| (**known).cmp(name)).ok().map(|index| &self.shape()[index])
    }

    /// The names of all attributes and blocks.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| &**name).chain(self.blocks.iter().map(|(name, _)| &**name))
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

/// The managed resource type of that name, if the AWS provider has one (or it is the one that is Terraform's own).
#[must_use]
pub fn resource(type_name: &str) -> Option<&'static ResourceType> {
    builtin::resource(type_name).or_else(|| blob::resource_type(blob::Types::Resources, type_name))
}

/// The data source of that name.
#[must_use]
pub fn data_source(type_name: &str) -> Option<&'static ResourceType> {
    builtin::data_source(type_name).or_else(|| blob::resource_type(blob::Types::Data, type_name))
}

/// The ephemeral resource type of that name.
#[must_use]
pub fn ephemeral(type_name: &str) -> Option<&'static ResourceType> {
    blob::resource_type(blob::Types::Ephemeral, type_name)
}

/// What a provisioner of Terraform's own takes.
#[must_use]
pub fn provisioner(name: &str) -> Option<&'static Body> {
    builtin::provisioner(name)
}

/// What a `connection` block takes.
#[must_use]
pub fn connection() -> &'static Body {
    builtin::connection()
}

/// What a `provider "aws"` block takes.
#[must_use]
pub fn provider() -> &'static Body {
    blob::provider()
}

/// The names of all managed resource types, in order.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    blob::type_names(blob::Types::Resources)
}

/// The names of all data sources, in order.
pub fn data_sources() -> impl Iterator<Item = &'static str> {
    blob::type_names(blob::Types::Data)
}

/// The names of all ephemeral resource types, in order.
pub fn ephemeral_types() -> impl Iterator<Item = &'static str> {
    blob::type_names(blob::Types::Ephemeral)
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

/// The attributes of a managed resource type that hold CIDR blocks: path in dots (`ingress.cidr_blocks`), kind. Those of
/// a data source where the name has the prefix `data.`.
#[must_use]
pub fn cidr_attributes(type_name: &str) -> &'static [(&'static str, CidrKind)] {
    blob::cidr_attributes(type_name)
}

#[cfg(test)]
mod tests;
