//! A resource's outline into its values: once per instance.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::address::{Address, Reference, Step};
use crate::inventory::Sites;
use crate::lang::convert::convert;
use crate::lang::eval::{Context, evaluate};
use crate::lang::functions::Files;
use crate::lang::value::Entries;
use crate::lang::{Certain, Data, Marks, Number, ObjectType, Origin, Str, Type, Value};
use crate::schema::{self, Nesting};
use crate::source::Problem;
use crate::syntax::{NodeRef, Trees};

use super::load::Problems;
use super::outline::{BodySchema, Dynamic, Group, Outline, Part, WrittenAttribute, own_sites};
use super::scope::{Iteration, ModuleScope};
use super::state::unknown_reference;
use super::turns::{Turns, turns};

/// What evaluation of a body needs.
#[derive(Clone, Copy)]
pub(super) struct Decoder<'d> {
    pub(super) trees: &'d Trees,
    pub(super) files: &'d dyn Files,
    pub(super) scope: ModuleScope<'d>,
    pub(super) problems: &'d RefCell<Problems>,
    /// Blocks that dynamic blocks have made, in all.
    pub(super) blocks: &'d Cell<u64>,
    /// The instance whose values these are; what the provider computes stands for its attributes.
    pub(super) address: Option<&'d Arc<Address>>,
    /// The values are kept, so that ephemeral ones are refused but in write-only arguments (`…_wo`).
    pub(super) is_kept: bool,
}

/// The way from the instance to a body, where it can be told (not through sets).
#[derive(Clone, Copy)]
enum Way<'w> {
    Top,
    In(&'w Way<'w>, &'w Str, Option<u64>),
    Lost,
}

impl Way<'_> {
    /// The whole way to an attribute that is one step away; shared where that step is all.
    fn to(&self, attribute: &Arc<[Step]>) -> Option<Arc<[Step]>> {
        match self {
            Self::Top => Some(attribute.clone()),
            Self::In(..) | Self::Lost => {
                let mut steps = self.steps()?;
                steps.extend_from_slice(attribute);
                Some(steps.into())
            }
        }
    }

    fn steps(&self) -> Option<Vec<Step>> {
        match self {
            Self::Top => Some(Vec::new()),
            Self::Lost => None,
            Self::In(outer, name, index) => {
                let mut steps = outer.steps()?;
                steps.push(Step::Attribute((*name).clone()));
                steps.extend(index.map(Step::Index));
                Some(steps)
            }
        }
    }
}

/// A body's values, and where they were written.
pub(super) struct Decoded {
    pub(super) values: Entries,
    pub(super) sites: Arc<Sites>,
}

/// So many blocks are made by dynamic blocks, in all.
const MAX_BLOCKS: u64 = 500_000;

/// Sites of blocks while they are collected; `None` where they are known without.
type BlockSites = Option<Vec<(Str, Arc<Sites>)>>;

/// Blocks of one type while they are collected: objects, and sites of each.
struct Collected<'s> {
    objects: Vec<Value>,
    sites: &'s mut BlockSites,
}

impl Collected<'_> {
    fn add(&mut self, object: Value, name: &Str, sites: Arc<Sites>) {
        self.objects.push(object);
        if let Some(known) = self.sites {
            known.push((name.clone(), sites));
        }
    }
}

impl<'d> Decoder<'d> {
    /// The values of a resource's body.
    pub(super) fn resource(&self, outline: &Outline) -> Decoded {
        self.body(outline, None, Way::Top)
    }

    /// The value of one attribute or of all blocks of a type; `None` where neither is written.
    pub(super) fn named(&self, outline: &Outline, name: &str) -> Option<Value> {
        let attribute = outline.attribute(name).map(|attribute| self.attribute(attribute, None));
        attribute.or_else(|| outline.group(name).map(|group| self.group(group, None, Way::Top, &mut None)))
    }

    /// Evaluates an expression; what goes wrong is a problem, and the value unknown.
    pub(super) fn expression(&self, expression: NodeRef, iteration: Option<&Iteration<'_>>) -> Value {
        let scope = ModuleScope { iteration, ..self.scope };
        let context = Context { trees: self.trees, scope: &scope, files: self.files };
        let value = evaluate(expression, &context).unwrap_or_else(|problem| {
            self.problems.borrow_mut().add(*problem);
            Value::unknown(Type::Dynamic)
        });
        // Whatever is in a block that is made of something sensitive is sensitive too.
        match iteration {
            Some(iteration) => value.with_marks(iteration.marks),
            None => value,
        }
    }

