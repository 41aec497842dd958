//! The sections of a document: which there are, and the heads of the resource instances in them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::address::{Address, ModulePath};
use crate::inventory::{Action, Demand};
use crate::lang::{Str, Value};
use crate::source::{FileId, Problem, Span};

use super::super::{Change, Shape};
use super::values;

/// What a document says of itself.
#[derive(Debug, Default)]
pub(super) struct Document<'t> {
    pub(super) format_version: Option<String>,
    pub(super) terraform_version: Option<String>,
    /// Whether it has a section that only plans have.
    pub(super) is_plan: bool,
    /// Whether it has the values of a state.
    pub(super) is_state: bool,
    pub(super) errored: Option<bool>,
    pub(super) complete: Option<bool>,
    /// Whether changes are left for a later plan.
    pub(super) deferred: bool,
    /// A plan that is kept elsewhere.
    pub(super) remote: bool,
    pub(super) encrypted: bool,
    /// A message of Terraform's log.
    pub(super) is_log: bool,
    /// Of a state file.
    pub(super) state_version: Option<u64>,
    pub(super) configuration: Option<Span>,
    pub(super) state_file: Option<Vec<StateFileResource<'t>>>,
}

/// What was found in sections.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) changes: Vec<Change>,
    pub(super) prior: Vec<Change>,
    pub(super) drift: Vec<Change>,
    pub(super) generated: Vec<Arc<Address>>,
    pub(super) variables: BTreeMap<Str, Value>,
    pub(super) problems: Vec<Problem>,
    names: HashMap<String, Str>,
    /// The module instance that came last.
    module: ModulePath,
}

impl Found {
    /// Lets an address share its parts with others: plans list the resources of a module together.
    fn share(&mut self, address: &mut Address) {
        address.type_name = self.name(&address.type_name);
        address.name = self.name(&address.name);
        if address.module == self.module {
            address.module = self.module.clone();
        } else {
            self.module = address.module.clone();
        }
    }

    /// The text as it is shared by all that say the same.
    pub(super) fn name(&mut self, text: &str) -> Str {
        if let Some(known) = self.names.get(text) {
            return known.clone();
        }
        let shared: Str = text.into();
        self.names.insert(text.to_owned(), shared.clone());
        shared
    }
}

/// Takes a document apart.
pub(super) struct Collector<'c, 't> {
    file: FileId,
    /// Where the text begins in memory: what serde_json lends is found again by its address.
    start: usize,
    length: usize,
    demand: &'c Demand,
    found: RefCell<Found>,
    /// Addresses, as they are written, of what the plan leaves as it is: the state before has the same values.
    unchanged: RefCell<HashSet<&'t str>>,
}

/// Which resource instances a section holds.
#[derive(Clone, Copy)]
enum Section {
    Changes,
    Drift,
}

/// Of what time values are.
#[derive(Clone, Copy)]
enum Of {
    /// Of the state.
    Now,
    /// Of what is planned, where nothing says what is done: some services keep no more of a plan.
    Planned,
}

#[derive(Deserialize)]
struct ChangeHead<'t> {
    #[serde(borrow)]
    address: &'t RawValue,
    #[serde(borrow)]
    previous_address: Option<Cow<'t, str>>,
    #[serde(borrow)]
    deposed: Option<Cow<'t, str>>,
    #[serde(borrow)]
    provider_name: Option<Cow<'t, str>>,
    #[serde(borrow)]
    change: ChangeBody<'t>,
}

#[derive(Deserialize)]
struct ChangeBody<'t> {
    #[serde(borrow)]
    actions: Vec<Cow<'t, str>>,
    #[serde(borrow)]
    before: Option<&'t RawValue>,
    #[serde(borrow)]
    after: Option<&'t RawValue>,
    #[serde(borrow)]
    after_unknown: Option<&'t RawValue>,
    #[serde(borrow)]
    before_sensitive: Option<&'t RawValue>,
    #[serde(borrow)]
    after_sensitive: Option<&'t RawValue>,
    importing: Option<IgnoredAny>,
    generated_config: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct State<'t> {
    #[serde(borrow)]
    values: Option<StateValues<'t>>,
}

