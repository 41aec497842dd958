//! What names mean in a module instance, and in a resource instance in it.

use std::path::Path;

use crate::address::Mode;
use crate::lang::eval::{Resolved, Scope, Work};
use crate::lang::value::Entries;
use crate::lang::{Marks, Str, Type, Value};
use crate::source::{Problem, Span};

use super::state::{Repetition, State};

/// Names of the run as a whole.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) workspace: Str,
    /// `path.cwd`: absolute.
    pub(super) root: Str,
}

impl Surroundings {
    pub(super) fn new(root: &Path, workspace: Option<&str>) -> Self {
        let root = root.to_string_lossy().replace('\\', "/");
        Self { workspace: workspace.unwrap_or("default").into(), root: root.into() }
    }
}

/// A `dynamic` block's iterator, and those around it.
pub(super) struct Iteration<'i> {
    pub(super) name: &'i str,
    pub(super) key: Value,
    pub(super) value: Value,
    /// Those of the collection that is gone over.
    pub(super) marks: Marks,
    pub(super) outer: Option<&'i Iteration<'i>>,
}

/// Names in a module instance.
#[derive(Clone, Copy)]
pub(super) struct ModuleScope<'s> {
    pub(super) state: &'s State<'s>,
    pub(super) module: usize,
    pub(super) repetition: &'s Repetition,
    pub(super) iteration: Option<&'s Iteration<'s>>,
    /// `self`, in a postcondition.
    pub(super) itself: Option<&'s Value>,
    pub(super) surroundings: &'s Surroundings,
}

impl Scope for ModuleScope<'_> {
    /// What is not declared was reported before anything was evaluated; here it is unknown.
    fn resolve(&self, names: &[&str], _at: Span) -> Result<Resolved, Box<Problem>> {
        let resolved = self.iterator(names).or_else(|| self.named(names));
        Ok(resolved.unwrap_or_else(|| Resolved { value: Value::unknown(Type::Dynamic), used: names.len() }))
    }

    fn work(&self) -> Option<&Work> {
        Some(&self.state.work)
    }

    fn kept_splat(&self, at: Span) -> Option<Value> {
        let splats = self.state.splats.borrow();
        splats.get(&at).filter(|(module, _)| *module == self.module && self.is_shared()).map(|(_, value)| value.clone())
    }

    fn keep_splat(&self, at: Span, value: &Value) {
        if self.is_shared() {
            self.state.splats.borrow_mut().insert(at, (self.module, value.clone()));
        }
    }

    fn as_terraform(&self) -> bool {
        self.state.is_rehearsal
    }
}

impl ModuleScope<'_> {
    /// Whether other instances evaluate the same expressions, with names that mean the same.
    const fn is_shared(&self) -> bool {
        matches!(self.repetition, Repetition::Count(_) | Repetition::Each { .. })
            && self.iteration.is_none()
            && self.itself.is_none()
    }

    fn iterator(&self, names: &[&str]) -> Option<Resolved> {
        let mut iteration = self.iteration;
        while let Some(this) = iteration {
            if this.name == names[0] {
                return Some(match names.get(1) {
                    Some(&"key") => Resolved { value: this.key.clone(), used: 2 },
                    Some(&"value") => Resolved { value: this.value.clone(), used: 2 },
                    Some(_) | None => {
                        let entries = [("key".into(), this.key.clone()), ("value".into(), this.value.clone())];
                        Resolved { value: Value::object(entries.into_iter().collect::<Entries>()), used: 1 }
                    }
                });
            }
            iteration = this.outer;
        }
        None
    }

    fn named(&self, names: &[&str]) -> Option<Resolved> {
        let instance = &self.state.modules[self.module];
        let module = self.state.tree.module(instance.place);
        let text = |text: &str| Some(Resolved { value: Value::string(text), used: 2 });
        match *names.first()? {
            "var" => {
                let index = module.variables.find(names.get(1)?)?;
                Some(Resolved { value: instance.variables[index].clone(), used: 2 })
            }
            "local" => {
                let index = module.locals.find(names.get(1)?)?;
                Some(Resolved { value: instance.locals[index].clone(), used: 2 })
            }
            "self" => Some(Resolved { value: self.itself?.clone(), used: 1 }),
            "each" => self.each(names.get(1)?),
            "count" => match (self.repetition, names.get(1)?) {
                (Repetition::Count(index), &"index") => {
                    let index = crate::lang::Number::from_i64(i64::try_from(*index).unwrap_or(i64::MAX));
                    Some(Resolved { value: Value::number(index), used: 2 })
                }
                _ => Some(Resolved { value: Value::unknown(Type::Number), used: 2 }),
            },
            "path" => match *names.get(1)? {
                "module" => text(&self.state.tree.places[instance.place].shown),
                "root" => text("."),
                "cwd" => text(&self.surroundings.root),
                _ => None,
            },
            "terraform" => match *names.get(1)? {
                "workspace" => text(&self.surroundings.workspace),
                // terraform.applying
                _ => Some(Resolved { value: Value::unknown(Type::Bool).with_marks(Marks::EPHEMERAL), used: 2 }),
            },
            "module" => {
                let call = module.calls.find(names.get(1)?)?;
                if let Some(output) = names.get(2)
                    && let Some(value) = self.state.call_output(self.module, call, output)
                {
                    return Some(Resolved { value, used: 3 });
                }
                Some(Resolved { value: self.state.call(self.module, call), used: 2 })
            }
            "data" => self.resource(Mode::Data, names.get(1)?, names.get(2)?, 3),
            "ephemeral" => self.resource(Mode::Ephemeral, names.get(1)?, names.get(2)?, 3),
            "resource" => self.resource(Mode::Managed, names.get(1)?, names.get(2)?, 3),
            type_name => self.resource(Mode::Managed, type_name, names.get(1)?, 2),
        }
    }

    fn each(&self, name: &str) -> Option<Resolved> {
        let value = match (self.repetition, name) {
            (Repetition::Each { key, .. }, "key") => key.clone(),
            (Repetition::Each { value, .. }, "value") => value.clone(),
            (_, "key") => Value::unknown(Type::String),
            (_, _) => Value::unknown(Type::Dynamic),
        };
        Some(Resolved { value, used: 2 })
    }

    fn resource(&self, mode: Mode, type_name: &str, name: &str, used: usize) -> Option<Resolved> {
        let instance = &self.state.modules[self.module];
        let index = self.state.tree.module(instance.place).resource(mode, type_name, name)?;
        Some(Resolved { value: instance.resources[index].clone(), used })
    }
}
