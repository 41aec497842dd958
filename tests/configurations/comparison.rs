//! One instance or output, here and in the plan.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use terravet::lang::Type;
use terravet::schema::{self, Body, Nesting};

/// What a comparison is made with.
pub(super) struct Comparison<'c> {
    /// The instance's address, or the output's.
    pub(super) address: &'c str,
    /// Whether ours stands for any number of instances: it may know less, and must contradict nothing.
    pub(super) symbolic: bool,
    /// The arguments that the configuration sets.
    pub(super) configured: &'c BTreeSet<&'c str>,
    /// Whether the case says that terravet cannot know this (an address and a path).
    pub(super) is_listed: Box<dyn Fn(&str) -> bool + 'c>,
    /// What differs.
    pub(super) failures: &'c mut Vec<String>,
}

/// A planned value, with the plan's mirrors of it.
#[derive(Clone, Copy)]
pub(super) struct Planned<'p> {
    values: &'p Json,
    unknown: &'p Json,
    sensitive: &'p Json,
}

impl<'p> Planned<'p> {
    /// Of a change.
    pub(super) fn of(change: &'p Json) -> Self {
        Self { values: &change["after"], unknown: &change["after_unknown"], sensitive: &change["after_sensitive"] }
    }

    /// Of a data source that was read.
    pub(super) fn read(resource: &'p Json) -> Self {
        Self { values: &resource["values"], unknown: &Json::Null, sensitive: &resource["sensitive_values"] }
    }

    fn member(self, name: &str) -> Self {
        Self { values: &self.values[name], unknown: &self.unknown[name], sensitive: &self.sensitive[name] }
    }

    fn element(self, index: usize) -> Self {
        Self { values: &self.values[index], unknown: &self.unknown[index], sensitive: &self.sensitive[index] }
    }

    /// The names of members: what is unknown is only in the mirror.
    fn names(self) -> BTreeSet<&'p str> {
        let unknown = self.unknown.as_object().into_iter().flatten().filter(|(_, is_unknown)| !is_nothing(is_unknown));
        let values = self.values.as_object().into_iter().flatten();
        values.chain(unknown).map(|(name, _)| name.as_str()).collect()
    }
}

/// What terravet shows of a value.
struct Ours<'o> {
    value: &'o Json,
    unknown: BTreeSet<&'o str>,
    sensitive: BTreeSet<&'o str>,
}

impl<'o> Ours<'o> {
    fn of(value: &'o Json, hidden: &'o Json) -> Self {
        let texts = |list: &'o Json| list.as_array().unwrap().iter().filter_map(Json::as_str).collect();
        Self { value, unknown: texts(&hidden["unknown"]), sensitive: texts(&hidden["sensitive"]) }
    }

    /// The path of a member: of an object by name, or of a map by key (which of them it is, only the paths tell).
    fn below(&self, path: &str, name: &str) -> String {
        let by_key = format!("{path}[{name:?}]");
        match path {
            _ if self.unknown.iter().chain(&self.sensitive).any(|hidden| hidden.starts_with(&by_key)) => by_key,
            "" => name.to_owned(),
            _ => format!("{path}.{name}"),
        }
    }

    /// Whether what the plan has as unknown may be known in part: the provider takes a collection with an unknown
    /// element for unknown as a whole, and so `tags_all` where there are no tags, or an empty one.
    fn knows_more(&self, path: &str) -> bool {
        let is_below = |hidden: &&&str| {
            hidden.strip_prefix(path).is_some_and(|rest| rest.starts_with('[') || rest.starts_with('.'))
        };
        is_tags_all(path) || self.unknown.iter().any(|hidden| is_below(&hidden))
    }

    /// The names of an object's members: what is unknown is not among its values.
    fn names(&self, path: &str, value: &'o Json, planned: Planned<'o>) -> BTreeSet<&'o str> {
        let hidden = planned.names().into_iter().filter(|name| self.unknown.contains(self.below(path, name).as_str()));
        value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).chain(hidden).collect()
    }
}

