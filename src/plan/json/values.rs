//! Values of a resource instance out of plan JSON: `after` with what `after_unknown` and `after_sensitive` say of it.
//!
//! The text is known to be JSON; what nobody asks for is skipped.

use std::borrow::Cow;

use crate::inventory::Wanted;
use crate::lang::value::Entries;
use crate::lang::{Data, Number, Str, Type, Value};

use super::super::Shape;
use super::flags::{self, Flags, Said};
use super::heads::Values;
use super::names::Names;
use super::reader::Reader;
use super::types::ResourceType;

/// The deepest nesting that is read.
pub(super) const MAX_DEPTH: usize = 500;

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

/// The attributes of an instance of this type that are asked for, out of an object; `None` where there are no values.
pub(super) fn object<'t>(
    values: Values<'t>,
    unknown: Values<'t>,
    sensitive: Values<'t>,
    of: &mut ResourceType,
    names: &mut Names,
) -> Result<Option<Value>, Fault> {
    let ResourceType { shape, wanted, .. } = of;
    let object = match values {
        Values::None => return Ok(None),
        Values::Other(_) => return Err(Fault::Shape),
        Values::Object(object) => object,
    };
    let unknown = flags::of(unknown, wanted, &mut of.unknown)?;
    let sensitive = flags::of(sensitive, wanted, &mut of.sensitive)?;
    // An instance that has values is not unknown as a whole.
    if matches!(unknown, Flags::Yes) {
        return Err(Fault::Shape);
    }
    let said = Said { unknown: &unknown, sensitive: &sensitive };
    let mut maker = Maker::new(object.text, Some(names));
    let mut content = Content::default();
    for at in object.wanted(wanted, &mut of.values) {
        maker.reader.at = at;
        maker.member(*shape, said, 0, &mut content)?;
    }
    let value = maker.object(content, *shape, said, Some(wanted))?;
    Ok(Some(said.mark(value)))
}

/// A value of any type.
pub(in crate::plan) fn any(text: &str, sensitive: bool) -> Result<Value, Fault> {
    let said = Said { unknown: &Flags::No, sensitive: if sensitive { &Flags::Yes } else { &Flags::No } };
    Maker::new(text, None).value(Shape::Any, said, 0)
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

/// Makes values of text.
struct Maker<'t, 'n> {
    reader: Reader<'t>,
    /// The text and value of the map of strings that came last: `tags_all` mostly repeats `tags`.
    map: Option<(&'t str, Value)>,
    names: Option<&'n mut Names>,
}

impl<'t, 'n> Maker<'t, 'n> {
    const fn new(text: &'t str, names: Option<&'n mut Names>) -> Self {
        Self { reader: Reader::new(text), map: None, names }
    }

    fn value(&mut self, shape: Shape<'_>, said: Said<'_, 't>, depth: usize) -> Result<Value, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::Deep);
        }
        self.reader.space();
        if matches!(said.unknown, Flags::Yes) {
            self.reader.skip()?;
            return Ok(said.mark(shape.unknown()));
        }
        said.check(self.reader.peek())?;
        let wrong = || Fault::Type(String::new());
        let leaf = |value| shape.leaf(value).ok_or_else(wrong);
        let value = match self.reader.peek() {
            Some(b'{') if !shape.may_be_object() => return Err(wrong()),
            Some(b'[') if !shape.may_be_list() => return Err(wrong()),
            Some(b'{') if is_plain(shape, said) => self.map(shape, said, depth)?,
            Some(b'{') => self.members(shape, said, depth)?,
            Some(b'[') => self.elements(shape, said, depth)?,
            Some(b'"') => {
                let text = self.reader.string()?;
                leaf(Value::string(&text))?
            }
            Some(b'n') => {
                self.reader.word("null")?;
                shape.null()
            }
            Some(b't') => {
                self.reader.word("true")?;
                leaf(Value::bool(true))?
            }
            Some(b'f') => {
                self.reader.word("false")?;
                leaf(Value::bool(false))?
            }
            Some(b'-' | b'0'..=b'9') => {
                let text = self.reader.number();
                leaf(Value::number(Number::parse(text).ok_or(Fault::Number)?))?
            }
            _ => return Err(Fault::Shape),
        };
        Ok(said.mark(value))
    }

    fn members(&mut self, shape: Shape<'_>, said: Said<'_, 't>, depth: usize) -> Result<Value, Fault> {
        self.reader.expect(b'{')?;
        let mut content = Content::default();
        let mut first = true;
        while !self.reader.ends(b'}', first)? {
            first = false;
            self.member(shape, said, depth, &mut content)?;
        }
        self.object(content, shape, said, None)
    }

    fn member(
        &mut self,
        shape: Shape<'_>,
        said: Said<'_, 't>,
        depth: usize,
        content: &mut Content<'t>,
    ) -> Result<(), Fault> {
        let name = self.reader.string()?;
        self.reader.expect(b':')?;
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
        let rest = &self.reader.text[self.reader.at..];
        if let Some((text, value)) = &self.map
            && rest.starts_with(text)
        {
            self.reader.at += text.len();
            return Ok(value.clone());
        }
        let start = self.reader.at;
        let value = self.members(shape, said, depth)?;
        self.map = Some((&self.reader.text[start..self.reader.at], value.clone()));
        Ok(value)
    }

    fn elements(&mut self, shape: Shape<'_>, said: Said<'_, 't>, depth: usize) -> Result<Value, Fault> {
        self.reader.expect(b'[')?;
        let mut elements = Vec::new();
        while !self.reader.ends(b']', elements.is_empty())? {
            let index = elements.len();
            let element = self.value(shape.element(index), said.element(index), depth + 1);
            elements.push(element.map_err(|fault| fault.within(|| format!("[{index}]")))?);
        }
        Ok(shape.collection(elements))
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
    use crate::lang::{Marks, json};
    use crate::plan::json::heads::Object;
    use crate::plan::json::scan::Scan;

    fn read(after: &str, unknown: &str, sensitive: &str) -> Result<Value, Fault> {
        let shape = Shape::of(Mode::Managed, "aws_security_group");
        read_as(after, Some(unknown), Some(sensitive), shape, Wanted::Everything)
    }

    fn said<'t>(text: Option<&'t str>, scan: &'t mut Scan) -> Values<'t> {
        text.map_or(Values::None, |text| Object::scanned(text, scan).map_or(Values::Other(text), Values::Object))
    }

    fn read_as(
        after: &str,
        unknown: Option<&str>,
        sensitive: Option<&str>,
        shape: Shape<'static>,
        wanted: Wanted,
    ) -> Result<Value, Fault> {
        let mut scans: [Scan; 3] = Default::default();
        let [first, second, third] = &mut scans;
        let (values, unknown, sensitive) = (said(Some(after), first), said(unknown, second), said(sensitive, third));
        let value = object(values, unknown, sensitive, &mut ResourceType::new(shape, wanted), &mut Names::default())?;
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
        let value = read_as(text, None, None, Shape::Any, Wanted::Only(names)).unwrap();
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
