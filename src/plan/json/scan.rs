//! JSON text as it comes in pieces: where values end, whether they are JSON, and where the names in them stand.
//!
//! Grammar of RFC 8259. That text is UTF-8 is looked after elsewhere.

use std::borrow::Cow;

use super::block::{self, Noted};

/// Why a value does not end in the text at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text ends before it does.
    More,
    /// What stands there is not JSON.
    Bad(usize),
}

/// A name in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Where it begins.
    pub(super) at: u32,
    /// How many objects and lists it stands in.
    pub(super) depth: u8,
}

/// Goes over a value that may be longer than the text at hand.
#[derive(Debug, Default)]
pub(super) struct Scan {
    open: Open,
    state: State,
    /// Of how many of the outermost levels names are noted.
    levels: usize,
    /// The names in the outermost levels, in order.
    pub(super) names: Vec<Name>,
    /// Whether a name is written with escapes.
    pub(super) has_escapes: bool,
}

/// What is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Value,
    /// The rest of a string that is a value.
    InText,
    /// The rest of a name.
    InName,
    AfterName,
    AfterValue,
    FirstMember,
    Name,
    FirstElement,
}

/// The objects and lists that are open, a bit for each: text of nothing but brackets takes no more memory than itself.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// So many of the outermost.
    outermost: u64,
    others: Vec<u64>,
    depth: usize,
}

/// How many are the outermost.
pub(super) const OUTERMOST: usize = 64;

impl Open {
    pub(super) const fn outermost(&self) -> u64 {
        self.outermost
    }

    pub(super) const fn depth(&self) -> usize {
        self.depth
    }

    /// Of the outermost these are open, and no others.
    pub(super) const fn set_outermost(&mut self, open: u64, depth: usize) {
        (self.outermost, self.depth) = (open, depth);
    }

    fn push(&mut self, is_object: bool) {
        let (word, bit) = (self.depth / 64, self.depth % 64);
        if word > self.others.len() {
            self.others.push(0);
        }
        let word = if word == 0 { &mut self.outermost } else { &mut self.others[word - 1] };
        *word = *word & !(1 << bit) | u64::from(is_object) << bit;
        self.depth += 1;
    }

    fn is_object(&self) -> bool {
        let Some(last) = self.depth.checked_sub(1) else { return false };
        let word = if last < OUTERMOST { self.outermost } else { self.others[last / 64 - 1] };
        word >> (last % 64) & 1 == 1
    }
}

impl Scan {
    /// Begins with another value, noting the names in so many of its outermost levels, at most three.
    pub(super) fn begin(&mut self, levels: usize) {
        self.state = State::Value;
        self.open.depth = 0;
        self.levels = levels;
        self.names.clear();
        self.has_escapes = false;
    }

    /// Goes on in `text` from `at`: to behind the value, or as far as the text at hand tells (then what is behind it is to be
    /// given again, with more).
    ///
    /// # Errors
    /// Where what stands there is not JSON.
    pub(super) fn run(&mut self, text: &[u8], mut at: usize) -> Result<Result<usize, usize>, usize> {
        loop {
            at = self.blocks(text, at);
            let step = match self.state {
                State::AfterValue if self.open.depth == 0 => return Ok(Ok(at)),
                State::InText | State::InName => {
                    let is_name = self.state == State::InName;
                    let (behind, ended) = rest_of_string(text, at);
                    self.has_escapes |= is_name && text[at..behind].contains(&b'\\');
                    match ended {
                        Ok(true) => {
                            at = behind;
                            self.state = if is_name { State::AfterName } else { State::AfterValue };
                            continue;
                        }
                        Ok(false) => return Ok(Err(behind)),
                        Err(bad) => return Err(bad),
                    }
                }
                state => {
                    at = space(text, at);
                    self.step(state, text, at)
                }
            };
            match step {
                Ok(next) => at = next,
                Err(Stop::More) => return Ok(Err(at)),
                Err(Stop::Bad(bad)) => return Err(bad),
            }
        }
    }

