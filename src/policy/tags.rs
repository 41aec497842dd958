//! Tag facts: the effective tags of what can be tagged, and what rules ask of them.

use std::collections::BTreeSet;

use crate::address::Mode;
use crate::inventory::{Instance, Way};
use crate::lang::eval::Evaluated;
use crate::lang::value::Entries;
use crate::lang::{Data, Marks, Shape, Str, Type, Value, What, convert};
use crate::schema::{self, Tagging};
use crate::source::{Problem, Span};
use crate::syntax::{Kind, NodeId, NodeRef, Trees};

use super::facts::{Facts, Kept, Spot, object};
use super::rule::descendants;

/// Which tag of which instance, for its place.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    instance: usize,
    /// `None`: a tag whose key is not known.
    key: Option<Str>,
    value: Value,
    /// Whether the key is meant, not the value.
    is_key: bool,
}

/// The effective tags of an instance.
struct TagSet {
    /// Those that are certainly there, with their values.
    entries: Vec<(Str, Value)>,
    /// Those that are certainly there, with the values that they have unless something that is not known replaces them.
    replaceable: Vec<(Str, Value)>,
    /// Whether there may be others.
    more: bool,
}

impl TagSet {
    /// Every tag whose key is known; the value of one that may be replaced is not.
    fn listed(self) -> Vec<(Str, Value)> {
        let unknown = |(key, value): (Str, Value)| {
            (key, Value::unknown(Type::String).with_marks(value.marks).with_origin(value.origin))
        };
        self.entries.into_iter().chain(self.replaceable.into_iter().map(unknown)).collect()
    }
}

/// `inventory.taggable`: what takes tags, with its effective tags.
pub(super) fn taggable(facts: &Facts<'_>) -> Value {
    static FACT: Shape<4> = Shape::new(["address", "more", "tags", "type"]);
    let fact = |(index, instance, tags): (usize, &Instance, TagSet)| {
        let origin = facts.keep(Kept::Tags(index));
        let more = if tags.more { Value::unknown(Type::Bool) } else { Value::bool(false) };
        let values = [
            Value::string(&instance.address.to_string()),
            more.with_origin(origin),
            Value::map(Type::String, Entries::new(tags.listed())).with_origin(origin),
            Value::normalized(instance.address.type_name.clone()),
        ];
        FACT.object(values).with_origin(origin)
    };
    Value::tuple(tag_sets(facts).map(fact).collect())
}

/// The names of the functions.
pub(super) const FUNCTIONS: &[&str] = &["tags_named", "tags_with", "tags_required", "allowed_value"];

/// A function of rule files over tags; `None` where there is none of that name.
pub(super) fn call(facts: &Facts<'_>, name: &str, arguments: &[Value], at: Span) -> Option<Evaluated> {
    let result = match (name, arguments) {
        ("tags_named", [keys]) => tags_named(facts, keys, fold),
        ("tags_with", [keys]) => tags_named(facts, keys, str::to_owned),
        ("tags_required", [keys, spelled]) => tags_required(facts, keys, spelled),
        ("allowed_value", [allowed, value]) => allowed_value(allowed, value),
        _ if FUNCTIONS.contains(&name) => Err(format!("wrong number of arguments of `{name}`")),
        _ => return None,
    };
    Some(result.map_err(|message| Box::new(Problem::at(at, message))))
}

