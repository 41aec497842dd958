//! Turns `data/aws-schema.json`, `data/aws-planned.json` and `data/aws-cidr-attributes.txt` into one compact binary, `schema.bin`, that
//! `src/schema/` embeds and decodes lazily. The form of the JSON is described in `data/README.md`.
//!
//! Both provider versions are merged here: what a body holds afterwards is what either version knows.
//!
//! The binary: six `u32` section offsets, then the sections. A section is a `u32` count, that many `u32` offsets
//! (from the start of the file), and the records. Names are sorted, so that a name's index orders as the name does.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde_json::{Map, Value};

/// Bits of an attribute's flag byte.
const REQUIRED: u8 = 1;
const REQUIRED_IN_BOTH: u8 = 2;
const OPTIONAL: u8 = 4;
const COMPUTED: u8 = 8;
const SENSITIVE: u8 = 16;
const OLD_ONLY: u8 = 32;
const HAS_DEFAULT: u8 = 64;

#[derive(Clone)]
struct Attribute {
    flags: u8,
    ty: String,
    /// What is planned where it is not set, as JSON.
    default: Option<String>,
}

#[derive(Clone)]
struct Block {
    mode: u8,
    min: u32,
    max: u32,
    old_only: bool,
    /// The provider makes such blocks where there are none.
    filled: bool,
    body: BodyOf,
}

#[derive(Clone)]
enum BodyOf {
    Unknown,
    Shared(usize),
    Own(Body),
}

#[derive(Clone, Default)]
struct Body {
    attributes: BTreeMap<String, Attribute>,
    blocks: BTreeMap<String, Block>,
}

/// A type with its body.
struct Type {
    tagging: u8,
    since: u8,
    body: Body,
}

/// Writes `schema.bin` into the output directory.
pub(crate) fn build(output: &Path) {
    let schema = std::fs::read_to_string("data/aws-schema.json").expect("data/aws-schema.json is there");
    let schema: Value = serde_json::from_str(&schema).expect("data/aws-schema.json is JSON");
    let cidr = std::fs::read_to_string("data/aws-cidr-attributes.txt").expect("data/aws-cidr-attributes.txt is there");

    let defs: Vec<Body> = schema["defs"].as_array().expect("defs").iter().map(|def| body(object(def), false)).collect();
    let mut resources = types(&schema, &defs, "resources", "");
    add_planned(&mut resources, &defs);
    let data = types(&schema, &defs, "data", "data.");
    let ephemeral = types(&schema, &defs, "ephemeral", "ephemeral.");
    let provider = body(object(&schema["provider_config"]), false);

    let mut writer = Writer::new(&defs, [&resources, &data, &ephemeral], &provider);
    let provider = writer.body(&provider);
    let kinds = [&resources, &data, &ephemeral].map(|types| writer.types(types));
    let cidr = cidr_records(&cidr);
    std::fs::write(output.join("schema.bin"), writer.finish(provider, kinds, cidr))
        .expect("the output directory is writable");
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("an object")
}

fn body(members: &Map<String, Value>, old_only: bool) -> Body {
    let mut body = Body::default();
    for (name, entry) in members {
        insert(&mut body, name, entry, old_only);
    }
    body
}

fn insert(body: &mut Body, name: &str, entry: &Value, old_only: bool) {
    if let Some(text) = entry.as_str() {
        body.attributes.insert(name.to_owned(), attribute(text, old_only));
    } else {
        body.blocks.insert(name.to_owned(), block(entry, old_only));
    }
}

fn attribute(text: &str, old_only: bool) -> Attribute {
    let (flags, ty) = text.split_once(' ').expect("flags and a type");
    let mut bits = if old_only { OLD_ONLY } else { 0 };
    for flag in flags.chars() {
        bits |= match flag {
            // Whether 3.39.0 requires it too is taken back where `changed` says otherwise.
            'r' => REQUIRED | REQUIRED_IN_BOTH | OPTIONAL,
            'o' => OPTIONAL,
            'c' => COMPUTED,
            's' => SENSITIVE,
            other => panic!("unknown flag {other}"),
        };
    }
    if old_only {
        bits &= !REQUIRED_IN_BOTH;
    }
    Attribute { flags: bits, ty: ty.to_owned(), default: None }
}

