//! What is certain of a value that is not known until apply, beyond what Terraform itself knows of it.
//!
//! `merge(var.tags, { Owner = "x" })` is unknown to Terraform, yet it has an `Owner`; `var.ssh ? 22 : 80` is one of two
//! numbers. Facts ask for that. Nothing else does: no type, result or error of the language hangs on it, so nothing that
//! is printed does either, and whatever does not understand it loses it. It lives in [`Unknown`] alone: known values cost
//! nothing.
//!
//! [`Unknown`]: super::value::Unknown

use std::sync::Arc;

use super::convert::convert;
use super::equality::equal;
use super::types::Type;
use super::value::{Data, Entries, Str, Value};
use crate::address::{Reference, Step};

/// What is certain of an unknown value.
#[derive(Clone, Debug)]
pub struct Certain {
    what: What,
    /// How many values it holds, those that are certain of its unknown ones included.
    size: usize,
    /// How deep such are nested.
    depth: u8,
}

/// The kinds of it.
#[derive(Clone, Debug)]
pub enum What {
    /// It is one of these, each of which may be unknown in turn.
    OneOf(Vec<Value>),
    /// It is a list, set or tuple that holds these elements, whatever others.
    Elements(Vec<Value>),
    /// It is a map or object with these entries, whatever others.
    Entries {
        /// Those that have these very values.
        settled: Entries,
        /// Those that have these values unless something that is not known replaces them.
        replaceable: Entries,
    },
    /// It is an object with these attributes, and others that somebody else knows: a resource as it is written, whose
    /// schema is not known here. What is written is no less known for that.
    Written(Entries),
    /// It stands among blocks for those that a `dynamic` block makes.
    Blocks {
        /// Blocks that it certainly makes.
        certain: Vec<Value>,
        /// Blocks like which it makes others, any number of each.
        perhaps: Vec<Value>,
    },
    /// It is a collection of which nobody knows how many elements it has, each like this one.
    Each(Value),
    /// It is a block of a network, as `cidrsubnet` makes it.
    Subnet(Subnet),
}

/// A block inside a network, one of which is not known until apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// The network.
    pub of: Network,
    /// By how many bits its prefix is longer.
    pub bits: u32,
    /// The value of these bits, if that is known.
    pub number: Option<u128>,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// As text.
    Known(Str),
    /// What holds its block.
    Of(Reference),
}

impl Subnet {
    /// Whether two blocks are certainly apart.
    #[must_use]
    pub fn is_apart_from(&self, other: &Self) -> bool {
        let bits = self.bits.min(other.bits);
        let numbers = self.number.zip(other.number);
        self.of == other.of
            && numbers.is_some_and(|(own, other_one)| own >> (self.bits - bits) != other_one >> (other.bits - bits))
    }
}

/// Entries of a map or object in a list.
type Listed = Vec<(Str, Value)>;

/// The most values that are kept as certain of one.
const MAX_SIZE: usize = 10_000;
/// The most choices that are kept.
const MAX_CHOICES: usize = 16;
/// How deep what is certain is nested at most.
const MAX_DEPTH: u8 = 32;

impl Certain {
    /// One of these values; `None` where there are too many. Choices among choices are listed flat.
    #[must_use]
    pub fn one_of<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Self> {
        let mut choices = Vec::new();
        for value in values {
            match value.certain() {
                Some(What::OneOf(inner)) => choices.extend(inner.iter().cloned()),
                Some(_) | None => choices.push(value.clone()),
            }
            if choices.len() > MAX_CHOICES {
                return None;
            }
        }
        Self::of(What::OneOf(choices))
    }

    /// These elements, and perhaps others.
    #[must_use]
    pub fn elements(elements: Vec<Value>) -> Option<Self> {
        if elements.is_empty() { None } else { Self::of(What::Elements(elements)) }
    }

    /// The elements that these sequences hold, all of them together.
    #[must_use]
    pub fn held_in(sequences: &[Value]) -> Option<Self> {
        Self::elements(sequences.iter().flat_map(Value::held).cloned().collect())
    }

