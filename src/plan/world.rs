//! The resource instances that will be there after apply, looked up by address; the configuration is evaluated beside them.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::address::{Address, InstanceKey, Mode, ModulePath, Reference, Step};
use crate::inventory::{Action, Instance, Sites};
use crate::lang::value::Entries;
use crate::lang::{Data, Str, Type, Unknown, Value};
use crate::source::{Problem, Span};
use crate::terraform::{Difference, Planned};

use super::inline::Inline;
use super::merge::merge;
use super::{Change, Kind, Plan};

/// A resource in a module instance, without its keys.
type Resource = (ModulePath, Mode, Str, Str);

/// What will be there after apply.
pub(super) struct World<'p> {
    plan: &'p Plan,
    inline: Inline,
    /// What will be there, in the order of the plan.
    there: Vec<&'p Change>,
    by_address: HashMap<&'p Address, Known<'p>>,
    /// The instances of resources that have keys.
    keyed: HashMap<Resource, Vec<Arc<Address>>>,
    modules: HashMap<(ModulePath, Str), BTreeSet<InstanceKey>>,
    /// The module instance that came last.
    module: Option<ModulePath>,
    vpcs: Option<Vec<Arc<Address>>>,
    /// What stands in the plan, or in the state before, once more.
    twice: Vec<&'p Change>,
    differences: RefCell<Vec<Difference>>,
    /// Addresses of the configuration that are not in the plan.
    missing: RefCell<BTreeSet<Arc<Address>>>,
}

/// What is known of an address.
#[derive(Default)]
struct Known<'p> {
    /// What will be there.
    change: Option<&'p Change>,
    /// Whether the state before has it, and the plan itself.
    is_listed: [bool; 2],
    /// Whether the plan speaks of it, be it that it goes: the state before does not tell anything about it then.
    is_spoken_of: bool,
}