/// Every tag whose key is one of `keys`, as `spelled` has them (letter case and surrounding space aside, or as they are),
/// and one of unknown key for each resource that may have further such tags.
fn tags_named(facts: &Facts<'_>, keys: &Value, spelled: fn(&str) -> String) -> Result<Value, String> {
    let wanted: BTreeSet<String> = texts(keys)?.iter().map(|key| spelled(key)).collect();
    if wanted.is_empty() {
        return Ok(Value::tuple(Vec::new()));
    }
    let is_exact = spelled("A") == "A";
    let mut found = Vec::new();
    for (instance, at, tags) in tag_sets(facts) {
        let may_be_more;
        let mut fact = |key: Option<Str>, value: Value| {
            let shown = key.clone().map_or_else(|| Value::unknown(Type::String), Value::normalized);
            let tag = Tag { instance, key, value: value.clone(), is_key: false };
            let value_at = facts.keep(Kept::Tag(tag.clone()));
            let key_at = facts.keep(Kept::Tag(Tag { is_key: true, ..tag }));
            found.push(object(
                value_at,
                [
                    ("address", Value::string(&at.address.to_string())),
                    ("type", Value::normalized(at.address.type_name.clone())),
                    ("key", shown.with_origin(key_at)),
                    ("value", value.with_origin(value_at)),
                ],
            ));
        };
        let listed: Vec<(Str, Value)> = {
            let more = tags.more;
            let listed = tags.listed();
            let all = is_exact && wanted.iter().all(|key| listed.iter().any(|(other, _)| **other == **key));
            may_be_more = more && !all;
            listed
        };
        for (key, value) in listed {
            if wanted.contains(&spelled(&key)) {
                fact(Some(key), value);
            }
        }
        if may_be_more {
            fact(None, Value::unknown(Type::String));
        }
    }
    Ok(Value::tuple(found))
}

fn fold(key: &str) -> String {
    key.trim().to_lowercase()
}

/// What takes tags, with `missing`: the keys that it certainly lacks or holds blank. Where none is certain but the answer
/// hangs on what is not known, that is unknown. A tag whose key differs from a `spelled` one only in spelling counts.
fn tags_required(facts: &Facts<'_>, keys: &Value, spelled: &Value) -> Result<Value, String> {
    static FACT: Shape<3> = Shape::new(["address", "missing", "type"]);
    let (keys, spelled) = (texts(keys)?, texts(spelled)?);
    if keys.is_empty() {
        return Ok(Value::tuple(Vec::new()));
    }
    let found = tag_sets(facts).map(|(index, instance, tags)| {
        let origin = facts.keep(Kept::Tags(index));
        let values = [
            Value::string(&instance.address.to_string()),
            missing(facts, index, &tags, &keys, &spelled).or_origin(origin),
            Value::normalized(instance.address.type_name.clone()),
        ];
        FACT.object(values).with_origin(origin)
    });
    Ok(Value::tuple(found.collect()))
}

fn missing(facts: &Facts<'_>, instance: usize, tags: &TagSet, keys: &[String], spelled: &[String]) -> Value {
    let (mut missing, mut unsure) = (Vec::new(), None);
    for key in keys {
        let entries = || tags.entries.iter().chain(&tags.replaceable);
        let exact = entries().find(|(other, _)| **other == **key);
        let near = || {
            let folded = spelled.contains(key).then(|| fold(key))?;
            entries().find(|(other, _)| fold(other) == folded)
        };
        match exact.or_else(near) {
            Some((_, value)) if value.choices().is_some_and(|choices| !choices.iter().any(is_blank)) => {}
            Some((key, value)) if value.is_unknown() => {
                let known_part = value.as_unknown().and_then(|unknown| unknown.prefix.as_deref()).unwrap_or_default();
                if known_part.trim().is_empty() {
                    unsure.get_or_insert(Some((key, value)));
                }
            }
            None if tags.more => {
                unsure.get_or_insert(None);
            }
            // Something that is not known may replace what is blank.
            Some((key, value)) if tags.replaceable.iter().any(|(other, _)| other == key) => {
                unsure.get_or_insert(Some((key, value)));
            }
            Some(_) | None => missing.push(Value::string(key)),
        }
    }
    let (true, Some(unsure)) = (missing.is_empty(), unsure) else { return Value::list(Type::String, missing) };
    let unknown = Value::unknown(Type::list(Type::String));
    match unsure {
        Some((key, value)) => {
            let tag = Tag { instance, key: Some(key.clone()), value: value.clone(), is_key: false };
            unknown.with_origin(facts.keep(Kept::Tag(tag)))
        }
        None => unknown,
    }
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim().is_empty())
}

