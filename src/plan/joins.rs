//! Which resource an unknown value stands for, where there is no configuration beside the plan: told by what the expressions
//! in its `configuration` section refer to.
//!
//! A reference names an attribute (`aws_subnet.db[0].id`), or only a resource, where the key is worked out. The section does
//! not say how: `x[count.index]` looks like `x[1 - count.index]`. With `each.key` alone beside it the instance of the same
//! key is meant; with `count.index` alone where both count alike (`count = length(x)`, or of the same references), as nobody
//! then turns the order around. A collection may hold all of several instances, or those that a filter or slice has left.
//! What leads through variables and outputs is followed; of an object's references, those count that the attribute can hold.
//! Local values are not in the section: what hangs on them is told where only one resource can be meant, and else stays
//! unknown.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::address::{Address, InstanceKey, ModulePath, Reference, Step};
use crate::lang::value::Entries;
use crate::lang::{Certain, Data, Str, Type, Unknown, Value};
use crate::schema::{self, Tagging};

use super::configuration::{Call, Configuration, Module, Node, Resource};
use super::identities;
use super::inline::Inline;
use super::json;
use super::tags::{self, Secret};
use super::world::{World, computed};

/// Variables and outputs are followed through so many modules.
const MAX_DEPTH: usize = 20;

/// Finds what unknown values stand for.
pub(super) struct Joins<'c, 'w, 'p> {
    configuration: &'c Configuration<'c>,
    world: &'w World<'p>,
    /// Resources by module (names of calls) and address in it.
    resources: BTreeMap<(Vec<&'c str>, &'c str), &'c Resource<'c>>,
    /// Provider configurations whose default tags may hold something sensitive.
    secret_defaults: BTreeSet<&'c str>,
}

/// Where an expression is evaluated.
#[derive(Clone)]
struct Place<'c> {
    module: &'c Module<'c>,
    path: ModulePath,
    /// The key that `each.key` and `count.index` are.
    key: InstanceKey,
    repetition: Repetition<'c>,
    depth: usize,
}

/// The expressions that make several instances of a resource or module call.
#[derive(Clone, Copy, Default)]
struct Repetition<'c> {
    for_each: Option<&'c Node<'c>>,
    count: Option<&'c Node<'c>>,
}

/// What an expression stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// This attribute.
    One(Reference),
    /// Of these instances, all or one that is not known which.
    Whole(Vec<Arc<Address>>),
}

impl<'c, 'w, 'p> Joins<'c, 'w, 'p> {
    pub(super) fn new(configuration: &'c Configuration<'c>, world: &'w World<'p>) -> Self {
        let secret_defaults = secret_defaults(configuration);
        let mut joins = Self { configuration, world, resources: BTreeMap::new(), secret_defaults };
        joins.index(&configuration.root_module, &mut Vec::new());
        joins
    }

    fn index(&mut self, module: &'c Module<'c>, path: &mut Vec<&'c str>) {
        for resource in &module.resources {
            self.resources.insert((path.clone(), &*resource.address), resource);
        }
        for (name, call) in &module.module_calls {
            path.push(name);
            self.index(&call.module, path);
            path.pop();
        }
    }

    /// The values of an instance, unknown ones with what they stand for.
    pub(super) fn values(&self, address: &Arc<Address>, values: &Value) -> Value {
        if is_settled(address, values) && self.secret_defaults.is_empty() {
            return values.clone();
        }
        let Some(entries) = values.entries() else { return values.clone() };
        let path: Vec<&str> = address.module.0.iter().map(|step| &*step.name).collect();
        let bare = Address { module: ModulePath::default(), key: InstanceKey::None, ..(**address).clone() }.to_string();
        let Some(resource) = self.resources.get(&(path, bare.as_str())) else {
            let values = without_configuration(self.world, address, values);
            // It goes with nobody knows which provider configuration.
            return if self.secret_defaults.is_empty() { values } else { tags::marked(values, Secret::Any) };
        };
        let place = self.place(&address.module, address.key.clone(), repetition_of(resource));
        let mut members = entries.map_named(|name, value| match (resource.expressions.get(&**name), &place) {
            (Some(node), Some(place)) if !node.is_nothing() => self.joined(name, value, node, place),
            // Not set, so unknown because the provider works it out.
            (Some(_) | None, _) => self.world.left_in(address, name).unwrap_or_else(|| computed(value, address, name)),
        });
        self.complete_tags(address, resource, &mut members);
        let values = Value { data: Value::object(members).data, ..values.clone() };
        let key = resource.provider_config_key.as_deref();
        match key.is_some_and(|key| self.secret_defaults.contains(key)) {
            true => tags::marked(values, Secret::Any),
            false => values,
        }
    }