impl<'p> World<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let mut world = Self {
            plan,
            inline: Inline::of(plan),
            there: Vec::with_capacity(plan.changes.len()),
            by_address: HashMap::with_capacity(plan.changes.len()),
            keyed: HashMap::new(),
            modules: HashMap::new(),
            module: None,
            vpcs: None,
            twice: Vec::new(),
            differences: RefCell::default(),
            missing: RefCell::default(),
        };
        for change in plan.changes.iter().filter(|change| change.deposed.is_none()) {
            world.add(change, true);
            if let Some(previous) = &change.previous_address {
                world.by_address.entry(previous).or_default().is_spoken_of = true;
            }
        }
        for change in plan.prior.iter().filter(|change| change.deposed.is_none()) {
            world.add(change, false);
        }
        let is_vpc = |address: &Address| matches!(&*address.type_name, "aws_vpc" | "aws_default_vpc");
        let vpcs = world.there.iter().map(|change| &change.address).filter(|address| is_vpc(address)).cloned();
        world.vpcs = (!world.there.iter().any(|change| may_hold_other_ids(change))).then(|| vpcs.collect());
        world
    }

    /// Adds what the plan speaks of, or what is kept of the state before.
    fn add(&mut self, change: &'p Change, is_spoken_of: bool) {
        let address = &*change.address;
        let known = self.by_address.entry(address).or_default();
        if std::mem::replace(&mut known.is_listed[usize::from(is_spoken_of)], true) {
            self.twice.push(change);
        }
        if known.is_spoken_of && !is_spoken_of {
            return;
        }
        known.is_spoken_of |= is_spoken_of;
        if known.change.is_some() || !stays(change) {
            return;
        }
        known.change = Some(change);
        self.there.push(change);
        if address.key != InstanceKey::None {
            let resource = (address.module.clone(), address.mode, address.type_name.clone(), address.name.clone());
            self.keyed.entry(resource).or_default().push(change.address.clone());
        }
        // Plans list the resources of a module together.
        if self.module.as_ref().is_some_and(|known| Arc::ptr_eq(&known.0, &address.module.0)) {
            return;
        }
        self.module = Some(address.module.clone());
        for (depth, step) in address.module.0.iter().enumerate() {
            let module = ModulePath(Arc::new(address.module.0[..depth].to_vec()));
            self.modules.entry((module, step.name.clone())).or_default().insert(step.key.clone());
        }
    }

    /// Whether the plan itself speaks of an address.
    fn is_spoken_of(&self, address: &Address) -> bool {
        self.by_address.get(address).is_some_and(|known| known.is_spoken_of)
    }

    /// The change that an address stands for.
    pub(super) fn find(&self, address: &Address) -> Option<&'p Change> {
        self.by_address.get(address)?.change
    }

    /// What is left in an attribute that is not written in configuration, where other resources make something in it: nothing is
    /// as good as not set.
    pub(super) fn left_in(&self, address: &Arc<Address>, name: &Str) -> Option<Value> {
        let left = self.inline.attribute(address, name)?;
        let nothing = left.elements().is_some_and(<[Value]>::is_empty);
        Some(if nothing { computed(&Value::unknown(left.ty()), address, name) } else { left.clone() })
    }

    /// The VPCs that will be there; `None` where something else may make one, or find one: data
    /// sources that are not read yet, stacks, other providers.
    pub(super) fn vpcs(&self) -> Option<&[Arc<Address>]> {
        self.vpcs.as_deref()
    }

    /// The addresses of the instances of a resource in a module instance.
    pub(super) fn instances(&self, module: &ModulePath, mode: Mode, type_name: &Str, name: &Str) -> Vec<Arc<Address>> {
        let resource = (module.clone(), mode, type_name.clone(), name.clone());
        let keyed = self.keyed.get(&resource).into_iter().flatten();
        let (module, mode, type_name, name) = resource.clone();
        let single = self.find(&Address { module, mode, type_name, name, key: InstanceKey::None });
        single.map(|change| &change.address).into_iter().chain(keyed).cloned().collect()
    }

    /// What stands in the plan, or in the state before, once more: nobody knows which is true.
    pub(super) fn twice(&self) -> Vec<Problem> {
        let problem = |change: &&Change| {
            let place = change.place.unwrap_or(Span::new(self.plan.file, 0, 0));
            let problem = Problem::at(place, format!("`{}` stands here once more", change.address));
            problem.help("Check what Terraform writes, unchanged: it names each resource instance once.")
        };
        self.twice.iter().map(problem).collect()
    }

    /// All that will be there, in the order of the plan.
    pub(super) fn changes(&self) -> impl Iterator<Item = &'p Change> {
        self.there.iter().copied()
    }

    /// In what the configuration that was evaluated disagrees.
    pub(super) fn into_differences(self) -> (Vec<Difference>, BTreeSet<Arc<Address>>) {
        (self.differences.into_inner(), self.missing.into_inner())
    }

    /// What is done with an instance, as findings say it: nothing of a state.
    pub(super) fn action(&self, change: &Change) -> Action {
        if self.plan.kind == Kind::State { Action::Configured } else { change.action }
    }

    /// The attributes that plan and configuration both have, the plan's over the others; and those in which they disagree.
    fn values(&self, change: &Change, instance: &Instance) -> (Value, Vec<Str>) {
        let (values, differing) = self.merged(change, instance, false);
        // A plan file has the configuration that it was made of inside, and a state need not be of any.
        match differing.is_empty() || self.plan.snapshot.is_some() || self.plan.kind == Kind::State {
            true => (values, differing),
            false => self.merged(change, instance, true),
        }
    }

    fn merged(&self, change: &Change, instance: &Instance, is_older: bool) -> (Value, Vec<Str>) {
        let (Some(planned), Some(configured)) =
            (change.after.as_ref().and_then(Value::entries), instance.values.entries())
        else {
            return (instance.values.clone(), Vec::new());
        };
        let sites = instance.sites.as_deref();
        let is_written = |name: &Str| {
            sites.is_some_and(|sites| {
                sites.attributes.iter().any(|site| site.name == *name) || sites.blocks.iter().any(|(of, _)| of == name)
            })
        };
        let mut differing = Vec::new();
        let mut all: Vec<(Str, Value)> = Vec::with_capacity(configured.len());
        for (name, configured) in configured.iter() {
            let left = self.left_in(&change.address, name).filter(|_| !is_written(name));
            let Some(planned) = left.as_ref().or_else(|| planned.get(name)) else {
                all.push((name.clone(), configured.clone()));
                continue;
            };
            let merged = merge(planned, configured, is_written(name), is_older);
            // The provider has its own words for protocols.
            if merged.differs && !name.ends_with("protocol") {
                differing.push(name.clone());
            }
            // Not written, so unknown because the provider works it out.
            let own = merged.value.is_unknown() && merged.value.reference().is_none() && !is_written(name);
            all.push((name.clone(), if own { computed(&merged.value, &change.address, name) } else { merged.value }));
        }
        for (name, planned) in planned.iter().filter(|(name, _)| configured.get(name).is_none()) {
            let own = planned.is_unknown();
            all.push((name.clone(), if own { computed(planned, &change.address, name) } else { planned.clone() }));
        }
        (Value { data: Value::object(Entries::new(all)).data, ..instance.values.clone() }, differing)
    }
}

