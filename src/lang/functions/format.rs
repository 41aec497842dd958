//! `format` and `formatlist` ("Terraform Language: format Function").

use super::super::Number;
use super::super::convert::convert;
use super::super::json;
use super::super::refine::safe_prefix;
use super::super::types::Type;
use super::super::value::{Data, Value};
use super::{Call, Failure, Function, Returns, Takes, any, at, check_text, function, known_length, string, text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("format", &[string("format")], Returns::Always(Takes::String), format_one)
        .choosing()
        .variadic(any("args").nullable().unknowable())
        .computed_from(1),
    function("formatlist", &[string("format")], Returns::Always(Takes::ListOfString), format_list)
        .variadic(any("args").nullable().unknowable())
        .computed_from(1),
];

fn format_one(call: &Call<'_>) -> Result<Value, Failure> {
    let (format, arguments) = (call.text(0), &call.arguments[1..]);
    if let ("%s", [Value { data: Data::Unknown(unknown), marks, origin }]) = (format, arguments)
        && unknown.ty == Type::String
    {
        // The very value, so it still stands for what it stood for; null would be refused.
        return Ok(super::not_null(Value { data: Data::Unknown(unknown.clone()), marks: *marks, origin: *origin }));
    }
    if !arguments.iter().all(Value::is_wholly_known) {
        return Ok(unknown(format));
    }
    if let ("%s", [argument @ Value { data: Data::String(_), .. }]) = (format, arguments) {
        return Ok(argument.clone());
    }
    text(&formatted(format, arguments)?)
}

/// An unknown result begins with what stands before the first verb.
fn unknown(format: &str) -> Value {
    let prefix = format.split('%').next().unwrap_or_default();
    super::unknown_with_prefix(safe_prefix(prefix))
}

fn format_list(call: &Call<'_>) -> Result<Value, Failure> {
    let (format, arguments) = (call.text(0), &call.arguments[1..]);
    if arguments.is_empty() {
        return Ok(Value::list(Type::String, vec![format_one(call)?]));
    }
    let mut length: Option<(usize, usize)> = None;
    let mut known = true;
    for (index, argument) in arguments.iter().enumerate() {
        let this = match argument.ty() {
            _ if argument.is_null() => continue,
            Type::Tuple(types) => types.len(),
            Type::List(_) | Type::Set(_) => match known_length(argument) {
                Some(length) if !argument.is_unknown() => length,
                _ => {
                    known = false;
                    continue;
                }
            },
            _ => continue,
        };
        match length {
            Some((chosen, length)) if length != this => {
                let message = format!(
                    "argument {} has length {this}, which is inconsistent with argument {} of length {length}",
                    index + 1,
                    chosen + 1
                );
                return Err(at(index + 1, message));
            }
            Some(_) => {}
            None => length = Some((index, this)),
        }
        known &= !argument.is_unknown();
    }
    if !known {
        return Ok(call.unknown());
    }
    let length = length.map_or(1, |(_, length)| length);
    let mut made = Vec::new();
    let mut size = 0;
    for index in 0..length {
        let pick = |argument: &Value| argument.elements().and_then(|list| list.get(index)).unwrap_or(argument).clone();
        let arguments: Vec<Value> = arguments.iter().map(pick).collect();
        if !arguments.iter().all(Value::is_wholly_known) {
            made.push(unknown(format));
            continue;
        }
        let line = formatted(format, &arguments)
            .map_err(|failure| format!("error on format iteration {index}: {}", failure.message))?;
        size += line.len();
        check_text(size)?;
        let origin = arguments.iter().fold(super::Origin::NONE, |origin, argument| origin.or(argument.origin));
        made.push(Value::string(&line).with_origin(origin));
    }
    Ok(Value::list(Type::String, made))
}

/// One verb of a format.
#[derive(Default)]
struct Verb<'f> {
    raw: &'f str,
    offset: usize,
    mode: char,
    argument: usize,
    zero: bool,
    sharp: bool,
    plus: bool,
    minus: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

