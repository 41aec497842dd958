//! What the names in rule files mean: facts over one reading.
//!
//! `each`, `option`; `network.NAME`; `resources.TYPE`; `inventory.resources`, `inventory.taggable`;
//! `configuration.NAME`; `plan.NAME`; `jenkins.NAME`; `policy.suppressions`. Facts carry places ([`Origin::place`]): those of the
//! network, and (with [`OWN`] set) those kept here.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::finding::Related;
use crate::inventory::{self, Instance, Inventory, Place, Way};
use crate::jenkinsfile::{self, Script};
use crate::lang::eval::{Evaluated, Resolved, Scope};
use crate::lang::value::Entries;
use crate::lang::{Origin, Shape, Str, Type, Value};
use crate::network::Network;
use crate::network::intent::Intent;
use crate::schema;
use crate::source::{Problem, Span, nearest, pattern};
use crate::syntax::Trees;
use crate::terraform::{Difference, Reading};

use super::{configuration_facts as configuration, jenkins, tags};

/// Marks places that are kept here, not by the network.
const OWN: u32 = 1 << 31;
/// Marks, with [`OWN`], entries of the table; without it, the rest is the index of an instance (its header).
const TABLE: u32 = 1 << 30;

/// Where a finding stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Spot {
    /// The instance, if there is one.
    pub(super) instance: Option<usize>,
    /// The address to show, where it is not the instance's.
    pub(super) address: Option<Str>,
    /// The most specific expression.
    pub(super) span: Option<Span>,
    /// Where the value was typed, if elsewhere.
    pub(super) related: Vec<Related>,
    /// The path inside the resource.
    pub(super) path: String,
    /// Whether it is in a block that may not be there.
    pub(super) perhaps: bool,
}

/// A place in the table: what is costly to look up is looked up when a finding needs it.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    /// As it is.
    Spot(Spot),
    /// The tags of an instance.
    Tags(usize),
    /// A tag.
    Tag(tags::Tag),
}

impl From<Place> for Spot {
    fn from(place: Place) -> Self {
        Self {
            instance: place.instance,
            address: None,
            span: Some(place.span),
            related: place.related,
            path: place.path,
            perhaps: place.perhaps,
        }
    }
}

/// The facts of one reading, each made when first asked for.
pub(super) struct Facts<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) trees: &'a Trees,
    network: Network<'a>,
    reading: Option<&'a Reading>,
    pub(super) script: Option<&'a Script>,
    differences: &'a [Difference],
    table: RefCell<Vec<Kept>>,
    made: RefCell<BTreeMap<String, Value>>,
    /// Addresses of instances that findings are about.
    addresses: RefCell<Vec<Option<Str>>>,
}

impl<'a> Facts<'a> {
    /// The facts of a reading, held against what is meant to flow.
    pub(super) fn of(reading: &'a Reading, intent: &'a Intent, trees: &'a Trees) -> Self {
        let network = Network::new(&reading.inventory, trees).with(intent).of_files(&reading.files);
        Self {
            network,
            reading: Some(reading),
            differences: &reading.differences,
            ..Self::new(&reading.inventory, trees)
        }
    }

    /// The facts of an inventory.
    pub(super) fn new(inventory: &'a Inventory, trees: &'a Trees) -> Self {
        Self {
            inventory,
            trees,
            network: Network::new(inventory, trees),
            reading: None,
            script: None,
            differences: &[],
            table: RefCell::default(),
            made: RefCell::default(),
            addresses: RefCell::default(),
        }
    }

    /// The facts of a Jenkinsfile, beside an inventory that is empty.
    pub(super) fn of_script(script: &'a Script, nothing: &'a Inventory, trees: &'a Trees) -> Self {
        Self { script: Some(script), ..Self::new(nothing, trees) }
    }