    /// Goes over blocks, as long as they are whole and as most are.
    fn blocks(&mut self, text: &[u8], mut at: usize) -> usize {
        let mut state = self.state;
        while (1..OUTERMOST).contains(&self.open.depth)
            && let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk)
        {
            let (names, has_escapes) = (&mut self.names, &mut self.has_escapes);
            let mut noted = Noted { levels: self.levels, base: at, names, has_escapes };
            let passed = match self.levels {
                0 => block::pass::<false>(block, &mut state, &mut self.open, &mut noted),
                _ => block::pass::<true>(block, &mut state, &mut self.open, &mut noted),
            };
            match passed {
                Some(length) => at += length,
                None => break,
            }
        }
        self.state = state;
        at
    }

    /// A token outside strings.
    fn step(&mut self, state: State, text: &[u8], at: usize) -> Result<usize, Stop> {
        let byte = *text.get(at).ok_or(Stop::More)?;
        let closes = if self.open.is_object() { b'}' } else { b']' };
        self.state = match (state, byte) {
            (State::Value | State::FirstElement, b'"') => State::InText,
            (State::Value | State::FirstElement, b'{') => {
                self.open.push(true);
                State::FirstMember
            }
            (State::Value | State::FirstElement, b'[') => {
                self.open.push(false);
                State::FirstElement
            }
            (State::FirstElement, b']') | (State::FirstMember, b'}') => {
                self.open.depth -= 1;
                State::AfterValue
            }
            (State::Value | State::FirstElement, _) => {
                let behind = scalar(text, at)?;
                self.state = State::AfterValue;
                return Ok(behind);
            }
            (State::FirstMember | State::Name, b'"') => {
                if self.open.depth <= self.levels {
                    self.names.push(Name { at: at as u32, depth: self.open.depth as u8 });
                }
                State::InName
            }
            (State::AfterName, b':') => State::Value,
            (State::AfterValue, b',') if self.open.is_object() => State::Name,
            (State::AfterValue, b',') => State::Value,
            (State::AfterValue, _) if byte == closes => {
                self.open.depth -= 1;
                State::AfterValue
            }
            (State::FirstMember | State::Name | State::AfterName | State::AfterValue, _)
            | (State::InText | State::InName, _) => return Err(Stop::Bad(at)),
        };
        Ok(at + 1)
    }
}

/// Behind the string, word or number that begins at `at`, if it is one that is at hand, and without escapes.
#[inline]
fn usual_value(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' => usual_string(text, at),
        b't' | b'f' | b'n' | b'0'..=b'9' => scalar(text, at).ok(),
        _ => None,
    }
}

#[inline]
fn usual_string(text: &[u8], at: usize) -> Option<usize> {
    if text.get(at) != Some(&b'"') {
        return None;
    }
    let end = plain(text, at + 1);
    (text.get(end) == Some(&b'"')).then_some(end + 1)
}

/// The end of the value that begins at `at`, or after space.
pub(super) fn value(text: &[u8], at: usize) -> Result<usize, Stop> {
    if let Some(end) = usual_value(text, at) {
        return Ok(end);
    }
    match Scan::default().run(text, at) {
        Ok(Ok(end)) => Ok(end),
        Ok(Err(_)) => Err(Stop::More),
        Err(bad) => Err(Stop::Bad(bad)),
    }
}

/// What stands between the quotation marks of the string that begins at `at`, and its end.
pub(super) fn string(text: &[u8], at: usize) -> Result<(Cow<'_, [u8]>, usize), Stop> {
    let start = punctuation(text, at, b'"')?;
    let end = plain(text, start);
    if text.get(end) == Some(&b'"') {
        return Ok((Cow::Borrowed(&text[start..end]), end + 1));
    }
    match rest_of_string(text, end) {
        (behind, Ok(true)) => {
            let decoded: String = serde_json::from_slice(&text[start - 1..behind]).map_err(|_| Stop::Bad(at))?;
            Ok((Cow::Owned(decoded.into_bytes()), behind))
        }
        (_, Ok(false)) => Err(Stop::More),
        (_, Err(bad)) => Err(Stop::Bad(bad)),
    }
}