fn block(entry: &Value, old_only: bool) -> Block {
    let mode = match entry[0].as_str().expect("a mode") {
        "list" => 0,
        "set" => 1,
        "single" => 2,
        other => panic!("unknown mode {other}"),
    };
    let number = |index: usize| entry[index].as_u64().expect("a number") as u32;
    let body_of = match entry.get(3) {
        None | Some(Value::Null) => BodyOf::Unknown,
        Some(Value::Number(index)) => BodyOf::Shared(index.as_u64().expect("an index") as usize),
        Some(members) => BodyOf::Own(body(object(members), old_only)),
    };
    Block { mode, min: number(1), max: number(2), old_only, filled: false, body: body_of }
}

/// All types of one mode, both versions merged.
fn types(schema: &Value, defs: &[Body], mode: &str, prefix: &str) -> BTreeMap<String, Type> {
    let mut types = BTreeMap::new();
    for (name, entry) in object(&schema[mode]) {
        types.insert(name.clone(), of_type(entry, if entry.get("o").is_some() { 0 } else { 1 }));
    }
    if let Some(gone) = schema["gone"].get(mode) {
        for (name, entry) in object(gone) {
            types.insert(name.clone(), of_type(entry, 2));
        }
    }
    let of_mode = |name: &str| -> Option<String> {
        if prefix.is_empty() {
            (!name.contains('.')).then(|| name.to_owned())
        } else {
            name.strip_prefix(prefix).map(str::to_owned)
        }
    };
    // Parents come before what is in them, so that a block that is wholly gone is there when its members are.
    for (source, merge) in [("changed", change as fn(&mut Body, &str, &Value)), ("members", add_gone)] {
        let all = if source == "changed" { &schema["changed"] } else { &schema["gone"]["members"] };
        for (name, members) in object(all) {
            let Some(name) = of_mode(name) else { continue };
            let of_type = types.get_mut(&name).unwrap_or_else(|| panic!("{source}: no type {name}"));
            let paths: BTreeMap<&String, &Value> = object(members).iter().collect();
            for (path, entry) in paths {
                let (parents, member) = path.rsplit_once('.').unwrap_or(("", path));
                merge(descend(&mut of_type.body, parents, defs), member, entry);
            }
        }
    }
    types
}

fn of_type(entry: &Value, since: u8) -> Type {
    let tagging = match entry.get("t").and_then(Value::as_str) {
        None | Some("m") => 0,
        Some("ma") => 1,
        Some("b") => 2,
        Some(other) => panic!("unknown tagging {other}"),
    };
    Type { tagging, since, body: body(object(&entry["b"]), false) }
}

/// The body at a path of block names; shared bodies on the way become the type's own.
fn descend<'b>(body: &'b mut Body, path: &str, defs: &[Body]) -> &'b mut Body {
    let mut body = body;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let block = body.blocks.get_mut(name).unwrap_or_else(|| panic!("no block {name} in {path}"));
        match &block.body {
            BodyOf::Unknown => block.body = BodyOf::Own(Body::default()),
            BodyOf::Shared(index) => block.body = BodyOf::Own(defs[*index].clone()),
            BodyOf::Own(_) => {}
        }
        let BodyOf::Own(own) = &mut block.body else { unreachable!("made its own above") };
        body = own;
    }
    body
}

/// Merges what 3.39.0 says of a member that both versions have.
fn change(body: &mut Body, name: &str, old: &Value) {
    if let Some(text) = old.as_str() {
        let old = attribute(text, false);
        if let Some(new) = body.attributes.get_mut(name) {
            if old.flags & REQUIRED == 0 {
                new.flags &= !REQUIRED_IN_BOTH;
            }
            new.flags |= old.flags & (OPTIONAL | COMPUTED | SENSITIVE);
            if new.flags & OPTIONAL != 0 {
                new.ty = either(&new.ty, &old.ty);
            }
        } else {
            // A block now: both forms may be written.
            let flags = (old.flags | OLD_ONLY) & !REQUIRED_IN_BOTH;
            body.attributes.insert(name.to_owned(), Attribute { flags, ..old });
        }
        return;
    }
    let old = block(old, false);
    if let Some(new) = body.blocks.get_mut(name) {
        new.min = new.min.min(old.min);
        new.max = if new.max == 0 || old.max == 0 { 0 } else { new.max.max(old.max) };
    } else {
        if let Some(new) = body.attributes.get_mut(name) {
            new.flags &= !REQUIRED_IN_BOTH;
        }
        body.blocks.insert(name.to_owned(), Block { old_only: true, min: 0, ..old });
    }
}

