//! What has been evaluated so far: module instances and the values in them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::address::{Address, InstanceKey, Mode, ModulePath, Reference};
use crate::lang::eval::Work;
use crate::lang::value::Entries;
use crate::lang::{Certain, Data, Str, Type, Unknown, Value};
use crate::source::Span;

use super::tree::ModuleTree;

/// What `each` and `count` mean in an instance.
#[derive(Clone, Debug)]
pub(super) enum Repetition {
    /// Neither is there.
    None,
    Count(u64),
    Each {
        key: Value,
        value: Value,
    },
    /// Which instances there are is not known.
    Unknown,
}

/// The instances of a resource or module call.
#[derive(Debug)]
pub(super) enum Instances {
    /// Neither `count` nor `for_each`.
    Single,
    /// `count`: so many.
    Count(u64),
    /// `for_each`: keys and what `each` means, sorted by key.
    Each(Vec<(Str, Repetition)>),
    /// Not known.
    Unknown,
}

impl Instances {
    /// Keys with what `each` and `count` mean under them.
    pub(super) fn repetitions(&self) -> Vec<(InstanceKey, Repetition)> {
        match self {
            Self::Single => vec![(InstanceKey::None, Repetition::None)],
            Self::Count(count) => {
                (0..*count).map(|index| (InstanceKey::Number(index), Repetition::Count(index))).collect()
            }
            Self::Each(each) => {
                each.iter().map(|(key, repetition)| (InstanceKey::String(key.clone()), repetition.clone())).collect()
            }
            Self::Unknown => vec![(InstanceKey::Unknown, Repetition::Unknown)],
        }
    }

    /// The value of the whole, of those of the instances.
    pub(super) fn whole(&self, mut values: Vec<Value>, unknown: impl FnOnce() -> Value) -> Value {
        match self {
            Self::Single => values.pop().unwrap_or_else(unknown),
            Self::Count(_) => Value::tuple(values),
            Self::Each(each) => Value::object(each.iter().map(|(key, _)| key.clone()).zip(values).collect::<Entries>()),
            Self::Unknown => unknown(),
        }
    }
}

/// A module instance and what is known in it. Everything is unknown until it is evaluated, and stays so in a cycle.
#[derive(Debug)]
pub(super) struct ModuleInstance {
    pub(super) place: usize,
    pub(super) parent: Option<usize>,
    pub(super) path: ModulePath,
    /// What `each` and `count` mean in the call's arguments.
    pub(super) repetition: Repetition,
    pub(super) variables: Vec<Value>,
    pub(super) locals: Vec<Value>,
    pub(super) outputs: Vec<Option<Value>>,
    /// Resources as references see them.
    pub(super) resources: Vec<Value>,
    /// `default_tags` of the provider configurations: `None` where there are none.
    pub(super) default_tags: Vec<Option<Value>>,
    pub(super) calls: Vec<CallInstances>,
}

/// The instances of a module call.
#[derive(Debug)]
pub(super) struct CallInstances {
    pub(super) instances: Instances,
    /// Indices of the module instances.
    pub(super) modules: Vec<usize>,
    /// The value of the whole call, with how many outputs of its module were there when it was made.
    whole: RefCell<Option<(usize, Value)>>,
}

impl CallInstances {
    pub(super) fn new(instances: Instances) -> Self {
        Self { instances, modules: Vec::new(), whole: RefCell::new(None) }
    }

    /// A call whose instances nobody makes: it is this value.
    pub(super) fn fixed(value: Value) -> Self {
        Self { whole: RefCell::new(Some((0, value))), ..Self::new(Instances::Unknown) }
    }
}

/// Everything that was evaluated.
#[derive(Debug)]
pub(super) struct State<'t> {
    pub(super) tree: &'t ModuleTree,
    pub(super) modules: Vec<ModuleInstance>,
    /// Module instances by place.
    pub(super) by_place: Vec<Vec<usize>>,
    /// How many outputs of each place are evaluated, in all its instances.
    pub(super) outputs: Vec<usize>,
    /// What evaluation may still cost: many expressions that each stay within bounds are bounded together.
    pub(super) work: Work,
    /// Splats over what is the same for all instances of a resource, with the module instance they were evaluated in.
    pub(super) splats: RefCell<HashMap<Span, (usize, Value)>>,
    /// Nothing is there but what Terraform knows before it plans.
    pub(super) is_rehearsal: bool,
}

