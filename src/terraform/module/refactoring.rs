//! `moved`, `removed` and `import` blocks: addresses as they are written ("Terraform Language: Refactoring", "Import").

use crate::address::{InstanceKey, Mode};
use crate::lang::Str;
use crate::source::{Problem, Span};
use crate::syntax::{Kind, NodeId, NodeRef, Syntax, Tree, Trees};

use super::super::layers::Layers;
use super::finish::argument_of;
use super::reader::Reader;
use super::{Import, Moved, Removed};

/// What an address names, seen from the module that it is written in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::terraform) struct Endpoint {
    pub(in crate::terraform) modules: Vec<(Str, Key)>,
    /// None where it is a whole module.
    pub(in crate::terraform) resource: Option<(Mode, Str, Str, Key)>,
}

/// The key of a module or resource in an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::terraform) enum Key {
    Fixed(InstanceKey),
    /// To be evaluated (in an `import` with `for_each`).
    Computed(NodeRef),
}

impl Key {
    pub(in crate::terraform) fn is_none(&self) -> bool {
        *self == Self::Fixed(InstanceKey::None)
    }
}

impl Endpoint {
    /// Whether a key stands anywhere in it.
    pub(in crate::terraform) fn has_key(&self) -> bool {
        self.modules
            .iter()
            .map(|(_, key)| key)
            .chain(self.resource.as_ref().map(|(.., key)| key))
            .any(|key| !key.is_none())
    }

    /// Whether the last part of it has a key.
    pub(in crate::terraform) fn ends_in_key(&self) -> bool {
        match &self.resource {
            Some((.., key)) => !key.is_none(),
            None => self.modules.last().is_some_and(|(_, key)| !key.is_none()),
        }
    }
}

impl Reader<'_, '_> {
    /// Reads these blocks; what is wrong with an address is said here, and the block left out.
    pub(super) fn refactorings(&mut self) {
        for (kind, layers) in std::mem::take(&mut self.module.refactorings) {
            let header = layers.header;
            match kind {
                "moved" => {
                    let (Some((from, _)), Some((to, _))) =
                        (self.endpoint(&layers, "from", false), self.endpoint(&layers, "to", false))
                    else {
                        continue;
                    };
                    if from.resource.is_some() == to.resource.is_some() {
                        self.module.moved.push(Moved { header, from, to });
                    } else {
                        let message = "Invalid \"moved\" addresses: both must be resources, or both modules";
                        self.problem(Problem::at(header, message));
                    }
                }
                "removed" => self.removed(&layers),
                _ => self.import(&layers),
            }
        }
    }

    fn removed(&mut self, layers: &Layers) {
        for block in layers.blocks(self.loader.trees, "provisioner", 1) {
            let when = block.body.attribute("when").map(|when| when.expression);
            let on_destroy = when.is_some_and(|when| {
                let tree = self.loader.trees.get(when.tree);
                tree.constant_text(when.node).as_deref().unwrap_or_else(|| tree.text(when.node)) == "destroy"
            });
            if !on_destroy {
                let message =
                    "Invalid provisioner block: in a removed block only those with `when = destroy` have a use";
                self.loader.problems.add(Problem::at(block.header, message));
            }
        }
        let Some((from, at)) = self.endpoint(layers, "from", false) else { return };
        let message = match &from.resource {
            _ if from.has_key() && from.resource.is_some() => {
                "Resource instance keys not allowed: name the whole resource"
            }
            _ if from.has_key() => "Module instance keys not allowed: name the whole module",
            Some((Mode::Data, ..)) => "Data source address not allowed: there is nothing to remove",
            Some(_) | None => {
                self.module.removed.push(Removed { from, layers: layers.clone() });
                return;
            }
        };
        self.problem(Problem::at(at, message));
    }

    fn import(&mut self, layers: &Layers) {
        let trees = &*self.loader.trees;
        let (id, for_each) = (argument_of(layers, "id", trees), argument_of(layers, "for_each", trees));
        let provider = argument_of(layers, "provider", trees).map(|provider| trees.span(provider));
        let Some((to, at)) = self.endpoint(layers, "to", for_each.is_some()) else { return };
        match &to.resource {
            Some((Mode::Managed, ..)) => {
                self.module.imports.push(Import { header: layers.header, to, at, id, for_each, provider });
            }
            Some(_) | None => {
                let message = "Invalid import address: only managed resources can be imported";
                self.problem(Problem::at(at, message));
            }
        }
    }