    /// Makes `policy.suppressions`.
    pub(super) fn set_suppressions(&self, suppressions: Value) {
        self.made.borrow_mut().insert("policy.suppressions".to_owned(), suppressions);
    }

    /// Gives back all collections, with the places of what is in them: nothing that was made of them may be held. What is
    /// asked for again is made again.
    pub(super) fn forget(&self) {
        self.made.borrow_mut().clear();
        self.table.borrow_mut().clear();
        self.network.forget();
    }

    /// Whether the network has a collection of this name.
    pub(super) fn has_collection(&self, name: &str) -> bool {
        Network::collection_names().any(|known| known == name)
    }

    /// Gives the facts of a collection of the network, each as it is made; see [`Network::each`].
    pub(super) fn each(&self, name: &str, give: &mut dyn FnMut(Value)) {
        self.network.each(name, give);
    }

    /// The address of an instance, as text that all findings about it share.
    pub(super) fn address(&self, instance: usize) -> Str {
        let mut addresses = self.addresses.borrow_mut();
        if addresses.is_empty() {
            addresses.resize(self.inventory.instances().len(), None);
        }
        let address = || self.inventory.instance(instance).address.to_string().into();
        addresses[instance].get_or_insert_with(address).clone()
    }

    /// Keeps a place; the origin that stands for it.
    pub(super) fn keep(&self, kept: Kept) -> Origin {
        let mut table = self.table.borrow_mut();
        table.push(kept);
        Origin::place(OWN | TABLE | (table.len() as u32 - 1))
    }

    /// The spot that an origin stands for.
    pub(super) fn spot(&self, origin: Origin) -> Option<Spot> {
        let index = origin.as_place()?;
        if index & OWN == 0 {
            return self.network.place(index).map(Spot::from);
        }
        if index & TABLE != 0 {
            let kept = self.table.borrow().get((index & !(OWN | TABLE)) as usize).cloned()?;
            return Some(match kept {
                Kept::Spot(spot) => spot,
                Kept::Tags(instance) => tags::spot_of_tags(self, instance),
                Kept::Tag(tag) => tags::spot_of_tag(self, &tag),
            });
        }
        Some(self.locate((index & !OWN) as usize, &[], None))
    }

    /// The instance that a fact is of.
    pub(super) fn instance_of(&self, fact: &Value) -> Option<usize> {
        let mut found = None;
        fact.walk(|value| {
            if found.is_none() && value.origin.as_place().is_some() {
                found = self.spot(value.origin).and_then(|spot| spot.instance);
            }
            found.is_none()
        });
        found
    }