/// What the schema says of a value.
#[derive(Clone, Copy)]
enum Shape<'s> {
    AsWritten,
    /// Of a block whose body our schema does not know.
    NotKnown,
    Body(&'s Body),
    Blocks(Nesting, Option<&'s Body>),
    Type(&'s Type),
}

impl Shape<'_> {
    fn member(self, name: &str) -> Self {
        match self {
            Shape::Body(body) => match (body.attribute(name), body.block(name)) {
                (Some(attribute), _) => Shape::Type(&attribute.ty),
                (None, Some(block)) => Shape::Blocks(block.nesting, block.body()),
                (None, None) => Shape::AsWritten,
            },
            Shape::Blocks(_, body) => body.map_or(Shape::NotKnown, |body| Shape::Body(body).member(name)),
            Shape::Type(Type::Map(element)) => Shape::Type(element),
            Shape::Type(Type::Object(object)) => object.attributes.get(name).map_or(Shape::AsWritten, Shape::Type),
            Shape::NotKnown => Shape::NotKnown,
            Shape::Type(_) | Shape::AsWritten => Shape::AsWritten,
        }
    }

    fn element(self) -> Self {
        match self {
            Shape::Blocks(_, body) => body.map_or(Shape::NotKnown, Shape::Body),
            Shape::Type(Type::List(element) | Type::Set(element)) => Shape::Type(element),
            other => other,
        }
    }

    fn is_set(self) -> bool {
        matches!(self, Shape::Blocks(Nesting::Set, _) | Shape::Type(Type::Set(_)))
    }

    /// Whether the provider says what this holds: our schema is of another version than the plan, and null elements of
    /// a map are nothing to the provider.
    fn is_of_provider(self) -> bool {
        matches!(
            self,
            Shape::Body(_) | Shape::Blocks(..) | Shape::NotKnown | Shape::Type(Type::Object(_) | Type::Map(_))
        )
    }

    fn is_filled(self, name: &str) -> bool {
        matches!(self, Shape::Body(body) if body.block(name).is_some_and(|block| block.filled))
    }

    fn is_computed(self, name: &str) -> bool {
        match self {
            Shape::Body(body) | Shape::Blocks(_, Some(body)) => body.attribute(name).is_some_and(|it| it.computed),
            Shape::Blocks(_, None) | Shape::NotKnown | Shape::Type(_) | Shape::AsWritten => false,
        }
    }
}

/// Where a value is.
#[derive(Clone, Copy)]
struct Place<'s> {
    path: &'s str,
    shape: Shape<'s>,
    /// The provider may make it up.
    may_compute: bool,
    /// It does, as the configuration does not set it.
    computed: bool,
    /// It makes such blocks where there are none.
    filled: bool,
}

impl<'s> Place<'s> {
    fn top(shape: Shape<'s>) -> Self {
        Self { path: "", shape, may_compute: false, computed: false, filled: false }
    }
}