/// Whether what comes out of a change only after apply may hold the id of something that the plan does not speak of.
fn may_hold_other_ids(change: &Change) -> bool {
    const PASSING_ON: [&str; 3] = ["aws_cloudformation_", "aws_servicecatalog_", "aws_lambda_invocation"];
    // Data sources that hold nothing of networks.
    const APART: [&str; 7] = [
        "aws_ami",
        "aws_availability_zone",
        "aws_caller_identity",
        "aws_iam_",
        "aws_kms_",
        "aws_partition",
        "aws_region",
    ];
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| change.address.type_name.starts_with(prefix));
    let type_name = &change.address.type_name;
    let is_new = !matches!(change.action, Action::None);
    let known = type_name.starts_with("aws_") || matches!(&**type_name, "terraform_data" | "null_resource");
    is_new
        && match change.address.mode {
            Mode::Data => !starts(&APART),
            Mode::Managed | Mode::Ephemeral => !known || starts(&PASSING_ON),
        }
}

/// Whether there is an instance after apply.
fn stays(change: &Change) -> bool {
    change.deposed.is_none() && !matches!(change.action, Action::Delete | Action::Forget)
}

/// Planned values as configuration has them; `None` where they are as they are planned. Empty text of an attribute is what
/// the provider writes for one that is not set, in blocks above all (entries of maps and elements of lists stay); a block of
/// which nothing is known stands for a `dynamic` block whose `for_each` is not known.
pub(super) fn as_configured(value: &Value) -> Option<Value> {
    let of_element = |ty: &Type, value: &Value| {
        let several = stands_for_several(value).then(|| Value { marks: value.marks, ..Value::unknown(ty.clone()) });
        several.or_else(|| as_configured(value))
    };
    let of_member = |value: &Value| match value.as_str() {
        Some("") => Some(Value { data: Data::Null(Type::String), ..value.clone() }),
        Some(_) | None => as_configured(value),
    };
    let data = match &value.data {
        Data::Object(entries) => {
            let changed = changed(entries.values(), of_member)?;
            Value::object(Entries::of_shape(entries.names().clone(), changed)).data
        }
        Data::List(ty, _) | Data::Set(ty, _) if ty.is_primitive() => return None,
        Data::List(ty, blocks) => Data::List(ty.clone(), changed(blocks, |block| of_element(ty, block))?.into()),
        Data::Set(ty, blocks) => Data::Set(ty.clone(), changed(blocks, |block| of_element(ty, block))?.into()),
        _ => return None,
    };
    Some(Value { data, ..value.clone() })
}

