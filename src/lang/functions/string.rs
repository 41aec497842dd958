//! Text ("Terraform Language: String Functions"), save `format` and what takes patterns.

use unicode_segmentation::UnicodeSegmentation;

use super::super::Number;
use super::super::certain::Certain;
use super::super::types::Type;
use super::super::value::{Marks, Value};
use super::{
    Call, Failure, Function, Returns, Takes, at, check_elements, check_text, function, number, string, takes, text,
};

const TEXT: Returns = Returns::Always(Takes::String);
const BOOL: Returns = Returns::Always(Takes::Bool);

pub(super) const FUNCTIONS: &[Function] = &[
    function("chomp", &[string("str")], TEXT, |call| part(call, |text| text.trim_end_matches(['\r', '\n']))),
    function("endswith", &[string("str"), string("suffix")], BOOL, |call| {
        Ok(Value::bool(call.text(0).ends_with(call.text(1))))
    }),
    function("indent", &[number("spaces"), string("str")], TEXT, indent).computed_from(1),
    function("join", &[string("separator")], TEXT, join)
        .variadic(takes("lists", Takes::ListOfString))
        .computed_from(1)
        .choosing(),
    function("lower", &[string("str")], TEXT, |call| text(&call.text(0).chars().map(lower).collect::<String>()))
        .choosing(),
    function("sort", &[takes("list", Takes::ListOfString)], Returns::Always(Takes::ListOfString), sort)
        .keeps()
        .certainly(Certain::held_in),
    function("split", &[string("separator"), string("str")], Returns::Always(Takes::ListOfString), split)
        .choosing()
        .computed_from(1),
    function("startswith", &[string("str").unknowable(), string("prefix")], BOOL, starts_with),
    function("strcontains", &[string("str"), string("substr")], BOOL, |call| {
        Ok(Value::bool(call.text(0).contains(call.text(1))))
    })
    .maybe_null(),
    function("strrev", &[string("str")], TEXT, |call| text(&call.text(0).graphemes(true).rev().collect::<String>())),
    function("substr", &[string("str"), number("offset"), number("length")], TEXT, substr),
    function("title", &[string("str")], TEXT, |call| text(&title(call.text(0)))).choosing(),
    function("trim", &[string("str"), string("cutset")], TEXT, |call| {
        let cut: Vec<char> = call.text(1).chars().collect();
        part(call, |text| text.trim_matches(&cut[..]))
    }),
    function("trimprefix", &[string("str"), string("prefix")], TEXT, |call| {
        part(call, |text| text.strip_prefix(call.text(1)).unwrap_or(text))
    }),
    function("trimspace", &[string("str")], TEXT, |call| part(call, str::trim)).choosing(),
    function("trimsuffix", &[string("str"), string("suffix")], TEXT, |call| {
        part(call, |text| text.strip_suffix(call.text(1)).unwrap_or(text))
    }),
    function("upper", &[string("str")], TEXT, |call| text(&call.text(0).chars().map(upper).collect::<String>()))
        .choosing(),
];

/// The number of characters as people count them.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\r') { text.len() } else { text.graphemes(true).count() }
}

