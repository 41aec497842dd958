//! The resource instances of a document, and what else of its sections is read.

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::address::{Address, Mode, ModulePath};
use crate::inventory::{Action, Demand};
use crate::lang::{Str, Value};
use crate::source::{FileId, Position, Problem, Span};

use super::super::{Change, Shape};
use super::batch::{Element, Section};
use super::heads::{ChangeHead, StateHead, Values, string};
use super::names::Names;
use super::stream::{Fault, What};
use super::types::ResourceTypes;
use super::{state_file, values};

/// What was found in sections.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) changes: Vec<Change>,
    pub(super) prior: Vec<Change>,
    pub(super) drift: Vec<Change>,
    pub(super) generated: Vec<Arc<Address>>,
    pub(super) variables: BTreeMap<Str, Value>,
    /// The text of the configuration, and where it begins.
    pub(super) configuration: Option<(String, Span)>,
    pub(super) problems: Vec<Problem>,
    pub(super) names_of_values: Names,
    names: HashMap<Str, Str>,
    /// The module instance that came last, and how it is written, with a dot.
    module: (ModulePath, String),
}

impl Found {
    /// The address that a text is; it shares its parts with others, as plans list the resources of a module together.
    fn address(&mut self, text: &str) -> Option<Address> {
        let (module, written) = &self.module;
        let in_module = text.strip_prefix(written.as_str()).filter(|rest| !rest.starts_with("module."));
        let mut address = match in_module {
            Some(rest) => Address { module: module.clone(), ..Address::parse(rest)? },
            None => {
                let address = Address::parse(text)?;
                let written = if address.module.is_root() { String::new() } else { format!("{}.", address.module) };
                self.module = (address.module.clone(), written);
                address
            }
        };
        address.type_name = self.name(&address.type_name);
        address.name = self.name(&address.name);
        Some(address)
    }

    /// The text as it is shared by all that say the same.
    pub(super) fn name(&mut self, text: &str) -> Str {
        if let Some(known) = self.names.get(text) {
            return known.clone();
        }
        let shared: Str = text.into();
        self.names.insert(shared.clone(), shared.clone());
        shared
    }
}

/// Takes a document apart.
pub(super) struct Collector<'c> {
    file: FileId,
    types: ResourceTypes<'c>,
    pub(super) found: Found,
    /// The places that are pointed at, in pairs: where each begins and ends. Spans count them.
    pub(super) positions: Vec<Position>,
    /// Digests of the addresses, as they are written, of what the plan leaves as it is: the state before has the same values.
    unchanged: HashSet<[u64; 2]>,
    hashers: [RandomState; 2],
    /// The list of actions that was read last, and what it means.
    actions: (String, Option<Action>),
}

#[derive(Deserialize)]
struct VariableHead<'t> {
    #[serde(borrow)]
    value: Option<&'t RawValue>,
}

impl<'c> Collector<'c> {
    pub(super) fn new(file: FileId, demand: &'c Demand) -> Self {
        let start = Position { line: 1, column: 1 };
        Self {
            file,
            types: ResourceTypes::new(demand),
            found: Found::default(),
            positions: vec![start, start],
            unchanged: HashSet::new(),
            hashers: [RandomState::new(), RandomState::new()],
            actions: (String::new(), None),
        }
    }

    /// A place that can be pointed at.
    pub(super) fn place(&mut self, place: [Position; 2]) -> Span {
        let at = self.positions.len() as u32;
        self.positions.extend(place);
        Span::new(self.file, at, at + 1)
    }

    /// Reads an element of a section.
    ///
    /// # Errors
    /// Where it is not of the form that Terraform writes.
    pub(super) fn read(&mut self, element: Element<'_>) -> Result<(), Fault> {
        match element.section {
            Section::Changes | Section::Drift => self.change(element),
            Section::Resources | Section::Planned => self.resource(element),
            Section::StateFile => self.state_file_resource(element),
            Section::Variables => self.variables(element.text).map_err(|what| element.fault(what)),
            Section::Configuration => {
                let place = self.place([element.start; 2]);
                self.found.configuration = (element.text != "null").then(|| (element.text.to_owned(), place));
                Ok(())
            }
        }
    }

    fn change(&mut self, element: Element<'_>) -> Result<(), Fault> {
        let object = element.object("a resource change")?;
        let head = ChangeHead::read(object).map_err(|what| element.fault(what))?;
        let action = self.action(head.actions).map_err(|what| element.fault(what))?;
        let place = self.place(element.place(head.place.clone()));
        self.found_change(&head, action, place, element.section);
        Ok(())
    }

    fn found_change(&mut self, head: &ChangeHead<'_>, action: Option<Action>, place: Span, section: Section) {
        let Some(address) = self.address(head.address, place) else { return };
        let is_ephemeral = address.mode == Mode::Ephemeral;
        let Some(action) = action.or_else(|| is_ephemeral.then_some(Action::Read)) else {
            let message = "Unknown planned action: what happens to this resource instance cannot be told";
            let help = "Use a terravet that knows the plan's version of Terraform.";
            self.found.problems.push(Problem::at(place, message).help(help));
            return;
        };
        let gone = matches!(action, Action::Delete | Action::Forget);
        if !is_ephemeral && matches!(if gone { head.before } else { head.after }, Values::None) {
            let message = format!("The plan has no values of `{address}`");
            let problem =
                Problem::at(place, message).help("Check what `terraform show -json tfplan` prints, unchanged.");
            self.found.problems.push(problem);
        }
        let mut before = None;
        // What is forgotten stays there, replaced or not.
        if gone || action == Action::Replace && !head.actions.contains("forget") {
            before = self.values(&address, place, head.before, Values::None, head.before_sensitive);
        }
        let mut after = None;
        if !gone {
            after = self.values(&address, place, head.after, head.after_unknown, head.after_sensitive);
        }
        let found = &mut self.found;
        found.generated.extend(head.is_generated.then(|| address.clone()));
        let change = Change {
            address,
            previous_address: head.previous_address.as_deref().and_then(Address::parse).map(Arc::new),
            deposed: head.deposed.as_deref().filter(|key| !key.is_empty()).map(Str::from),
            provider: found.name(&head.provider),
            action,
            imported: head.is_imported,
            before,
            after,
            place: Some(place),
        };
        if section == Section::Drift {
            self.found.drift.push(change);
            return;
        }
        if change.action == Action::None && change.deposed.is_none() {
            let digest = self.digest(head.address);
            self.unchanged.insert(digest);
        }
        self.found.changes.push(change);
    }

