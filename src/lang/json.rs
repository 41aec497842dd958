//! Values as JSON and back, as Terraform's plan JSON, `jsonencode` and `jsondecode` have them.
//!
//! The text is that of Go's `encoding/json`: keys in order, `<`, `>` and `&` escaped.

use std::fmt::Write;

use super::Number;
use super::convert::convert;
use super::types::Type;
use super::value::{Data, Entries, Str, Value};

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 1000;

/// A wholly known value as JSON, on one line.
///
/// # Errors
/// One sentence: the value is infinite, or holds something unknown.
pub fn encode(value: &Value) -> Result<String, String> {
    let mut text = String::new();
    write_value(&mut text, value)?;
    Ok(text)
}

fn write_value(text: &mut String, value: &Value) -> Result<(), String> {
    match &value.data {
        Data::Null(_) => text.push_str("null"),
        Data::Unknown(_) => return Err("value is not known".into()),
        Data::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Data::Number(number) if number.is_infinite() => return Err("cannot serialize infinity as JSON".into()),
        // Writing into a string never fails.
        Data::Number(number) => write!(text, "{number}").unwrap_or_default(),
        Data::String(string) => write_string(text, string),
        Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(text, element)?;
            }
            text.push(']');
        }
        Data::Map(_, entries) | Data::Object(entries) => {
            text.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_string(text, key);
                text.push(':');
                write_value(text, value)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

/// Text in quotes as Go writes it.
pub fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                write!(text, "\\u{:04x}", u32::from(character)).unwrap_or_default();
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}

/// Reads JSON: objects become objects, arrays tuples.
///
/// # Errors
/// One sentence: where the text is no JSON.
pub fn decode(text: &str) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0, refused: None };
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.at < text.len() {
        return Err("extraneous data after JSON object".into());
    }
    reader.refused.map_or(Ok(value), Err)
}