#[derive(Deserialize)]
struct StateValues<'t> {
    #[serde(borrow)]
    root_module: Option<StateModule<'t>>,
}

#[derive(Deserialize)]
struct StateModule<'t> {
    #[serde(borrow)]
    resources: Option<Vec<StateHead<'t>>>,
    #[serde(borrow)]
    child_modules: Option<Vec<StateModule<'t>>>,
}

#[derive(Deserialize)]
struct StateHead<'t> {
    #[serde(borrow)]
    address: &'t RawValue,
    #[serde(borrow)]
    deposed_key: Option<Cow<'t, str>>,
    #[serde(borrow)]
    provider_name: Option<Cow<'t, str>>,
    #[serde(borrow)]
    values: Option<&'t RawValue>,
    #[serde(borrow)]
    sensitive_values: Option<&'t RawValue>,
}

/// A resource of a state file, with its instances.
#[derive(Debug, Deserialize)]
pub(super) struct StateFileResource<'t> {
    #[serde(borrow)]
    pub(super) module: Option<Cow<'t, str>>,
    #[serde(borrow)]
    pub(super) mode: Cow<'t, str>,
    #[serde(borrow)]
    pub(super) r#type: &'t RawValue,
    #[serde(borrow)]
    pub(super) name: Cow<'t, str>,
    #[serde(borrow)]
    pub(super) provider: Option<Cow<'t, str>>,
    #[serde(borrow)]
    pub(super) instances: Vec<StateFileInstance<'t>>,
    /// Where its type stands.
    #[serde(skip)]
    pub(super) place: Option<Span>,
}

/// An instance of it.
#[derive(Debug, Deserialize)]
pub(super) struct StateFileInstance<'t> {
    #[serde(borrow)]
    pub(super) index_key: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) deposed: Option<Cow<'t, str>>,
    #[serde(borrow)]
    pub(super) attributes: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) sensitive_attributes: Option<&'t RawValue>,
    pub(super) attributes_flat: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct VariableHead<'t> {
    #[serde(borrow)]
    value: Option<&'t RawValue>,
}

impl<'c, 't> Collector<'c, 't> {
    pub(super) fn new(file: FileId, text: &str, demand: &'c Demand) -> Self {
        let (found, unchanged) = (RefCell::default(), RefCell::default());
        Self { file, start: text.as_ptr() as usize, length: text.len(), demand, found, unchanged }
    }

    pub(super) fn into_found(self) -> Found {
        self.found.into_inner()
    }

    /// Where text that serde_json has lent stands.
    fn span(&self, raw: &RawValue) -> Span {
        let text = raw.get();
        let at = (text.as_ptr() as usize).wrapping_sub(self.start).min(self.length);
        Span::new(self.file, at as u32, (at + text.len()).min(self.length) as u32)
    }

    fn problem(&self, problem: Problem) {
        self.found.borrow_mut().problems.push(problem);
    }