/// A collection of objects that holds what either version has; what only one has may be left out (`name?=type`).
fn either(new: &str, old: &str) -> String {
    let members = |ty: &str| -> Option<(String, BTreeMap<String, String>)> {
        let (kind, rest) = ty.split_once("(object({")?;
        let members = rest.strip_suffix("}))")?;
        let pair = |member: &str| member.split_once('=').map(|(name, ty)| (name.to_owned(), ty.to_owned()));
        let simple = !members.contains(['(', '{']);
        simple.then(|| (kind.to_owned(), members.split(',').filter_map(pair).collect()))
    };
    let (Some((kind, new_members)), Some((_, old_members))) = (members(new), members(old)) else {
        return new.to_owned();
    };
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, ty) in new_members.iter().chain(&old_members) {
        let both = new_members.contains_key(name) && old_members.contains_key(name);
        all.insert(format!("{name}{}", if both { "" } else { "?" }), ty.clone());
    }
    let all: Vec<String> = all.iter().map(|(name, ty)| format!("{name}={ty}")).collect();
    format!("{kind}(object({{{}}}))", all.join(","))
}

/// Adds a member that only 3.39.0 has.
fn add_gone(body: &mut Body, name: &str, old: &Value) {
    insert(body, name, old, true);
    if let Some(block) = body.blocks.get_mut(name) {
        block.min = 0;
    }
}

/// Adds what the provider plans for what is not set, and what it marks as sensitive.
fn add_planned(types: &mut BTreeMap<String, Type>, defs: &[Body]) {
    let planned = std::fs::read_to_string("data/aws-planned.json").expect("data/aws-planned.json is there");
    let planned: Value = serde_json::from_str(&planned).expect("data/aws-planned.json is JSON");
    for (name, planned) in object(&planned) {
        let Some(of_type) = types.get_mut(name) else { continue };
        for (path, default) in planned.get("defaults").map(object).into_iter().flatten() {
            let (parents, member) = path.rsplit_once('.').unwrap_or(("", path));
            let Some(body) = reach(&mut of_type.body, parents, defs) else { continue };
            if let Some(attribute) = body.attributes.get_mut(member) {
                attribute.flags |= HAS_DEFAULT;
                attribute.default = Some(default.to_string());
            }
        }
        for path in planned.get("sensitive").and_then(Value::as_array).into_iter().flatten() {
            let path = path.as_str().expect("a path");
            let (parents, member) = path.rsplit_once('.').unwrap_or(("", path));
            let body = reach(&mut of_type.body, parents, defs);
            if let Some(attribute) = body.and_then(|body| body.attributes.get_mut(member)) {
                attribute.flags |= SENSITIVE;
            }
        }
        for block in planned.get("filled").and_then(Value::as_array).into_iter().flatten() {
            let name = block.as_str().expect("the name of a block type");
            if let Some(block) = of_type.body.blocks.get_mut(name) {
                block.filled = true;
            }
        }
    }
}

/// The body at a path of block names, where this version has it.
fn reach<'b>(body: &'b mut Body, path: &str, defs: &[Body]) -> Option<&'b mut Body> {
    let mut below = &*body;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        below = match &below.blocks.get(name)?.body {
            BodyOf::Unknown => return None,
            BodyOf::Shared(index) => &defs[*index],
            BodyOf::Own(own) => own,
        };
    }
    Some(descend(body, path, defs))
}

/// Collects records; equal bodies are stored once.
struct Writer<'d> {
    names: Vec<String>,
    name_index: HashMap<String, u32>,
    types: Vec<String>,
    type_index: HashMap<String, u32>,
    defs: &'d [Body],
    /// Where each def's body stands; set before its record is written, so that it may refer to itself.
    def_bodies: Vec<Option<u32>>,
    bodies: Vec<Vec<u8>>,
    body_index: HashMap<Vec<u8>, u32>,
}

impl<'d> Writer<'d> {
    fn new(defs: &'d [Body], kinds: [&BTreeMap<String, Type>; 3], provider: &Body) -> Self {
        let mut names = BTreeSet::new();
        let mut types = BTreeSet::new();
        for kind in kinds {
            for (name, of_type) in kind {
                names.insert(name.clone());
                collect(&of_type.body, &mut names, &mut types);
            }
        }
        defs.iter().for_each(|def| collect(def, &mut names, &mut types));
        collect(provider, &mut names, &mut types);
        let names: Vec<String> = names.into_iter().collect();
        let types: Vec<String> = types.into_iter().collect();
        let index = |list: &[String]| list.iter().cloned().zip(0..).collect();
        Self {
            name_index: index(&names),
            names,
            type_index: index(&types),
            types,
            defs,
            def_bodies: vec![None; defs.len()],
            bodies: Vec::new(),
            body_index: HashMap::new(),
        }
    }

