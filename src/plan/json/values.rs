//! Values of a resource instance out of plan JSON: `after` with what `after_unknown` and `after_sensitive` say of it.
//!
//! The text is known to be JSON (serde_json went over it), so that reading is quick; what nobody asks for is skipped.

use std::borrow::Cow;
use std::sync::Arc;

use crate::inventory::Wanted;
use crate::lang::value::Entries;
use crate::lang::{Data, Marks, Number, Str, Type, Value};

use super::super::Shape;
use super::heads::Values;
use super::scan;

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 500;

/// What is wrong with values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Fault {
    /// Nested too deeply.
    Deep,
    /// A key stands twice in an object.
    Duplicate,
    /// A number that is none that Terraform could write.
    Number,
    /// No object where there must be one, or no JSON.
    Shape,
    /// A value of another type than the schema says: where it stands, as `ingress[0].from_port`.
    Type(String),
}

impl Fault {
    /// In words, after "the values of `address`".
    pub(in crate::plan) fn words(&self) -> String {
        match self {
            Self::Deep => "are nested too deeply".to_owned(),
            Self::Duplicate => "hold a key twice".to_owned(),
            Self::Number => "hold a number that cannot be read".to_owned(),
            Self::Shape => "are not of the form that Terraform writes".to_owned(),
            Self::Type(place) if place.is_empty() => "hold something of the wrong type".to_owned(),
            Self::Type(place) => format!("hold something of the wrong type in `{}`", place.trim_start_matches('.')),
        }
    }

    /// The fault as it is seen from what holds the value, at this step.
    fn within(self, step: impl FnOnce() -> String) -> Self {
        match self {
            Self::Type(place) => Self::Type(step() + &place),
            Self::Deep | Self::Duplicate | Self::Number | Self::Shape => self,
        }
    }
}

/// What a plan says of each part of a value: whether it is unknown, or sensitive.
#[derive(Clone, Debug, Default)]
pub(in crate::plan) enum Flags<'t> {
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
struct Said<'f, 't> {
    unknown: &'f Flags<'t>,
    sensitive: &'f Flags<'t>,
}

impl<'f, 't> Said<'f, 't> {
    fn member(self, name: &str) -> Self {
        Self { unknown: self.unknown.member(name), sensitive: self.sensitive.member(name) }
    }

    fn element(self, index: usize) -> Self {
        Self { unknown: self.unknown.element(index), sensitive: self.sensitive.element(index) }
    }

    /// What is said of parts is said of a value that has such parts: else nobody knows what is unknown or sensitive.
    fn check(self, first: Option<u8>) -> Result<(), Fault> {
        let fits = |flags: &Flags<'_>| match flags {
            Flags::No | Flags::Yes => true,
            Flags::Elements(_) => first == Some(b'['),
            Flags::Members(_) => first == Some(b'{'),
        };
        if fits(self.unknown) && fits(self.sensitive) { Ok(()) } else { Err(Fault::Shape) }
    }

    fn mark(self, value: Value) -> Value {
        if matches!(self.sensitive, Flags::Yes) { value.with_marks(Marks::SENSITIVE) } else { value }
    }
}

/// The attributes that are asked for out of an object; `None` where there are no values.
pub(super) fn object<'t>(
    values: Values<'t>,
    unknown: Option<&'t str>,
    sensitive: Option<&'t str>,
    shape: Shape<'_>,
    wanted: &Wanted,
    names: &mut Names,
) -> Result<Option<Value>, Fault> {
    let (text, members) = match values {
        Values::None => return Ok(None),
        Values::Other => return Err(Fault::Shape),
        Values::Object(text, members) => (text, members),
    };
    let flags = |text: Option<&'t str>| match text {
        None => Ok(Flags::No),
        Some(text) => Reader::new(text, None).flags(0, Some(wanted)),
    };
    let (unknown, sensitive) = (flags(unknown)?, flags(sensitive)?);
    let said = Said { unknown: &unknown, sensitive: &sensitive };
    let mut reader = Reader::new(text, Some(names));
    let mut content = Content::default();
    for at in members.names.iter().map(|&at| at as usize) {
        if members.has_escapes || wanted.takes_what_begins(&text[at + 1..]) {
            reader.at = at;
            let name = reader.string()?;
            if wanted.takes(&name) {
                reader.expect(b':')?;
                reader.member(name, shape, said, 0, &mut content)?;
            }
        }
    }
    let value = reader.object(content, shape, said, Some(wanted))?;
    Ok(Some(said.mark(value)))
}

