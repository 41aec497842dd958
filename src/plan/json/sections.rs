//! The sections of a document: which there are, and the resource instances in them.

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
use super::heads::{ChangeHead, StateHead, Values, string};
use super::names::Names;
use super::stream::{Fault, Stream, What};
use super::{state_file, values};

/// What a document says of itself.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) format_version: Option<String>,
    pub(super) terraform_version: Option<String>,
    /// Whether it has a section that only plans have.
    pub(super) is_plan: bool,
    /// Whether it has the values of a state.
    pub(super) is_state: bool,
    pub(super) has_changes: bool,
    pub(super) has_planned_values: bool,
    pub(super) errored: Option<bool>,
    pub(super) complete: Option<bool>,
    /// Whether changes are left for a later plan.
    pub(super) deferred: bool,
    /// A plan that is kept elsewhere.
    pub(super) remote: bool,
    pub(super) encrypted: bool,
    /// A plan as HCP Terraform shows it, without what is sensitive.
    pub(super) redacted: bool,
    /// Whether it has nothing but versions.
    pub(super) is_bare: bool,
    /// A message of Terraform's log.
    pub(super) is_log: bool,
    /// Of a state file.
    pub(super) state_version: Option<u64>,
    /// Whether it has the list of resources that state files have.
    pub(super) has_resources: bool,
    pub(super) configuration: Option<(String, Span)>,
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
    demand: &'c Demand,
    pub(super) found: Found,
    /// The places that are pointed at, in pairs: where each begins and ends. Spans count them.
    pub(super) positions: Vec<Position>,
    /// Digests of the addresses, as they are written, of what the plan leaves as it is: the state before has the same values.
    unchanged: HashSet<[u64; 2]>,
    hashers: [RandomState; 2],
    /// The list of actions that was read last, and what it means.
    actions: (String, Option<Action>),
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
struct VariableHead<'t> {
    #[serde(borrow)]
    value: Option<&'t RawValue>,
}

impl<'c> Collector<'c> {
    pub(super) fn new(file: FileId, demand: &'c Demand) -> Self {
        let start = Position { line: 1, column: 1 };
        Self {
            file,
            demand,
            found: Found::default(),
            positions: vec![start, start],
            unchanged: HashSet::new(),
            hashers: [RandomState::new(), RandomState::new()],
            actions: (String::new(), None),
        }
    }

    /// A place that can be pointed at.
    pub(super) fn place(&mut self, start: Position, end: Position) -> Span {
        let at = self.positions.len() as u32;
        self.positions.extend([start, end]);
        Span::new(self.file, at, at + 1)
    }

    fn change(&mut self, stream: &mut Stream<'_>, section: Section) -> Result<(), Fault> {
        let range = stream.take(ChangeHead::LEVELS)?;
        let start = range.start;
        let object = stream.object(range, "a resource change")?;
        let head = ChangeHead::read(object).map_err(|what| stream.fault(what, start))?;
        let action = self.action(head.actions).map_err(|what| stream.fault(what, start))?;
        let [from, to] = [head.place.start, head.place.end].map(|at| stream.position(start + at));
        let place = self.place(from, to);
        self.found_change(&head, action, place, section);
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
        match section {
            Section::Changes => {
                if change.action == Action::None && change.deposed.is_none() {
                    let digest = self.digest(head.address);
                    self.unchanged.insert(digest);
                }
                self.found.changes.push(change);
            }
            Section::Drift => self.found.drift.push(change),
        }
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
        let wanted = self.demand.of(address.mode, &address.type_name);
        if wanted.is_nothing() {
            return None;
        }
        let shape = Shape::of(address.mode, &address.type_name);
        let names = &mut self.found.names_of_values;
        values::object(values, unknown, sensitive, shape, &wanted, names).unwrap_or_else(|fault| {
            let problem = Problem::at(place, format!("The values of `{address}` {}", fault.words()));
            self.found.problems.push(problem);
            None
        })
    }

    /// A resource instance of a state.
    fn resource(&mut self, stream: &mut Stream<'_>, of: Of) -> Result<(), Fault> {
        let range = stream.take(StateHead::LEVELS)?;
        let start = range.start;
        let object = stream.object(range, "a resource")?;
        let head = StateHead::read(object).map_err(|what| stream.fault(what, start))?;
        if head.deposed.is_none() && self.unchanged.contains(&self.digest(head.address)) {
            return Ok(());
        }
        let [from, to] = [head.place.start, head.place.end].map(|at| stream.position(start + at));
        let place = self.place(from, to);
        self.found_resource(&head, place, of);
        Ok(())
    }

    fn found_resource(&mut self, head: &StateHead<'_>, place: Span, of: Of) {
        let Some(address) = self.address(head.address, place) else { return };
        if matches!(head.values, Values::None) {
            let message = format!("There are no values of `{address}`");
            let problem = Problem::at(place, message).help("Check what `terraform show -json` prints, unchanged.");
            self.found.problems.push(problem);
        }
        let after = self.values(&address, place, head.values, Values::None, head.sensitive);
        let after = match of {
            Of::Now => after,
            Of::Planned => {
                after.map(|values| values::with_unknown(&values, Shape::of(address.mode, &address.type_name)))
            }
        };
        let change = Change {
            address,
            previous_address: None,
            deposed: head.deposed.as_deref().filter(|key| !key.is_empty()).map(Str::from),
            provider: self.found.name(&head.provider),
            action: if let Of::Now = of { Action::None } else { Action::Configured },
            imported: false,
            before: None,
            after,
            place: Some(place),
        };
        match of {
            Of::Now => self.found.prior.push(change),
            Of::Planned => self.found.changes.push(change),
        }
    }