    fn attribute(&self, attribute: &WrittenAttribute, iteration: Option<&Iteration<'_>>) -> Value {
        let value = self.expression(attribute.expression, iteration);
        if self.is_kept && !attribute.name.ends_with("_wo") && value.deep_marks().has(Marks::EPHEMERAL) {
            let name = &attribute.name;
            let message = format!("Invalid use of ephemeral value: \"{name}\" is kept in the state and the plan");
            self.problems.borrow_mut().add(Problem::at(self.trees.span(attribute.expression), message));
        }
        convert(&value, &attribute.ty).unwrap_or_else(|why| {
            let span = self.trees.span(attribute.expression);
            let message = format!("Inappropriate value for attribute \"{}\": {why}", attribute.name);
            self.problems.borrow_mut().add(Problem::at(span, message));
            Value::unknown(attribute.ty.clone()).with_origin(Origin::span(span))
        })
    }

    fn body(&self, outline: &Outline, iteration: Option<&Iteration<'_>>, way: Way<'_>) -> Decoded {
        let mut sites = outline.sites.is_none().then(Vec::new);
        let values = match &outline.schema {
            BodySchema::Known(schema) => self.known(outline, schema, iteration, way, &mut sites),
            BodySchema::Object(object) => self.object(outline, object, iteration, &mut sites),
            BodySchema::AsWritten => self.as_written(outline, iteration, &mut sites),
        };
        let sites = match &outline.sites {
            Some(sites) => sites.clone(),
            None => Arc::new(Sites { blocks: sites.unwrap_or_default(), ..own_sites(outline) }),
        };
        Decoded { values, sites }
    }

    /// By the provider's schema: what is not written is null, or unknown where the provider computes it.
    fn known(
        &self,
        outline: &Outline,
        schema: &'static schema::Body,
        iteration: Option<&Iteration<'_>>,
        way: Way<'_>,
        sites: &mut BlockSites,
    ) -> Entries {
        let shape = schema.shape();
        let mut values = Vec::with_capacity(shape.len());
        let (mut attributes, mut blocks) = (schema.attributes.iter().peekable(), schema.blocks.iter().peekable());
        let mut all_written = outline.attributes.iter().peekable();
        for name in shape.iter() {
            while all_written.next_if(|written| written.name < *name).is_some() {}
            let attribute = attributes.next_if(|(known, _)| known == name).map(|(_, attribute)| attribute);
            let block = blocks.next_if(|(known, _)| known == name).map(|(_, block)| block);
            let written = match (attribute, all_written.next_if(|written| written.name == *name)) {
                (Some(attribute), Some(written)) => Some(self.written(written, attribute, iteration, way)),
                (_, _) => {
                    outline.group(name).map(|group| match (attribute, self.group(group, iteration, way, sites)) {
                        // No block is as good as not written.
                        (Some(attribute), none) if attribute.computed && is_empty(&none) => {
                            self.computed(attribute, way).with_origin(none.origin)
                        }
                        (_, blocks) => blocks,
                    })
                }
            };
            // An attribute in one version, a block in the other: the block says what it is when absent.
            values.push(match (written, attribute, block) {
                (Some(value), Some(attribute), _) => marked(value, attribute),
                (Some(value), None, _) => value,
                (None, Some(attribute), block) if attribute.computed || block.is_none() => {
                    marked(self.not_written(attribute, way), attribute)
                }
                (None, _, Some(block)) => none_of(block),
                (None, _, None) => Value::null(Type::Dynamic),
            });
        }
        Entries::of_shape(shape.clone(), values)
    }

    /// A written attribute, as a provider takes it; null is as good as not written.
    fn written(
        &self,
        written: &WrittenAttribute,
        attribute: &schema::Attribute,
        iteration: Option<&Iteration<'_>>,
        way: Way<'_>,
    ) -> Value {
        let value = in_64_bits(self.attribute(written, iteration));
        if !value.is_null() {
            return value;
        }
        if attribute.required_in_both {
            let span = self.trees.span(written.expression);
            let name = &written.name;
            let message = format!("Missing required argument: \"{name}\" is null here, as if it were not set");
            self.problems.borrow_mut().add(Problem::at(span, message));
        }
        self.not_written(attribute, way).with_marks(value.marks).with_origin(value.origin)
    }

    fn not_written(&self, attribute: &schema::Attribute, way: Way<'_>) -> Value {
        match &attribute.default {
            Some(default) => default.clone(),
            None if attribute.computed => self.computed(attribute, way),
            None => Value::null(attribute.ty.clone()),
        }
    }

    fn computed(&self, attribute: &schema::Attribute, way: Way<'_>) -> Value {
        match (self.address, way.to(&attribute.step)) {
            (Some(address), Some(path)) => {
                unknown_reference(attribute.ty.clone(), Reference { address: address.clone(), path })
            }
            (_, _) => Value::unknown(attribute.ty.clone()),
        }
    }

