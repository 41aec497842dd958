//! What a plan says of the parts of values: `after_unknown` and `after_sensitive`.

use std::borrow::Cow;

use crate::inventory::Wanted;
use crate::lang::{Marks, Value};

use super::heads::Values;
use super::reader::Reader;
use super::types::Layout;
use super::values::{Fault, MAX_DEPTH};

/// What a plan says of each part of a value: whether it is unknown, or sensitive.
#[derive(Clone, Debug, Default)]
pub(super) enum Flags<'t> {
    /// It is not.
    #[default]
    No,
    /// It is.
    Yes,
    /// Of elements, by index.
    Elements(Vec<Flags<'t>>),
    /// Of members, sorted by name.
    Members(Vec<(Cow<'t, str>, Flags<'t>)>),
}

impl Flags<'_> {
    fn member(&self, name: &str) -> &Self {
        match self {
            Self::Members(members) => {
                let found = members.binary_search_by(|(known, _)| (**known).cmp(name));
                found.map_or(&Self::No, |at| &members[at].1)
            }
            Self::No | Self::Yes | Self::Elements(_) => &Self::No,
        }
    }

    fn element(&self, index: usize) -> &Self {
        match self {
            Self::Elements(elements) => elements.get(index).unwrap_or(&Self::No),
            Self::No | Self::Yes | Self::Members(_) => &Self::No,
        }
    }
}

/// What is said of a value.
#[derive(Clone, Copy)]
pub(super) struct Said<'f, 't> {
    pub(super) unknown: &'f Flags<'t>,
    pub(super) sensitive: &'f Flags<'t>,
}

impl<'f, 't> Said<'f, 't> {
    pub(super) fn member(self, name: &str) -> Self {
        Self { unknown: self.unknown.member(name), sensitive: self.sensitive.member(name) }
    }

    pub(super) fn element(self, index: usize) -> Self {
        Self { unknown: self.unknown.element(index), sensitive: self.sensitive.element(index) }
    }

    /// What is said of parts is said of a value that has such parts: else nobody knows what is unknown or sensitive.
    pub(super) fn check(self, first: Option<u8>) -> Result<(), Fault> {
        let fits = |flags: &Flags<'_>| match flags {
            Flags::No | Flags::Yes => true,
            Flags::Elements(_) => first == Some(b'['),
            Flags::Members(_) => first == Some(b'{'),
        };
        if fits(self.unknown) && fits(self.sensitive) { Ok(()) } else { Err(Fault::Shape) }
    }

    pub(super) fn mark(self, value: Value) -> Value {
        if matches!(self.sensitive, Flags::Yes) { value.with_marks(Marks::SENSITIVE) } else { value }
    }
}

/// What is said of an instance, as far as it is of attributes that are `wanted`.
pub(super) fn of<'t>(said: Values<'t>, wanted: &Wanted, layout: &mut Layout) -> Result<Flags<'t>, Fault> {
    let object = match said {
        Values::None => return Ok(Flags::No),
        // An instance has attributes, no elements.
        Values::Other(text) if text.trim_start().starts_with('[') => return Err(Fault::Shape),
        Values::Other(text) => return value(&mut Reader::new(text), 0),
        Values::Object(object) => object,
    };
    let mut reader = Reader::new(object.text);
    let mut members = Vec::new();
    for at in object.wanted(wanted, layout) {
        reader.at = at;
        member(&mut reader, 0, &mut members)?;
    }
    Ok(of_members(members))
}

/// What is said of a value.
fn value<'t>(reader: &mut Reader<'t>, depth: usize) -> Result<Flags<'t>, Fault> {
    if depth > MAX_DEPTH {
        return Err(Fault::Deep);
    }
    reader.space();
    match reader.peek() {
        Some(b'{') => {
            reader.at += 1;
            let mut members = Vec::new();
            let mut first = true;
            while !reader.ends(b'}', first)? {
                first = false;
                member(reader, depth, &mut members)?;
            }
            Ok(of_members(members))
        }
        Some(b'[') => {
            reader.at += 1;
            let mut elements = Vec::new();
            while !reader.ends(b']', elements.is_empty())? {
                elements.push(value(reader, depth + 1)?);
            }
            let none = elements.iter().all(|flags| matches!(flags, Flags::No));
            Ok(if none { Flags::No } else { Flags::Elements(elements) })
        }
        Some(b't') => reader.word("true").map(|()| Flags::Yes),
        Some(b'f') => reader.word("false").map(|()| Flags::No),
        Some(b'n') => reader.word("null").map(|()| Flags::No),
        _ => Err(Fault::Shape),
    }
}

fn member<'t>(
    reader: &mut Reader<'t>,
    depth: usize,
    members: &mut Vec<(Cow<'t, str>, Flags<'t>)>,
) -> Result<(), Fault> {
    let name = reader.string()?;
    reader.expect(b':')?;
    let flags = value(reader, depth + 1)?;
    if !matches!(flags, Flags::No) {
        members.push((name, flags));
    }
    Ok(())
}

fn of_members<'t>(mut members: Vec<(Cow<'t, str>, Flags<'t>)>) -> Flags<'t> {
    if !members.is_sorted_by(|left, right| left.0 < right.0) {
        members.sort_by(|left, right| left.0.cmp(&right.0));
    }
    if members.is_empty() { Flags::No } else { Flags::Members(members) }
}