    /// These entries, and perhaps others.
    #[must_use]
    pub fn entries(settled: Entries, replaceable: Entries) -> Option<Self> {
        if settled.is_empty() && replaceable.is_empty() {
            return None;
        }
        Self::of(What::Entries { settled, replaceable })
    }

    /// Maps laid over each other, the last one on top. One that is not known may replace what is below it, and takes
    /// nothing away.
    #[must_use]
    pub fn merged(maps: &[Value]) -> Option<Self> {
        let (mut settled, mut replaceable) = (Listed::new(), Listed::new());
        for map in maps {
            if map.is_unknown() {
                replaceable.append(&mut settled);
            }
            let (certain, unsure) = map.held_entries();
            replaceable.extend(unsure);
            settled.extend(certain);
        }
        let settled = Entries::new(settled);
        let replaceable = replaceable.into_iter().filter(|(key, _)| settled.get(key).is_none()).collect();
        Self::entries(settled, replaceable)
    }

    /// Blocks that are certainly made, and those like which others may be.
    #[must_use]
    pub fn blocks(certain: Vec<Value>, perhaps: Vec<Value>) -> Option<Self> {
        Self::of(What::Blocks { certain, perhaps })
    }

    /// These attributes of an object, which has others.
    #[must_use]
    pub fn written(attributes: Entries) -> Option<Self> {
        Self::of(What::Written(attributes))
    }

    /// A collection of elements like this one, of whatever number.
    #[must_use]
    pub fn each(element: Value) -> Option<Self> {
        Self::of(What::Each(element))
    }

    /// A block of a network.
    #[must_use]
    pub fn subnet(subnet: Subnet) -> Option<Self> {
        Self::of(What::Subnet(subnet))
    }

    /// What the value stands for, whichever of the choices it is; `but` is no choice that counts.
    fn reference(&self, but: fn(&Value) -> bool) -> Option<&Reference> {
        let What::OneOf(choices) = &self.what else { return None };
        let mut choices = choices.iter().filter(|choice| !but(choice));
        let first = choices.next()?.reference()?;
        choices.all(|choice| choice.reference() == Some(first)).then_some(first)
    }

    fn of(what: What) -> Option<Self> {
        let mut certain = Self { what, size: 0, depth: 0 };
        let (mut size, mut depth) = (0usize, 0);
        let mut count = |value: &Value| {
            value.walk(|value| {
                let inner = value.as_unknown().and_then(|unknown| unknown.certain.as_ref());
                size += 1 + inner.map_or(0, |inner| inner.size);
                depth = depth.max(inner.map_or(0, |inner| inner.depth));
                size <= MAX_SIZE
            });
        };
        match &certain.what {
            What::OneOf(values) | What::Elements(values) => values.iter().for_each(&mut count),
            What::Entries { settled, replaceable } => {
                settled.iter().chain(replaceable).for_each(|(_, value)| count(value));
            }
            What::Blocks { certain, perhaps } => certain.iter().chain(perhaps).for_each(&mut count),
            What::Each(value) => count(value),
            What::Written(_) | What::Subnet(_) => {}
        }
        (certain.size, certain.depth) = (size, depth + 1);
        (size <= MAX_SIZE && certain.depth <= MAX_DEPTH).then_some(certain)
    }

    /// The kind of it.
    #[must_use]
    pub const fn what(&self) -> &What {
        &self.what
    }

