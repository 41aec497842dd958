//! Encodings ("Terraform Language: Encoding Functions"), save YAML.

use std::collections::BTreeMap;

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::super::json;
use super::super::types::Type;
use super::super::value::{Entries, Marks, Str, Value};
use super::charset::Charset;
use super::gzip;
use super::{Call, Failure, Function, Returns, Takes, any, at, check_elements, function, quoted, string, text};

const TEXT: Returns = Returns::Always(Takes::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64decode", &[string("str").unknowable().marked()], TEXT, base64_decode),
    function("base64encode", &[string("str")], TEXT, |call| text(&STANDARD.encode(call.text(0)))),
    function("base64gzip", &[string("str")], TEXT, |call| {
        text(&STANDARD.encode(gzip::compress(call.text(0).as_bytes())))
    }),
    function("csvdecode", &[string("str")], Returns::By(csv_type), csv_decode).maybe_null(),
    function("jsondecode", &[string("str")], Returns::By(json_type), |call| Ok(json::decode(call.text(0))?))
        .maybe_null(),
    function("jsonencode", &[any("val").nullable().untyped().unknowable()], TEXT, json_encode),
    function("textdecodebase64", &[string("source"), string("encoding")], TEXT, text_decode),
    function("textencodebase64", &[string("string"), string("encoding")], TEXT, text_encode),
    function("urlencode", &[string("str")], TEXT, |call| text(&url_encode(call.text(0)))),
];

/// Decodes as Go does: line breaks are skipped, and so are bits left over at the end.
pub(super) fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose =
        GeneralPurpose::new(&ALPHABET, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));
    LENIENT.decode(text.replace(['\r', '\n'], "")).ok()
}

fn base64_decode(call: &Call<'_>) -> Result<Value, Failure> {
    let marks = call.arguments[0].marks;
    if call.arguments[0].is_unknown() {
        return Ok(call.unknown().with_marks(marks));
    }
    let encoded = call.text(0);
    let bytes =
        base64_bytes(encoded).ok_or_else(|| format!("failed to decode base64 data {}", quoted(encoded, marks)))?;
    let decoded =
        String::from_utf8(bytes).map_err(|_| "the result of decoding the provided string is not valid UTF-8")?;
    Ok(Value::string(&decoded).with_marks(marks))
}

/// The type, as far as the beginning of a text that is not known tells it.
fn json_type(arguments: &[Value]) -> Result<Type, Failure> {
    let prefix = arguments[0].as_unknown().and_then(|unknown| unknown.prefix.as_deref());
    match prefix.and_then(|prefix| prefix.trim().chars().next()) {
        None | Some('{' | '[' | 'n') => Ok(Type::Dynamic),
        Some('"') => Ok(Type::String),
        Some('t' | 'f') => Ok(Type::Bool),
        Some('-' | '0'..='9') => Ok(Type::Number),
        Some(other) => Err(at(0, format!("a JSON document cannot begin with the character {other:?}"))),
    }
}

fn json_encode(call: &Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[0];
    if value.is_wholly_known() {
        return text(&json::encode(value)?);
    }
    let certain = value.as_unknown().is_none_or(|unknown| unknown.not_null);
    Ok(super::unknown_with_prefix(match value.ty() {
        Type::Object(_) | Type::Map(_) if certain => "{",
        Type::Tuple(_) | Type::List(_) | Type::Set(_) if certain => "[",
        Type::String if certain => "\"",
        _ => "",
    }))
}

/// Percent-encodes a query (Go's `url.QueryEscape`).
fn url_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn csv_type(arguments: &[Value]) -> Result<Type, Failure> {
    let Some(text) = arguments[0].as_str() else { return Ok(Type::Dynamic) };
    let header = Records::new(text).next().ok_or("missing header line")??;
    let mut attributes: BTreeMap<Str, Type> = BTreeMap::new();
    for name in header.fields {
        if attributes.insert(name.as_str().into(), Type::String).is_some() {
            return Err(format!("duplicate column name {name:?}").into());
        }
    }
    Ok(Type::list(Type::object(attributes)))
}

