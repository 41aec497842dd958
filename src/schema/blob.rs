//! The embedded binary that `build/schema.rs` writes, and the caches of what was decoded of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{Attribute, Body, CidrKind, NestedBlock, Nesting, ResourceType, Since, Tagging};
use crate::address::Step;
use crate::lang::{Number, ObjectType, Str, Type, Value};

const BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/schema.bin"));

/// Sections of the binary, by index.
const NAMES: usize = 0;
const TYPES: usize = 1;
const BODIES: usize = 2;
const CIDR: usize = 6;
const PROVIDER: usize = 7;

/// The kinds of types, by section.
#[derive(Clone, Copy)]
pub(super) enum Types {
    Resources = 3,
    Data = 4,
    Ephemeral = 5,
}

/// What was decoded so far of one kind, by index. What is decoded stays for the whole run: few of thousands are.
struct Cache<T: 'static>(Mutex<BTreeMap<u32, &'static T>>);

impl<T> Cache<T> {
    const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    fn get(&self, index: u32, decode: impl FnOnce() -> T) -> &'static T {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&index) {
            return found;
        }
        let decoded = decode();
        known().entry(index).or_insert_with(|| Box::leak(Box::new(decoded)))
    }
}

fn word(at: usize) -> usize {
    let bytes = [BLOB[at], BLOB[at + 1], BLOB[at + 2], BLOB[at + 3]];
    u32::from_le_bytes(bytes) as usize
}

fn count(section: usize) -> usize {
    word(word(4 * section))
}

fn record(section: usize, index: usize) -> &'static [u8] {
    let table = word(4 * section) + 4;
    &BLOB[word(table + 4 * index)..word(table + 4 * index + 4)]
}

fn text(section: usize, index: usize) -> &'static str {
    std::str::from_utf8(record(section, index)).expect("invariant: the build script writes UTF-8")
}

/// Reads a record from its start.
struct Reader(&'static [u8]);

impl Reader {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().expect("invariant: the build script writes whole records");
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> u32 {
        let mut value = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return value;
            }
            shift += 7;
        }
    }
}

/// Indices of names order as the names do.
fn name(index: u32) -> Str {
    static CACHE: Cache<Str> = Cache::new();
    CACHE.get(index, || text(NAMES, index as usize).into()).clone()
}

fn ty(index: u32) -> Type {
    static CACHE: Cache<Type> = Cache::new();
    CACHE.get(index, || parse_type(text(TYPES, index as usize))).clone()
}

pub(super) fn body(index: u32) -> &'static Body {
    static CACHE: Cache<Body> = Cache::new();
    CACHE.get(index, || decode_body(&mut Reader(record(BODIES, index as usize))))
}

pub(super) fn provider() -> &'static Body {
    body(word(4 * PROVIDER) as u32)
}

fn decode_body(reader: &mut Reader) -> Body {
    let attributes = (0..reader.number())
        .map(|_| {
            let name = name(reader.number());
            let flags = reader.byte();
            let takes = ty(reader.number());
            let default = (flags & 64 != 0).then(|| default(text(NAMES, reader.number() as usize)));
            let attribute = Attribute {
                step: [Step::Attribute(name.clone())].into(),
                ty: takes.without_optional(),
                takes,
                required: flags & 1 != 0,
                required_in_both: flags & 2 != 0,
                optional: flags & 4 != 0,
                computed: flags & 8 != 0,
                sensitive: flags & 16 != 0,
                since: if flags & 32 != 0 { Since::Old } else { Since::Both },
                default,
            };
            (name, attribute)
        })
        .collect();
    let blocks = (0..reader.number())
        .map(|_| {
            let name = name(reader.number());
            let bits = reader.byte();
            let block = NestedBlock {
                nesting: match bits & 3 {
                    0 => Nesting::List,
                    1 => Nesting::Set,
                    _ => Nesting::Single,
                },
                since: if bits & 4 != 0 { Since::Old } else { Since::Both },
                filled: bits & 8 != 0,
                min: reader.number(),
                max: reader.number(),
                body: reader.number().checked_sub(1),
            };
            (name, block)
        })
        .collect();
    Body { attributes, blocks, ..Body::default() }
}