fn formatted(format: &str, arguments: &[Value]) -> Result<String, Failure> {
    let mut made = String::new();
    let mut rest = format;
    let (mut next, mut highest) = (0, 0);
    while let Some(at) = rest.find('%') {
        made.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("%%") {
            made.push('%');
            rest = after;
            continue;
        }
        let verb = Verb::parse(format, format.len() - rest.len(), next)?;
        rest = &rest[verb.raw.len()..];
        next = verb.argument + 1;
        highest = highest.max(next);
        verb.write(arguments, &mut made)?;
        check_text(made.len())?;
    }
    made.push_str(rest);
    if highest < arguments.len() {
        let message = match highest {
            0 => "too many arguments; no verbs in format string".to_owned(),
            used => format!("too many arguments; only {used} used by format string"),
        };
        return Err(at(highest + 1, message));
    }
    Ok(made)
}

impl<'f> Verb<'f> {
    /// Reads the verb at an offset: `%`, flags, width, precision, `[argument]`, letter.
    fn parse(format: &'f str, offset: usize, next: usize) -> Result<Self, Failure> {
        let mut verb = Self { offset, argument: next, ..Self::default() };
        let bytes = format.as_bytes();
        let mut at = offset + 1;
        while let Some(&flag) = bytes.get(at) {
            match flag {
                b'0' => verb.zero = true,
                b'#' => verb.sharp = true,
                b'-' => verb.minus = true,
                b'+' => verb.plus = true,
                b' ' => verb.space = true,
                _ => break,
            }
            at += 1;
        }
        if bytes.get(at).is_some_and(u8::is_ascii_digit) {
            verb.width = Some(digits(bytes, &mut at)?);
        }
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            verb.precision = Some(digits(bytes, &mut at)?);
        }
        if bytes.get(at) == Some(&b'[') {
            at += 1;
            if !matches!(bytes.get(at), Some(b'1'..=b'9')) {
                return Err(unrecognized(format, at));
            }
            verb.argument = digits(bytes, &mut at)? - 1;
            if bytes.get(at) != Some(&b']') {
                return Err(unrecognized(format, at));
            }
            at += 1;
        }
        match bytes.get(at) {
            Some(letter) if letter.is_ascii_alphabetic() => {
                verb.mode = char::from(*letter);
                verb.raw = &format[offset..=at];
                Ok(verb)
            }
            _ => Err(unrecognized(format, at)),
        }
    }

    fn write(&self, arguments: &[Value], made: &mut String) -> Result<(), Failure> {
        let Self { raw, offset, mode, .. } = self;
        let Some(argument) = arguments.get(self.argument) else {
            let (need, have) = (self.argument + 1, arguments.len());
            return Err(format!(
                "not enough arguments for {raw:?} at {offset}: need index {need} but have {have} total"
            )
            .into());
        };
        if *mode != 'v' && argument.is_null() {
            return Err(self.unsupported("null value cannot be formatted"));
        }
        let converted = |ty: &Type| convert(argument, ty).map_err(|message| self.unsupported(&message));
        match mode {
            'v' => {
                let plain = match &argument.data {
                    Data::String(text) if !self.sharp => text.to_string(),
                    Data::Number(number) if !self.sharp => number.general_text(None),
                    _ => json::encode(argument).map_err(|message| self.unsupported(&message))?,
                };
                self.pad(&plain, made)
            }
            't' => {
                let truth = converted(&Type::Bool)?.as_bool() == Some(true);
                made.push_str(if truth { "true" } else { "false" });
                Ok(())
            }
            'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => {
                let value = converted(&Type::Number)?;
                let number = value.as_number().ok_or_else(|| self.unsupported("a number is required"))?;
                if matches!(mode, 'b' | 'd' | 'o' | 'x' | 'X') {
                    self.write_integer(number, made)
                } else {
                    self.write_float(number, made)
                }
            }
            's' | 'q' => {
                let value = converted(&Type::String)?;
                let whole = value.as_str().unwrap_or_default();
                let cut = match self.precision {
                    Some(precision) if precision > 0 => first_clusters(whole, precision),
                    _ => whole,
                };
                if *mode == 's' {
                    return self.pad(cut, made);
                }
                let quoted = json::encode(&Value::string(cut)).map_err(|message| self.unsupported(&message))?;
                self.pad(&quoted, made)
            }
            _ => Err(format!("unsupported format verb {mode:?} in {raw:?} at offset {offset}").into()),
        }
    }

    fn unsupported(&self, why: &str) -> Failure {
        format!("unsupported value for {:?} at {}: {why}", self.raw, self.offset).into()
    }

    /// Pads text to the width, counted in characters as people see them.
    fn pad(&self, text: &str, made: &mut String) -> Result<(), Failure> {
        let missing = self.width.map_or(0, |width| width.saturating_sub(super::string::length(text)));
        check_text(made.len().saturating_add(missing))?;
        let padding = if self.zero { "0" } else { " " }.repeat(missing);
        if self.minus {
            made.push_str(text);
            made.push_str(&padding);
        } else {
            made.push_str(&padding);
            made.push_str(text);
        }
        Ok(())
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    /// As Go's `big.Int` formats itself.
    fn write_integer(&self, number: &Number, made: &mut String) -> Result<(), Failure> {
        let Some(integer) = number.to_bigint() else {
            return Err(self.unsupported("an integer is required"));
        };
        let (radix, prefix) = match self.mode {
            'b' => (2, "0b"),
            'o' => (8, "0"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            _ => (10, ""),
        };
        let mut digits = integer.magnitude().to_str_radix(radix);
        if self.mode == 'X' {
            digits.make_ascii_uppercase();
        }
        if digits == "0" && self.precision == Some(0) {
            return Ok(());
        }
        let prefix = if self.sharp { prefix } else { "" };
        let sign = self.sign(number.is_negative());
        let mut zeros = self.precision.map_or(0, |precision| precision.saturating_sub(digits.len()));
        let length = (sign.len() + prefix.len() + digits.len()).saturating_add(zeros);
        let mut padding = self.width.map_or(0, |width| width.saturating_sub(length));
        check_text(made.len().saturating_add(length).saturating_add(padding))?;
        if self.zero && !self.minus && self.precision.is_none() {
            zeros = std::mem::take(&mut padding);
        }
        let padding = " ".repeat(padding);
        let body = format!("{sign}{prefix}{}{digits}", "0".repeat(zeros));
        made.push_str(&if self.minus { body + &padding } else { padding + &body });
        Ok(())
    }

    /// As Go's `big.Float` formats itself.
    fn write_float(&self, number: &Number, made: &mut String) -> Result<(), Failure> {
        let precision = self.precision;
        check_text(precision.unwrap_or(0).saturating_add(usize::try_from(number.text_len()).unwrap_or(usize::MAX)))?;
        let written = match self.mode {
            'f' => number.fixed_text(precision.unwrap_or(6)),
            'e' | 'E' => number.scientific_text(Some(precision.unwrap_or(6))),
            _ => number.general_text(precision),
        };
        let (negative, digits) = match written.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, written.as_str()),
        };
        let (sign, digits) = match digits.strip_prefix('+') {
            Some(rest) => (if self.space { " " } else { "+" }, rest),
            None => (self.sign(negative), digits),
        };
        let digits = if matches!(self.mode, 'E' | 'G') { digits.replace('e', "E") } else { digits.to_owned() };
        let padding = self.width.map_or(0, |width| width.saturating_sub(sign.len() + digits.len()));
        check_text(made.len().saturating_add(padding))?;
        if self.zero && !self.minus && !number.is_infinite() {
            made.push_str(&format!("{sign}{}{digits}", "0".repeat(padding)));
        } else if self.minus {
            made.push_str(&format!("{sign}{digits}{}", " ".repeat(padding)));
        } else {
            made.push_str(&format!("{}{sign}{digits}", " ".repeat(padding)));
        }
        Ok(())
    }
}

fn first_clusters(text: &str, count: usize) -> &str {
    use unicode_segmentation::UnicodeSegmentation;
    let end = text.grapheme_indices(true).nth(count).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// Digits as a number, at most a bit more than anything that is allowed.
fn digits(bytes: &[u8], at: &mut usize) -> Result<usize, Failure> {
    let mut number = 0usize;
    while let Some(digit) = bytes.get(*at).filter(|byte| byte.is_ascii_digit()) {
        number = number.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
        *at += 1;
    }
    if number > super::MAX_TEXT {
        return Err(format!("the result is too large: a width or precision of {number}").into());
    }
    Ok(number)
}

fn unrecognized(format: &str, offset: usize) -> Failure {
    match format.get(offset..).and_then(|rest| rest.chars().next()) {
        Some(character) => format!("unrecognized format character {character:?} at offset {offset}").into(),
        None => format!("invalid format string starting at offset {offset}").into(),
    }
}