    /// Where the content of a resource in a module instance is evaluated.
    fn place(&self, path: &ModulePath, key: InstanceKey, repetition: Repetition<'c>) -> Option<Place<'c>> {
        let mut module = &self.configuration.root_module;
        for step in path.0.iter() {
            module = &module.module_calls.get(&*step.name)?.module;
        }
        Some(Place { module, path: path.clone(), key, repetition, depth: 0 })
    }

    /// A value with the unknown parts of it told.
    fn joined(&self, name: &str, value: &Value, node: &Node<'c>, place: &Place<'c>) -> Value {
        if value.is_wholly_known() {
            return value.clone();
        }
        let data = match &value.data {
            Data::Unknown(unknown) => return self.unknown(name, value, unknown, node, place),
            Data::Object(entries) => {
                let members = entries.map_named(|name, value| match node.members.get(&**name) {
                    Some(node) => self.joined(name, value, node, place),
                    None => value.clone(),
                });
                Value::object(members).data
            }
            Data::List(ty, elements) => Data::List(ty.clone(), self.elements(name, elements, node, place).into()),
            Data::Set(ty, elements) => Data::Set(ty.clone(), self.elements(name, elements, node, place).into()),
            _ => return value.clone(),
        };
        Value { data, ..value.clone() }
    }

    fn elements(&self, name: &str, elements: &[Value], node: &Node<'c>, place: &Place<'c>) -> Vec<Value> {
        let blocks = &node.elements;
        let of = |index: usize| match blocks.len() {
            0 if elements.len() == 1 => Some(node),
            1 => blocks.first(),
            // Of a set the order is not that of the blocks; only where all agree in number, and it is a list, it may be.
            count if count == elements.len() => blocks.get(index),
            _ => None,
        };
        let element = |(index, element): (usize, &Value)| match of(index) {
            Some(node) => self.joined(name, element, node, place),
            None => element.clone(),
        };
        elements.iter().enumerate().map(element).collect()
    }

    fn unknown(&self, name: &str, value: &Value, unknown: &Unknown, node: &Node<'c>, place: &Place<'c>) -> Value {
        let kind = identities::kind_of(name);
        let targets = self.targets(&node.references, place).map(|targets| match kind {
            Some(kind) if targets.len() > 1 => targets.into_iter().filter(|target| target.may_hold(kind)).collect(),
            Some(_) | None => targets,
        });
        let stands_for = |reference: Reference, ty: Type| -> Value {
            let unknown = Unknown { reference: Some(reference), ..Unknown::new(ty) };
            Data::Unknown(Arc::new(unknown)).into()
        };
        let of = |address: &Arc<Address>| {
            let attribute = match kind {
                Some(kind) if !identities::is_of(address, kind) => identities::handed_on(address, kind)?,
                Some(_) | None => identities::attribute_of(name)?.to_owned(),
            };
            Some(Reference { address: address.clone(), path: [Step::Attribute(attribute.into())].into() })
        };
        let element = unknown.ty.element().filter(|_| !matches!(unknown.ty, Type::Map(_)));
        let references: Option<Vec<Reference>> = match (targets.as_deref(), element) {
            // What identifies nothing may be made of several parts.
            (Some([Target::One(reference)]), None)
                if identities::attribute_of(name).is_some() && identities::is_text(reference) =>
            {
                Some(vec![reference.clone()])
            }
            (Some([Target::Whole(addresses)]), None) if addresses.len() == 1 => of(&addresses[0]).map(|one| vec![one]),
            (_, None) if name == "vpc_id" => self.only_vpc(place).as_ref().and_then(of).map(|one| vec![one]),
            (Some([Target::Whole(addresses)]), Some(element)) if addresses.len() > 1 => {
                let some: Option<Vec<Reference>> = addresses.iter().map(of).collect();
                let some: Vec<Value> =
                    some.into_iter().flatten().map(|reference| stands_for(reference, element.clone())).collect();
                let one = Value::unknown(element.clone()).with_certain(Certain::one_of(&some));
                return value.clone().with_certain(Certain::each(one));
            }
            (Some([Target::Whole(addresses)]), Some(_)) => addresses.iter().map(of).collect(),
            (Some(targets), Some(_)) if !targets.is_empty() => {
                let one = |target: &Target| match target {
                    Target::One(reference) => Some(reference.clone()),
                    Target::Whole(_) => None,
                };
                targets.iter().map(one).collect()
            }
            (_, _) => None,
        };
        let Some(references) = references else { return value.clone() };
        let told = match (&unknown.ty, element) {
            (Type::Set(_), Some(element)) => {
                let elements = references.into_iter().map(|reference| stands_for(reference, element.clone()));
                Value::set(element.clone(), elements.collect())
            }
            (_, Some(element)) => {
                let elements = references.into_iter().map(|reference| stands_for(reference, element.clone()));
                Value::list(element.clone(), elements.collect())
            }
            (ty, None) => match references.into_iter().next() {
                Some(reference) => stands_for(reference, ty.clone()),
                None => return value.clone(),
            },
        };
        Value { marks: value.marks, origin: value.origin, ..told }
    }

    /// What references stand for; `None` where something else than attributes of resources is among them.
    fn targets(&self, references: &[Cow<'c, str>], place: &Place<'c>) -> Option<Vec<Target>> {
        if place.depth > MAX_DEPTH {
            return None;
        }
        let mut targets: Vec<Target> = Vec::new();
        let mut key: Option<&str> = None;
        let mut seen: Vec<&str> = Vec::new();
        for text in references.iter().map(|text| &**text) {
            if matches!(text, "count.index" | "each.key") {
                key = Some(text);
                continue;
            }
            // Terraform lists the longest form first, and then what it begins with.
            let begins = |longer: &&&str| longer.starts_with(text) && longer[text.len()..].starts_with(['.', '[']);
            if seen.iter().any(|longer| begins(&longer)) {
                continue;
            }
            seen.push(text);
            for target in self.target(text, place)? {
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
        }
        let same_key = |target: Target| match (target, key) {
            (Target::Whole(addresses), Some(key)) if addresses.len() > 1 => {
                let counts = key == "each.key" || self.counts_alike(place, &addresses);
                let same = addresses.into_iter().find(|address| address.key == place.key);
                same.filter(|_| seen.len() == 1 && counts).map(|address| Target::Whole(vec![address]))
            }
            (target, _) => Some(target),
        };
        targets.into_iter().map(same_key).collect()
    }

    /// Whether a resource has an instance for each of another one's, by what their `count` refers to.
    fn counts_alike(&self, place: &Place<'c>, others: &[Arc<Address>]) -> bool {
        let (Some(count), Some(other)) = (place.repetition.count, others.first()) else { return false };
        let path: Vec<&str> = other.module.0.iter().map(|step| &*step.name).collect();
        let bare = Address { module: ModulePath::default(), key: InstanceKey::None, ..(**other).clone() }.to_string();
        let of_other = self.resources.get(&(path, bare.as_str())).and_then(|other| other.count_expression.as_ref());
        let same = of_other.is_some_and(|of_other| of_other.references == count.references);
        !count.references.is_empty() && other.module == place.path && (same || count.references.contains(&bare.into()))
    }

    /// The one VPC that an id can be of where it is not known before apply, if there is only one: it is made by this plan, in
    /// the module at hand or those below it, or has come in through a variable.
    fn only_vpc(&self, place: &Place<'c>) -> Option<Arc<Address>> {
        let mut path = place.path.clone();
        let mut at = Some(place.clone());
        while let Some((call, parent)) = at.as_ref().and_then(|place| self.call_of(place)) {
            if call.expressions.values().all(Node::is_constant) {
                break;
            }
            (path, at) = (parent.path.clone(), Some(parent));
        }
        let mut below = self.world.vpcs()?.iter().filter(|address| address.module.0.starts_with(&path.0));
        below.next().filter(|_| below.next().is_none()).cloned()
    }

    fn target(&self, text: &str, place: &Place<'c>) -> Option<Vec<Target>> {
        let (first, rest) = text.split_once('.')?;
        match first {
            "var" => self.variable(rest, place),
            "module" => self.output(rest, place),
            "each" => self.each(rest, place),
            "local" | "path" | "terraform" | "self" | "count" => None,
            _ => self.resource(text, place).map(|target| vec![target]),
        }
    }

    /// What a variable, or a part of it, is set to in the module call.
    fn variable(&self, text: &str, place: &Place<'c>) -> Option<Vec<Target>> {
        let (name, part) = text.split_at(text.find(['.', '[']).unwrap_or(text.len()));
        let (call, parent) = self.call_of(place)?;
        let references = &call.expressions.get(name)?.references;
        // Handed on as a whole, be it a variable or a module: the part is that of what is handed on.
        let whole = match references.as_slice() {
            [whole] if whole.starts_with("module.") => {
                split_address(&format!("{whole}.")).is_some_and(|(_, rest)| rest == ".")
            }
            [whole] => whole.strip_prefix("var.").is_some_and(|name| !name.contains(['.', '['])),
            _ => false,
        };
        match references.first().filter(|_| whole) {
            Some(whole) => self.targets(&[Cow::Owned(format!("{whole}{part}"))], &parent),
            None => self.targets(references, &parent),
        }
    }

    /// The call of a module instance, and where it stands.
    fn call_of(&self, place: &Place<'c>) -> Option<(&'c Call<'c>, Place<'c>)> {
        let (last, before) = place.path.0.split_last()?;
        let parent = self.place(&ModulePath(Arc::new(before.to_vec())), last.key.clone(), Repetition::default())?;
        let call = parent.module.module_calls.get(&*last.name)?;
        let repetition =
            Repetition { for_each: call.for_each_expression.as_ref(), count: call.count_expression.as_ref() };
        Some((call, Place { repetition, depth: place.depth + 1, ..parent }))
    }

    /// What an output of a module call is.
    fn output(&self, text: &str, place: &Place<'c>) -> Option<Vec<Target>> {
        // The address of any resource in it has the call's key in the form in which it is written here.
        let text = format!("module.{text}");
        let (call, rest) = split_address(&text)?;
        let output = rest.strip_prefix('.')?.split(['.', '[']).next()?.to_owned();
        let step = call.0.last()?;
        let path = place.path.child(step.name.clone(), step.key.clone());
        let inside = self.place(&path, InstanceKey::None, Repetition::default())?;
        let expression = inside.module.outputs.get(output.as_str())?.expression.as_ref()?;
        self.targets(&expression.references, &Place { depth: place.depth + 1, ..inside })
    }

    /// `each.value.id`, where `for_each` goes over the instances of a resource.
    fn each(&self, rest: &str, place: &Place<'c>) -> Option<Vec<Target>> {
        let attribute = rest.strip_prefix("value.")?;
        let mut targets = self.targets(&place.repetition.for_each?.references, place)?;
        let (Some(Target::Whole(addresses)), true) = (targets.pop(), targets.is_empty()) else { return None };
        let address = addresses.into_iter().find(|address| address.key == place.key)?;
        Some(vec![Target::One(Reference { address, path: steps(attribute)?.into() })])
    }

    fn resource(&self, text: &str, place: &Place<'c>) -> Option<Target> {
        let parts = text.strip_prefix("data.").map_or(2, |_| 3);
        let mut end = text.match_indices('.').nth(parts - 1).map_or(text.len(), |(at, _)| at);
        if let Some(bracket) = text[..end].find('[') {
            end = bracket;
        }
        let bare = Address::parse(&text[..end])?;
        let instances = self.world.instances(&place.path, bare.mode, &bare.type_name, &bare.name);
        let rest = &text[end..];
        if rest.is_empty() {
            return Some(Target::Whole(instances));
        }
        let mut path = steps(rest.trim_start_matches('.'))?;
        let key = match path.first()? {
            Step::Index(index) => InstanceKey::Number(*index),
            Step::Key(key) => InstanceKey::String(key.clone()),
            Step::Attribute(_) => InstanceKey::None,
        };
        if key != InstanceKey::None {
            path.remove(0);
        }
        let address = Arc::new(Address { module: place.path.clone(), key, ..bare });
        if path.is_empty() {
            Some(Target::Whole(vec![address]))
        } else {
            Some(Target::One(Reference { address, path: path.into() }))
        }
    }

    /// The effective tags, which a first plan shows as unknown although they are the resource's own and the provider's.
    fn complete_tags(&self, address: &Address, resource: &Resource<'c>, members: &mut Entries) {
        let (Some(own), Some(all)) = (members.get("tags"), members.get("tags_all")) else { return };
        let takes = schema::resource(&address.type_name).is_some_and(|known| known.tagging == Tagging::TagsAll);
        if !takes || !all.is_unknown() || own.is_unknown() {
            return;
        }
        let Some(mut tags) = self.default_tags(resource) else { return };
        let own = own.entries().into_iter().flatten();
        let own = own.filter(|(_, tag)| !tag.is_null());
        tags.extend(own.map(|(name, tag)| (name.clone(), tag.clone())));
        let all_tags = Value::map(Type::String, Entries::new(tags)).with_marks(all.marks);
        members.get_mut("tags_all").into_iter().for_each(|all| *all = all_tags.clone());
    }

    /// The provider's `default_tags`; `None` where they are not constant.
    fn default_tags(&self, resource: &Resource<'c>) -> Option<Vec<(Str, Value)>> {
        let key = resource.provider_config_key.as_deref()?;
        let Some(provider) = self.configuration.provider_config.get(key) else { return Some(Vec::new()) };
        let Some(block) = provider.expressions.get("default_tags") else { return Some(Vec::new()) };
        let tags = block.elements.first().unwrap_or(block).members.get("tags")?;
        let value = json::any(tags.constant?.get(), false).ok()?;
        Some(value.entries()?.iter().map(|(name, tag)| (name.clone(), tag.clone())).collect())
    }
}

/// The values of an instance whose configuration is not known: what only the provider can set stands for itself, what may be
/// set in configuration may be anything.
pub(super) fn without_configuration(world: &World<'_>, address: &Arc<Address>, values: &Value) -> Value {
    if is_settled(address, values) {
        return values.clone();
    }
    let body = schema::resource(&address.type_name).map(|known| &known.body);
    let is_own = |name: &str| {
        let attribute = body.and_then(|body| body.attribute(name));
        attribute.is_some_and(|attribute| attribute.computed && !attribute.optional) || name == "id"
    };
    let Some(entries) = values.entries() else { return values.clone() };
    let members = entries.map_named(|name, value| {
        let own = || if is_own(name) { computed(value, address, name) } else { value.clone() };
        world.left_in(address, name).unwrap_or_else(own)
    });
    Value { data: Value::object(members).data, ..values.clone() }
}

/// Whether values are what they are, whatever the rest of the plan: nothing in them is unknown, or made by others.
fn is_settled(address: &Address, values: &Value) -> bool {
    !Inline::may_hold(&address.type_name) && values.is_wholly_known()
}

/// The provider configurations whose default tags may be sensitive: they hang on a sensitive variable, or are made by functions
/// alone (`sensitive`). Local values and other modules are not followed: where there is a sensitive variable at all, they may
/// hang on it.
fn secret_defaults<'c>(configuration: &'c Configuration<'c>) -> BTreeSet<&'c str> {
    fn has_secrets(module: &Module<'_>) -> bool {
        let mut called = module.module_calls.values();
        module.variables.values().any(|variable| variable.sensitive) || called.any(|call| has_secrets(&call.module))
    }
    let has_secrets = has_secrets(&configuration.root_module);
    let variables = &configuration.root_module.variables;
    let is_plain = |reference: &Cow<'_, str>| {
        let variable = reference.strip_prefix("var.").and_then(|rest| rest.split(['.', '[']).next());
        variable.and_then(|name| variables.get(name)).is_some_and(|variable| !variable.sensitive)
    };
    let may_be_secret = |key: &str, tags: &Node<'_>| match tags.is_constant() {
        true => tags.constant.is_none(),
        false => has_secrets && (key.contains(':') || !tags.all_references(&is_plain)),
    };
    let providers = configuration.provider_config.iter();
    let secret = providers.filter(|(key, provider)| {
        let tags = provider.expressions.get("default_tags").map(|block| block.elements.first().unwrap_or(block));
        tags.and_then(|block| block.members.get("tags")).is_some_and(|tags| may_be_secret(key, tags))
    });
    secret.map(|(key, _)| &**key).collect()
}

fn repetition_of<'c>(resource: &'c Resource<'c>) -> Repetition<'c> {
    Repetition { for_each: resource.for_each_expression.as_ref(), count: resource.count_expression.as_ref() }
}

impl Target {
    /// Whether it may be the id of a resource of this kind, or several.
    fn may_hold(&self, kind: &str) -> bool {
        match self {
            Self::Whole(addresses) => addresses.first().is_some_and(|address| identities::may_have(address, kind)),
            Self::One(reference) => identities::may_be(reference, kind),
        }
    }
}

/// A module call's path at the beginning of a text, and what follows it.
fn split_address(text: &str) -> Option<(ModulePath, &str)> {
    let name = text.strip_prefix("module.")?;
    let end = name.find(['.', '['])?;
    let bracket = name[end..].starts_with('[');
    let close = if bracket { end + name[end..].find("].").map(|at| at + 1)? } else { end };
    let parsed = Address::parse(&format!("module.{}.a.b", &name[..close]))?;
    Some((parsed.module, &name[close..]))
}

/// The steps in `[0].tags["a"].id`, or without the first dot.
fn steps(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let close = inside.find(']')?;
            let key = &inside[..close];
            steps.push(match key.strip_prefix('"').and_then(|key| key.strip_suffix('"')) {
                Some(key) => Step::Key(key.into()),
                None => Step::Index(key.parse().ok()?),
            });
            rest = &inside[close + 1..];
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            let end = name.find(['.', '[']).unwrap_or(name.len());
            steps.push(name[..end].parse().map_or_else(|_| Step::Attribute(name[..end].into()), Step::Index));
            rest = &name[end..];
        }
    }
    Some(steps)
}