/// Whether a value is in a list, or is matched as a whole by a regular expression.
fn allowed_value(allowed: &Value, value: &Value) -> Result<Value, String> {
    let is_list = allowed.elements().is_some();
    if !is_list && allowed.as_str().is_none() {
        return Err("what is allowed must be a list of texts, or a regular expression".into());
    }
    let pattern = match allowed.as_str() {
        Some(pattern) => Some(
            regex::Regex::new(&format!(r"\A(?:{pattern})\z"))
                .map_err(|_| format!("`{pattern}` is no regular expression"))?,
        ),
        None => None,
    };
    let listed = if is_list { texts(allowed)? } else { Vec::new() };
    let allows = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        pattern.as_ref().map_or_else(|| listed.iter().any(|one| one == text), |pattern| pattern.is_match(text))
    };
    let choices = value.choices().unwrap_or_default();
    Ok(match choices.iter().filter(|choice| allows(choice)).count() {
        _ if choices.is_empty() => Value::unknown(Type::Bool),
        0 => Value::bool(false),
        count if count == choices.len() => Value::bool(true),
        _ => Value::unknown(Type::Bool),
    })
}

/// The texts of a list, or of the keys of a map.
pub(super) fn texts(value: &Value) -> Result<Vec<String>, String> {
    if value.is_null() {
        return Ok(Vec::new());
    }
    let list = convert::convert(value, &Type::list(Type::String))?;
    let elements = list.elements().ok_or("a list of texts is required")?;
    Ok(elements.iter().filter_map(|element| element.as_str().map(str::to_owned)).collect())
}

fn tag_sets<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = (usize, &'f Instance, TagSet)> {
    facts.inventory.instances().iter().enumerate().filter_map(|(index, instance)| {
        if instance.address.mode != Mode::Managed {
            return None;
        }
        let tags = match schema::resource(instance.type_name())?.tagging {
            Tagging::None => return None,
            Tagging::TagsAll => tag_map(instance),
            Tagging::TagBlocks => tag_blocks(instance),
        };
        Some((index, instance, tags))
    })
}

fn tag_map(instance: &Instance) -> TagSet {
    let (all, own) = (instance.get("tags_all"), instance.get("tags"));
    let says = |value: &&Value| value.entries().is_some() || value.certain().is_some();
    let source = all.filter(|value| !value.is_null()).or(own);
    let (entries, replaceable) = source.filter(says).or(own).map(Value::held_entries).unwrap_or_default();
    // What the provider makes of `tags` in a plan does not say any more that it is sensitive.
    let of_maps = [all, own].into_iter().flatten().fold(Marks::NONE, |marks, map| marks.with(map.marks));
    let hidden = |(key, value): (Str, Value)| {
        let of_own = own.and_then(|own| own.get(&key)).map_or(Marks::NONE, |own| own.marks);
        (key, value.with_marks(of_maps.with(of_own)))
    };
    let [entries, replaceable] =
        [entries, replaceable].map(|tags: Vec<(Str, Value)>| tags.into_iter().map(hidden).collect());
    let listed = || source.is_some_and(|source| source.choices().is_some_and(same_keys));
    TagSet { entries, replaceable, more: source.is_some_and(Value::is_unknown) && !listed() }
}

/// Whether maps all have the same keys.
fn same_keys(maps: &[Value]) -> bool {
    let keys = |map: &Value| map.entries().map(|entries| entries.iter().map(|(key, _)| key.clone()).collect());
    let all: Vec<Option<Vec<Str>>> = maps.iter().map(keys).collect();
    all.windows(2).all(|pair| pair[0] == pair[1])
}