/// A part of the first argument; the very value where nothing was taken off.
fn part(call: &Call<'_>, take: impl for<'t> Fn(&'t str) -> &'t str) -> Result<Value, Failure> {
    let whole = call.text(0);
    let part = take(whole);
    if part.len() == whole.len() { Ok(call.arguments[0].clone()) } else { text(part) }
}

fn indent(call: &Call<'_>) -> Result<Value, Failure> {
    let spaces = call.int(0)?;
    let whole = call.text(1);
    let Ok(spaces) = usize::try_from(spaces) else {
        return Err("strings: negative Repeat count".into());
    };
    let breaks = whole.bytes().filter(|&byte| byte == b'\n').count();
    if breaks == 0 && spaces <= super::MAX_TEXT {
        return Ok(call.arguments[1].clone());
    }
    check_text(spaces.saturating_mul(breaks.max(1)).saturating_add(whole.len()))?;
    text(&whole.replace('\n', &format!("\n{}", " ".repeat(spaces))))
}

fn join(call: &Call<'_>) -> Result<Value, Failure> {
    let lists = &call.arguments[1..];
    if lists.is_empty() {
        return Err("at least one list is required".into());
    }
    let mut all = lists.iter().flat_map(|list| list.elements().unwrap_or_default());
    if let (Some(only), None, true) = (all.next(), all.next(), lists.iter().all(|list| !list.is_unknown()))
        && only.is_unknown()
    {
        // Joining one gives that very one.
        return Ok(only.clone());
    }
    if !lists.iter().all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    let mut items = Vec::new();
    for (list, elements) in lists.iter().map(|list| list.elements().unwrap_or_default()).enumerate() {
        for (index, element) in elements.iter().enumerate() {
            let Some(item) = element.as_str() else {
                let which = if lists.len() > 1 { format!(" of list {}", list + 1) } else { String::new() };
                let message = format!("element {index}{which} is null; cannot concatenate null values");
                return Err(at(list + 1, message));
            };
            items.push(item);
        }
    }
    let separators = call.text(0).len().saturating_mul(items.len().saturating_sub(1));
    check_text(separators.saturating_add(items.iter().map(|item| item.len()).sum()))?;
    text(&items.join(call.text(0)))
}

fn sort(call: &Call<'_>) -> Result<Value, Failure> {
    let list = &call.arguments[0];
    if !list.is_wholly_known() {
        // As many as there were, in an order that is not known.
        let unknown = vec![Value::unknown(Type::String); call.elements(0).len()];
        return Ok(Value::list(Type::String, unknown));
    }
    let mut elements = call.elements(0).to_vec();
    if let Some(index) = elements.iter().position(Value::is_null) {
        return Err(format!("given list element {index} is null; a null string cannot be sorted").into());
    }
    elements.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    Ok(Value::list(Type::String, elements))
}

fn split(call: &Call<'_>) -> Result<Value, Failure> {
    let (separator, whole) = (call.text(0), call.text(1));
    check_elements(whole.len() / separator.len().max(1))?;
    let parts = if separator.is_empty() {
        let mut buffer = [0; 4];
        whole.chars().map(|character| Value::string(character.encode_utf8(&mut buffer))).collect()
    } else {
        whole.split(separator).map(Value::string).collect()
    };
    Ok(Value::list(Type::String, parts))
}

fn starts_with(call: &Call<'_>) -> Result<Value, Failure> {
    let prefix = call.text(1);
    let Some(unknown) = call.arguments[0].as_unknown() else {
        return Ok(Value::bool(call.text(0).starts_with(prefix)));
    };
    let known = unknown.prefix.as_deref().unwrap_or_default();
    if known.starts_with(prefix) {
        return Ok(Value::bool(true));
    }
    if known.len() >= prefix.len() { Ok(Value::bool(false)) } else { Ok(call.unknown()) }
}

fn substr(call: &Call<'_>) -> Result<Value, Failure> {
    let whole = call.text(0);
    let (mut offset, length) = (call.int(1)?, call.int(2)?);
    if offset < 0 {
        offset += i64::try_from(self::length(whole)).unwrap_or(i64::MAX);
    } else if length == 0 {
        return text("");
    }
    let clusters = whole.graphemes(true).skip(usize::try_from(offset).unwrap_or(0));
    // Of a negative offset with length 0 Terraform gives everything from there on, as it does for length -1.
    let taken: String = match usize::try_from(length) {
        Ok(length) if length > 0 => clusters.take(length).collect(),
        _ => clusters.collect(),
    };
    if taken.len() == whole.len() { Ok(call.arguments[0].clone()) } else { text(&taken) }
}

/// Upper case, character by character ("Unicode Character Database", simple case mappings): the mappings that make
/// several characters of one do not count.
fn upper(character: char) -> char {
    match character {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => offset(character, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => offset(character, 9),
        _ => single(character, character.to_uppercase()),
    }
}

fn lower(character: char) -> char {
    if character == '\u{130}' { 'i' } else { single(character, character.to_lowercase()) }
}

/// Title case: that of the digraphs that have one, else upper case.
fn title_case(character: char) -> char {
    match character {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10ff}' => character,
        _ => upper(character),
    }
}

fn offset(character: char, by: u32) -> char {
    char::from_u32(character as u32 + by).unwrap_or(character)
}

fn single(character: char, mut mapped: impl ExactSizeIterator<Item = char>) -> char {
    if mapped.len() == 1 { mapped.next().unwrap_or(character) } else { character }
}

/// Title case for the first letter of each word, as Go's `strings.Title` finds words.
fn title(text: &str) -> String {
    let mut word = false;
    text.chars()
        .map(|character| {
            let mapped = if word { character } else { title_case(character) };
            word = if character.is_ascii() {
                character.is_ascii_alphanumeric() || character == '_'
            } else {
                character.is_alphanumeric() || !character.is_whitespace()
            };
            mapped
        })
        .collect()
}

/// `length` of text, as a number.
pub(super) fn length_value(text: &str, marks: Marks) -> Value {
    Value::number(Number::from_i64(length(text) as i64)).with_marks(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_mapped_character_by_character() {
        assert_eq!("straße ŉ ᾳ".chars().map(upper).collect::<String>(), "STRAßE ŉ ᾼ");
        assert_eq!("İΣ".chars().map(lower).collect::<String>(), "iσ");
        assert_eq!(title("hello wORLD foo_bar-baz ǆx"), "Hello WORLD Foo_bar-Baz ǅx");
    }

    #[test]
    fn characters_are_grapheme_clusters() {
        assert_eq!(length("🇩🇪e\u{301}👩‍👩‍👧"), 3);
        assert_eq!(length("a\r\nb"), 3);
    }
}
