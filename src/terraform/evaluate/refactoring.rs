//! `moved`, `removed` and `import` blocks against what there is ("Terraform Language: Refactoring", "Import").

use std::collections::{HashMap, HashSet};

use crate::address::{InstanceKey, Mode};
use crate::lang::convert::convert;
use crate::lang::{Data, Type, Value};
use crate::source::Problem;

use super::super::module::refactoring::{Endpoint, Key};
use super::super::module::{Import, Moved, Resource};
use super::super::state::{Instances, Repetition};
use super::Evaluator;

/// Whether something is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    There,
    Absent,
    Unknown,
}

/// The moves of a module so far.
#[derive(Default)]
struct Moves<'m> {
    from: HashMap<&'m Endpoint, &'m Endpoint>,
    to: HashMap<&'m Endpoint, &'m Endpoint>,
}

impl<'m> Moves<'m> {
    fn of(moved: &'m [Moved]) -> Self {
        let mut moves = Self::default();
        moved.iter().filter(|moved| moved.from != moved.to).for_each(|moved| {
            moves.add(moved);
        });
        moves
    }

    /// Adds a move; whether it contradicts none so far.
    fn add(&mut self, moved: &'m Moved) -> bool {
        let from = *self.from.entry(&moved.from).or_insert(&moved.to);
        let to = *self.to.entry(&moved.to).or_insert(&moved.from);
        *from == moved.to && *to == moved.from
    }

    /// A move that leads back to where it began. Every address leads to one at most, so each is gone through once.
    fn circle(&self, moved: &'m [Moved]) -> Option<&'m Moved> {
        let mut seen: HashMap<&Endpoint, usize> = HashMap::new();
        moved.iter().enumerate().find_map(|(round, start)| {
            let mut at = &start.from;
            while let Some(next) = self.from.get(at) {
                match seen.insert(at, round) {
                    Some(earlier) if earlier == round => return Some(start),
                    Some(_) => return None,
                    None => at = next,
                }
            }
            None
        })
    }
}

impl Evaluator<'_> {
    /// Checks the blocks of a place in the module tree, and of its module's instances.
    pub(super) fn refactorings(&mut self, place: usize) {
        let declared = self.tree.module(place);
        for &module in &self.state.by_place[place] {
            let mut moves = Moves::default();
            declared.moved.iter().for_each(|moved| self.moved(module, moved, &mut moves));
        }
        if let Some(start) = Moves::of(&declared.moved).circle(&declared.moved) {
            let message = "Cyclic dependency in move statements: they lead back to where they began";
            self.problem(Problem::at(start.header, message));
        }
        for removed in &declared.removed {
            if let Some(place) = self.place_of(place, &removed.from) {
                self.still_declared(place, &removed.from);
            }
        }
        let mut targets = HashSet::new();
        for import in &declared.imports {
            if place == 0 {
                let is_first = import.for_each.is_some() || targets.insert(&import.to);
                self.import(import, is_first);
            } else {
                let message = "Invalid import configuration: import blocks are allowed in the root module only";
                self.problem(Problem::at(import.header, message));
            }
        }
    }