    /// The same of the value converted to a type: elements that cannot be are left out.
    #[must_use]
    pub fn converted(&self, ty: &Type) -> Option<Self> {
        match (&self.what, ty) {
            (_, Type::Dynamic) => Some(self.clone()),
            (What::OneOf(choices), _) => {
                let choices: Option<Vec<Value>> = choices.iter().map(|choice| convert(choice, ty).ok()).collect();
                Self::one_of(&choices?)
            }
            (What::Elements(elements), Type::List(element) | Type::Set(element)) => {
                Self::elements(elements.iter().filter_map(|value| convert(value, element).ok()).collect())
            }
            (What::Entries { settled, replaceable }, Type::Map(_) | Type::Object(_)) => {
                let convert_all = |entries: &Entries| {
                    let converted = entries.iter().filter_map(|(key, value)| {
                        let ty = match ty {
                            Type::Object(object) => object.attributes.get(key)?,
                            ty => ty.element()?,
                        };
                        Some((key.clone(), convert(value, ty).ok()?))
                    });
                    converted.collect::<Entries>()
                };
                Self::entries(convert_all(settled), convert_all(replaceable))
            }
            (What::Each(element), Type::List(ty) | Type::Set(ty) | Type::Map(ty)) => {
                Self::each(convert(element, ty).ok()?)
            }
            (What::Written(attributes), Type::Object(object)) => {
                let converted = attributes.iter().filter_map(|(name, value)| {
                    let value = convert(value, object.attributes.get(name)?).ok()?;
                    Some((name.clone(), value))
                });
                Self::written(converted.collect())
            }
            (What::Subnet(_), Type::String) => Some(self.clone()),
            (
                What::Elements(_)
                | What::Entries { .. }
                | What::Written(_)
                | What::Blocks { .. }
                | What::Each(_)
                | What::Subnet(_),
                _,
            ) => None,
        }
    }

    /// The same of a part of the value.
    #[must_use]
    pub fn part(&self, step: &Step) -> Option<Self> {
        match &self.what {
            What::OneOf(choices) => {
                let parts: Option<Vec<&Value>> = choices.iter().map(|choice| part(choice, step)).collect();
                Self::one_of(parts?)
            }
            What::Entries { settled, .. } => Self::one_of([settled.get(name(step)?)?]),
            What::Each(element) => match step {
                Step::Index(_) | Step::Key(_) => Self::one_of([element]),
                Step::Attribute(_) => None,
            },
            What::Elements(_) | What::Written(_) | What::Blocks { .. } | What::Subnet(_) => None,
        }
    }

    /// The same of an element of the value, whichever it is.
    #[must_use]
    pub fn any_part(&self) -> Option<Self> {
        match &self.what {
            What::Each(element) => Self::one_of([element]),
            What::OneOf(_)
            | What::Elements(_)
            | What::Entries { .. }
            | What::Written(_)
            | What::Blocks { .. }
            | What::Subnet(_) => None,
        }
    }
}

fn name(step: &Step) -> Option<&str> {
    match step {
        Step::Attribute(name) | Step::Key(name) => Some(name),
        Step::Index(_) => None,
    }
}

/// A part of a known value.
fn part<'v>(value: &'v Value, step: &Step) -> Option<&'v Value> {
    match step {
        Step::Attribute(name) | Step::Key(name) => value.get(name),
        Step::Index(index) => match &value.data {
            Data::List(_, elements) | Data::Tuple(elements) => elements.get(usize::try_from(*index).ok()?),
            _ => None,
        },
    }
}

impl Value {
    /// What is certain of it where it is unknown.
    #[must_use]
    pub fn certain(&self) -> Option<&What> {
        self.as_unknown()?.certain.as_deref().map(Certain::what)
    }

    /// The same value with something certain of it, if it is unknown.
    #[must_use]
    pub fn with_certain(mut self, certain: Option<Certain>) -> Self {
        if let (Data::Unknown(unknown), Some(certain)) = (&mut self.data, certain) {
            let unknown = Arc::make_mut(unknown);
            unknown.reference = unknown.reference.take().or_else(|| certain.reference(|_| false).cloned());
            unknown.certain = Some(Arc::new(certain));
        }
        self
    }

    /// The same value without what else is certain of it.
    #[must_use]
    pub fn without_certain(mut self) -> Self {
        if let Data::Unknown(unknown) = &mut self.data
            && unknown.certain.is_some()
        {
            Arc::make_mut(unknown).certain = None;
        }
        self
    }

    /// What is written of an object that has other attributes too.
    #[must_use]
    pub fn written(&self) -> Option<&Entries> {
        match self.certain() {
            Some(What::Written(attributes)) => Some(attributes),
            Some(_) | None => None,
        }
    }