/// The values, those of which another one is made replaced; `None` where there are none.
fn changed(values: &[Value], change: impl Fn(&Value) -> Option<Value>) -> Option<Vec<Value>> {
    let (first, value) = values.iter().enumerate().find_map(|(index, value)| Some((index, change(value)?)))?;
    let rest = values[first + 1..].iter().map(|value| change(value).unwrap_or_else(|| value.clone()));
    Some(values[..first].iter().cloned().chain([value]).chain(rest).collect())
}

/// Whether a planned block is the one that Terraform makes of a `dynamic` block whose `for_each` is not known: all that can
/// be unknown in it is.
fn stands_for_several(block: &Value) -> bool {
    let Some(entries) = block.entries() else { return false };
    let (unknown, known): (Vec<_>, Vec<_>) = entries.iter().partition(|(_, value)| value.is_unknown());
    unknown.len() > 1 && known.iter().all(|(_, value)| is_zero(value))
}

/// The zero of a type.
fn is_zero(value: &Value) -> bool {
    match &value.data {
        Data::Null(_) | Data::Bool(false) => true,
        Data::Bool(true) | Data::Unknown(_) => false,
        Data::String(text) => text.is_empty(),
        Data::Number(number) => number.to_i64() == Some(0),
        Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => elements.is_empty(),
        Data::Map(_, entries) | Data::Object(entries) => entries.is_empty(),
    }
}

/// An unknown value that stands for an attribute of the instance itself.
pub(super) fn computed(value: &Value, address: &Arc<Address>, name: &Str) -> Value {
    let Some(unknown) = value.as_unknown() else { return value.clone() };
    let reference = Reference { address: address.clone(), path: [Step::Attribute(name.clone())].into() };
    let unknown = Unknown { reference: Some(reference), ..unknown.clone() };
    Value { data: Data::Unknown(Arc::new(unknown)), ..value.clone() }
}

/// The sites without those of some attributes and blocks.
fn without(sites: &Sites, names: &[Str]) -> Arc<Sites> {
    let mut sites = sites.clone();
    sites.attributes.retain(|site| !names.contains(&site.name));
    sites.blocks.retain(|(name, _)| !names.contains(name));
    Arc::new(sites)
}

impl Planned for World<'_> {
    fn variable(&self, name: &str) -> Option<&Value> {
        self.plan.variables.get(name)
    }

    fn resource_keys(&self, module: &ModulePath, mode: Mode, type_name: &str, name: &str) -> Vec<InstanceKey> {
        let addresses = self.instances(module, mode, &type_name.into(), &name.into());
        addresses.iter().map(|address| address.key.clone()).collect()
    }

    fn module_keys(&self, module: &ModulePath, name: &str) -> Vec<InstanceKey> {
        let keys = self.modules.get(&(module.clone(), name.into()));
        keys.map(|keys| keys.iter().cloned().collect()).unwrap_or_default()
    }

    fn instance(&self, configured: Instance) -> Instance {
        let Some(change) = self.find(&configured.address) else {
            let absent = configured.address.mode == Mode::Managed && !configured.symbolic;
            if absent && !self.is_spoken_of(&configured.address) {
                self.missing.borrow_mut().insert(configured.address.clone());
            }
            return configured;
        };
        let (values, differing) = self.values(change, &configured);
        let mut sites = configured.sites.clone();
        if let (Some(name), Some(written)) = (differing.first(), &configured.sites) {
            // What the plan leaves alone need not be as the configuration has it: only drift is to be refreshed, say.
            if self.is_spoken_of(&change.address) {
                self.differences.borrow_mut().push(Difference {
                    address: change.address.to_string(),
                    what: format!("`{name}` is planned as another value"),
                    span: Some(written.block),
                });
            }
            sites = Some(without(written, &differing));
        }
        Instance { values, sites, action: self.action(change), ..configured }
    }
}
