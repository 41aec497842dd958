//! Values as `terraform console` prints them.

use std::fmt::Write as _;

use terravet::lang::value::Entries;
use terravet::lang::{Data, Marks, Type, Value};

/// A value as the console prints it.
pub(crate) fn printed(value: &Value, indent: usize) -> String {
    if value.is_unknown() {
        return "(known after apply)".into();
    }
    if value.marks.has(Marks::SENSITIVE) {
        return "(sensitive value)".into();
    }
    match &value.data {
        Data::Null(ty) => match ty {
            Type::Dynamic => "null".into(),
            Type::String | Type::Number | Type::Bool => format!("to{ty}(null)"),
            Type::List(element) => format!("tolist(null) /* of {element} */"),
            Type::Set(element) => format!("toset(null) /* of {element} */"),
            Type::Map(element) => format!("tomap(null) /* of {element} */"),
            Type::Tuple(_) | Type::Object(_) => format!("null /* {ty} */"),
        },
        Data::Unknown(_) => String::new(),
        Data::Bool(truth) => truth.to_string(),
        Data::Number(number) => number.to_string(),
        Data::String(text) if text.contains('\n') => heredoc(text, indent),
        Data::String(text) => quoted(text),
        Data::Tuple(elements) => sequence(elements, indent),
        Data::List(_, elements) => format!("tolist({})", sequence(elements, indent)),
        Data::Set(_, elements) => format!("toset({})", sequence(elements, indent)),
        Data::Object(entries) => mapping(entries, indent),
        Data::Map(_, entries) => format!("tomap({})", mapping(entries, indent)),
    }
}

/// Text as Go's `strconv.Quote` writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    // As Go's `unicode.IsPrint` has it.
    let printable = regex::Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$").expect("it is a pattern");
    for character in text.chars() {
        let _ = match character {
            '"' | '\\' => write!(quoted, "\\{character}"),
            '\t' => write!(quoted, "\\t"),
            '\r' => write!(quoted, "\\r"),
            '\n' => write!(quoted, "\\n"),
            '\0'..='\x1f' | '\x7f' => write!(quoted, "\\x{:02x}", u32::from(character)),
            ' '..='~' => write!(quoted, "{character}"),
            _ if !printable.is_match(character.encode_utf8(&mut [0; 4])) => match u32::from(character) {
                code @ 0x10000.. => write!(quoted, "\\U{code:08x}"),
                code => write!(quoted, "\\u{code:04x}"),
            },
            _ => write!(quoted, "{character}"),
        };
    }
    quoted.push('"');
    quoted
}

fn heredoc(text: &str, indent: usize) -> String {
    let space = " ".repeat(indent);
    let lines: String = text.split('\n').map(|line| format!("{space}{line}\n")).collect();
    format!("<<-EOT\n{lines}{space}EOT")
}

fn sequence(elements: &[Value], indent: usize) -> String {
    let space = " ".repeat(indent);
    let lines = elements.iter().map(|element| format!("\n{space}  {},", printed(element, indent + 2)));
    let end = if elements.is_empty() { String::new() } else { format!("\n{space}") };
    format!("[{}{end}]", lines.collect::<String>())
}

fn mapping(entries: &Entries, indent: usize) -> String {
    let space = " ".repeat(indent);
    let lines = entries
        .iter()
        .map(|(name, value)| {
            let name = if name.contains('\n') { heredoc(name, indent + 2) } else { quoted(name) };
            format!("\n{space}  {name} = {}", printed(value, indent + 2))
        })
        .collect::<String>();
    let end = if entries.is_empty() { String::new() } else { format!("\n{space}") };
    format!("{{{lines}{end}}}")
}
