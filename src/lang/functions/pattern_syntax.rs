//! Go's regular expression syntax ("RE2 Syntax") in that of the `regex` crate.
//!
//! Both are of one family, so most goes over as it is. What differs: Perl classes and word boundaries know ASCII only
//! in Go; a brace that starts no repetition stands for itself; classes have no nested classes and no operators;
//! `\Q…\E`, octal escapes and escaped punctuation; and what Go refuses that the crate would take.

/// The largest count of a repetition.
const MAX_REPEAT: u32 = 1000;

/// Success, or Go's kind of fault and the part of the pattern that is at fault.
type Outcome<T = ()> = Result<T, (String, String)>;

/// A pattern in the crate's syntax, and the names of its groups (all are nameless there: the crate takes other names).
///
/// # Errors
/// Go's kind of fault, and the part of the pattern that is at fault.
pub(super) fn translate(pattern: &str) -> Outcome<(String, Vec<Option<String>>)> {
    let mut translation = Translation {
        pattern,
        at: 0,
        made: String::with_capacity(pattern.len()),
        groups: 0,
        names: Vec::new(),
        repeatable: None,
    };
    translation.whole()?;
    Ok((translation.made, translation.names))
}

struct Translation<'p> {
    pattern: &'p str,
    at: usize,
    made: String,
    /// How many groups are open.
    groups: usize,
    names: Vec<Option<String>>,
    /// Where the thing that a repetition would repeat ends, and whether that is itself a repetition (from where).
    repeatable: Option<Option<usize>>,
}

fn fault<T>(kind: &str, part: &str) -> Outcome<T> {
    Err((kind.to_owned(), part.to_owned()))
}