/// A value of any type.
pub(in crate::plan) fn any(text: &str, sensitive: bool) -> Result<Value, Fault> {
    let said = Said { unknown: &Flags::No, sensitive: if sensitive { &Flags::Yes } else { &Flags::No } };
    Reader::new(text, None).value(Shape::Any, said, 0)
}

/// The names of objects and maps that came before: what is of one shape shares them.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Arc<[Str]>>);

impl Names {
    /// So many shapes are remembered.
    const MANY: usize = 256;

    /// These names, shared if they came before.
    fn shared(&mut self, names: &[Cow<'_, str>], known: impl Fn(&str) -> Option<Str>) -> Arc<[Str]> {
        let (Some(first), Some(last)) = (names.first(), names.last()) else { return Arc::default() };
        self.0.resize_with(Self::MANY, Arc::default);
        let letter = |text: &str| text.bytes().next_back().map_or(0, usize::from);
        let slot = names.len() + 7 * (first.len() + letter(first)) + 31 * (last.len() + letter(last));
        let slot = &mut self.0[slot % Self::MANY];
        if slot.len() != names.len() || slot.iter().zip(names).any(|(known, name)| **known != **name) {
            *slot = names.iter().map(|name| known(name).unwrap_or_else(|| (**name).into())).collect();
        }
        slot.clone()
    }
}

/// Planned values with what is unknown in them, which is left out of objects there and is `null` in lists and sets.
pub(in crate::plan) fn with_unknown(value: &Value, shape: Shape<'_>) -> Value {
    let elements = |elements: &[Value]| -> Vec<Value> {
        let element = |(index, value): (usize, &Value)| match value.is_null() {
            true => shape.element(index).unknown(),
            false => with_unknown(value, shape.element(index)),
        };
        elements.iter().enumerate().map(element).collect()
    };
    let data = match &value.data {
        Data::Object(entries) => {
            let member =
                |(name, value): (&Str, &Value)| (name.clone(), with_unknown(value, shape.member(name).1.shape));
            let mut members: Vec<(Str, Value)> = entries.iter().map(member).collect();
            let missing = shape.names().filter(|name| entries.get(name).is_none());
            members.extend(missing.map(|name| (name.clone(), shape.member(name).1.shape.unknown())));
            Value::object(Entries::new(members)).data
        }
        Data::List(..) | Data::Set(..) | Data::Tuple(_) => {
            shape.collection(elements(value.elements().unwrap_or_default())).data
        }
        Data::Null(_) | Data::Unknown(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Map(..) => {
            return value.clone();
        }
    };
    Value { data, ..value.clone() }
}

/// The members of an object, as they were read.
#[derive(Default)]
struct Content<'t> {
    names: Vec<Cow<'t, str>>,
    values: Vec<Value>,
}

impl Content<'_> {
    fn in_order(self) -> Result<Self, Fault> {
        if self.names.is_sorted_by(|left, right| left < right) {
            return Ok(self);
        }
        let mut members: Vec<_> = self.names.into_iter().zip(self.values).collect();
        members.sort_by(|left, right| left.0.cmp(&right.0));
        if members.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(Fault::Duplicate);
        }
        let (names, values) = members.into_iter().unzip();
        Ok(Self { names, values })
    }
}