    /// What it stands for, if it stands for anything: it may be null, or empty text.
    #[must_use]
    pub fn identity(&self) -> Option<&Reference> {
        let nothing = |value: &Self| value.is_null() || value.as_str() == Some("");
        self.reference().or_else(|| self.as_unknown()?.certain.as_deref()?.reference(nothing))
    }

    /// The value that it has in fact, where the one choice is no choice; itself otherwise.
    #[must_use]
    pub fn in_fact(&self) -> &Self {
        match self.certain() {
            Some(What::OneOf(choices)) => match choices.split_first() {
                Some((first, rest)) if rest.iter().all(|other| equal(first, other) == Some(true)) => first,
                _ => self,
            },
            Some(_) | None => self,
        }
    }

    /// The values that it may have: itself where it is known; `None` where it may have any.
    #[must_use]
    pub fn choices(&self) -> Option<&[Self]> {
        match self.certain() {
            Some(What::OneOf(choices)) if !choices.iter().any(Self::is_unknown) => Some(choices),
            _ if self.is_unknown() => None,
            _ => Some(std::slice::from_ref(self)),
        }
    }

    /// The elements that a list, set or tuple certainly holds: all of a known one.
    #[must_use]
    pub fn held(&self) -> Vec<&Self> {
        match self.certain() {
            Some(What::Elements(elements)) => elements.iter().collect(),
            Some(What::OneOf(choices)) => {
                let mut choices = choices.iter().map(Self::held);
                let first = choices.next().unwrap_or_default();
                choices.fold(first, |common, other| {
                    common.into_iter().filter(|one| other.iter().any(|it| equal(one, it) == Some(true))).collect()
                })
            }
            Some(What::Entries { .. } | What::Written(_) | What::Blocks { .. } | What::Each(_) | What::Subnet(_)) => {
                Vec::new()
            }
            None => self.elements().unwrap_or_default().iter().collect(),
        }
    }

    /// Elements that a list, set or tuple may hold, each once; `None` where it may hold any.
    #[must_use]
    pub fn possible(&self) -> Option<Vec<&Self>> {
        let mut found: Vec<&Self> = Vec::new();
        for choice in self.choices()? {
            for element in choice.elements().unwrap_or_default() {
                if !found.iter().any(|it| equal(it, element) == Some(true)) {
                    found.push(element);
                }
            }
            if found.len() > MAX_CHOICES {
                return None;
            }
        }
        Some(found)
    }

    /// The entries that a map or object certainly has: all of a known one. The second ones have these values unless
    /// something that is not known replaces them.
    #[must_use]
    pub fn held_entries(&self) -> (Listed, Listed) {
        match self.certain() {
            Some(What::Entries { settled, replaceable }) => {
                (settled.cloned().collect(), replaceable.cloned().collect())
            }
            Some(What::OneOf(choices)) => (in_all(choices), Vec::new()),
            Some(What::Elements(_) | What::Written(_) | What::Blocks { .. } | What::Each(_) | What::Subnet(_)) => {
                (Vec::new(), Vec::new())
            }
            None => (self.entries().into_iter().flat_map(Entries::cloned).collect(), Vec::new()),
        }
    }
}