    /// What a list of actions means: as a rule the same as the one before.
    fn action(&mut self, list: &str) -> Result<Option<Action>, What> {
        if self.actions.0 != list {
            let words: Vec<&RawValue> = serde_json::from_str(list).map_err(|error| What::of(&error))?;
            let words: Vec<Cow<'_, str>> =
                words.into_iter().map(|word| string(word.get())).collect::<Result<_, _>>()?;
            let words: Vec<&str> = words.iter().map(|word| &**word).collect();
            self.actions = (list.to_owned(), action(&words));
        }
        Ok(self.actions.1)
    }

    fn digest(&self, text: &str) -> [u64; 2] {
        self.hashers.each_ref().map(|hasher| hasher.hash_one(text))
    }

    fn address(&mut self, raw: &str, place: Span) -> Option<Arc<Address>> {
        let Some(address) = string(raw).ok().and_then(|text| self.found.address(&text)) else {
            let problem = Problem::at(place, "This is not the address of a resource instance");
            self.found.problems.push(problem);
            return None;
        };
        Some(Arc::new(address))
    }

    /// The values that are asked for; `None` where there are none.
    fn values(
        &mut self,
        address: &Address,
        place: Span,
        values: Values<'_>,
        unknown: Values<'_>,
        sensitive: Values<'_>,
    ) -> Option<Value> {
        let known = self.types.of(address);
        if known.wanted.is_nothing() {
            return None;
        }
        let names = &mut self.found.names_of_values;
        values::object(values, unknown, sensitive, known, names).unwrap_or_else(|fault| {
            let problem = Problem::at(place, format!("The values of `{address}` {}", fault.words()));
            self.found.problems.push(problem);
            None
        })
    }

    /// A resource instance of a state.
    fn resource(&mut self, element: Element<'_>) -> Result<(), Fault> {
        let object = element.object("a resource")?;
        let head = StateHead::read(object).map_err(|what| element.fault(what))?;
        if head.deposed.is_none() && self.unchanged.contains(&self.digest(head.address)) {
            return Ok(());
        }
        let place = self.place(element.place(head.place.clone()));
        self.found_resource(&head, place, element.section == Section::Planned);
        Ok(())
    }

    fn found_resource(&mut self, head: &StateHead<'_>, place: Span, is_planned: bool) {
        let Some(address) = self.address(head.address, place) else { return };
        if matches!(head.values, Values::None) {
            let message = format!("There are no values of `{address}`");
            let problem = Problem::at(place, message).help("Check what `terraform show -json` prints, unchanged.");
            self.found.problems.push(problem);
        }
        let after = self.values(&address, place, head.values, Values::None, head.sensitive);
        let after = match is_planned {
            true => after.map(|values| values::with_unknown(&values, Shape::of(address.mode, &address.type_name))),
            false => after,
        };
        let change = Change {
            address,
            previous_address: None,
            deposed: head.deposed.as_deref().filter(|key| !key.is_empty()).map(Str::from),
            provider: self.found.name(&head.provider),
            action: if is_planned { Action::Configured } else { Action::None },
            imported: false,
            before: None,
            after,
            place: Some(place),
        };
        let found = if is_planned { &mut self.found.changes } else { &mut self.found.prior };
        found.push(change);
    }

    /// A resource of a state file, with its instances. It stands where its type does.
    fn state_file_resource(&mut self, element: Element<'_>) -> Result<(), Fault> {
        let object = element.object("a resource")?;
        let resource = serde_json::from_str(element.text).map_err(|error| element.fault(What::of(&error)))?;
        let place = self.place(element.place(state_file::place_of_type(object)));
        state_file::read(resource, place, &mut self.found, &mut self.types);
        Ok(())
    }

    fn variables(&mut self, text: &str) -> Result<(), What> {
        let variables: Option<BTreeMap<Cow<'_, str>, VariableHead<'_>>> =
            serde_json::from_str(text).map_err(|error| What::of(&error))?;
        for (name, variable) in variables.unwrap_or_default() {
            let value = match variable.value.map(|raw| values::any(raw.get(), false)) {
                None => Value::null(crate::lang::Type::Dynamic),
                Some(Ok(value)) => value,
                Some(Err(fault)) => {
                    return Err(What::Form(format!("the values in variable \"{name}\" {}", fault.words())));
                }
            };
            self.found.variables.insert((*name).into(), value);
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
        // Forgotten first: OpenTofu, where `destroy = false`.
        ["delete", "create"] | ["create", "delete"] | ["create", "forget"] | ["forget", "create"] => Action::Replace,
        _ => return None,
    })
}