/// Goes over JSON text.
struct Reader<'t, 'n> {
    text: &'t str,
    at: usize,
    /// The text and value of the map of strings that came last: `tags_all` mostly repeats `tags`.
    map: Option<(&'t str, Value)>,
    names: Option<&'n mut Names>,
}

impl<'t, 'n> Reader<'t, 'n> {
    const fn new(text: &'t str, names: Option<&'n mut Names>) -> Self {
        Self { text, at: 0, map: None, names }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The next byte other than space, which must be this one.
    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        self.space();
        if self.peek() != Some(byte) {
            return Err(Fault::Shape);
        }
        self.at += 1;
        Ok(())
    }

    /// Whether the list that is being read ends here, or goes on after a comma.
    fn ends(&mut self, close: u8, first: bool) -> Result<bool, Fault> {
        self.space();
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            Some(_) if first => Ok(false),
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(false)
            }
            _ => Err(Fault::Shape),
        }
    }

    fn value(&mut self, shape: Shape<'_>, said: Said<'_, 't>, depth: usize) -> Result<Value, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::Deep);
        }
        self.space();
        if matches!(said.unknown, Flags::Yes) {
            self.skip()?;
            return Ok(said.mark(shape.unknown()));
        }
        said.check(self.peek())?;
        let wrong = || Fault::Type(String::new());
        let leaf = |value| shape.leaf(value).ok_or_else(wrong);
        let value = match self.peek() {
            Some(b'{') if !shape.may_be_object() => return Err(wrong()),
            Some(b'[') if !shape.may_be_list() => return Err(wrong()),
            Some(b'{') if is_plain(shape, said) => self.map(shape, said, depth)?,
            Some(b'{') => self.members(shape, said, depth)?,
            Some(b'[') => self.elements(shape, said, depth)?,
            Some(b'"') => {
                let text = self.string()?;
                leaf(Value::string(&text))?
            }
            Some(b'n') => {
                self.word("null")?;
                shape.null()
            }
            Some(b't') => {
                self.word("true")?;
                leaf(Value::bool(true))?
            }
            Some(b'f') => {
                self.word("false")?;
                leaf(Value::bool(false))?
            }
            Some(b'-' | b'0'..=b'9') => {
                let text = self.number();
                leaf(Value::number(Number::parse(text).ok_or(Fault::Number)?))?
            }
            _ => return Err(Fault::Shape),
        };
        Ok(said.mark(value))
    }

    fn members(&mut self, shape: Shape<'_>, said: Said<'_, 't>, depth: usize) -> Result<Value, Fault> {
        self.expect(b'{')?;
        let mut content = Content::default();
        let mut first = true;
        while !self.ends(b'}', first)? {
            first = false;
            let name = self.string()?;
            self.expect(b':')?;
            self.member(name, shape, said, depth, &mut content)?;
        }
        self.object(content, shape, said, None)
    }

    fn member(
        &mut self,
        name: Cow<'t, str>,
        shape: Shape<'_>,
        said: Said<'_, 't>,
        depth: usize,
        content: &mut Content<'t>,
    ) -> Result<(), Fault> {
        let (known, member) = shape.member(&name);
        let value = self.value(member.shape, said.member(&name), depth + 1);
        // Keys of maps may be secrets.
        let value = value.map_err(|fault| fault.within(|| known.map(|name| format!(".{name}")).unwrap_or_default()))?;
        content.values.push(member.value(value));
        content.names.push(name);
        Ok(())
    }

    /// The object that members make; of the outermost one only those that are `wanted`.
    fn object(
        &mut self,
        content: Content<'t>,
        shape: Shape<'_>,
        said: Said<'_, 't>,
        wanted: Option<&Wanted>,
    ) -> Result<Value, Fault> {
        let mut content = content.in_order()?;
        // What is unknown is left out of objects.
        if let Flags::Members(unknown) = said.unknown {
            let there = content.names.len();
            let takes = |name: &str| wanted.is_none_or(|wanted| wanted.takes(name));
            for (name, _) in unknown.iter().filter(|(name, flags)| matches!(flags, Flags::Yes) && takes(name)) {
                if content.names[..there].binary_search(name).is_err() {
                    let (_, member) = shape.member(name);
                    content.values.push(member.value(said.member(name).mark(member.shape.unknown())));
                    content.names.push(name.clone());
                }
            }
            content = content.in_order()?;
        }
        let Content { names, mut values } = content;
        let known = |name: &str| shape.member(name).0.cloned();
        let names = match &mut self.names {
            Some(shared) => shared.shared(&names, known),
            None => names.iter().map(|name| known(name).unwrap_or_else(|| (**name).into())).collect(),
        };
        values.shrink_to_fit();
        Ok(shape.object(Entries::of_shape(names, values)))
    }

    /// A map of strings of which nothing is said: shared where the same text comes again.
    fn map(&mut self, shape: Shape<'_>, said: Said<'_, 't>, depth: usize) -> Result<Value, Fault> {
        let rest = &self.text[self.at..];
        if let Some((text, value)) = &self.map
            && rest.starts_with(text)
        {
            self.at += text.len();
            return Ok(value.clone());
        }
        let start = self.at;
        let value = self.members(shape, said, depth)?;
        self.map = Some((&self.text[start..self.at], value.clone()));
        Ok(value)
    }

    fn elements(&mut self, shape: Shape<'_>, said: Said<'_, 't>, depth: usize) -> Result<Value, Fault> {
        self.expect(b'[')?;
        let mut elements = Vec::new();
        while !self.ends(b']', elements.is_empty())? {
            let index = elements.len();
            let element = self.value(shape.element(index), said.element(index), depth + 1);
            elements.push(element.map_err(|fault| fault.within(|| format!("[{index}]")))?);
        }
        Ok(shape.collection(elements))
    }

    /// What is said of a value; of the outermost object only what is `wanted`.
    fn flags(&mut self, depth: usize, wanted: Option<&Wanted>) -> Result<Flags<'t>, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::Deep);
        }
        self.space();
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                let mut members = Vec::new();
                let mut first = true;
                while !self.ends(b'}', first)? {
                    first = false;
                    let name = self.string()?;
                    self.expect(b':')?;
                    if wanted.is_some_and(|wanted| !wanted.takes(&name)) {
                        self.skip()?;
                        continue;
                    }
                    let flags = self.flags(depth + 1, None)?;
                    if !matches!(flags, Flags::No) {
                        members.push((name, flags));
                    }
                }
                if !members.is_sorted_by(|left, right| left.0 < right.0) {
                    members.sort_by(|left, right| left.0.cmp(&right.0));
                }
                Ok(if members.is_empty() { Flags::No } else { Flags::Members(members) })
            }
            Some(b'[') => {
                self.at += 1;
                let mut elements = Vec::new();
                while !self.ends(b']', elements.is_empty())? {
                    elements.push(self.flags(depth + 1, None)?);
                }
                let none = elements.iter().all(|flags| matches!(flags, Flags::No));
                Ok(if none { Flags::No } else { Flags::Elements(elements) })
            }
            Some(b't') => self.word("true").map(|()| Flags::Yes),
            Some(b'f') => self.word("false").map(|()| Flags::No),
            Some(b'n') => self.word("null").map(|()| Flags::No),
            _ => Err(Fault::Shape),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Fault> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(Fault::Shape);
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> &'t str {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    /// A string, as it stands where it has no escapes.
    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        let start = self.at;
        let (text, end) = scan::string(self.text.as_bytes(), start).map_err(|_| Fault::Shape)?;
        self.at = end;
        match text {
            Cow::Borrowed(_) => Ok(Cow::Borrowed(&self.text[start + 1..end - 1])),
            Cow::Owned(decoded) => String::from_utf8(decoded).map(Cow::Owned).map_err(|_| Fault::Shape),
        }
    }

    /// Goes to behind the value that begins here.
    fn skip(&mut self) -> Result<(), Fault> {
        self.at = scan::value(self.text.as_bytes(), self.at).map_err(|_| Fault::Shape)?;
        Ok(())
    }
}

