//! Patterns: `regex`, `regexall` and `replace` ("Terraform Language: String Functions").

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use regex::bytes::{Captures, Match, Regex, RegexBuilder};

use super::super::types::Type;
use super::super::value::{Entries, Str, Value};
use super::{
    Call, Failure, Function, Returns, Takes, at, check_elements, check_text, function, pattern_syntax, string, text,
};

pub(super) const FUNCTIONS: &[Function] = &[
    function("regex", &[string("pattern"), string("string")], Returns::By(found_type), regex).computed_from(1),
    function(
        "regexall",
        &[string("pattern"), string("string")],
        Returns::By(|arguments| Ok(Type::list(found_type(arguments)?))),
        regex_all,
    )
    .computed_from(1),
    function("replace", &[string("str"), string("substr"), string("replace")], Returns::Always(Takes::String), replace),
];

/// Patterns that one thread keeps compiled.
const KEPT: usize = 256;
/// The largest program that a pattern compiles to (bytes).
const MAX_PROGRAM: usize = 16 << 20;

/// A compiled pattern, and the names of its groups.
struct Pattern {
    regex: Regex,
    names: Vec<Option<String>>,
}

thread_local! {
    static COMPILED: RefCell<HashMap<String, Rc<Pattern>>> = RefCell::default();
}

/// Compiles a pattern of Go's syntax; the error has Go's kind of fault and the text at fault.
fn compile(pattern: &str) -> Result<Rc<Pattern>, (String, String)> {
    if let Some(known) = COMPILED.with_borrow(|compiled| compiled.get(pattern).cloned()) {
        return Ok(known);
    }
    let (translated, names) = pattern_syntax::translate(pattern)?;
    let regex = RegexBuilder::new(&translated).size_limit(MAX_PROGRAM).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => ("expression too large".to_owned(), pattern.to_owned()),
        _ => ("invalid or unsupported Perl syntax".to_owned(), pattern.to_owned()),
    })?;
    let regex = Rc::new(Pattern { regex, names });
    COMPILED.with_borrow_mut(|compiled| {
        if compiled.len() >= KEPT {
            compiled.clear();
        }
        compiled.insert(pattern.to_owned(), regex.clone());
    });
    Ok(regex)
}

fn compiled(call: &Call<'_>) -> Result<Rc<Pattern>, Failure> {
    compile(call.text(0)).map_err(|(fault, part)| at(0, format!("invalid regexp pattern: {fault} in {part}")))
}

/// Text for no group at all, a tuple for nameless groups, an object for named ones.
fn found_type(arguments: &[Value]) -> Result<Type, Failure> {
    let Some(pattern) = arguments[0].as_str() else { return Ok(Type::Dynamic) };
    let regex =
        compile(pattern).map_err(|(fault, part)| at(0, format!("invalid regexp pattern: {fault} in {part}")))?;
    let names = &regex.names;
    let named: BTreeMap<Str, Type> = names.iter().flatten().map(|name| (name.as_str().into(), Type::String)).collect();
    if names.is_empty() {
        Ok(Type::String)
    } else if named.is_empty() {
        Ok(Type::tuple(vec![Type::String; names.len()]))
    } else if names.iter().all(Option::is_some) {
        Ok(Type::object(named))
    } else {
        Err(at(0, "invalid regexp pattern: cannot mix both named and unnamed capture groups"))
    }
}

fn found(pattern: &Pattern, captures: &Captures<'_>, ty: &Type) -> Value {
    let group = |index: usize| match captures.get(index) {
        Some(found) => Value::string(&String::from_utf8_lossy(found.as_bytes())),
        None => Value::null(Type::String),
    };
    match ty {
        Type::Tuple(types) => Value::tuple((1..=types.len()).map(group).collect()),
        Type::Object(_) => {
            let names = pattern.names.iter().enumerate();
            let named = names.filter_map(|(index, name)| Some((name.as_deref()?.into(), group(index + 1))));
            Value::object(named.collect::<Entries>())
        }
        _ => group(0),
    }
}

