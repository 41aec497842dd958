//! What a module declares: its blocks after merging of override files, checked against Terraform's own schema of
//! root-level blocks ("Terraform Language", the reference of each block type).

mod finish;
mod literal;
mod messages;
mod reader;
pub(super) mod refactoring;
mod root_blocks;
mod settings;

use std::collections::{BTreeMap, HashMap};

use crate::address::Mode;
use crate::lang::Str;
use crate::source::Span;
use crate::syntax::NodeRef;

use super::layers::Layers;
use super::providers::Home;

pub(super) use literal::{constant_text, key_text, object_items};
pub(super) use messages::{missing_argument, unsupported, wrong_labels};
pub(super) use reader::read;
use refactoring::Endpoint;

/// Declarations of one kind, by name, in source order.
#[derive(Debug)]
pub(super) struct Table<T> {
    items: Vec<(Str, T)>,
    index: HashMap<Str, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { items: Vec::new(), index: HashMap::new() }
    }
}

impl<T> Table<T> {
    /// Adds a declaration; gives it back where the name is taken.
    pub(super) fn add(&mut self, name: Str, item: T) -> Result<(), T> {
        if self.index.contains_key(&name) {
            return Err(item);
        }
        self.index.insert(name.clone(), self.items.len());
        self.items.push((name, item));
        Ok(())
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.find(name).map(|index| &self.items[index].1)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.find(name).map(|index| &mut self.items[index].1)
    }

    pub(super) fn at(&self, index: usize) -> &T {
        &self.items[index].1
    }

    pub(super) fn name(&self, index: usize) -> &Str {
        &self.items[index].0
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Str, &T)> {
        self.items.iter().map(|(name, item)| (name, item))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|(name, _)| &**name)
    }
}

/// A local value.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) name_span: Span,
    pub(super) expression: NodeRef,
}

/// A `resource`, `data` or `ephemeral` block.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) mode: Mode,
    pub(super) type_name: Str,
    pub(super) name: Str,
    pub(super) layers: Layers,
    pub(super) meta: Meta,
    /// The provider's local name and alias: of the `provider` argument, or by the type's prefix.
    pub(super) provider: ProviderKey,
    /// Where the `provider` argument stands.
    pub(super) provider_span: Option<Span>,
    pub(super) home: Home,
    /// The `check` block that it belongs to: it is not known outside.
    pub(super) scope: Option<Span>,
}

/// Meta-arguments of resources and module calls, parsed where JSON writes them as text.
#[derive(Debug, Default)]
pub(super) struct Meta {
    pub(super) count: Option<NodeRef>,
    pub(super) for_each: Option<NodeRef>,
    pub(super) depends_on: Vec<NodeRef>,
    pub(super) ignore_changes: Vec<NodeRef>,
    pub(super) replace_triggered_by: Vec<NodeRef>,
}

/// A provider configuration as a module names it: local name and alias.
pub(super) type ProviderKey = (Str, Option<Str>);

/// A module call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) layers: Layers,
    pub(super) meta: Meta,
    pub(super) source: Option<(String, Span)>,
    /// Arguments other than meta-arguments.
    pub(super) arguments: Vec<Argument>,
    /// `providers`.
    pub(super) providers: Option<Vec<Passed>>,
}

/// A provider configuration that a call passes.
#[derive(Debug)]
pub(super) struct Passed {
    /// Its name in the called module.
    pub(super) theirs: ProviderKey,
    /// What it is here.
    pub(super) ours: ProviderKey,
    pub(super) at: Span,
}

/// An argument of a module call.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: Str,
    pub(super) name_span: Span,
    pub(super) expression: NodeRef,
}

/// A `provider` block.
#[derive(Debug)]
pub(super) struct ProviderBlock {
    pub(super) key: ProviderKey,
    pub(super) layers: Layers,
}

/// An entry of `required_providers`.
#[derive(Debug, Default)]
pub(super) struct RequiredProvider {
    pub(super) source: Option<String>,
    /// The version constraint, and where it stands.
    pub(super) version: Option<(String, Span)>,
    /// `configuration_aliases`: the aliases that a caller must pass.
    pub(super) aliases: Vec<ProviderKey>,
}