/// Whether a value is a map of strings, no part of which is unknown or sensitive.
fn is_plain(shape: Shape<'_>, said: Said<'_, '_>) -> bool {
    let strings = matches!(shape, Shape::Type(Type::Map(element)) if **element == Type::String);
    strings && matches!((said.unknown, said.sensitive), (Flags::No, Flags::No))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Mode;
    use crate::lang::json;

    fn read(after: &str, unknown: &str, sensitive: &str) -> Result<Value, Fault> {
        let shape = Shape::of(Mode::Managed, "aws_security_group");
        read_as(after, Some(unknown), Some(sensitive), shape, &Wanted::Everything)
    }

    fn read_as(
        after: &str,
        unknown: Option<&str>,
        sensitive: Option<&str>,
        shape: Shape<'_>,
        wanted: &Wanted,
    ) -> Result<Value, Fault> {
        let (members, _) = scan::Members::find(after.as_bytes(), 0).unwrap();
        let values = members.as_ref().map_or(Values::Other, |members| Values::Object(after, members));
        let value = object(values, unknown, sensitive, shape, wanted, &mut Names::default())?;
        Ok(value.unwrap())
    }

    #[test]
    fn a_map_that_comes_again_is_shared_unless_something_is_said_of_it() {
        let tags = r#"{"tags": {"a": "b", "c": "d"}, "tags_all": {"a": "b", "c": "d"}}"#;
        let plain = read(tags, r#"{"tags_all": {}}"#, r#"{"tags": {}}"#).unwrap();
        assert_eq!(json::encode(plain.get("tags_all").unwrap()).unwrap(), r#"{"a":"b","c":"d"}"#);
        let marked = read(tags, r#"{"tags_all": {"c": true}}"#, r#"{"tags_all": {"a": true}}"#).unwrap();
        let all = marked.get("tags_all").unwrap();
        assert!(all.get("a").unwrap().marks.has(Marks::SENSITIVE) && all.get("c").unwrap().is_unknown());
        assert!(!marked.get("tags").unwrap().get("a").unwrap().marks.has(Marks::SENSITIVE));
    }

    #[test]
    fn unknown_and_sensitive_parts_are_marked_one_by_one() {
        let group = read(
            r#"{"ingress": [{"cidr_blocks": ["0.0.0.0/0", null], "from_port": 22}], "name": "a\"b", "tags": null}"#,
            r#"{"id": true, "ingress": [{"cidr_blocks": [false, true], "security_groups": true}]}"#,
            r#"{"name": true}"#,
        )
        .unwrap();
        let ingress = &group.get("ingress").unwrap().elements().unwrap()[0];
        let cidrs = ingress.get("cidr_blocks").unwrap().elements().unwrap();
        assert_eq!(cidrs[0].as_str(), Some("0.0.0.0/0"));
        assert!(cidrs[1].is_unknown() && ingress.get("security_groups").unwrap().is_unknown());
        assert!(group.get("id").unwrap().is_unknown());
        let name = group.get("name").unwrap();
        assert_eq!((name.as_str(), name.marks), (Some("a\"b"), Marks::SENSITIVE));
        assert!(matches!(group.get("tags").unwrap().data, Data::Null(_)));
    }

    #[test]
    fn what_nobody_asks_for_is_skipped() {
        let names = std::rc::Rc::from(["tags".into()]);
        let text = r#"{"a": {"b": ["}", "\"]"]}, "n": -1.5e3, "t": true, "tags": {"k": "v"}, "z": null}"#;
        let value = read_as(text, None, None, Shape::Any, &Wanted::Only(names)).unwrap();
        assert_eq!(json::encode(&value).unwrap(), r#"{"tags":{"k":"v"}}"#);
    }

    #[test]
    fn bad_values_are_refused() {
        assert_eq!(read(r#"{"a": 1, "a": 2}"#, "{}", "false").unwrap_err(), Fault::Duplicate);
        assert_eq!(read("[]", "{}", "false").unwrap_err(), Fault::Shape);
        let deep = format!(r#"{{"a": {}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&deep, "{}", "false").unwrap_err(), Fault::Deep);
    }
}