fn csv_decode(call: &Call<'_>) -> Result<Value, Failure> {
    let mut records = Records::new(call.text(0));
    let header = records.next().ok_or("missing header line")??;
    let names: Vec<Str> = header.fields.iter().map(|name| name.as_str().into()).collect();
    let mut rows = Vec::new();
    for record in records {
        let Record { line, fields } = record?;
        if fields.len() != names.len() {
            return Err(format!("CSV parse error on line {line}: wrong number of fields").into());
        }
        check_elements(rows.len() * names.len())?;
        let row = names.iter().cloned().zip(fields.iter().map(|field| Value::string(field)));
        rows.push(Value::object(row.collect::<Entries>()));
    }
    Ok(super::collection::sequence(call.ty, rows))
}

/// The records of CSV text (RFC 4180, as Go's `encoding/csv` reads it).
struct Records<'t> {
    rest: &'t str,
    line: usize,
}

struct Record {
    line: usize,
    fields: Vec<String>,
}

impl<'t> Records<'t> {
    const fn new(text: &'t str) -> Self {
        Self { rest: text, line: 0 }
    }

    /// The next line without its break; `None` at the end.
    fn next_line(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    fn failure<T>(&self, why: &str) -> Result<T, String> {
        Err(format!("CSV parse error on line {}: {why}", self.line))
    }

    fn record(&mut self, first: &'t str) -> Result<Record, String> {
        let start = self.line;
        let mut fields = Vec::new();
        let mut line = first;
        loop {
            let Some(mut quoted) = line.strip_prefix('"') else {
                let (field, rest) = line.split_once(',').map_or((line, None), |(field, rest)| (field, Some(rest)));
                if field.contains('"') {
                    return self.failure("bare \" in non-quoted-field");
                }
                fields.push(field.to_owned());
                match rest {
                    Some(rest) => line = rest,
                    None => return Ok(Record { line: start, fields }),
                }
                continue;
            };
            let mut field = String::new();
            line = loop {
                let Some((before, after)) = quoted.split_once('"') else {
                    field.push_str(quoted);
                    field.push('\n');
                    match self.next_line() {
                        Some(next) => quoted = next,
                        None => return self.failure("extraneous or missing \" in quoted-field"),
                    }
                    continue;
                };
                field.push_str(before);
                match after.as_bytes().first() {
                    Some(b'"') => {
                        field.push('"');
                        quoted = &after[1..];
                    }
                    Some(b',') => break &after[1..],
                    Some(_) => return self.failure("extraneous or missing \" in quoted-field"),
                    None => {
                        fields.push(field);
                        return Ok(Record { line: start, fields });
                    }
                }
            };
            fields.push(field);
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.next_line()?;
            if !line.is_empty() {
                return Some(self.record(line));
            }
        }
    }
}

fn charset(call: &Call<'_>) -> Result<Charset, Failure> {
    Charset::find(call.text(1)).ok_or_else(|| {
        let name = quoted(call.text(1), Marks::NONE);
        at(1, format!("{name} is not a supported IANA encoding name or alias in this Terraform version"))
    })
}

fn text_encode(call: &Call<'_>) -> Result<Value, Failure> {
    let charset = charset(call)?;
    let bytes = charset.encode(call.text(0)).ok_or_else(|| {
        at(0, format!("the given string contains characters that cannot be represented in {}", charset.name()))
    })?;
    text(&STANDARD.encode(bytes))
}

fn text_decode(call: &Call<'_>) -> Result<Value, Failure> {
    let charset = charset(call)?;
    let bytes = base64_bytes(call.text(0)).ok_or_else(|| {
        let offset = corrupt_at(call.text(0));
        at(0, format!("the given value is has an invalid base64 symbol at offset {offset}"))
    })?;
    let decoded = charset.decode(&bytes).ok_or_else(|| {
        at(0, format!("the given string contains symbols that are not defined for {}", charset.name()))
    })?;
    text(&decoded)
}

/// Where Go finds base64 text corrupt: the first foreign symbol, or the end where padding lacks.
fn corrupt_at(text: &str) -> usize {
    let foreign = |byte: u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'\r' | b'\n'));
    // What is cut short is corrupt from its last group of four on.
    text.bytes().position(foreign).unwrap_or(text.len() / 4 * 4)
}