impl<'t> State<'t> {
    pub(super) fn new(tree: &'t ModuleTree) -> Self {
        let places = tree.places.len();
        Self {
            tree,
            modules: Vec::new(),
            by_place: vec![Vec::new(); places],
            outputs: vec![0; places],
            work: Work::default(),
            splats: RefCell::default(),
            is_rehearsal: false,
        }
    }

    /// Adds an instance of a place.
    pub(super) fn add(
        &mut self,
        place: usize,
        parent: Option<usize>,
        path: ModulePath,
        repetition: Repetition,
    ) -> usize {
        let module = self.tree.module(place);
        let unknown = Value::unknown(Type::Dynamic);
        let index = self.modules.len();
        self.modules.push(ModuleInstance {
            place,
            parent,
            path,
            repetition,
            variables: vec![unknown.clone(); module.variables.len()],
            locals: vec![unknown.clone(); module.locals.len()],
            outputs: vec![None; module.outputs.len()],
            resources: vec![unknown; module.resources.len()],
            default_tags: vec![None; module.providers.len()],
            calls: (0..module.calls.len()).map(|_| CallInstances::new(Instances::Unknown)).collect(),
        });
        self.by_place[place].push(index);
        index
    }

    /// The value of an output of a module instance; unknown where it is not evaluated (yet).
    pub(super) fn output(&self, module: usize, index: usize) -> Value {
        self.modules[module].outputs[index].clone().unwrap_or_else(|| Value::unknown(Type::Dynamic))
    }

    /// `module.name.output` of a call without `count` and `for_each`.
    pub(super) fn call_output(&self, module: usize, call: usize, name: &str) -> Option<Value> {
        let instances = &self.modules[module].calls[call];
        let (Instances::Single, [child]) = (&instances.instances, instances.modules.as_slice()) else { return None };
        let index = self.tree.module(self.modules[*child].place).outputs.find(name)?;
        Some(self.output(*child, index))
    }

    /// `module.name` as a whole.
    pub(super) fn call(&self, module: usize, call: usize) -> Value {
        let instances = &self.modules[module].calls[call];
        let evaluated = instances.modules.first().map_or(0, |&child| self.outputs[self.modules[child].place]);
        if let Some((known, value)) = &*instances.whole.borrow()
            && *known == evaluated
        {
            return value.clone();
        }
        let values = instances.modules.iter().map(|&child| {
            let table = &self.tree.module(self.modules[child].place).outputs;
            Value::object(
                (0..table.len()).map(|index| (table.name(index).clone(), self.output(child, index))).collect(),
            )
        });
        let mut values: Vec<Value> = values.collect();
        let value = match (&instances.instances, values.as_slice()) {
            // The one instance stands for all; there is none of a module that is not on this machine.
            (Instances::Unknown, [_]) => {
                Value::unknown(Type::Dynamic).with_certain(values.pop().and_then(Certain::each))
            }
            _ => instances.instances.whole(values, || {
                let calls = &self.tree.module(self.modules[module].place).calls;
                unknown_name(&self.modules[module].path, "module", calls.name(call), Type::Dynamic)
            }),
        };
        *instances.whole.borrow_mut() = Some((evaluated, value.clone()));
        value
    }
}

/// The address of a resource in a module instance.
pub(super) fn address(module: &ModulePath, mode: Mode, type_name: &Str, name: &Str, key: InstanceKey) -> Arc<Address> {
    Arc::new(Address { module: module.clone(), mode, type_name: type_name.clone(), name: name.clone(), key })
}

/// An unknown value that stands for a name that is no resource's: a variable without a value, or a module that is not on
/// this machine. Such names print as addresses do (`var.vpc_id`, `module.vpc`).
pub(super) fn unknown_name(module: &ModulePath, root: &str, name: &Str, ty: Type) -> Value {
    let address = address(module, Mode::Managed, &root.into(), name, InstanceKey::None);
    unknown_reference(ty, Reference { address, path: Arc::default() })
}

/// An unknown value that stands for something of a resource.
pub(super) fn unknown_reference(ty: Type, reference: Reference) -> Value {
    let unknown = Unknown { reference: Some(reference), ..Unknown::new(ty) };
    Data::Unknown(Arc::new(unknown)).into()
}