    fn change(&self, head: &ChangeHead<'t>, section: Section) {
        let place = self.span(head.address);
        let Some(address) = self.address(head.address) else { return };
        let actions: Vec<&str> = head.change.actions.iter().map(|action| &**action).collect();
        let Some(action) = action(&actions) else {
            let message = "Unknown planned action: what happens to this resource instance cannot be told";
            self.problem(
                Problem::at(place, message).help("Use a terravet that knows the plan's version of Terraform."),
            );
            return;
        };
        let body = &head.change;
        let gone = matches!(action, Action::Delete | Action::Forget);
        let (before, after) = match gone {
            true => (self.values(&address, place, body.before, None, body.before_sensitive), None),
            false => (None, self.values(&address, place, body.after, body.after_unknown, body.after_sensitive)),
        };
        let mut found = self.found.borrow_mut();
        found.generated.extend(body.generated_config.is_some().then(|| address.clone()));
        let change = Change {
            address,
            previous_address: head.previous_address.as_deref().and_then(Address::parse).map(Arc::new),
            deposed: head.deposed.as_deref().filter(|key| !key.is_empty()).map(Str::from),
            provider: found.name(head.provider_name.as_deref().unwrap_or_default()),
            action,
            imported: body.importing.is_some(),
            before,
            after,
            place: Some(place),
        };
        match section {
            Section::Changes => {
                if change.action == Action::None && change.deposed.is_none() {
                    self.unchanged.borrow_mut().insert(head.address.get());
                }
                found.changes.push(change);
            }
            Section::Drift => found.drift.push(change),
        }
    }

    fn address(&self, raw: &RawValue) -> Option<Arc<Address>> {
        let text: Option<Cow<'_, str>> = serde_json::from_str(raw.get()).ok();
        let Some(mut address) = text.as_deref().and_then(Address::parse) else {
            self.problem(Problem::at(self.span(raw), "This is not the address of a resource instance"));
            return None;
        };
        self.found.borrow_mut().share(&mut address);
        Some(Arc::new(address))
    }

    /// The values that are asked for; `None` where there are none.
    fn values(
        &self,
        address: &Address,
        place: Span,
        values: Option<&RawValue>,
        unknown: Option<&RawValue>,
        sensitive: Option<&RawValue>,
    ) -> Option<Value> {
        let wanted = self.demand.of(address.mode, &address.type_name);
        let values = values.filter(|_| !wanted.is_nothing())?;
        let shape = Shape::of(address.mode, &address.type_name);
        let read =
            values::object(values.get(), unknown.map(RawValue::get), sensitive.map(RawValue::get), shape, &wanted);
        read.inspect_err(|fault| {
            self.problem(Problem::at(place, format!("The values of `{address}` {}", fault.words())));
        })
        .ok()
    }

    fn state(&self, module: StateModule<'_>, of: Of) {
        let is_unchanged =
            |head: &StateHead<'_>| head.deposed_key.is_none() && self.unchanged.borrow().contains(head.address.get());
        for head in module.resources.unwrap_or_default() {
            if is_unchanged(&head) {
                continue;
            }
            let Some(address) = self.address(head.address) else { continue };
            let place = self.span(head.address);
            let after = self.values(&address, place, head.values, None, head.sensitive_values);
            let after = match of {
                Of::Now => after,
                Of::Planned => {
                    after.map(|values| values::with_unknown(&values, Shape::of(address.mode, &address.type_name)))
                }
            };
            let mut found = self.found.borrow_mut();
            let provider = found.name(head.provider_name.as_deref().unwrap_or_default());
            let change = Change {
                address,
                previous_address: None,
                deposed: head.deposed_key.as_deref().filter(|key| !key.is_empty()).map(Str::from),
                provider,
                action: if let Of::Now = of { Action::None } else { Action::Configured },
                imported: false,
                before: None,
                after,
                place: Some(place),
            };
            match of {
                Of::Now => found.prior.push(change),
                Of::Planned => found.changes.push(change),
            }
        }
        for child in module.child_modules.unwrap_or_default() {
            self.state(child, of);
        }
    }

    fn variables<E: Error>(&self, variables: BTreeMap<Cow<'_, str>, VariableHead<'_>>) -> Result<(), E> {
        for (name, variable) in variables {
            let value = match variable.value.map(|raw| values::any(raw.get(), false)) {
                None => Value::null(crate::lang::Type::Dynamic),
                Some(Ok(value)) => value,
                Some(Err(fault)) => {
                    return Err(E::custom(format!("the value of variable \"{name}\": they {}", fault.words())));
                }
            };
            self.found.borrow_mut().variables.insert((*name).into(), value);
        }
        Ok(())
    }
}

