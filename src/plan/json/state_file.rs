//! State files of version 4 (`terraform.tfstate`): resources with their instances.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::address::{Address, InstanceKey, Mode, ModulePath};
use crate::inventory::Action;
use crate::lang::{Str, Value};
use crate::source::{Problem, Span};

use super::super::Change;
use super::collect::Found;
use super::heads::{Object, Values};
use super::scan::Scan;
use super::types::ResourceTypes;
use super::values;

/// A resource of a state file, with its instances.
#[derive(Debug, Deserialize)]
pub(super) struct StateFileResource<'t> {
    #[serde(borrow)]
    module: Option<Cow<'t, str>>,
    #[serde(borrow)]
    mode: Cow<'t, str>,
    #[serde(borrow)]
    r#type: &'t RawValue,
    #[serde(borrow)]
    name: Cow<'t, str>,
    #[serde(borrow)]
    provider: Option<Cow<'t, str>>,
    #[serde(borrow)]
    instances: Vec<StateFileInstance<'t>>,
}

/// An instance of it.
#[derive(Debug, Deserialize)]
struct StateFileInstance<'t> {
    #[serde(borrow)]
    index_key: Option<&'t RawValue>,
    #[serde(borrow)]
    deposed: Option<Cow<'t, str>>,
    #[serde(borrow)]
    attributes: Option<&'t RawValue>,
    #[serde(borrow)]
    sensitive_attributes: Option<&'t RawValue>,
    attributes_flat: Option<IgnoredAny>,
}

/// Where the type of a resource stands.
pub(super) fn place_of_type(resource: Object<'_>) -> Range<usize> {
    let start = resource.members().find_map(|member| member.value_of("type"));
    start.map(|start| resource.place(start)).unwrap_or_default()
}

/// Reads a resource of a state file.
pub(super) fn read(resource: StateFileResource<'_>, place: Span, found: &mut Found, types: &mut ResourceTypes<'_>) {
    let Some(address) = address(&resource) else {
        found.problems.push(Problem::at(place, "This resource of the state has no address that Terraform writes"));
        return;
    };
    let provider = found.name(provider(resource.provider.as_deref().unwrap_or_default()));
    for instance in &resource.instances {
        match change(instance, &address, &provider, types, place, found) {
            Ok(change) => found.prior.push(change),
            Err(message) => found.problems.push(Problem::at(place, message)),
        }
    }
}

fn change(
    instance: &StateFileInstance<'_>,
    resource: &Address,
    provider: &Str,
    types: &mut ResourceTypes<'_>,
    place: Span,
    found: &mut Found,
) -> Result<Change, String> {
    let key = match instance.index_key.map(RawValue::get) {
        None => InstanceKey::None,
        Some(text) if text.starts_with('"') => {
            InstanceKey::String(serde_json::from_str::<String>(text).unwrap_or_default().into())
        }
        Some(text) => {
            InstanceKey::Number(text.parse().map_err(|_| format!("An instance of `{resource}` has no valid key"))?)
        }
    };
    let address = Address { key, ..resource.clone() };
    if instance.attributes.is_none() && instance.attributes_flat.is_some() {
        return Err(format!("The values of `{address}` are of a form that Terraform 0.11 wrote"));
    }
    if instance.attributes.is_none_or(|attributes| attributes.get() == "null") {
        return Err(format!("There are no values of `{address}`"));
    }
    let known = types.of(&address);
    let text = instance.attributes.filter(|_| !known.wanted.is_nothing()).map(RawValue::get);
    let mut scan = Scan::default();
    let after = text.map(|text| {
        let values = Object::scanned(text, &mut scan).map_or(Values::Other(text), Values::Object);
        values::object(values, Values::None, Values::None, known, &mut found.names_of_values)
    });
    let after = after.transpose().map(Option::flatten);
    let after = after.map_err(|fault| format!("The values of `{address}` {}", fault.words()))?;
    let hidden = instance.sensitive_attributes.map(RawValue::get);
    let hidden = sensitive_names(hidden).ok_or_else(|| format!("What is sensitive of `{address}` cannot be told"))?;
    let after = after.map(|value| sensitive(value, &hidden));
    Ok(Change {
        address: Arc::new(address),
        previous_address: None,
        deposed: instance.deposed.as_deref().filter(|key| !key.is_empty()).map(Str::from),
        provider: provider.clone(),
        action: Action::None,
        imported: false,
        before: None,
        after,
        place: Some(place),
    })
}

/// The address without the instance's key.
fn address(resource: &StateFileResource<'_>) -> Option<Address> {
    let type_name: String = serde_json::from_str(resource.r#type.get()).ok()?;
    let mode = match &*resource.mode {
        "managed" => Mode::Managed,
        "data" => Mode::Data,
        "ephemeral" => Mode::Ephemeral,
        _ => return None,
    };
    let (name, key) = (Str::from(&*resource.name), InstanceKey::None);
    let address = Address { module: ModulePath::default(), mode, type_name: type_name.into(), name, key };
    match resource.module.as_deref().filter(|module| !module.is_empty()) {
        Some(module) => Address::parse(&format!("{module}.{address}")),
        None => Address::parse(&address.to_string()),
    }
}

/// The source address in `module.x.provider["registry.terraform.io/hashicorp/aws"].alias`.
fn provider(text: &str) -> &str {
    text.split_once("provider[\"").and_then(|(_, rest)| rest.split_once('"')).map_or(text, |(source, _)| source)
}

/// The attributes that the paths of what is sensitive begin with; `None` where one is no path.
fn sensitive_names(paths: Option<&str>) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Step {
        value: serde_json::Value,
    }
    let paths: Option<Vec<Vec<Step>>> = serde_json::from_str(paths.unwrap_or("null")).ok()?;
    let name = |path: Vec<Step>| path.first()?.value.as_str().map(str::to_owned);
    paths.unwrap_or_default().into_iter().map(name).collect()
}

/// Marks the attributes that something sensitive is in, which marks no less.
fn sensitive(value: Value, names: &[String]) -> Value {
    let Some(entries) = value.entries().filter(|_| !names.is_empty()) else { return value };
    let mark = |(name, value): (&Str, &Value)| {
        let hidden = names.iter().any(|hidden| **hidden == **name);
        (name.clone(), if hidden { value.clone().with_marks(crate::lang::Marks::SENSITIVE) } else { value.clone() })
    };
    Value { data: Value::object(entries.iter().map(mark).collect()).data, ..value }
}