impl Comparison<'_> {
    /// Compares a resource instance.
    pub(super) fn instance(&mut self, ours: &Json, planned: Planned<'_>, provider: &Json) {
        if ours["provider"] != *provider {
            self.fail(format!("is of {provider}, not of {}", ours["provider"]));
        }
        let type_name = ours["type"].as_str().unwrap();
        let known = match ours["mode"].as_str() {
            Some("data") => schema::data_source(type_name),
            _ => schema::resource(type_name),
        };
        let shape = known.map_or(Shape::AsWritten, |known| Shape::Body(&known.body));
        let side = Ours::of(&ours["values"], ours);
        self.known(&side, side.value, planned, Place::top(shape));
    }

    /// Compares an output.
    pub(super) fn output(&mut self, ours: &Json, planned: Planned<'_>) {
        let side = Ours::of(&ours["value"], ours);
        self.value(&side, side.value, planned, Place::top(Shape::AsWritten));
    }

    fn fail(&mut self, what: String) {
        self.failures.push(format!("{} {what}", self.address));
    }

    fn value(&mut self, side: &Ours<'_>, ours: &Json, planned: Planned<'_>, place: Place<'_>) {
        let path = place.path;
        let (is_sensitive, is_unknown) = (side.sensitive.contains(path), side.unknown.contains(path));
        if self.symbolic && (is_unknown || is_sensitive) {
            return;
        }
        match (is_sensitive, planned.sensitive == &Json::Bool(true)) {
            (true, true) => return,
            // The provider forgets the marks of `tags`; to show such a value would be worse.
            (true, false) if is_tags_all(path) => return,
            (true, false) => return self.fail(format!("{path} is sensitive, and planned as {}", planned.values)),
            (false, true) => return self.fail(format!("{path} is planned as sensitive, and here {ours}")),
            (false, false) => {}
        }
        match (is_unknown, planned.unknown == &Json::Bool(true)) {
            (true, true) => {}
            (false, true) if self.symbolic || place.filled || side.knows_more(path) => {}
            (false, true) if self.is_listed(path) => {}
            (false, true) => self.fail(format!("{path} is planned as unknown, and here {ours}")),
            (true, false) => {
                // Null is as good as not set.
                let by_provider = place.computed || (place.may_compute && planned.values.is_null());
                if !by_provider && !self.is_listed(path) {
                    self.fail(format!("{path} is unknown, and planned as {}", planned.values));
                }
            }
            (false, false) => self.known(side, ours, planned, place),
        }
    }

    fn known(&mut self, side: &Ours<'_>, ours: &Json, planned: Planned<'_>, place: Place<'_>) {
        match (ours, planned.values) {
            (Json::Object(_), Json::Object(_)) => self.members(side, ours, planned, place),
            (Json::Array(elements), Json::Array(planned_elements)) if elements.len() == planned_elements.len() => {
                self.elements(side, elements, planned, place);
            }
            (ours, planned) if same(ours, planned, place.path) || is_unset(ours, planned, place.path) => {}
            (ours, planned) if !self.is_listed(place.path) => {
                self.fail(format!("{} is planned as {planned}, and here {ours}", place.path));
            }
            _ => {}
        }
    }

    fn is_listed(&self, path: &str) -> bool {
        (self.is_listed)(&format!("{}.{path}", self.address))
    }

    fn members(&mut self, side: &Ours<'_>, ours: &Json, planned: Planned<'_>, place: Place<'_>) {
        let (names, planned_names) = (side.names(place.path, ours, planned), planned.names());
        for name in names.union(&planned_names) {
            let path = side.below(place.path, name);
            if names.contains(name) == planned_names.contains(name) {
                let is_set = place.path.is_empty() && self.configured.contains(name);
                let may_compute = place.shape.is_computed(name);
                let computed = place.computed || (may_compute && !is_set);
                let filled = place.shape.is_filled(name) && is_nothing(&ours[*name]);
                let below = Place { path: &path, shape: place.shape.member(name), may_compute, computed, filled };
                self.value(side, &ours[*name], planned.member(name), below);
            } else if !place.shape.is_of_provider() || !is_nothing(&ours[*name]) || !is_nothing(&planned.values[*name])
            {
                let (here, there) = (&ours[*name], &planned.values[*name]);
                self.fail(format!("{path} is only on one side: planned as {there}, and here {here}"));
            }
        }
    }

    fn elements(&mut self, side: &Ours<'_>, elements: &[Json], planned: Planned<'_>, place: Place<'_>) {
        let mut left: Vec<usize> = (0..elements.len()).collect();
        for (index, element) in elements.iter().enumerate() {
            let path = format!("{}[{index}]", place.path);
            let below = Place { path: &path, shape: place.shape.element(), ..place };
            // A set has the provider's order in the plan: the first that agrees will do.
            let found = place.shape.is_set().then(|| {
                left.iter().position(|&candidate| self.agrees(side, element, planned.element(candidate), below))
            });
            match found.flatten() {
                Some(found) => drop(left.remove(found)),
                None => self.value(side, element, planned.element(index), below),
            }
        }
    }

    fn agrees(&mut self, side: &Ours<'_>, ours: &Json, planned: Planned<'_>, place: Place<'_>) -> bool {
        let mut failures = Vec::new();
        let mut trial = Comparison {
            address: self.address,
            symbolic: self.symbolic,
            configured: self.configured,
            is_listed: Box::new(|subject| (self.is_listed)(subject)),
            failures: &mut failures,
        };
        trial.value(side, ours, planned, place);
        drop(trial);
        failures.is_empty()
    }
}

/// Whether the provider takes the one for the other: where nothing is set it has null or, in nested blocks, the zero of
/// each type. No `tags` are null.
fn is_unset(ours: &Json, planned: &Json, path: &str) -> bool {
    let either_is_null = ours.is_null() || planned.is_null();
    (path.contains('[') || path == "tags") && either_is_null && is_nothing(ours) && is_nothing(planned)
}

fn is_tags_all(path: &str) -> bool {
    path.starts_with("tags_all")
}

/// Null, and the zero of each type.
fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::Bool(true) => false,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(elements) => elements.is_empty(),
        Json::Object(members) => members.values().all(is_nothing),
    }
}

/// Attributes that hold a JSON document, which the provider writes in its own way.
const DOCUMENTS: &[&str] = &["assume_role_policy", "policy", "container_definitions", "redrive_policy"];

/// Equal as the provider takes it.
fn same(ours: &Json, planned: &Json, path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    match (ours, planned) {
        (Json::String(ours), Json::String(planned)) if DOCUMENTS.contains(&name) => {
            let document = |text: &str| serde_json::from_str::<Json>(text).ok();
            ours == planned || (document(ours).is_some() && document(ours) == document(planned))
        }
        // In lower case in the plan.
        (Json::String(ours), Json::String(planned)) if name == "protocol" => ours.eq_ignore_ascii_case(planned),
        // The plan has no negative zero.
        (Json::Number(ours), Json::Number(planned)) => {
            ours == planned || (ours.as_f64() == Some(0.0) && planned.as_f64() == Some(0.0))
        }
        _ => ours == planned,
    }
}