    /// A resource of a state file, with its instances. It stands where its type does.
    fn state_file_resource(&mut self, stream: &mut Stream<'_>) -> Result<(), Fault> {
        let range = stream.take(1)?;
        let start = range.start;
        let object = stream.object(range, "a resource")?;
        let resource = serde_json::from_str(object.text).map_err(|error| stream.fault(What::of(&error), start))?;
        let ty = state_file::place_of_type(object);
        let [from, to] = [ty.start, ty.end].map(|at| stream.position(start + at));
        let place = self.place(from, to);
        state_file::read(resource, place, &mut self.found, self.demand);
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

/// The sections that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// All but planned values.
    All,
    /// Planned values alone, where nothing says what is done.
    PlannedValues,
}

impl Collector<'_> {
    /// Goes over a document.
    pub(super) fn document(&mut self, stream: &mut Stream<'_>, pass: Pass) -> Result<Document, Fault> {
        let mut document = Document { is_bare: true, ..Document::default() };
        stream.members("the JSON object of a plan or state", |stream, name| match pass {
            Pass::All => self.section(stream, name, &mut document),
            Pass::PlannedValues if name == "planned_values" => self.state(stream, Of::Planned),
            Pass::PlannedValues => stream.skip(),
        })?;
        stream.end()?;
        Ok(document)
    }

    fn section(&mut self, stream: &mut Stream<'_>, name: &str, document: &mut Document) -> Result<(), Fault> {
        match name {
            "planned_values" | "resource_changes" | "output_changes" | "configuration" | "applyable"
            | "proposed_unknown" => document.is_plan = true,
            "values" => document.is_state = true,
            "remote_plan_format" => document.remote = true,
            "encrypted_data" => document.encrypted = true,
            "plan_format_version" => document.redacted = true,
            "@level" => document.is_log = true,
            _ => {}
        }
        document.is_bare &= matches!(name, "format_version" | "terraform_version");
        match name {
            "format_version" => document.format_version = stream.value()?,
            "terraform_version" => document.terraform_version = stream.value()?,
            "errored" => document.errored = stream.value()?,
            "complete" => document.complete = stream.value()?,
            // Other files have a version too.
            "version" => document.state_version = stream.text()?.0.parse().ok(),
            "planned_values" => {
                document.has_planned_values = !stream.is_null()?;
                if document.has_planned_values {
                    stream.skip()?;
                }
            }
            "deferred_changes" => {
                each(stream, "a list of deferred changes", |stream| {
                    document.deferred = true;
                    stream.skip()
                })?;
            }
            "resource_changes" => {
                document.has_changes = !stream.is_null()?;
                if document.has_changes {
                    stream.elements(CHANGES, |stream| self.change(stream, Section::Changes))?;
                }
            }
            "resource_drift" => each(stream, CHANGES, |stream| self.change(stream, Section::Drift))?,
            "prior_state" => {
                if !stream.is_null()? {
                    stream.members("a state", |stream, name| match name {
                        "values" => self.state(stream, Of::Now),
                        _ => stream.skip(),
                    })?;
                }
            }
            "values" => self.state(stream, Of::Now)?,
            "variables" => {
                let (text, place) = stream.text()?;
                self.variables(&text).map_err(|what| Fault { what, place })?;
            }
            "configuration" => {
                let (text, place) = stream.text()?;
                document.configuration = (text != "null").then(|| (text, self.place(place, place)));
            }
            "resources" => {
                document.has_resources = !stream.is_null()?;
                if document.has_resources {
                    stream.elements("a list of resources", |stream| self.state_file_resource(stream))?;
                }
            }
            _ => stream.skip()?,
        }
        Ok(())
    }

    /// The values of a state.
    fn state(&mut self, stream: &mut Stream<'_>, of: Of) -> Result<(), Fault> {
        if stream.is_null()? {
            return Ok(());
        }
        stream.members("the values of a state", |stream, name| match name {
            "root_module" => self.module(stream, of, 0),
            _ => stream.skip(),
        })
    }

    fn module(&mut self, stream: &mut Stream<'_>, of: Of, depth: usize) -> Result<(), Fault> {
        if stream.is_null()? {
            return Ok(());
        }
        stream.members("a module", |stream, name| match name {
            "resources" => each(stream, "a list of resources", |stream| self.resource(stream, of)),
            "child_modules" if depth < MAX_DEPTH => {
                each(stream, "a list of modules", |stream| self.module(stream, of, depth + 1))
            }
            "child_modules" => Err(stream.fault_here(What::Form("modules are nested too deeply".to_owned()))),
            _ => stream.skip(),
        })
    }
}

const CHANGES: &str = "a list of resource changes";
/// Modules lie at most so deep in one another.
const MAX_DEPTH: usize = 100;

/// Goes over the elements of a list, if there is one.
fn each(
    stream: &mut Stream<'_>,
    expected: &str,
    element: impl FnMut(&mut Stream<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if stream.is_null()? { Ok(()) } else { stream.elements(expected, element) }
}