/// Of `tag` blocks, and of the list `tags` that provider 3 has beside them.
fn tag_blocks(instance: &Instance) -> TagSet {
    let mut tags = TagSet { entries: Vec::new(), replaceable: Vec::new(), more: false };
    for value in ["tag", "tags"].into_iter().filter_map(|name| instance.get(name)) {
        tags.more |= value.is_unknown();
        let made = |block: &Value| match block.certain() {
            Some(What::Blocks { certain, .. }) => certain.clone(),
            Some(_) | None => Vec::new(),
        };
        let blocks: Vec<Value> =
            value.held().into_iter().flat_map(|block| [vec![block.clone()], made(block)].concat()).collect();
        for block in &blocks {
            match block.get("key").map(|key| &key.data) {
                Some(Data::String(key)) => {
                    let tag = block.get("value").cloned().unwrap_or_else(|| Value::null(Type::String));
                    tags.entries.push((key.clone(), tag.with_marks(value.marks.with(block.marks))));
                }
                _ => tags.more |= block.is_unknown() || block.get("key").is_some_and(Value::is_unknown),
            }
        }
    }
    tags
}

/// The place of an instance's tags: the attribute (its name where they are known: something is missing in it), or the
/// header where there is none.
pub(super) fn spot_of_tags(facts: &Facts<'_>, instance: usize) -> Spot {
    let at = facts.inventory.instance(instance);
    let way = [Way::Name("tags")];
    let Some(tags) = at.get("tags").filter(|tags| !tags.is_null()) else {
        return facts.locate(instance, &way, None);
    };
    let spot = facts.locate(instance, &way, Some(tags));
    if tags.is_unknown() {
        return spot;
    }
    Spot { span: facts.locate(instance, &way, None).span, ..spot }
}

/// The place of a tag: its entry or block; where it comes from the provider's `default_tags`, the instance's tags.
pub(super) fn spot_of_tag(facts: &Facts<'_>, tag: &Tag) -> Spot {
    let Some(key) = &tag.key else { return spot_of_tags(facts, tag.instance) };
    let at = facts.inventory.instance(tag.instance);
    for name in ["tag", "tags"] {
        for (index, block) in at.get(name).and_then(Value::elements).unwrap_or_default().iter().enumerate() {
            if block.get("key").and_then(Value::as_str) == Some(key) {
                let part = if tag.is_key { "key" } else { "value" };
                let way = [Way::Name(name), Way::Element(index, block), Way::Name(part)];
                let spot = facts.locate(tag.instance, &way, block.get(part));
                return Spot { path: format!("{name}[{key}]"), ..spot };
            }
        }
    }
    let path = format!("tags[{key}]");
    let own = |tags: &Value| tags.get(key).cloned().or_else(|| held(tags, key));
    let Some(value) = at.get("tags").and_then(own) else {
        let spot = spot_of_tags(facts, tag.instance);
        let typed = facts.locate(tag.instance, &[], Some(&tag.value)).related;
        return Spot { path, related: typed, ..spot };
    };
    let way = [Way::Name("tags"), Way::Key(key)];
    let mut spot = facts.locate(tag.instance, &way, Some(&value));
    let sites = at.sites.as_ref();
    let written = sites.and_then(|sites| sites.attributes.iter().find(|attribute| &*attribute.name == "tags"));
    if let Some(name) = written.filter(|_| tag.is_key).and_then(|site| key_in(facts.trees, site.expression, key)) {
        spot.span = Some(name);
    }
    Spot { path, ..spot }
}

/// The tag of tags that are not known in whole.
fn held(tags: &Value, key: &str) -> Option<Value> {
    let (settled, replaceable) = tags.held_entries();
    settled.into_iter().chain(replaceable).find(|(name, _)| **name == *key).map(|(_, value)| value)
}

/// Where a key is written in an expression.
fn key_in(trees: &Trees, expression: NodeRef, key: &str) -> Option<Span> {
    let tree = trees.get(expression.tree);
    let is_key = |node: NodeId| match tree.kind(node) {
        Kind::Name => tree.text(node) == key,
        _ => tree.constant_text(node).is_some_and(|text| text == key),
    };
    descendants(trees, expression)
        .filter(|&node| tree.kind(node) == Kind::ObjectItem)
        .filter_map(|item| tree.child(item, 0))
        .find(|&node| is_key(node))
        .map(|node| tree.span(node))
}
