//! `yamlencode` and `yamldecode` ("Terraform Language: Encoding Functions").

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::super::Number;
use super::super::convert::convert;
use super::super::types::Type;
use super::super::value::{Data, Entries, Str, Value};
use super::{Call, Failure, Function, MAX_ELEMENTS, Returns, Takes, any, date, function, string, text, yaml_text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("yamldecode", &[string("src")], Returns::Always(Takes::Any), |call| Ok(decode(call.text(0))?))
        .maybe_null(),
    function("yamlencode", &[any("value").nullable().untyped().unknowable()], Returns::Always(Takes::String), encode)
        .maybe_null(),
];

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 500;

fn encode(call: &Call<'_>) -> Result<Value, Failure> {
    if !call.arguments[0].is_wholly_known() {
        return Ok(call.unknown());
    }
    text(&yaml_text::encode(&call.arguments[0]))
}

/// Reads a document as the Go module `go-cty-yaml` does: YAML 1.1 where it comes to what plain text means.
fn decode(text: &str) -> Result<Value, String> {
    let options = granit_parser::options! {
        emit_comments: false,
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut reader =
        Reader { events: Parser::new_from_str_with_options(text, options), anchors: HashMap::new(), size: 0 };
    match reader.event()? {
        Event::StreamStart => {}
        _ => return Err("missing stream start token".into()),
    }
    match reader.event()? {
        // libyaml knows YAML 1.1 only.
        Event::DocumentStart(_, Some(version)) if (version.major, version.minor) != (1, 1) => {
            return Err("found incompatible YAML document".into());
        }
        Event::DocumentStart(..) => {}
        _ => return Err("missing start of document".into()),
    }
    let event = reader.event()?;
    let value = if matches!(event, Event::DocumentEnd) { Value::null(Type::Dynamic) } else { reader.value(event)? };
    loop {
        match reader.event()? {
            Event::DocumentEnd => {}
            Event::StreamEnd => return Ok(value),
            _ => return Err("unexpected extra content after value".into()),
        }
    }
}

/// What an anchor stands for, and how many nodes that is; nothing while it is being read.
type Anchored = Option<(Value, usize)>;

struct Reader<P> {
    events: P,
    anchors: HashMap<usize, Anchored>,
    /// How many nodes there are so far, those under aliases counted each time.
    size: usize,
}

impl<'t, P> Reader<P>
where
    P: Iterator<Item = Result<(Event<'t>, granit_parser::Span), granit_parser::ScanError>>,
{
    fn event(&mut self) -> Result<Event<'t>, String> {
        match self.events.next() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(error.to_string()),
            None => Ok(Event::StreamEnd),
        }
    }

    fn grow(&mut self, nodes: usize) -> Result<(), String> {
        self.size = self.size.saturating_add(nodes);
        if self.size > MAX_ELEMENTS { Err("document contains excessive aliasing".into()) } else { Ok(()) }
    }

    fn value(&mut self, event: Event<'t>) -> Result<Value, String> {
        let before = self.size;
        self.grow(1)?;
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar(&text, style, tag.as_deref())?),
            Event::SequenceStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "seq", "sequence")?;
                self.anchors.insert(anchor, None);
                (anchor, self.sequence()?)
            }
            Event::MappingStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "map", "mapping")?;
                self.anchors.insert(anchor, None);
                (anchor, self.mapping()?)
            }
            Event::Alias(anchor) => {
                return match self.anchors.get(&anchor).cloned() {
                    Some(Some((value, size))) => {
                        self.grow(size)?;
                        Ok(value)
                    }
                    Some(None) => Err("cannot refer to an anchor from inside its own definition".into()),
                    None => Err("reference to undefined anchor".into()),
                };
            }
            _ => return Err("expecting a value".into()),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, Some((value.clone(), self.size - before)));
        }
        Ok(value)
    }

    fn sequence(&mut self) -> Result<Value, String> {
        let mut elements = Vec::new();
        loop {
            match self.event()? {
                Event::SequenceEnd => return Ok(Value::tuple(elements)),
                event => elements.push(self.value(event)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Value, String> {
        let mut entries: Vec<(Str, Value)> = Vec::new();
        loop {
            let (text, style, tag) = match self.event()? {
                Event::MappingEnd => return Ok(Value::object(Entries::new(entries))),
                Event::Scalar(text, style, _, tag) => (text, style, tag),
                _ => return Err("only strings are allowed as mapping keys".into()),
            };
            if text == "<<" && tag.is_none() {
                let event = self.event()?;
                merge(&self.value(event)?, &mut entries)?;
                continue;
            }
            let key = convert(&scalar(&text, style, tag.as_deref())?, &Type::String);
            let key = match key.map(|key| key.data) {
                Ok(Data::String(key)) => key,
                Ok(_) => return Err("mapping key cannot be null".into()),
                Err(_) => return Err("only strings are allowed as mapping keys".into()),
            };
            let event = self.event()?;
            entries.push((key, self.value(event)?));
        }
    }
}

/// Takes over the entries of a mapping.
fn merge(value: &Value, entries: &mut Vec<(Str, Value)>) -> Result<(), String> {
    let merged = value.entries().ok_or_else(|| format!("cannot merge {} into mapping", value.ty()))?;
    entries.extend(merged.cloned());
    Ok(())
}

const CORE: &str = "tag:yaml.org,2002:";

fn full_tag(tag: &Tag) -> String {
    format!("{}{}", tag.handle(), tag.suffix())
}

fn check_tag(tag: Option<&Tag>, expected: &str, what: &str) -> Result<(), String> {
    match tag.map(full_tag) {
        Some(tag) if tag.strip_prefix(CORE) != Some(expected) => Err(format!("can't interpret {what} as {tag}")),
        _ => Ok(()),
    }
}

/// What a scalar means.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let Some(tag) = tag.map(full_tag) else {
        return match style {
            ScalarStyle::Plain => plain(text),
            // As in Terraform: a block that says nothing is text, and null.
            ScalarStyle::Literal | ScalarStyle::Folded if is_null(text) => Ok(Value::null(Type::String)),
            _ => Ok(Value::string(text)),
        };
    };
    let unusable = || format!("cannot parse {text:?} as {tag}");
    // In quotes, what looks like anything but text stays text in spite of its tag.
    let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    let ambiguous = |first: char| first.is_ascii_digit() || "+-.yYnNtTfFoO~".contains(first);
    if quoted && (text.is_empty() || text.starts_with(ambiguous)) {
        return Ok(Value::string(text));
    }
    match tag.strip_prefix(CORE) {
        Some("str") => Ok(Value::string(text)),
        Some("binary") => match super::encoding::base64_bytes(text) {
            Some(_) => Ok(Value::string(text)),
            None => Err(format!("{}: not valid base64", unusable())),
        },
        Some("bool") => truth(text).map(Value::bool).ok_or_else(unusable),
        Some("int" | "float") => {
            let number = number(text).or_else(|| infinity(text)).or_else(|| Number::parse(text));
            number.map(Value::number).ok_or_else(unusable)
        }
        Some("timestamp") => date::loose(text).map(|time| Value::string(&time)).ok_or_else(unusable),
        Some("null") => Ok(Value::null(Type::Dynamic)),
        _ => Err(format!("unsupported tag {tag:?}")),
    }
}

/// What a scalar without quotes and tag means.
fn plain(text: &str) -> Result<Value, String> {
    if is_null(text) {
        return Ok(Value::null(Type::Dynamic));
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err("floating point NaN is not supported".into());
    }
    if let Some(truth) = truth(text) {
        return Ok(Value::bool(truth));
    }
    if let Some(number) = infinity(text).or_else(|| number(text)) {
        return Ok(Value::number(number));
    }
    Ok(Value::string(&date::loose(text).unwrap_or_else(|| text.to_owned())))
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn infinity(text: &str) -> Option<Number> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(Number::infinity(false)),
        "-.inf" | "-.Inf" | "-.INF" => Some(Number::infinity(true)),
        _ => None,
    }
}

fn number(text: &str) -> Option<Number> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let valid = digits.chars().all(|digit| digit.is_digit(radix));
            return valid.then(|| u64::from_str_radix(digits, radix).ok()).flatten().map(Number::from_u64);
        }
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let valid = |character: char| character.is_ascii_digit() || matches!(character, '.' | 'e' | 'E' | '+' | '-');
    let starts = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    (starts && unsigned.chars().all(valid)).then(|| Number::parse(text)).flatten()
}