    /// The address in an argument; in JSON text holds it.
    fn endpoint(&mut self, layers: &Layers, name: &str, computed: bool) -> Option<(Endpoint, Span)> {
        let expression = argument_of(layers, name, self.loader.trees)?;
        let at = self.loader.trees.span(expression);
        let is_json = self.loader.trees.get(expression.tree).syntax == Syntax::Json;
        let expression = if is_json { self.static_expression(expression) } else { expression };
        match read(self.loader.trees, expression, computed) {
            Ok(endpoint) => Some((endpoint, at)),
            Err(message) => {
                self.problem(Problem::at(at, message));
                None
            }
        }
    }
}

/// A step of an address.
enum Step<'t> {
    Name(&'t str),
    Key(Key),
}

fn read(trees: &Trees, expression: NodeRef, computed: bool) -> Result<Endpoint, &'static str> {
    let tree = trees.get(expression.tree);
    let steps =
        steps(tree, expression, computed).ok_or("Invalid expression: an address is required, with literal keys")?;
    let mut steps = steps.into_iter().peekable();
    let mut name = || match steps.next() {
        Some(Step::Name(name)) => {
            let key = match steps.peek() {
                Some(Step::Key(key)) => Some(key.clone()),
                Some(Step::Name(_)) | None => None,
            };
            if key.is_some() {
                steps.next();
            }
            Some((name, key))
        }
        Some(Step::Key(_)) | None => None,
    };
    const INVALID: &str = "Invalid address: a resource (TYPE.NAME) or a module (module.NAME) is required";
    const RESERVED: [&str; 7] = ["count", "each", "local", "path", "self", "terraform", "var"];
    let plain = |part: Option<(&'_ str, Option<Key>)>| match part {
        Some((name, None)) => Ok(Str::from(name)),
        Some((_, Some(_))) | None => Err(INVALID),
    };
    let keyed = |part: Option<(&'_ str, Option<Key>)>| {
        part.map(|(name, key)| (Str::from(name), key.unwrap_or(Key::Fixed(InstanceKey::None)))).ok_or(INVALID)
    };
    let mut modules = Vec::new();
    let mut next = name();
    while let Some(("module", None)) = next {
        modules.push(keyed(name())?);
        next = name();
    }
    if next.is_none() && !modules.is_empty() {
        return Ok(Endpoint { modules, resource: None });
    }
    let first = plain(next)?;
    let (mode, type_name) = match &*first {
        "data" => (Mode::Data, plain(name())?),
        "ephemeral" => (Mode::Ephemeral, plain(name())?),
        "resource" => (Mode::Managed, plain(name())?),
        reserved if RESERVED.contains(&reserved) => return Err(INVALID),
        _ => (Mode::Managed, first),
    };
    let (resource, key) = keyed(name())?;
    if name().is_some() {
        return Err(INVALID);
    }
    Ok(Endpoint { modules, resource: Some((mode, type_name, resource, key)) })
}

fn steps(tree: &Tree, expression: NodeRef, computed: bool) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    let mut node = expression.node;
    loop {
        match tree.kind(node) {
            Kind::Variable | Kind::Name => {
                steps.push(Step::Name(tree.text(node)));
                steps.reverse();
                return Some(steps);
            }
            Kind::GetAttribute => steps.push(Step::Name(tree.text(tree.child(node, 1)?))),
            Kind::Index | Kind::LegacyIndex => {
                steps.push(Step::Key(key(tree, expression, tree.child(node, 1)?, computed)?))
            }
            _ => return None,
        }
        node = tree.child(node, 0)?;
    }
}

fn key(tree: &Tree, expression: NodeRef, node: NodeId, computed: bool) -> Option<Key> {
    match tree.kind(node) {
        Kind::Number => tree.text(node).parse().ok().map(|index| Key::Fixed(InstanceKey::Number(index))),
        _ => match tree.constant_text(node) {
            Some(text) => Some(Key::Fixed(InstanceKey::String(Str::from(&*text)))),
            None => computed.then_some(Key::Computed(NodeRef { node, ..expression })),
        },
    }
}