/// The action that the words of a plan mean ("JSON Output Format", Change Representation).
fn action(words: &[&str]) -> Option<Action> {
    Some(match words {
        ["no-op"] => Action::None,
        ["create"] => Action::Create,
        ["read"] => Action::Read,
        ["update"] => Action::Update,
        ["delete"] => Action::Delete,
        ["forget"] => Action::Forget,
        ["delete", "create"] | ["create", "delete"] | ["create", "forget"] => Action::Replace,
        _ => return None,
    })
}

impl<'de> DeserializeSeed<'de> for &Collector<'_, 'de> {
    type Value = Document<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &Collector<'_, 'de> {
    type Value = Document<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the JSON object of a plan or state")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut document = Document::default();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut planned: Option<&RawValue> = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "format_version" => document.format_version = map.next_value()?,
                "terraform_version" => document.terraform_version = map.next_value()?,
                "errored" => document.errored = map.next_value()?,
                "complete" => document.complete = map.next_value()?,
                // Other files have a version too.
                "version" => {
                    document.state_version =
                        map.next_value::<Option<&RawValue>>()?.and_then(|raw| raw.get().parse().ok());
                }
                "planned_values" => planned = map.next_value()?,
                "deferred_changes" => {
                    document.deferred = map.next_value::<Option<Vec<IgnoredAny>>>()?.is_some_and(|all| !all.is_empty());
                }
                "resource_changes" => map.next_value_seed(Changes(self, Section::Changes))?,
                "resource_drift" => map.next_value_seed(Changes(self, Section::Drift))?,
                "prior_state" => {
                    let state: Option<State<'de>> = map.next_value()?;
                    let module = state.and_then(|state| state.values).and_then(|values| values.root_module);
                    module.into_iter().for_each(|module| self.state(module, Of::Now));
                }
                "values" => {
                    let values: Option<StateValues<'de>> = map.next_value()?;
                    let module = values.and_then(|values| values.root_module);
                    module.into_iter().for_each(|module| self.state(module, Of::Now));
                }
                "variables" => {
                    let variables: Option<BTreeMap<Cow<'de, str>, VariableHead<'de>>> = map.next_value()?;
                    self.variables(variables.unwrap_or_default())?;
                }
                "configuration" => {
                    document.configuration = map.next_value::<Option<&RawValue>>()?.map(|raw| self.span(raw));
                }
                "resources" => {
                    let mut resources: Option<Vec<StateFileResource<'de>>> = map.next_value()?;
                    for resource in resources.iter_mut().flatten() {
                        resource.place = Some(self.span(resource.r#type));
                    }
                    document.state_file = resources;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            match &*key {
                "planned_values" | "resource_changes" | "output_changes" | "configuration" | "applyable"
                | "proposed_unknown" => document.is_plan = true,
                "values" => document.is_state = true,
                "remote_plan_format" => document.remote = true,
                "encrypted_data" => document.encrypted = true,
                "@level" => document.is_log = true,
                _ => {}
            }
            if !seen.insert(key.clone().into_owned()) {
                return Err(A::Error::custom("a section stands in it twice"));
            }
        }
        if let Some(planned) = planned.filter(|_| !seen.contains("resource_changes")) {
            let values: StateValues<'de> = serde_json::from_str(planned.get()).map_err(A::Error::custom)?;
            values.root_module.into_iter().for_each(|module| self.state(module, Of::Planned));
        }
        Ok(document)
    }
}

/// The list of a section.
struct Changes<'s, 'c, 't>(&'s Collector<'c, 't>, Section);

impl<'de> DeserializeSeed<'de> for Changes<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Changes<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of resource changes")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while let Some(head) = sequence.next_element::<ChangeHead<'de>>()? {
            self.0.change(&head, self.1);
        }
        Ok(())
    }
}