impl<'p> Translation<'p> {
    fn rest(&self) -> &'p str {
        &self.pattern[self.at..]
    }

    fn keep(&mut self, bytes: usize) {
        self.made.push_str(&self.pattern[self.at..self.at + bytes]);
        self.at += bytes;
    }

    fn literal(&mut self, character: char) {
        self.made.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
    }

    fn whole(&mut self) -> Outcome {
        while let Some(first) = self.rest().chars().next() {
            let mut repeatable = Some(None);
            match first {
                '(' => {
                    self.open()?;
                    repeatable = None;
                }
                ')' => {
                    if self.groups == 0 {
                        return fault("unexpected )", self.pattern);
                    }
                    self.groups -= 1;
                    self.keep(1);
                }
                '|' => {
                    self.keep(1);
                    repeatable = None;
                }
                '*' | '+' | '?' => {
                    let start = self.at;
                    self.repetition(1)?;
                    repeatable = Some(Some(start));
                }
                '{' => match counts(self.rest()) {
                    Some((length, least, most)) => {
                        let start = self.at;
                        let operator = &self.rest()[..length];
                        if least > MAX_REPEAT || most.is_some_and(|most| most > MAX_REPEAT || most < least) {
                            return fault("invalid repeat count", operator);
                        }
                        self.repetition(length)?;
                        repeatable = Some(Some(start));
                    }
                    None => {
                        self.made.push_str(r"\{");
                        self.at += 1;
                    }
                },
                '}' | ']' => {
                    self.literal(first);
                    self.at += 1;
                }
                '[' => self.class()?,
                '\\' => self.escape()?,
                _ => self.keep(first.len_utf8()),
            }
            self.repeatable = repeatable;
        }
        if self.groups > 0 { fault("missing closing )", self.pattern) } else { Ok(()) }
    }

    fn open(&mut self) -> Outcome {
        let rest = self.rest();
        self.groups += 1;
        let Some(special) = rest.strip_prefix("(?") else {
            self.names.push(None);
            self.keep(1);
            return Ok(());
        };
        if let Some(name) = special.strip_prefix("P<").or_else(|| special.strip_prefix('<')) {
            let Some((name, _)) = name.split_once('>') else {
                return fault("invalid named capture", rest);
            };
            let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
            if name.is_empty() || !name.chars().all(word) {
                let length = rest.len() - special.len() + special.find('>').unwrap_or_default() + 1;
                return fault("invalid named capture", &rest[..length]);
            }
            self.names.push(Some(name.to_owned()));
            self.made.push('(');
            self.at += rest.find('>').unwrap_or_default() + 1;
            return Ok(());
        }
        let end = special.find(|letter| !matches!(letter, 'i' | 'm' | 's' | 'U' | '-')).unwrap_or(special.len());
        let flags = &special[..end];
        if !special[end..].starts_with([':', ')']) || flags.matches('-').count() > 1 || flags.ends_with('-') {
            let bad = special[end..].chars().next().map_or(0, char::len_utf8);
            return match bad {
                0 => fault("missing closing )", self.pattern),
                _ => fault("invalid or unsupported Perl syntax", &rest[..2 + end + bad]),
            };
        }
        if special[end..].starts_with(')') {
            self.groups -= 1;
        }
        // An empty `(?)` is nothing at all.
        if flags.is_empty() && special[end..].starts_with(')') {
            self.at += end + 3;
        } else {
            self.keep(end + 3);
        }
        Ok(())
    }

    fn repetition(&mut self, length: usize) -> Outcome {
        let operator = &self.rest()[..length];
        let lazy = usize::from(self.rest()[length..].starts_with('?'));
        match self.repeatable {
            None => return fault("missing argument to repetition operator", &self.rest()[..length + lazy]),
            Some(Some(before)) => {
                return fault("invalid nested repetition operator", &self.pattern[before..self.at + length + lazy]);
            }
            Some(None) => {}
        }
        debug_assert!(!operator.is_empty());
        self.keep(length + lazy);
        Ok(())
    }

    /// An escape outside a class.
    fn escape(&mut self) -> Outcome {
        let rest = self.rest();
        let Some(letter) = rest[1..].chars().next() else {
            return fault("trailing backslash at end of expression", "");
        };
        match letter {
            'Q' => {
                let quoted = &rest[2..];
                let (text, skip) = quoted.split_once(r"\E").map_or((quoted, 0), |(text, _)| (text, 2));
                self.made.push_str(&regex::escape(text));
                self.at += 2 + text.len() + skip;
                return Ok(());
            }
            'b' => self.made.push_str(r"(?-u:\b)"),
            'B' => self.made.push_str(r"(?-u:\B)"),
            'A' | 'z' => {
                self.keep(2);
                return Ok(());
            }
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                self.made.push_str(perl_class(letter));
            }
            'p' | 'P' => return self.property(),
            _ => {
                let character = self.character()?;
                self.literal(character);
                return Ok(());
            }
        }
        self.at += 2;
        Ok(())
    }

    fn property(&mut self) -> Outcome {
        let rest = self.rest();
        let length = match rest[2..].chars().next() {
            Some('{') => rest.find('}').map(|end| end + 1),
            Some(letter) => Some(2 + letter.len_utf8()),
            None => None,
        };
        let Some(length) = length else {
            return fault("invalid character class range", rest);
        };
        self.keep(length);
        Ok(())
    }

    /// An escape that stands for one character.
    fn character(&mut self) -> Outcome<char> {
        let rest = self.rest();
        let letter = rest[1..].chars().next().unwrap_or('\\');
        let simple = match letter {
            'a' => Some('\u{7}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => Some(letter),
            _ => None,
        };
        if let Some(character) = simple {
            self.at += 2;
            return Ok(character);
        }
        let invalid = |length: usize| fault("invalid escape sequence", &rest[..length]);
        let digits = |text: &str, radix: u32, most: usize| {
            text.chars().take(most).take_while(|character| character.is_digit(radix)).count()
        };
        let (code, length) = match letter {
            '0'..='7' => {
                let count = digits(&rest[1..], 8, 3);
                if letter != '0' && count < 2 {
                    return invalid(2);
                }
                (u32::from_str_radix(&rest[1..=count], 8).ok(), 1 + count)
            }
            'x' if rest[2..].starts_with('{') => match rest.find('}') {
                Some(end) => (u32::from_str_radix(&rest[3..end], 16).ok(), end + 1),
                None => return invalid(rest.len()),
            },
            'x' if digits(&rest[2..], 16, 2) == 2 => (u32::from_str_radix(&rest[2..4], 16).ok(), 4),
            _ => return invalid(1 + letter.len_utf8()),
        };
        let Some(character) = code.and_then(char::from_u32) else { return invalid(length) };
        self.at += length;
        Ok(character)
    }

    fn class(&mut self) -> Outcome {
        let start = self.at;
        self.keep(1);
        if self.rest().starts_with('^') {
            self.keep(1);
        }
        let first = self.at;
        loop {
            let rest = self.rest();
            let Some(next) = rest.chars().next() else {
                return fault("missing closing ]", &self.pattern[start..]);
            };
            match next {
                ']' if self.at > first => {
                    self.keep(1);
                    return Ok(());
                }
                '[' if rest.starts_with("[:") && rest.contains(":]") => {
                    let end = rest.find(":]").unwrap_or_default() + 2;
                    let name = rest[2..end - 2].trim_start_matches('^');
                    if !ASCII_CLASSES.contains(&name) {
                        return fault("invalid character class range", &rest[..end]);
                    }
                    self.keep(end);
                }
                '\\' => match rest[1..].chars().next() {
                    Some(letter @ ('d' | 'D' | 's' | 'S' | 'w' | 'W')) => {
                        self.made.push_str(perl_class(letter));
                        self.at += 2;
                    }
                    Some('p' | 'P') => self.property()?,
                    Some(_) => self.range()?,
                    None => return fault("trailing backslash at end of expression", ""),
                },
                _ => self.range()?,
            }
        }
    }

    /// One character of a class, or a range.
    fn range(&mut self) -> Outcome {
        let start = self.at;
        let low = self.class_character()?;
        let rest = self.rest();
        if rest.starts_with('-') && rest.len() > 1 && !rest.starts_with("-]") {
            self.at += 1;
            let high = self.class_character()?;
            if high < low {
                return fault("invalid character class range", &self.pattern[start..self.at]);
            }
            self.code(low);
            self.made.push('-');
            self.code(high);
        } else {
            self.code(low);
        }
        Ok(())
    }

    fn class_character(&mut self) -> Outcome<char> {
        match self.rest().chars().next() {
            Some('\\') if self.rest().len() > 1 => self.character(),
            Some(character) => {
                self.at += character.len_utf8();
                Ok(character)
            }
            None => fault("missing closing ]", self.pattern),
        }
    }

    fn code(&mut self, character: char) {
        if character.is_ascii_alphanumeric() {
            self.made.push(character);
        } else {
            self.made.push_str(&format!(r"\x{{{:x}}}", u32::from(character)));
        }
    }
}