    /// The spot of a value in an instance.
    pub(super) fn locate(&self, instance: usize, way: &[Way<'_>], value: Option<&Value>) -> Spot {
        let path: Vec<&str> = way
            .iter()
            .filter_map(|step| match step {
                Way::Name(name) | Way::Key(name) => Some(*name),
                Way::Element(..) => None,
            })
            .collect();
        inventory::locate(self.trees, self.inventory, instance, way, value)
            .map_or_else(|| Spot { instance: Some(instance), path: path.join("."), ..Spot::default() }, Spot::from)
    }

    /// A collection of facts, made once.
    fn collection(&self, name: String, make: impl FnOnce() -> Option<Value>) -> Option<Value> {
        if let Some(value) = self.made.borrow().get(&name) {
            return Some(value.clone());
        }
        let value = make()?;
        self.made.borrow_mut().insert(name, value.clone());
        Some(value)
    }

    /// The collection that a root and a name stand for.
    fn named(&self, root: &str, name: &str, at: Span) -> Result<Value, Box<Problem>> {
        let known: Vec<&str> = match root {
            "network" => Network::collection_names().collect(),
            "resources" => return self.resources_of(name, at),
            "inventory" => vec!["resources", "taggable"],
            "configuration" => configuration::NAMES.to_vec(),
            "plan" => vec!["deletions", "drift", "source_differences"],
            "jenkins" => jenkinsfile::facts::NAMES.to_vec(),
            "policy" => vec!["suppressions"],
            _ => return Err(Box::new(Problem::at(at, format!("`{root}` means nothing in a rule")))),
        };
        let found = self.collection(format!("{root}.{name}"), || match (root, name) {
            ("network", _) => self.network.collection(name),
            ("inventory", "resources") => {
                Some(Value::tuple((0..self.inventory.instances().len()).filter_map(|at| self.resource(at)).collect()))
            }
            ("inventory", "taggable") => Some(tags::taggable(self)),
            ("configuration", _) => match self.reading {
                Some(reading) => configuration::collection(self, reading, name),
                None => known.contains(&name).then(|| Value::tuple(Vec::new())),
            },
            ("plan", "deletions") => Some(Value::tuple(self.others(self.inventory.gone()))),
            ("plan", "drift") => Some(Value::tuple(self.others(self.inventory.drift()))),
            ("plan", "source_differences") => Some(Value::tuple(self.source_differences())),
            ("jenkins", _) => known.contains(&name).then(|| jenkins::collection(self, self.script, name)),
            ("policy", "suppressions") => Some(Value::tuple(Vec::new())),
            _ => None,
        });
        found.ok_or_else(|| {
            let problem = Problem::at(at, format!("there is no fact `{root}.{name}`"));
            Box::new(match nearest(name, known) {
                Some(near) => problem.help(format!("Did you mean `{root}.{near}`?")),
                None => problem.help("`rules/README.md` lists the facts."),
            })
        })
    }

    fn resources_of(&self, type_name: &str, at: Span) -> Result<Value, Box<Problem>> {
        let indices = self.inventory.of_type(type_name);
        if indices.is_empty() && type_name.starts_with("aws_") && schema::resource(type_name).is_none() {
            let problem = Problem::at(at, format!("the AWS provider has no resource type `{type_name}`"));
            return Err(Box::new(problem.help("Correct the name, or the rule never finds anything.")));
        }
        let make = || Some(Value::tuple(indices.iter().filter_map(|&index| self.resource(index)).collect()));
        Ok(self.collection(format!("resources.{type_name}"), make).unwrap_or_else(|| Value::tuple(Vec::new())))
    }

    /// A managed resource instance as rules see it.
    fn resource(&self, index: usize) -> Option<Value> {
        let instance = self.inventory.instance(index);
        if instance.address.mode != crate::address::Mode::Managed {
            return None;
        }
        Some(of_instance(Origin::place(OWN | index as u32), instance))
    }

    /// Resource instances that take part in nothing else.
    fn others(&self, instances: &[Instance]) -> Vec<Value> {
        let managed = instances.iter().filter(|instance| instance.address.mode == crate::address::Mode::Managed);
        let fact = |instance: &Instance| {
            let spot = Spot {
                address: Some(instance.address.to_string().into()),
                span: instance.sites.as_ref().map(|sites| sites.header),
                ..Spot::default()
            };
            of_instance(self.keep(Kept::Spot(spot)), instance)
        };
        managed.map(fact).collect()
    }

    /// One fact, where the configuration beside a plan is not the one that it was made of.
    fn source_differences(&self) -> Vec<Value> {
        let Some(first) = self.differences.first() else { return Vec::new() };
        let address = Some(first.address.clone()).filter(|address| !address.is_empty());
        let subject = address.as_ref().map(|address| format!("`{address}`: ")).unwrap_or_default();
        let more = match self.differences.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let spot = Spot { address: address.map(Str::from), span: first.span, ..Spot::default() };
        let origin = self.keep(Kept::Spot(spot));
        let text = Value::string(&format!("{subject}{}{more}", first.what));
        vec![object(origin, [("text", text.with_origin(origin)), ("is_same", Value::bool(false))])]
    }
}

/// A resource instance as rules see it.
fn of_instance(origin: Origin, instance: &Instance) -> Value {
    static FACT: Shape<6> = Shape::new(["action", "address", "module", "name", "type", "values"]);
    let values = [
        Value::string(instance.action.word().unwrap_or_default()),
        Value::string(&instance.address.to_string()),
        Value::string(&instance.address.module.to_string()),
        Value::normalized(instance.address.name.clone()),
        Value::normalized(instance.address.type_name.clone()),
        instance.values.clone(),
    ];
    FACT.object(values).with_origin(origin)
}

/// The names of the functions that rule files have beside the language's own.
pub(super) fn function_names() -> impl Iterator<Item = &'static str> {
    ["like", "option_of"].into_iter().chain(tags::FUNCTIONS.iter().copied()).chain(Network::function_names())
}