    /// An attribute that is written as blocks: members that are not written are null.
    fn object(
        &self,
        outline: &Outline,
        object: &ObjectType,
        iteration: Option<&Iteration<'_>>,
        sites: &mut BlockSites,
    ) -> Entries {
        let mut member = |(name, ty): (&Str, &Type)| {
            if let Some(written) = outline.attribute(name) {
                self.attribute(written, iteration)
            } else if let Some(group) = outline.group(name) {
                self.group(group, iteration, Way::Lost, sites)
            } else {
                Value::null(ty.clone())
            }
        };
        let values = object.attributes.iter().map(&mut member).collect();
        Entries::of_shape(object.attributes.names().clone(), values)
    }

    fn as_written(&self, outline: &Outline, iteration: Option<&Iteration<'_>>, sites: &mut BlockSites) -> Entries {
        let attributes = outline.attributes.iter();
        let mut values: Vec<(Str, Value)> =
            attributes.map(|attribute| (attribute.name.clone(), self.attribute(attribute, iteration))).collect();
        for group in &outline.groups {
            values.push((group.name.clone(), self.group(group, iteration, Way::Lost, sites)));
        }
        Entries::new(values)
    }

    /// All blocks of a type as one value.
    fn group(&self, group: &Group, iteration: Option<&Iteration<'_>>, way: Way<'_>, sites: &mut BlockSites) -> Value {
        let parts = group.parts.len();
        let mut collected = Collected { objects: Vec::with_capacity(parts), sites };
        for part in &group.parts {
            match part {
                Part::Static(outline) => self.block(outline, group, iteration, way, &mut collected),
                Part::Dynamic(dynamic) => self.dynamic(dynamic, group, iteration, way, &mut collected),
            }
        }
        let objects = collected.objects;
        self.limits(group, &objects);
        let Some(element) = &group.element else { return Value::tuple(objects) };
        match group.nesting {
            Nesting::List => Value::list(element.clone(), objects),
            Nesting::Set => Value::set(element.clone(), objects),
            Nesting::Single => objects.into_iter().next().unwrap_or_else(|| Value::null(element.clone())),
        }
    }

    /// How many blocks dynamic blocks have made; how many are written was counted before.
    fn limits(&self, group: &Group, objects: &[Value]) {
        let (min, max) = group.limits;
        let dynamic = group.parts.iter().find_map(|part| match part {
            Part::Dynamic(dynamic) => Some(dynamic.content_header),
            Part::Static(_) => None,
        });
        let Some(content) = dynamic else { return };
        if objects.iter().any(Value::is_unknown) {
            return;
        }
        let (count, name) = (objects.len() as u64, &group.name);
        let problem = if count < u64::from(min) {
            let message =
                format!("Insufficient {name} blocks: at least {min} is required, and the dynamic block makes none");
            Problem::at(group.header, message)
        } else if max > 0 && count > u64::from(max) {
            let message = format!("Too many {name} blocks: no more than {max} is allowed, and there are {count}");
            Problem::at(content, message)
        } else {
            return;
        };
        self.problems.borrow_mut().add(problem);
    }

    fn block(
        &self,
        outline: &Outline,
        group: &Group,
        iteration: Option<&Iteration<'_>>,
        way: Way<'_>,
        collected: &mut Collected<'_>,
    ) {
        let index = match group.nesting {
            Nesting::List => Some(collected.objects.len() as u64),
            Nesting::Set | Nesting::Single => None,
        };
        let inside = match group.nesting {
            Nesting::List | Nesting::Single => Way::In(&way, &group.name, index),
            Nesting::Set => Way::Lost,
        };
        let Decoded { values, sites } = self.body(outline, iteration, inside);
        let object = Value::object(values).with_origin(Origin::span(outline.header));
        collected.add(object, &group.name, sites);
    }

