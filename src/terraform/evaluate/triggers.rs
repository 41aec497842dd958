//! What `replace_triggered_by` names must be there when Terraform plans ("Terraform Language: The lifecycle
//! Meta-Argument").

use crate::address::{InstanceKey, Mode};
use crate::lang::{Data, Type, Value};
use crate::source::Problem;
use crate::syntax::{Kind, NodeId, NodeRef};

use super::super::state::Repetition;
use super::Evaluator;

/// A part of a reference.
enum Link<'t> {
    Name(&'t str),
    Key(NodeId),
}

/// A reference to a managed resource.
struct Trigger {
    /// The resource's index.
    resource: usize,
    key: Option<NodeRef>,
    /// Neither a key nor an attribute follows: all instances.
    is_whole: bool,
}

impl Evaluator<'_> {
    /// Checks what each resource of a module instance names.
    pub(super) fn triggers(&mut self, module: usize) {
        let place = self.state.modules[module].place;
        for (index, resource) in self.tree.module(place).resources.iter().enumerate() {
            for &reference in &resource.meta.replace_triggered_by {
                let Some(trigger) = self.trigger(place, reference) else { continue };
                let keys = self.keys().get(&(module, index)).into_iter().flatten();
                if keys.filter_map(repetition).any(|repetition| self.is_absent(module, &trigger, &repetition)) {
                    let message = "No change found for what replace_triggered_by names: there is no such instance";
                    self.problem(Problem::at(self.setting.trees.span(reference), message));
                }
            }
        }
    }

    fn trigger(&self, place: usize, reference: NodeRef) -> Option<Trigger> {
        let tree = self.setting.trees.get(reference.tree);
        let mut links = Vec::new();
        let mut node = reference.node;
        loop {
            let second = tree.child(node, 1);
            links.push(match tree.kind(node) {
                Kind::Variable => break links.push(Link::Name(tree.text(node))),
                Kind::GetAttribute => Link::Name(tree.text(second?)),
                Kind::Index | Kind::LegacyIndex => Link::Key(second?),
                _ => return None,
            });
            node = tree.child(node, 0)?;
        }
        links.reverse();
        let links = if matches!(links.first(), Some(Link::Name("resource"))) { &links[1..] } else { &links[..] };
        let [Link::Name(type_name), Link::Name(name), behind @ ..] = links else { return None };
        let key = match behind.first() {
            Some(Link::Key(key)) => Some(NodeRef { tree: reference.tree, node: *key }),
            Some(Link::Name(_)) | None => None,
        };
        let resource = self.tree.module(place).resource(Mode::Managed, type_name, name)?;
        Some(Trigger { resource, key, is_whole: behind.is_empty() })
    }

    /// Whether there is certainly nothing of what is named.
    fn is_absent(&self, module: usize, trigger: &Trigger, repetition: &Repetition) -> bool {
        let Some(keys) = self.keys().get(&(module, trigger.resource)) else { return true };
        if trigger.is_whole || keys.contains(&InstanceKey::Unknown) {
            return false;
        }
        let Some(key) = trigger.key else { return !keys.contains(&InstanceKey::None) };
        match &self.expression(module, repetition, key).data {
            Data::String(text) => !keys.contains(&InstanceKey::String(text.clone())),
            Data::Number(number) => number.to_u64().is_none_or(|index| !keys.contains(&InstanceKey::Number(index))),
            _ => false,
        }
    }
}

/// What `count.index` and `each.key` are in an instance; `each.value` may not stand in such a reference.
fn repetition(key: &InstanceKey) -> Option<Repetition> {
    match key {
        InstanceKey::None => Some(Repetition::None),
        InstanceKey::Number(index) => Some(Repetition::Count(*index)),
        InstanceKey::String(key) => {
            Some(Repetition::Each { key: Value::normalized(key.clone()), value: Value::unknown(Type::Dynamic) })
        }
        InstanceKey::Unknown => None,
    }
}