/// A `moved` block.
#[derive(Debug)]
pub(super) struct Moved {
    pub(super) header: Span,
    pub(super) from: Endpoint,
    pub(super) to: Endpoint,
}

/// A `removed` block.
#[derive(Debug)]
pub(super) struct Removed {
    pub(super) from: Endpoint,
    pub(super) layers: Layers,
}

/// An `import` block.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) header: Span,
    pub(super) to: Endpoint,
    pub(super) at: Span,
    pub(super) id: Option<NodeRef>,
    pub(super) for_each: Option<NodeRef>,
    /// Where the `provider` argument stands.
    pub(super) provider: Option<Span>,
}

/// What `terraform` blocks have set so far, to find what is set twice.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// Whether there is a `required_providers` block.
    pub(super) has_required_providers: bool,
    /// `backend` or `cloud`, and where it stands.
    pub(super) backend: Option<(&'static str, Span)>,
}

/// An expression that is only looked at for its references (and evaluated, where its value matters).
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) layers: Layers,
    /// References in `depends_on`.
    pub(super) depends_on: Vec<NodeRef>,
    /// A variable's `type`; in JSON the text, parsed.
    pub(super) ty: Option<NodeRef>,
}

/// A module as its directory declares it.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) variables: Table<Declared>,
    pub(super) locals: Table<Local>,
    pub(super) outputs: Table<Declared>,
    pub(super) resources: Vec<Resource>,
    resource_index: [HashMap<Str, HashMap<Str, usize>>; 3],
    pub(super) calls: Table<Call>,
    pub(super) providers: Vec<ProviderBlock>,
    pub(super) required_providers: BTreeMap<Str, RequiredProvider>,
    /// `check` blocks.
    pub(super) checks: Table<Layers>,
    /// `moved`, `removed` and `import` blocks, by their type, until they are read.
    refactorings: Vec<(&'static str, Layers)>,
    pub(super) moved: Vec<Moved>,
    pub(super) removed: Vec<Removed>,
    pub(super) imports: Vec<Import>,
    pub(super) settings: Settings,
    /// `backend` blocks: type, header and body.
    pub(super) backends: Vec<(String, Span, NodeRef)>,
}

impl Module {
    pub(super) fn resource(&self, mode: Mode, type_name: &str, name: &str) -> Option<usize> {
        self.resource_index[mode as usize].get(type_name)?.get(name).copied()
    }

    pub(super) fn resource_mut(&mut self, mode: Mode, type_name: &str, name: &str) -> Option<&mut Resource> {
        self.resource(mode, type_name, name).map(|index| &mut self.resources[index])
    }

    /// The names of resources of a type.
    pub(super) fn resource_names(&self, mode: Mode, type_name: &str) -> impl Iterator<Item = &str> {
        self.resources
            .iter()
            .filter(move |resource| resource.mode == mode && *resource.type_name == *type_name)
            .map(|resource| &*resource.name)
    }

    /// The types of which there are resources.
    pub(super) fn resource_types(&self, mode: Mode) -> impl Iterator<Item = &str> {
        self.resources.iter().filter(move |resource| resource.mode == mode).map(|resource| &*resource.type_name)
    }

    /// The provider block of a key.
    pub(super) fn provider(&self, key: &ProviderKey) -> Option<usize> {
        self.providers.iter().position(|block| block.key == *key)
    }

    /// The full source address of a provider by its local name.
    pub(super) fn provider_source(&self, local_name: &str) -> Str {
        let declared = self.required_providers.get(local_name).and_then(|provider| provider.source.as_deref());
        super::providers::source_address(declared, local_name)
    }

    /// Adds a resource; whether its name was free.
    fn add_resource(&mut self, resource: Resource) -> bool {
        let of_type = self.resource_index[resource.mode as usize].entry(resource.type_name.clone()).or_default();
        if of_type.contains_key(&resource.name) {
            return false;
        }
        of_type.insert(resource.name.clone(), self.resources.len());
        self.resources.push(resource);
        true
    }
}