/// Why JSON is not read as a value of another one's type.
fn misfit(value: &Value, other: &Value) -> Result<(), String> {
    let refused = |why: &str| Err(why.to_owned());
    match (&value.data, &other.data) {
        (Data::Null(_), _)
        | (Data::String(_) | Data::Number(_) | Data::Bool(_), Data::String(_))
        | (Data::Number(_), Data::Number(_))
        | (Data::Bool(_), Data::Bool(_)) => Ok(()),
        (Data::String(_), Data::Number(_) | Data::Bool(_)) => convert(value, &other.ty()).map(|_| ()),
        (Data::Tuple(elements), Data::Tuple(others)) => {
            if elements.len() != others.len() {
                let which = if elements.len() < others.len() { "not enough" } else { "too many" };
                return Err(format!("{which} tuple elements (need {})", others.len()));
            }
            elements.iter().zip(others.iter()).try_for_each(|(element, other)| misfit(element, other))
        }
        (Data::Object(entries), Data::Object(others)) => entries.iter().try_for_each(|(key, value)| {
            others.get(key).map_or_else(|| Err(format!("unsupported attribute {key:?}")), |other| misfit(value, other))
        }),
        (_, Data::String(_)) => refused("string is required"),
        (_, Data::Number(_)) => refused("number is required"),
        (_, Data::Bool(_)) => refused("bool is required"),
        (_, Data::Tuple(_)) => refused("missing expected ["),
        _ => refused("missing expected {"),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Why Terraform does not take the first thing that it refuses in what is good JSON.
    refused: Option<String>,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn unexpected<T>(&self, context: &str) -> Result<T, String> {
        match self.text[self.at..].chars().next() {
            Some(character) => Err(format!("invalid character {character:?} {context}")),
            None if self.at == 0 || self.text.trim().is_empty() => Err("EOF".into()),
            None => Err("unexpected EOF".into()),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("the JSON text is nested more than {MAX_DEPTH} levels deep"));
        }
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::string(&self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::bool(true)),
            Some(b'f') => self.word("false", Value::bool(false)),
            Some(b'n') => self.word("null", Value::null(Type::Dynamic)),
            _ => self.unexpected("looking for beginning of value"),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, String> {
        for (index, expected) in word.char_indices() {
            if !self.text[self.at..].starts_with(expected) {
                return self
                    .unexpected(&format!("in literal {word} (expecting {:?})", &word[index..=index]))
                    .map_err(|message: String| message.replace('"', "'"));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut entries: Vec<(Str, Value)> = Vec::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::object(Entries::default()));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return self.unexpected("looking for beginning of object key string");
            }
            let name = self.string()?;
            let Data::String(key) = Value::string(&name).data else { return Err("a key is no text".into()) };
            // Terraform takes the names of the type from text in normal form, and looks them up as they were written.
            if *key != *name {
                self.refused.get_or_insert_with(|| format!("unsupported attribute \"{name}\""));
            }
            self.skip_space();
            if self.peek() != Some(b':') {
                return self.unexpected("after object key");
            }
            self.at += 1;
            entries.push((key, self.value(depth + 1)?));
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    let given = entries.clone();
                    let kept = Entries::new(entries);
                    self.check_replaced(&given, &kept);
                    return Ok(Value::object(kept));
                }
                _ => return self.unexpected("after object key:value pair"),
            }
        }
    }

    /// Of a name that comes twice, the type is that of its last value, which the others have to fit too.
    fn check_replaced(&mut self, given: &[(Str, Value)], kept: &Entries) {
        if given.len() == kept.len() || self.refused.is_some() {
            return;
        }
        let misfits = given.iter().filter_map(|(key, value)| misfit(value, kept.get(key)?).err());
        self.refused = misfits.into_iter().next();
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut elements = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::tuple(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::tuple(elements));
                }
                _ => return self.unexpected("after array element"),
            }
        }
    }

    fn digits(&mut self, context: &str) -> Result<(), String> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { self.unexpected(context) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = &self.text[start..self.at];
        Number::parse(text).map(Value::number).ok_or_else(|| format!("cannot use {text} as a number"))
    }

    /// A string, escapes resolved (half of a surrogate pair is a replacement character, as in Go).
    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find(|character| matches!(character, '"' | '\\' | '\0'..='\u{1f}')).unwrap_or(rest.len());
            string.push_str(&rest[..end]);
            self.at += end;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => {
                    self.at += 1;
                    let character = self.escape()?;
                    string.push(character);
                }
                _ => return self.unexpected("in string literal"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let character = match self.peek() {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let first = self.hexadecimal()?;
                let second = self.text[self.at..].strip_prefix("\\u").and_then(|rest| rest.get(..4));
                let second = second.and_then(|digits| u16::from_str_radix(digits, 16).ok());
                return Ok(match (first, second) {
                    (0xd800..=0xdbff, Some(second @ 0xdc00..=0xdfff)) => {
                        self.at += 6;
                        char::decode_utf16([first, second]).next().and_then(Result::ok).unwrap_or('\u{fffd}')
                    }
                    _ => char::from_u32(u32::from(first)).unwrap_or('\u{fffd}'),
                });
            }
            _ => return self.unexpected("in string escape code"),
        };
        self.at += 1;
        Ok(character)
    }

    fn hexadecimal(&mut self) -> Result<u16, String> {
        let mut number = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else { return self.unexpected("in \\u hexadecimal character escape") };
            number = number << 4 | digit as u16;
            self.at += 1;
        }
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_alike() {
        for text in [
            r#"{"a":[1,2.5,-0.001,true,null],"b":{},"c":[]}"#,
            r#""\u003c\u003e\u0026\"\\\n\u0001\u2028é""#,
            "123456789012345678901234567890",
        ] {
            assert_eq!(encode(&decode(text).unwrap()).unwrap(), text);
        }
        assert_eq!(encode(&decode(r#""\ud83d\ude00\ud800""#).unwrap()).unwrap(), "\"\u{1f600}\u{fffd}\"");
        assert_eq!(encode(&decode("{\"a\":1,\"a\":2}").unwrap()).unwrap(), r#"{"a":2}"#);
        for text in ["", "[", "{a:1}", "[1,]", "01", "tru", "\"\n\"", "1 2", "\"\\x\"", "-", "1.", "[1 2]"] {
            assert!(decode(text).is_err(), "{text}");
        }
        assert!(decode(&"[".repeat(100_000)).is_err());
    }
}