    fn moved<'m>(&self, module: usize, moved: &'m Moved, moves: &mut Moves<'m>) {
        let problem = if moved.from == moved.to {
            Some("Redundant move statement: both addresses are the same")
        } else if !moves.add(moved) {
            Some("Ambiguous move statements: another moved block has one of these addresses")
        } else if self.presence(module, &moved.from, !moved.to.ends_in_key()) == Presence::There {
            Some("Moved object still exists: what `from` names is still declared")
        } else {
            None
        };
        if let Some(message) = problem {
            self.problem(Problem::at(moved.header, message));
        }
    }

    /// The place in the module tree that an address names (for a resource, that of its module), by names alone.
    fn place_of(&self, place: usize, endpoint: &Endpoint) -> Option<usize> {
        endpoint.modules.iter().try_fold(place, |place, (name, _)| {
            let call = self.tree.module(place).calls.find(name)?;
            self.tree.places[place].children[call]
        })
    }

    fn still_declared(&self, place: usize, from: &Endpoint) {
        let module = self.tree.module(place);
        if let Some((mode, type_name, name, _)) = &from.resource {
            if let Some(index) = module.resource(*mode, type_name, name) {
                let message = format!("Removed resource still exists: {type_name}.{name} is named in a removed block");
                self.problem(Problem::at(module.resources[index].layers.header, message));
            }
        } else if let Some((parent, call)) = self.tree.places[place].parent {
            let (name, call) = (self.tree.module(parent).calls.name(call), self.tree.module(parent).calls.at(call));
            let message = format!("Removed module still exists: module.{name} is named in a removed block");
            self.problem(Problem::at(call.layers.header, message));
        }
    }

    /// Whether an address names something that is there. With `whole`, one without a key stands for all instances.
    fn presence(&self, module: usize, endpoint: &Endpoint, whole: bool) -> Presence {
        let mut modules = vec![module];
        let last = endpoint.modules.len();
        for (depth, (name, key)) in endpoint.modules.iter().enumerate() {
            let of_all = whole && endpoint.resource.is_none() && depth + 1 == last;
            let mut found = Vec::new();
            for module in modules {
                let Some(call) = self.tree.module(self.state.modules[module].place).calls.find(name) else { continue };
                let called = &self.state.modules[module].calls[call];
                if matches!(called.instances, Instances::Unknown) {
                    return Presence::Unknown;
                }
                let is_named = |child: &&usize| {
                    let of_child = self.state.modules[**child].path.0.last().map(|step| &step.key);
                    of_all && key.is_none() || of_child.is_some_and(|of_child| Key::Fixed(of_child.clone()) == *key)
                };
                found.extend(called.modules.iter().filter(is_named).copied());
                if of_all && key.is_none() && called.modules.is_empty() {
                    return Presence::There;
                }
            }
            modules = found;
        }
        let Some((mode, type_name, name, key)) = &endpoint.resource else {
            return if modules.is_empty() { Presence::Absent } else { Presence::There };
        };
        for module in modules {
            let place = self.state.modules[module].place;
            let Some(index) = self.tree.module(place).resource(*mode, type_name, name) else { continue };
            if whole && key.is_none() {
                return Presence::There;
            }
            let Key::Fixed(key) = key else { return Presence::Unknown };
            let Some(keys) = self.keys().get(&(module, index)) else { continue };
            if keys.contains(&InstanceKey::Unknown) {
                return Presence::Unknown;
            }
            if keys.contains(key) {
                return Presence::There;
            }
        }
        Presence::Absent
    }

    /// The keys of each resource's instances, by module instance and the resource's index.
    pub(super) fn keys(&self) -> &HashMap<(usize, usize), HashSet<InstanceKey>> {
        self.keys.get_or_init(|| {
            let mut keys: HashMap<_, HashSet<_>> = HashMap::new();
            for (module, resource, instance) in &self.instances {
                keys.entry((*module, *resource)).or_default().insert(instance.address.key.clone());
            }
            keys
        })
    }

    fn import(&self, import: &Import, is_first: bool) {
        let refuse = |message: &str| self.problem(Problem::at(import.at, message));
        let Some((_, type_name, name, key)) = &import.to.resource else { return };
        let missing = || {
            refuse(&format!("Configuration for import target does not exist: {type_name}.{name} is not declared there"))
        };
        let Some(place) = self.place_of(0, &import.to) else { return missing() };
        let module = self.tree.module(place);
        let Some(index) = module.resource(Mode::Managed, type_name, name) else { return missing() };
        let resource = &module.resources[index];
        if let Some(at) = import.provider {
            let message = "Invalid import provider argument: the provider of a resource that is declared is set there";
            self.problem(Problem::at(at, message));
        }
        if let Some(why) = wrong_key(resource, key) {
            return refuse(&format!("Invalid import 'to' expression: {why}"));
        }
        if !is_first {
            return refuse(&format!("Duplicate import configuration for \"{type_name}.{name}\""));
        }
        for repetition in self.repetitions(import) {
            self.import_one(import, &repetition);
        }
    }

    fn repetitions(&self, import: &Import) -> Vec<Repetition> {
        let Some(for_each) = import.for_each else { return vec![Repetition::None] };
        let value = self.expression(0, &Repetition::None, for_each);
        let each = |key: Value, value: &Value| Repetition::Each { key, value: value.clone() };
        match &value.data {
            Data::Map(_, entries) | Data::Object(entries) => {
                entries.iter().map(|(key, value)| each(Value::normalized(key.clone()), value)).collect()
            }
            Data::Set(_, elements) => elements.iter().map(|value| each(value.clone(), value)).collect(),
            Data::List(_, elements) | Data::Tuple(elements) => elements
                .iter()
                .enumerate()
                .map(|(index, value)| each(Value::number(crate::lang::Number::from_i64(index as i64)), value))
                .collect(),
            Data::Unknown(_) => vec![Repetition::Unknown],
            Data::Null(_) => Vec::new(),
            Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                let at = self.setting.trees.span(for_each);
                self.problem(Problem::at(at, "Invalid for_each argument: a map, set, list or tuple is required"));
                Vec::new()
            }
        }
    }

    fn import_one(&self, import: &Import, repetition: &Repetition) {
        if let Some(id) = import.id {
            let at = self.setting.trees.span(id);
            let value = self.expression(0, repetition, id);
            match convert(&value, &Type::String) {
                Err(why) => self.problem(Problem::at(at, format!("Incorrect value type: {why}"))),
                Ok(text) if text.is_null() || text.as_str() == Some("") => {
                    self.problem(Problem::at(at, "Invalid import id argument: it must not be null or empty"));
                }
                // What is not known may be in the state, or read before the plan.
                Ok(_) => {}
            }
        }
        let Some(to) = self.with_keys(&import.to, repetition) else { return };
        if self.presence(0, &to, false) == Presence::Absent {
            let message = "Configuration for import target does not exist: there is no such instance";
            self.problem(Problem::at(import.at, message));
        }
    }

    /// The address with its keys evaluated; none where one is not known, or of the wrong type for the resource.
    fn with_keys(&self, endpoint: &Endpoint, repetition: &Repetition) -> Option<Endpoint> {
        let fixed = |key: &Key| match key {
            Key::Fixed(key) => Some(Key::Fixed(key.clone())),
            Key::Computed(expression) => {
                let value = self.expression(0, repetition, *expression);
                let key = match &value.data {
                    Data::String(text) => InstanceKey::String(text.clone()),
                    Data::Number(number) => InstanceKey::Number(u64::try_from(number.to_i64()?).ok()?),
                    _ => return None,
                };
                Some(Key::Fixed(key))
            }
        };
        let modules = endpoint.modules.iter().map(|(name, key)| Some((name.clone(), fixed(key)?)));
        let modules = modules.collect::<Option<Vec<_>>>()?;
        let resource = match &endpoint.resource {
            Some((mode, type_name, name, key)) => Some((*mode, type_name.clone(), name.clone(), fixed(key)?)),
            None => None,
        };
        Some(Endpoint { modules, resource })
    }
}

fn wrong_key(resource: &Resource, key: &Key) -> Option<&'static str> {
    let is_repeated = resource.meta.count.is_some() || resource.meta.for_each.is_some();
    match (is_repeated, key.is_none()) {
        (true, true) => Some("the resource has several instances, so a key is required"),
        (false, false) => Some("the resource has neither count nor for_each, so it has no key"),
        (true, false) | (false, true) => None,
    }
}
