//! Resource instances, whatever they were read from, and look-ups over them.

mod demand;
mod locate;

pub use demand::{Demand, Wanted};
pub use locate::locate;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::address::{Address, Mode};
use crate::finding::Related;
use crate::lang::{Str, Value};
use crate::source::Span;
use crate::syntax::NodeRef;

/// What a plan does with an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Read from configuration: there is no plan.
    Configured,
    /// Left as it is.
    None,
    /// Created.
    Create,
    /// Read (a data source).
    Read,
    /// Changed in place.
    Update,
    /// Destroyed and created anew, either way around.
    Replace,
    /// Destroyed.
    Delete,
    /// Forgotten.
    Forget,
}

impl Action {
    /// The word in reports and rules; nothing where there is no plan.
    #[must_use]
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Configured => None,
            Self::None => Some("none"),
            Self::Create => Some("create"),
            Self::Read => Some("read"),
            Self::Update => Some("update"),
            Self::Replace => Some("replace"),
            Self::Delete => Some("delete"),
            Self::Forget => Some("forget"),
        }
    }
}

/// Where the parts of a block were written: what leads from a value back to its expression.
#[derive(Clone, Debug)]
pub struct Sites {
    /// The header (`resource "aws_vpc" "main"`; of a dynamic block the `dynamic "ingress"`).
    pub header: Span,
    /// The whole block.
    pub block: Span,
    /// Attributes: name, where the name stands, the expression.
    pub attributes: Vec<AttributeSite>,
    /// Nested blocks as they come out, `dynamic` ones once per element: type name, and its sites. The object that such a
    /// block becomes has the block's header as its origin, so that elements of sets are found again.
    pub blocks: Vec<(Str, Arc<Sites>)>,
}

/// Where an attribute was written.
#[derive(Clone, Debug)]
pub struct AttributeSite {
    /// Its name.
    pub name: Str,
    /// Where the name stands.
    pub name_span: Span,
    /// The expression.
    pub expression: NodeRef,
}

/// A resource instance.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its address.
    pub address: Arc<Address>,
    /// The provider's source address, e.g. `registry.terraform.io/hashicorp/aws`.
    pub provider: Str,
    /// Its attributes, as one object. Among the blocks of a type (a list, set or tuple of objects) an unknown element
    /// stands for a `dynamic` block whose `for_each` is not known: zero or more blocks. `tags_all` holds the effective tags, `default_tags` included, where the type takes
    /// tags that way.
    pub values: Value,
    /// Whether it stands for instances whose number is not known (`count` or `for_each` unknown).
    pub symbolic: bool,
    /// Whether these may be several.
    pub several: bool,
    /// What the plan does with it.
    pub action: Action,
    /// Where it was written.
    pub sites: Option<Arc<Sites>>,
}

impl Instance {
    /// The resource type.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.address.type_name
    }

    /// An attribute's value (`None` also where the type has none of that name).
    #[must_use]
    pub fn get(&self, attribute: &str) -> Option<&Value> {
        self.values.get(attribute)
    }
}

/// All resource instances of a run's root module.
#[derive(Debug, Default)]
pub struct Inventory {
    instances: Vec<Instance>,
    by_type: BTreeMap<Str, Vec<usize>>,
    by_address: HashMap<Arc<Address>, usize>,
    gone: Vec<Instance>,
    replaced: Vec<Instance>,
    drift: Vec<Instance>,
    constraints: Vec<(Str, String)>,
}

impl Inventory {
    /// Notes a version constraint on a provider (its source address).
    pub fn require(&mut self, provider: Str, constraint: String) {
        self.constraints.push((provider, constraint));
    }

    /// The version constraints on a provider, of all modules together.
    pub fn constraints(&self, provider: &str) -> impl Iterator<Item = &str> {
        self.constraints.iter().filter(move |(source, _)| **source == *provider).map(|(_, text)| text.as_str())
    }

    /// Adds an instance; its index.
    pub fn add(&mut self, instance: Instance) -> usize {
        let index = self.instances.len();
        if instance.address.mode == Mode::Managed {
            self.by_type.entry(instance.address.type_name.clone()).or_default().push(index);
        }
        self.by_address.insert(instance.address.clone(), index);
        self.instances.push(instance);
        index
    }

    /// Makes room for so many more instances.
    pub fn reserve(&mut self, count: usize) {
        self.instances.reserve_exact(count);
        self.by_address.reserve(count);
    }

    /// Whether there is no instance.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.instances.is_empty()
    }

    /// The instances alone.
    #[must_use]
    pub fn into_instances(self) -> Vec<Instance> {
        self.instances
    }

    /// Sets what a plan destroys or forgets: it takes part in nothing, but rules may ask for it.
    pub fn set_gone(&mut self, gone: impl IntoIterator<Item = Instance>) {
        self.gone = gone.into_iter().collect();
    }

    /// Sets what a plan replaces, as it was.
    pub fn set_replaced(&mut self, replaced: impl IntoIterator<Item = Instance>) {
        self.replaced = replaced.into_iter().collect();
    }

    /// Sets what a plan has found changed outside Terraform, as it is now.
    pub fn set_drift(&mut self, drift: impl IntoIterator<Item = Instance>) {
        self.drift = drift.into_iter().collect();
    }

    /// What a plan destroys or forgets, deposed objects included, with the values that it had.
    #[must_use]
    pub fn gone(&self) -> &[Instance] {
        &self.gone
    }

    /// What a plan replaces, with the values that it had.
    #[must_use]
    pub fn replaced(&self) -> &[Instance] {
        &self.replaced
    }

    /// What a plan has found changed outside Terraform, as it is now.
    #[must_use]
    pub fn drift(&self) -> &[Instance] {
        &self.drift
    }

    /// All instances, in the order they were added.
    #[must_use]
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// The instance with this index.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn instance(&self, index: usize) -> &Instance {
        &self.instances[index]
    }

    /// Indices of the managed instances of a type.
    #[must_use]
    pub fn of_type(&self, type_name: &str) -> &[usize] {
        self.by_type.get(type_name).map_or(&[], Vec::as_slice)
    }

    /// The resource types that occur, in order.
    pub fn types(&self) -> impl Iterator<Item = &Str> {
        self.by_type.keys()
    }

    /// The index of the instance with this address.
    #[must_use]
    pub fn find(&self, address: &Address) -> Option<usize> {
        self.by_address.get(address).copied()
    }
}

/// A place in a resource instance, for a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The instance ([`Inventory::instance`]); none where it is in no resource.
    pub instance: Option<usize>,
    /// The most specific expression inside the resource.
    pub span: Span,
    /// Where the value was typed, if that is elsewhere.
    pub related: Vec<Related>,
    /// The path inside the resource (`ingress.cidr_blocks`), for the fingerprint.
    pub path: String,
    /// Whether it is in a block that may not be there: a `dynamic` block makes it of what is not known.
    pub perhaps: bool,
}

/// A step of the way from an instance to a value in it.
#[derive(Clone, Copy, Debug)]
pub enum Way<'v> {
    /// An attribute, or all blocks of a type.
    Name(&'v str),
    /// An element of a list, set or tuple, or a nested block: by index and by the element's own value (whose origin tells
    /// blocks of a set apart).
    Element(usize, &'v Value),
    /// An entry of a map or object, by key.
    Key(&'v str),
}