/// Entries that each of the maps has: with the value where it is the same in all, else with one of the values.
fn in_all(maps: &[Value]) -> Vec<(Str, Value)> {
    let Some((first, others)) = maps.split_first() else { return Vec::new() };
    let others: Vec<Entries> = others.iter().map(|map| map.held_entries().0.into_iter().collect()).collect();
    let common = first.held_entries().0.into_iter().filter_map(|(key, value)| {
        let values: Option<Vec<&Value>> = others.iter().map(|entries| entries.get(&key)).collect();
        let values = values?;
        let same = values.iter().all(|other| equal(&value, other) == Some(true));
        let one = || {
            let ty = value.ty();
            let ty = if values.iter().all(|other| other.ty() == ty) { ty } else { Type::Dynamic };
            let choices = Certain::one_of(std::iter::once(&value).chain(values.iter().copied()));
            let marks = values.iter().fold(value.marks, |marks, other| marks.with(other.marks));
            Value::unknown(ty).with_certain(choices).with_marks(marks).with_origin(value.origin)
        };
        Some((key, if same { value } else { one() }))
    });
    common.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Number;

    fn unknown(certain: Option<Certain>) -> Value {
        Value::unknown(Type::Dynamic).with_certain(certain)
    }

    fn texts(texts: &[&str]) -> Value {
        Value::tuple(texts.iter().map(|text| Value::string(text)).collect())
    }

    fn map(entries: &[(&str, &str)]) -> Value {
        Value::object(entries.iter().map(|(key, value)| ((*key).into(), Value::string(value))).collect())
    }

    fn shown(values: Vec<&Value>) -> Vec<&str> {
        values.into_iter().filter_map(Value::as_str).collect()
    }

    fn keys(entries: Vec<(Str, Value)>) -> Vec<String> {
        entries.into_iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or("?"))).collect()
    }

    #[test]
    fn what_all_choices_hold_is_certain() {
        let choice = unknown(Certain::one_of([&texts(&["a", "b"]), &texts(&["b", "c"])]));
        assert_eq!(shown(choice.held()), ["b"]);
        assert_eq!(shown(choice.possible().unwrap()), ["a", "b", "c"]);
        let open = unknown(Certain::one_of([&choice, &unknown(Certain::elements(vec![Value::string("b")]))]));
        assert_eq!(shown(open.held()), ["b"]);
        assert!(open.possible().is_none() && open.choices().is_none());
        let keyed = unknown(Certain::one_of([&map(&[("a", "1"), ("b", "2")]), &map(&[("a", "1"), ("b", "3")])]));
        let (settled, _) = keyed.held_entries();
        assert_eq!(settled[1].1.choices().unwrap().len(), 2);
        assert_eq!(keys(settled), ["a=1", "b=?"]);
    }

    #[test]
    fn what_is_below_an_unknown_map_may_be_replaced_but_is_there() {
        let merged = |maps: &[Value]| {
            let (settled, replaceable) = unknown(Certain::merged(maps)).held_entries();
            (keys(settled).join(" "), keys(replaceable).join(" "))
        };
        let anything = unknown(None);
        let (a, b) = (map(&[("a", "1"), ("b", "1")]), map(&[("b", "2")]));
        assert_eq!(merged(&[anything.clone(), a.clone(), b.clone()]), ("a=1 b=2".into(), String::new()));
        assert_eq!(merged(&[a.clone(), anything.clone(), b]), ("b=2".into(), "a=1".into()));
        assert_eq!(merged(&[a, anything]), (String::new(), "a=1 b=1".into()));
    }

    #[test]
    fn it_is_converted_with_the_value_and_has_its_parts() {
        let ports = unknown(Certain::elements(vec![Value::string("22"), Value::string("x")]));
        let ports = convert(&ports, &Type::list(Type::Number)).unwrap();
        assert_eq!(ports.held().into_iter().filter_map(Value::as_number).collect::<Vec<_>>(), [&Number::from_i64(22)]);
        let choice = unknown(Certain::one_of([&map(&[("a", "1")]), &map(&[("a", "2")])]));
        let part = choice.as_unknown().unwrap().certain.as_deref().unwrap().part(&Step::Attribute("a".into()));
        assert_eq!(shown(unknown(part).choices().unwrap().iter().collect()), ["1", "2"]);
    }

    #[test]
    fn what_grows_too_large_is_let_go() {
        let size = |value: &Value| value.as_unknown().and_then(|unknown| Some(unknown.certain.as_ref()?.size));
        let mut list = unknown(Certain::elements(vec![Value::string("a")]));
        let mut choice = Value::string("a");
        let mut sizes = Vec::new();
        for _ in 0..40 {
            list = unknown(Certain::held_in(&[list.clone(), list]));
            choice = unknown(Certain::one_of([&Value::tuple(vec![choice.clone(), choice]), &texts(&[])]));
            sizes.extend([size(&list), size(&choice)]);
        }
        assert!(sizes.contains(&None) && sizes.iter().flatten().all(|&size| size <= MAX_SIZE), "{sizes:?}");
    }
}