/// The value of JSON text that is a bool, a number or a string.
fn default(json: &str) -> Value {
    match serde_json::from_str(json) {
        Ok(serde_json::Value::Bool(value)) => Value::bool(value),
        Ok(serde_json::Value::String(text)) => Value::normalized(text.into()),
        Ok(serde_json::Value::Number(number)) => match Number::parse(&number.to_string()) {
            Some(number) => Value::number(number),
            None => Value::unknown(Type::Number),
        },
        Ok(_) | Err(_) => Value::unknown(Type::Dynamic),
    }
}

pub(super) fn type_names(types: Types) -> impl Iterator<Item = &'static str> {
    (0..count(types as usize)).map(move |index| type_name(types, index))
}

fn type_name(types: Types, index: usize) -> &'static str {
    text(NAMES, Reader(record(types as usize, index)).number() as usize)
}

pub(super) fn resource_type(types: Types, wanted: &str) -> Option<&'static ResourceType> {
    /// Indices by name, and the types themselves: asked for with every resource.
    struct Kind(OnceLock<HashMap<&'static str, u32>>, Cache<ResourceType>);
    static KINDS: [Kind; 3] = [const { Kind(OnceLock::new(), Cache::new()) }; 3];
    let Kind(by_name, cache) = &KINDS[types as usize - Types::Resources as usize];
    let &index = by_name.get_or_init(|| type_names(types).zip(0..).collect()).get(wanted)?;
    Some(cache.get(index, || {
        let mut reader = Reader(record(types as usize, index as usize));
        reader.number();
        let bits = reader.byte();
        ResourceType {
            tagging: match bits & 3 {
                0 => Tagging::None,
                1 => Tagging::TagsAll,
                _ => Tagging::TagBlocks,
            },
            since: match bits >> 2 {
                0 => Since::Both,
                1 => Since::New,
                _ => Since::Old,
            },
            body: body(reader.number()).clone(),
        }
    }))
}

pub(super) fn cidr_attributes(type_name: &str) -> &'static [(&'static str, CidrKind)] {
    static BY_TYPE: OnceLock<HashMap<&str, Vec<(&str, CidrKind)>>> = OnceLock::new();
    let by_type = BY_TYPE.get_or_init(|| {
        let mut by_type: HashMap<&str, Vec<_>> = HashMap::new();
        for index in 0..count(CIDR) {
            let mut columns = text(CIDR, index).split('\t');
            let (Some(of_type), Some(path), Some(word)) = (columns.next(), columns.next(), columns.next()) else {
                continue;
            };
            let kind = match word {
                "mixed" => CidrKind::Mixed,
                "ifaddr" => CidrKind::InterfaceAddress,
                "mapkey" => CidrKind::MapKey,
                _ => CidrKind::Cidr,
            };
            by_type.entry(of_type).or_default().push((path, kind));
        }
        by_type
    });
    by_type.get(type_name).map_or(&[], Vec::as_slice)
}

/// Parses a type as the schema spells it: `list(object({a=string,b?=string}))`. Only ever given text of the embedded schema.
fn parse_type(text: &str) -> Type {
    let (parsed, rest) = parse_type_prefix(text);
    debug_assert!(rest.is_empty(), "{text}");
    parsed
}

fn parse_type_prefix(text: &str) -> (Type, &str) {
    let end = text.find(|character: char| !character.is_ascii_lowercase()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    match word {
        "string" => (Type::String, rest),
        "number" => (Type::Number, rest),
        "bool" => (Type::Bool, rest),
        "list" | "set" | "map" => {
            let (element, rest) = parse_type_prefix(&rest[1..]);
            let ty = match word {
                "list" => Type::list(element),
                "set" => Type::set(element),
                _ => Type::map(element),
            };
            (ty, &rest[1..])
        }
        "object" => {
            let (mut attributes, mut optional) = (BTreeMap::new(), BTreeSet::new());
            let mut rest = &rest[2..];
            while !rest.starts_with('}') {
                let (name, after) = rest.split_once('=').unwrap_or((rest, ""));
                let (ty, after) = parse_type_prefix(after);
                let plain: Str = name.strip_suffix('?').unwrap_or(name).into();
                if name.ends_with('?') {
                    optional.insert(plain.clone());
                }
                attributes.insert(plain, ty);
                rest = after.strip_prefix(',').unwrap_or(after);
            }
            (Type::Object(Arc::new(ObjectType { attributes: attributes.into_iter().collect(), optional })), &rest[2..])
        }
        _ => (Type::Dynamic, rest),
    }
}