    fn body(&mut self, body: &Body) -> u32 {
        let record = self.record(body);
        if let Some(&index) = self.body_index.get(&record) {
            return index;
        }
        let index = self.bodies.len() as u32;
        self.bodies.push(record.clone());
        self.body_index.insert(record, index);
        index
    }

    fn record(&mut self, body: &Body) -> Vec<u8> {
        let mut record = Vec::new();
        varint(&mut record, body.attributes.len() as u32);
        for (name, attribute) in &body.attributes {
            varint(&mut record, self.name_index[name]);
            record.push(attribute.flags);
            varint(&mut record, self.type_index[&attribute.ty]);
            if let Some(default) = &attribute.default {
                varint(&mut record, self.name_index[default]);
            }
        }
        varint(&mut record, body.blocks.len() as u32);
        for (name, block) in &body.blocks {
            varint(&mut record, self.name_index[name]);
            record.push(block.mode | u8::from(block.old_only) << 2 | u8::from(block.filled) << 3);
            varint(&mut record, block.min);
            varint(&mut record, block.max);
            let body = match &block.body {
                BodyOf::Unknown => 0,
                BodyOf::Shared(index) => self.shared(*index) + 1,
                BodyOf::Own(own) => self.body(own) + 1,
            };
            varint(&mut record, body);
        }
        record
    }

    fn shared(&mut self, def: usize) -> u32 {
        if let Some(index) = self.def_bodies[def] {
            return index;
        }
        let index = self.bodies.len() as u32;
        self.def_bodies[def] = Some(index);
        self.bodies.push(Vec::new());
        let defs = self.defs;
        self.bodies[index as usize] = self.record(&defs[def]);
        index
    }

    /// Records of types, sorted by name: name, tagging and versions, body.
    fn types(&mut self, types: &BTreeMap<String, Type>) -> Vec<Vec<u8>> {
        let mut records = Vec::new();
        for (name, of_type) in types {
            let mut record = Vec::new();
            let body = self.body(&of_type.body);
            varint(&mut record, self.name_index[name]);
            record.push(of_type.tagging | of_type.since << 2);
            varint(&mut record, body);
            records.push(record);
        }
        records
    }

    fn finish(self, provider: u32, kinds: [Vec<Vec<u8>>; 3], cidr: Vec<Vec<u8>>) -> Vec<u8> {
        let texts = |list: Vec<String>| list.into_iter().map(String::into_bytes).collect::<Vec<_>>();
        let [resources, data, ephemeral] = kinds;
        let sections = [texts(self.names), texts(self.types), self.bodies, resources, data, ephemeral, cidr];
        let mut bytes = vec![0; 4 * (sections.len() + 1)];
        for (index, records) in sections.iter().enumerate() {
            let start = bytes.len() as u32;
            put(&mut bytes, 4 * index, start);
            let table = bytes.len() + 4;
            bytes.extend_from_slice(&(records.len() as u32).to_le_bytes());
            bytes.resize(table + 4 * (records.len() + 1), 0);
            for (index, record) in records.iter().enumerate() {
                let at = bytes.len() as u32;
                put(&mut bytes, table + 4 * index, at);
                bytes.extend_from_slice(record);
            }
            let end = bytes.len() as u32;
            put(&mut bytes, table + 4 * records.len(), end);
        }
        put(&mut bytes, 4 * sections.len(), provider);
        bytes
    }
}

fn collect(body: &Body, names: &mut BTreeSet<String>, types: &mut BTreeSet<String>) {
    for (name, attribute) in &body.attributes {
        names.insert(name.clone());
        types.insert(attribute.ty.clone());
        names.extend(attribute.default.clone());
    }
    for (name, block) in &body.blocks {
        names.insert(name.clone());
        if let BodyOf::Own(own) = &block.body {
            collect(own, names, types);
        }
    }
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Records of the CIDR list, sorted by type (data sources, with their prefix, too): type, path and kind, separated by
/// tabs.
fn cidr_records(text: &str) -> Vec<Vec<u8>> {
    let mut records = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        records.insert([columns[0], columns[1], columns[3]].join("\t").into_bytes());
    }
    records.into_iter().collect()
}
