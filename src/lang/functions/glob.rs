//! Patterns of file names, as `fileset` takes them.

/// The most patterns that alternatives may make.
const MAX_ALTERNATIVES: usize = 1000;

/// The patterns that `{a,b}` stands for.
pub(super) fn alternatives(pattern: &str) -> Result<Vec<String>, String> {
    let mut open = vec![pattern.to_owned()];
    let mut done = Vec::new();
    while let Some(pattern) = open.pop() {
        let Some((before, choices, after)) = first_braces(&pattern)? else {
            done.push(pattern);
            continue;
        };
        open.extend(choices.iter().map(|choice| format!("{before}{choice}{after}")));
        if open.len() + done.len() > MAX_ALTERNATIVES {
            return Err(format!("the pattern has more than {MAX_ALTERNATIVES} alternatives"));
        }
    }
    Ok(done)
}

/// What stands before, in (split at commas) and after braces.
type Braces<'p> = (&'p str, Vec<&'p str>, &'p str);

/// The first braces of a pattern.
fn first_braces(pattern: &str) -> Result<Option<Braces<'_>>, String> {
    let mut start = None;
    let mut depth = 0;
    let mut choice = 0;
    let mut choices = Vec::new();
    let mut escaped = false;
    for (at, character) in pattern.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (character, start) {
            ('\\', _) => escaped = true,
            ('{', None) => (start, choice, depth) = (Some(at), at + 1, 1),
            ('{', Some(_)) => depth += 1,
            (',', Some(_)) if depth == 1 => {
                choices.push(&pattern[choice..at]);
                choice = at + 1;
            }
            ('}', Some(start)) => {
                depth -= 1;
                if depth == 0 {
                    choices.push(&pattern[choice..at]);
                    return Ok(Some((&pattern[..start], choices, &pattern[at + 1..])));
                }
            }
            _ => {}
        }
    }
    if start.is_some() { Err(BAD.into()) } else { Ok(None) }
}

const BAD: &str = "syntax error in pattern";

/// Whether a name (no `/` in it) matches a pattern of `*`, `?`, `[…]` and escapes.
pub(super) fn matches(pattern: &str, name: &str) -> Result<bool, String> {
    let (mut at, mut name_at) = (0, 0);
    // After a star: where the pattern goes on, and where the name was.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let next = name[name_at..].chars().next();
        let step = match pattern[at..].chars().next() {
            Some('*') => {
                at += 1;
                retry = Some((at, name_at));
                continue;
            }
            None if next.is_none() => return Ok(true),
            None => None,
            Some(_) => one(&pattern[at..], next)?,
        };
        if let (Some(length), Some(character)) = (step, next) {
            at += length;
            name_at += character.len_utf8();
            continue;
        }
        let Some((star, skipped)) = retry else { return Ok(false) };
        let Some(character) = name[skipped..].chars().next() else { return Ok(false) };
        retry = Some((star, skipped + character.len_utf8()));
        (at, name_at) = (star, skipped + character.len_utf8());
    }
}

/// The length of the single-character pattern in front, if it matches.
fn one(pattern: &str, character: Option<char>) -> Result<Option<usize>, String> {
    let mut rest = pattern.chars();
    match rest.next() {
        Some('?') => Ok(character.map(|_| 1)),
        Some('\\') => {
            let escaped = rest.next().ok_or(BAD)?;
            Ok((character == Some(escaped)).then_some(1 + escaped.len_utf8()))
        }
        Some('[') => class(pattern, character),
        Some(literal) => Ok((character == Some(literal)).then_some(literal.len_utf8())),
        None => Ok(None),
    }
}

fn class(pattern: &str, character: Option<char>) -> Result<Option<usize>, String> {
    let mut rest = &pattern[1..];
    let negated = rest.starts_with(['^', '!']);
    if negated {
        rest = &rest[1..];
    }
    let mut found = false;
    let mut first = true;
    loop {
        if !first && let Some(after) = rest.strip_prefix(']') {
            let length = pattern.len() - after.len();
            return Ok((character.is_some() && found != negated).then_some(length));
        }
        first = false;
        let low = class_character(&mut rest)?;
        let mut high = low;
        if rest.starts_with('-') && !rest.starts_with("-]") {
            rest = &rest[1..];
            high = class_character(&mut rest)?;
        }
        found |= character.is_some_and(|character| (low..=high).contains(&character));
    }
}

fn class_character(rest: &mut &str) -> Result<char, String> {
    let mut characters = rest.chars();
    let mut character = characters.next().ok_or(BAD)?;
    if character == '\\' {
        character = characters.next().ok_or(BAD)?;
    }
    *rest = characters.as_str();
    Ok(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_patterns() {
        for (pattern, name, expected) in [
            ("*.tf", "main.tf", true),
            ("*.tf", ".tf", true),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbXb", false),
            ("?", "é", true),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("\\*", "*", true),
            ("**", "anything", true),
        ] {
            assert_eq!(matches(pattern, name), Ok(expected), "{pattern} {name}");
        }
        assert!(matches("[a", "a").is_err());
        assert_eq!(alternatives("a{b,c{d,e}}f").unwrap().len(), 3);
        assert!(alternatives("{a").is_err());
    }
}