const ASCII_CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

const fn perl_class(letter: char) -> &'static str {
    match letter {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        's' => r"[\t\n\x{c}\r ]",
        'S' => r"[^\t\n\x{c}\r ]",
        'w' => "[0-9A-Za-z_]",
        _ => "[^0-9A-Za-z_]",
    }
}

/// A repetition in braces at the start of the text: its length, the least and the most.
fn counts(text: &str) -> Option<(usize, u32, Option<u32>)> {
    let inside = &text[1..text.find('}')?];
    let (least, most) = inside
        .split_once(',')
        .map_or((inside, Some(inside)), |(least, most)| (least, (!most.is_empty()).then_some(most)));
    let number = |digits: &str| {
        let valid = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| digits.parse().unwrap_or(u32::MAX))
    };
    let most = match most {
        Some(most) => Some(number(most)?),
        None => None,
    };
    Some((inside.len() + 2, number(least)?, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_go() {
        for (pattern, text, matches) in [
            (r"^\w+$", "é", false),
            (r"^[\w-]+$", "a-b", true),
            (r"a{,2}", "a{,2}", true),
            (r"[[]", "[", true),
            (r"[a&&b]", "&", true),
            (r"\Qa.b\E+", "a.bb", true),
            (r"\<", "<", true),
            (r"\101", "A", true),
            (r"[]a]", "]", true),
            (r"(?i)ABC", "abc", true),
            (r"\pL\p{Greek}", "aα", true),
            (r"^.$", "é", true),
            (r"[[:alpha:]]", "1", false),
        ] {
            let (translated, _) = translate(pattern).unwrap();
            let regex = regex::bytes::Regex::new(&translated).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(regex.is_match(text.as_bytes()), matches, "{pattern} on {text}");
        }
    }

    #[test]
    fn faults_are_those_of_go() {
        for (pattern, kind, part) in [
            ("(", "missing closing )", "("),
            (")", "unexpected )", ")"),
            ("*a", "missing argument to repetition operator", "*"),
            ("a**", "invalid nested repetition operator", "**"),
            ("[a", "missing closing ]", "[a"),
            (r"\1", "invalid escape sequence", r"\1"),
            ("a{1001}", "invalid repeat count", "{1001}"),
            ("(?=a)", "invalid or unsupported Perl syntax", "(?="),
            ("[b-a]", "invalid character class range", "b-a"),
            ("a\\", "trailing backslash at end of expression", ""),
        ] {
            let (got, at_fault) = translate(pattern).err().unwrap();
            assert_eq!((got.as_str(), at_fault.as_str()), (kind, part), "{pattern}");
        }
    }
}