/// Behind this byte, which must come next after space.
pub(super) fn punctuation(text: &[u8], at: usize, byte: u8) -> Result<usize, Stop> {
    let at = space(text, at);
    match text.get(at) {
        Some(&found) if found == byte => Ok(at + 1),
        Some(_) => Err(Stop::Bad(at)),
        None => Err(Stop::More),
    }
}

/// Behind the space at `at`.
#[inline]
pub(super) fn space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// Whether the string ends in the text, and where; or how far it certainly goes.
#[inline]
fn rest_of_string(text: &[u8], mut at: usize) -> (usize, Result<bool, usize>) {
    loop {
        at = plain(text, at);
        match text.get(at) {
            None => return (at, Ok(false)),
            Some(b'"') => return (at + 1, Ok(true)),
            Some(b'\\') if let Some(b'"' | b'\\' | b'/' | b'n') = text.get(at + 1) => at += 2,
            Some(b'\\') => match escape(text, at) {
                Ok(behind) => at = behind,
                Err(Stop::More) => return (at, Ok(false)),
                Err(Stop::Bad(bad)) => return (at, Err(bad)),
            },
            Some(_) => return (at, Err(at)),
        }
    }
}

/// Behind the letters at `at` that mean themselves: up to a quotation mark, a backslash, or a control character.
#[inline]
fn plain(text: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    while let Some(eight) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*eight);
        // The lowest byte that is marked is rightly so: what is borrowed goes upwards.
        let zero_in = |word: u64| word.wrapping_sub(ONES) & !word;
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let has = |byte: u8| zero_in(word ^ (ONES * u64::from(byte)));
        let special = (has(b'"') | has(b'\\') | control) & HIGH;
        if special != 0 {
            return at + special.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while text.get(at).is_some_and(|&byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        at += 1;
    }
    at
}

fn escape(text: &[u8], at: usize) -> Result<usize, Stop> {
    match text.get(at + 1) {
        None => Err(Stop::More),
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => {
            let digits = text[at + 2..].iter().take(4);
            match digits.clone().position(|digit| !digit.is_ascii_hexdigit()) {
                Some(bad) => Err(Stop::Bad(at + 2 + bad)),
                None if digits.count() < 4 => Err(Stop::More),
                None => Ok(at + 6),
            }
        }
        Some(_) => Err(Stop::Bad(at + 1)),
    }
}

/// Behind the word or number at `at`. A number ends only where something follows it.
fn scalar(text: &[u8], at: usize) -> Result<usize, Stop> {
    let word = match text[at] {
        b't' => "true",
        b'f' => "false",
        b'n' => "null",
        _ => return number(text, at),
    };
    let differs = word.bytes().zip(&text[at..]).position(|(expected, &found)| expected != found);
    match differs {
        Some(bad) => Err(Stop::Bad(at + bad)),
        None if text.len() - at < word.len() => Err(Stop::More),
        None => Ok(at + word.len()),
    }
}

pub(super) fn number(text: &[u8], at: usize) -> Result<usize, Stop> {
    let digits = |at: usize| -> Result<usize, Stop> {
        let count = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        match text.get(at + count) {
            None => Err(Stop::More),
            Some(_) if count == 0 => Err(Stop::Bad(at)),
            Some(_) => Ok(at + count),
        }
    };
    let first = at + usize::from(text[at] == b'-');
    let mut at = digits(first)?;
    if text[first] == b'0' && at > first + 1 {
        return Err(Stop::Bad(first + 1));
    }
    if text[at] == b'.' {
        at = digits(at + 1)?;
    }
    if matches!(text[at], b'e' | b'E') {
        let signed = matches!(text.get(at + 1), Some(b'+' | b'-'));
        at = digits(at + 1 + usize::from(signed))?;
    }
    Ok(at)
}