fn regex(call: &Call<'_>) -> Result<Value, Failure> {
    let regex = compiled(call)?;
    let captures = regex.regex.captures(call.text(1).as_bytes());
    let captures = captures.ok_or("pattern did not match any part of the given string")?;
    Ok(found(&regex, &captures, call.ty))
}

fn regex_all(call: &Call<'_>) -> Result<Value, Failure> {
    let regex = compiled(call)?;
    let ty = call.ty.element().cloned().unwrap_or(Type::Dynamic);
    let mut all = Vec::new();
    if regex.names.is_empty() {
        let whole = call.text(1);
        for found in regex.regex.find_iter(whole.as_bytes()).filter(|found| between(whole, found)) {
            all.push(Value::string(&String::from_utf8_lossy(found.as_bytes())));
            check_elements(all.len())?;
        }
        return Ok(Value::list(ty, all));
    }
    for captures in regex.regex.captures_iter(call.text(1).as_bytes()) {
        if captures.get(0).is_none_or(|found| !between(call.text(1), &found)) {
            continue;
        }
        all.push(found(&regex, &captures, &ty));
        check_elements(all.len() * captures.len())?;
    }
    Ok(Value::list(ty, all))
}

fn replace(call: &Call<'_>) -> Result<Value, Failure> {
    let (whole, sought, replacement) = (call.text(0), call.text(1), call.text(2));
    let pattern = sought.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern) = pattern else {
        let count = if sought.is_empty() { whole.len() + 1 } else { whole.matches(sought).count() };
        if count == 0 {
            return Ok(call.arguments[0].clone());
        }
        check_text(count.saturating_mul(replacement.len()).saturating_add(whole.len()))?;
        return text(&whole.replace(sought, replacement));
    };
    let regex = compile(pattern).map_err(|(fault, part)| format!("error parsing regexp: {fault}: `{part}`"))?;
    let mut made = Vec::new();
    let mut from = 0;
    for captures in regex.regex.captures_iter(whole.as_bytes()) {
        let Some(matched) = captures.get(0).filter(|matched| between(whole, matched)) else { continue };
        made.extend_from_slice(&whole.as_bytes()[from..matched.start()]);
        expand(replacement, &regex.names, &captures, &mut made);
        from = matched.end();
        check_text(made.len())?;
    }
    if from == 0 && made.is_empty() {
        return Ok(call.arguments[0].clone());
    }
    made.extend_from_slice(&whole.as_bytes()[from..]);
    text(&String::from_utf8_lossy(&made))
}

/// Whether a match is one of characters: an empty one stands between two, never inside one.
fn between(text: &str, found: &Match<'_>) -> bool {
    text.is_char_boundary(found.start())
}

/// Writes a replacement, each `$name`, `${name}` or `$1` made what the group matched (Go's `Regexp.Expand`).
fn expand(replacement: &str, names: &[Option<String>], captures: &Captures<'_>, made: &mut Vec<u8>) {
    let mut rest = replacement;
    while let Some(at) = rest.find('$') {
        made.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            made.push(b'$');
            rest = after;
            continue;
        }
        let braced = rest.strip_prefix('{');
        let inside = braced.unwrap_or(rest);
        let word = |character: char| character.is_alphanumeric() || character == '_';
        let end = inside.find(|character| !word(character)).unwrap_or(inside.len());
        let (name, after) = inside.split_at(end);
        let after = if braced.is_some() { after.strip_prefix('}') } else { Some(after) };
        let (Some(after), false) = (after, name.is_empty()) else {
            made.push(b'$');
            continue;
        };
        rest = after;
        let matched = if name.bytes().all(|byte| byte.is_ascii_digit()) {
            name.parse().ok().and_then(|group| captures.get(group))
        } else {
            // Several groups may have the name: the first that matched anything counts.
            let mut named = (1..).zip(names).filter(|(_, known)| known.as_deref() == Some(name));
            named.find_map(|(group, _)| captures.get(group))
        };
        if let Some(matched) = matched {
            made.extend_from_slice(matched.as_bytes());
        }
    }
    made.extend_from_slice(rest.as_bytes());
}
