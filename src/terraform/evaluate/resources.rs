//! Resources of a module instance: which instances there are, and their values.

use std::sync::Arc;

use crate::address::{Address, InstanceKey, Mode};
use crate::inventory::{Action, Instance};
use crate::lang::value::Entries;
use crate::lang::{Data, Marks, Str, Type, Value};
use crate::schema::{self, Tagging};

use super::super::certificates;
use super::super::decode::Decoder;
use super::super::outline::{BodySchema, Outline};
use super::super::references_in_values::{as_referenced, filled, open};
use super::super::rewriting;
use super::super::state::{Instances, address, unknown_reference};
use super::super::tags;
use super::Evaluator;

impl Evaluator<'_> {
    pub(super) fn resource(&mut self, module: usize, index: usize) {
        let place = self.state.modules[module].place;
        let resource = &self.tree.module(place).resources[index];
        let outline = &self.tree.uses(place).outlines[index];
        let path = self.state.modules[module].path.clone();
        let (instances, repeated) = self.instances(module, &resource.meta, |plan| {
            plan.resource_keys(&path, resource.mode, &resource.type_name, &resource.name)
        });
        let instances = self.within_limit(instances, resource.layers.header);
        let provider = self.tree.provider(place, resource);
        let default_tags = self.provider_tags(module, provider.and_then(|provider| provider.configuration));
        let provider = provider.map_or_else(Str::default, |provider| provider.source.clone());
        let in_symbolic = path.is_symbolic();
        let mut made = Vec::new();
        let is_kept = resource.mode != Mode::Ephemeral && !matches!(outline.schema, BodySchema::AsWritten);
        let several = matches!(instances, Instances::Unknown) && Self::may_be_several(&repeated);
        let repetitions: Vec<_> = instances
            .repetitions()
            .into_iter()
            .map(|(key, repetition)| (key, Self::among(&resource.meta, &repeated, repetition)))
            .collect();
        for (key, repetition) in &repetitions {
            let symbolic = in_symbolic || *key == InstanceKey::Unknown;
            let address = address(&path, resource.mode, &resource.type_name, &resource.name, key.clone());
            let decoder = Decoder { address: Some(&address), is_kept, ..self.decoder(module, repetition) };
            let mut decoded = decoder.resource(outline);
            self.complete(&address, default_tags.as_ref(), &mut decoded.values);
            let values = Value::object(decoded.values);
            let configured = Instance {
                address,
                provider: provider.clone(),
                values,
                symbolic,
                several,
                action: Action::Configured,
                sites: Some(decoded.sites),
            };
            made.push(match self.setting.planned {
                Some(plan) => plan.instance(configured),
                None => configured,
            });
        }
        if !made.is_empty() && !std::mem::replace(&mut self.made[place][index], true) {
            self.problems.borrow_mut().add_all(self.tree.uses(place).late[index].iter().cloned());
        }
        let values: Vec<Value> = made.iter().map(|instance| self.referenced(outline, instance)).collect();
        for (((_, repetition), instance), value) in repetitions.iter().zip(&made).zip(&values) {
            self.lifecycle(module, &resource.layers, repetition, instance, value);
        }
        let symbolic = || {
            let address = address(&path, resource.mode, &resource.type_name, &resource.name, InstanceKey::Unknown);
            unknown_reference(Type::Dynamic, crate::address::Reference { address, path: Arc::default() })
        };
        self.state.modules[module].resources[index] = instances.whole(values, symbolic);
        self.instances.extend(made.into_iter().map(|instance| (module, index, instance)));
    }

    /// What a resource has beside what its schema says.
    fn complete(&self, address: &Arc<Address>, default_tags: Option<&Value>, values: &mut Entries) {
        if address.mode != Mode::Managed {
            return;
        }
        if &*address.type_name == "terraform_data" {
            terraform_data(values);
        }
        if schema::resource(&address.type_name).is_some_and(|known| known.tagging == Tagging::TagsAll) {
            tags::complete(default_tags, values);
        }
        certificates::complete(address, values);
        rewriting::complete(address, self.setting.is_old_provider, values);
    }

    /// An instance's values as references see them.
    fn referenced(&self, outline: &Outline, instance: &Instance) -> Value {
        let mut values = as_referenced(&instance.values, &instance.address);
        if instance.address.mode == Mode::Ephemeral {
            values = values.with_marks(Marks::EPHEMERAL);
        }
        match outline.schema {
            BodySchema::AsWritten => open(values, &instance.address),
            BodySchema::Known(schema) if instance.address.mode == Mode::Managed => {
                filled(values, schema, &instance.address)
            }
            BodySchema::Known(_) | BodySchema::Object(_) => values,
        }
    }
}

/// The built-in `terraform_data`: its output is its input, after apply; it will have an identifier.
fn terraform_data(values: &mut Entries) {
    if let Some(id) = values.get_mut("id")
        && let Data::Unknown(unknown) = &mut id.data
    {
        Arc::make_mut(unknown).not_null = true;
    }
    let Some(given) = values.get("input").cloned() else { return };
    let Some(output) = values.get_mut("output") else { return };
    *output = match output.reference() {
        Some(reference) if !given.is_null() => unknown_reference(given.ty(), reference.clone()),
        Some(_) | None => given,
    };
}