    /// The blocks that a dynamic block makes; one unknown object where it is not known which ("zero or more of these").
    fn dynamic(
        &self,
        dynamic: &Dynamic,
        group: &Group,
        iteration: Option<&Iteration<'_>>,
        way: Way<'_>,
        collected: &mut Collected<'_>,
    ) {
        let span = self.trees.span(dynamic.for_each);
        let collection = self.expression(dynamic.for_each, iteration);
        if !dynamic.problems.is_empty() && (collection.is_unknown() || holds_something(&collection)) {
            self.problems.borrow_mut().add_all(dynamic.problems.iter().cloned());
        }
        let mut each = |key: Value, value: Value| {
            self.blocks.set(self.blocks.get() + 1);
            if self.blocks.get() > MAX_BLOCKS {
                let message = format!("Too many blocks: dynamic blocks make more than {MAX_BLOCKS} in all");
                self.problems.borrow_mut().add(Problem::at(span, message));
                return;
            }
            let iteration =
                Iteration { name: &dynamic.iterator, key, value, marks: collection.marks, outer: iteration };
            self.block(&dynamic.content, group, Some(&iteration), way, collected);
        };
        let number = |index: usize| Value::number(crate::lang::Number::from_i64(index as i64));
        let refuse = |why: &str| {
            let message = format!("Invalid dynamic for_each value: {why}");
            self.problems.borrow_mut().add(Problem::at(span, message));
        };
        match &collection.data {
            Data::List(_, elements) | Data::Tuple(elements) => {
                elements.iter().enumerate().for_each(|(index, value)| each(number(index), value.clone()));
            }
            Data::Set(_, elements) => elements.iter().for_each(|value| each(value.clone(), value.clone())),
            Data::Map(_, entries) | Data::Object(entries) => {
                entries.iter().for_each(|(key, value)| each(Value::normalized(key.clone()), value.clone()));
            }
            Data::Unknown(unknown) => {
                let mut marker = crate::lang::Unknown::new(group.element.clone().unwrap_or(Type::Dynamic));
                marker.reference.clone_from(&unknown.reference);
                let (certain, sites) = self.certain_of(&collection, dynamic, group, iteration);
                let marker = Value::from(Data::Unknown(Arc::new(marker))).with_certain(certain);
                let marker = marker.with_origin(Origin::span(span)).with_marks(collection.marks);
                collected.add(marker, &group.name, sites.unwrap_or_else(|| dynamic_sites(dynamic)));
            }
            Data::Null(_) => refuse("cannot use a null value in for_each"),
            Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                refuse("cannot use this value in for_each; an iterable collection is required");
            }
        }
    }

    /// The blocks that a dynamic block makes in any case, over what is not known, and those like which it may make others.
    /// What is wrong with them is not said: Terraform does not look at them yet.
    fn certain_of(
        &self,
        collection: &Value,
        dynamic: &Dynamic,
        group: &Group,
        iteration: Option<&Iteration<'_>>,
    ) -> (Option<Certain>, Option<Arc<Sites>>) {
        let unsaid = RefCell::default();
        let decoder = Decoder { problems: &unsaid, ..*self };
        let mut sites = Some(Vec::new());
        let mut blocks = |turns: Turns| {
            let mut made = Collected { objects: Vec::new(), sites: &mut sites };
            for (key, value) in turns {
                let iteration =
                    Iteration { name: &dynamic.iterator, key, value, marks: collection.marks, outer: iteration };
                decoder.block(&dynamic.content, group, Some(&iteration), Way::Lost, &mut made);
            }
            made.objects
        };
        let (certain, perhaps) = turns(collection, Origin::span(self.trees.span(dynamic.for_each)));
        let certain = Certain::blocks(blocks(certain), blocks(perhaps));
        (certain, sites.and_then(|mut made| made.pop()).map(|(_, sites)| sites))
    }
}

impl Outline {
    fn group(&self, name: &str) -> Option<&Group> {
        self.groups.binary_search_by(|group| (*group.name).cmp(name)).ok().map(|index| &self.groups[index])
    }
}

fn is_empty(blocks: &Value) -> bool {
    blocks.elements().is_some_and(|elements| elements.is_empty())
}

fn holds_something(collection: &Value) -> bool {
    collection.elements().is_some_and(|elements| !elements.is_empty())
        || collection.entries().is_some_and(|entries| entries.iter().next().is_some())
}

fn marked(value: Value, attribute: &schema::Attribute) -> Value {
    if attribute.sensitive { value.with_marks(Marks::SENSITIVE) } else { value }
}

/// A number as a provider takes it: what is no integer has 64 bits there, written with the fewest digits.
fn in_64_bits(value: Value) -> Value {
    let Data::Number(number) = &value.data else { return value };
    if number.is_integer() || number.is_infinite() {
        return value;
    }
    match Number::parse(&number.to_f64().to_string()) {
        Some(rounded) => Value { data: Data::Number(rounded), ..value },
        None => value,
    }
}

/// The value where no block of a type is written.
fn none_of(block: &schema::NestedBlock) -> Value {
    let element = block.body().map_or(Type::Dynamic, |body| body.ty().clone());
    match block.nesting {
        Nesting::List => Value::list(element, Vec::new()),
        Nesting::Set => Value::set(element, Vec::new()),
        Nesting::Single => Value::null(element),
    }
}

/// The sites of a dynamic block whose elements are not known: its own.
fn dynamic_sites(dynamic: &Dynamic) -> Arc<Sites> {
    Arc::new(Sites { blocks: Vec::new(), ..own_sites(&dynamic.content) })
}