/// `like(text, patterns)`: whether text matches one of the patterns, in which `*` is any text.
fn like(text: &Value, patterns: &Value) -> Result<Value, String> {
    let patterns = tags::texts(patterns)?;
    match text.as_str() {
        Some(text) => Ok(Value::bool(patterns.iter().any(|pattern| pattern::matches(pattern, text)))),
        None if text.is_unknown() && !patterns.is_empty() => Ok(Value::unknown(Type::Bool)),
        None => Ok(Value::bool(false)),
    }
}

/// A fact.
pub(super) fn object<const N: usize>(origin: Origin, attributes: [(&str, Value); N]) -> Value {
    let entries: Entries = attributes.into_iter().map(|(name, value)| (Str::from(name), value)).collect();
    Value::object(entries).with_origin(origin)
}

/// What names mean while a rule looks at one fact.
pub(super) struct RuleScope<'a, 'f> {
    pub(super) facts: &'a Facts<'f>,
    pub(super) options: &'a [(Str, Value)],
    /// Options of the rules that run, by rule: for rules that leave something to another one.
    pub(super) others: &'a dyn Fn(&str, &str) -> Option<Value>,
    pub(super) key: Value,
    pub(super) value: Value,
}

impl Scope for RuleScope<'_, '_> {
    fn resolve(&self, names: &[&str], at: Span) -> Result<Resolved, Box<Problem>> {
        let resolved = |value, used| Ok(Resolved { value, used });
        match names {
            ["each", "value", attribute, ..] if let Some(value) = self.value.get(attribute) => {
                resolved(value.clone().with_marks(self.value.marks), 3)
            }
            ["each", "value", ..] => resolved(self.value.clone(), 2),
            ["each", "key", ..] => resolved(self.key.clone(), 2),
            ["option", name, ..] => match self.options.iter().find(|(option, _)| **option == **name) {
                Some((_, value)) => resolved(value.clone(), 2),
                None => Err(Box::new(Problem::at(at, format!("the rule has no option `{name}`")))),
            },
            [root, name, ..] => resolved(self.facts.named(root, name, at)?, 2),
            [name] => Err(Box::new(Problem::at(at, format!("`{name}` needs a name after it, as in `{name}.…`")))),
            [] => Err(Box::new(Problem::at(at, "a name is missing"))),
        }
    }

    fn three_valued(&self) -> bool {
        true
    }

    fn call(&self, name: &str, arguments: &[Value], at: Span) -> Option<Evaluated> {
        match (name, arguments) {
            ("option_of", [rule, option]) => {
                let (Some(rule), Some(option)) = (rule.as_str(), option.as_str()) else {
                    return Some(Err(Box::new(Problem::at(at, "`option_of` takes the names of a rule and an option"))));
                };
                Some(Ok((self.others)(rule, option).unwrap_or_else(|| Value::tuple(Vec::new()))))
            }
            ("like", [text, patterns]) => {
                Some(like(text, patterns).map_err(|message| Box::new(Problem::at(at, message))))
            }
            _ => tags::call(self.facts, name, arguments, at).or_else(|| self.facts.network.call(name, arguments, at)),
        }
    }
}
