//! JSON text, 64 bytes at a time: what each byte is, and what may follow what, are bits of words, so that there is hardly a
//! branch for a token.
//!
//! Strings are found as in "Parsing Gigabytes of JSON per Second" (Langdale and Lemire); here the grammar is held against the
//! text in the same way. What is not usual, faults among it, is left to [`super::scan`], which goes token by token.

use wide::u8x16;

use super::scan::{self, Name, Open, State};

/// So many bytes are gone over together.
pub(super) const LENGTH: usize = 64;

/// Which bytes of a block these are.
#[derive(Default)]
struct Bytes {
    quote: u64,
    backslash: u64,
    comma: u64,
    colon: u64,
    /// Braces and brackets, and what must not stand outside of strings.
    bracket: u64,
    space: u64,
    /// Control characters.
    control: u64,
}

impl Bytes {
    #[inline(always)]
    fn of(block: &[u8; LENGTH]) -> Self {
        let &[a, b, c, d] = block.as_chunks::<16>().0 else { return Self::default() };
        let quarters @ [a, b, c, d] = [u8x16::new(a), u8x16::new(b), u8x16::new(c), u8x16::new(d)];
        let are = |byte: u8| bits(quarters, |quarter| quarter.simd_eq(u8x16::splat(byte)));
        let is_control = |part: u8x16| part.min(u8x16::splat(0x1f)).simd_eq(part);
        let control = match is_control(a.min(b).min(c.min(d))).any() {
            true => bits(quarters, is_control),
            false => 0,
        };
        // The four differ in three bits.
        let differ = b'{' ^ b'}' | b'{' ^ b'[';
        let bracket = |quarter: u8x16| (quarter | u8x16::splat(differ)).simd_eq(u8x16::splat(b'{' | differ));
        Self {
            quote: are(b'"'),
            backslash: are(b'\\'),
            comma: are(b','),
            colon: are(b':'),
            bracket: bits(quarters, bracket),
            space: are(b' '),
            control,
        }
    }
}

#[inline(always)]
fn bits([a, b, c, d]: [u8x16; 4], test: impl Fn(u8x16) -> u8x16) -> u64 {
    let bits = |quarter| u64::from(test(quarter).to_bitmask());
    bits(a) | bits(b) << 16 | bits(c) << 32 | bits(d) << 48
}

/// The first bits, so many; one at least.
#[inline(always)]
const fn first(count: usize) -> u64 {
    !0 >> (LENGTH - count)
}

/// The places in `bits`, in order.
fn places(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        place
    })
}

/// Goes over the block at the beginning of which `state` is due, in something that is open: as far as it goes, at least
/// a byte. `None` where it is not as most are; nothing has changed then.
#[inline(always)]
pub(super) fn pass<const NOTING: bool>(
    block: &[u8; LENGTH],
    state: &mut State,
    open: &mut Open,
    noted: &mut Noted<'_>,
) -> Option<usize> {
    let bytes = Bytes::of(block);
    let in_string = matches!(*state, State::InText | State::InName);
    if in_string && (bytes.quote | bytes.backslash | bytes.control) == 0 {
        return Some(LENGTH);
    }
    let mut tokens = Tokens::of(block, &bytes, in_string)?;
    let mut stack = Stack { open: open.outermost(), depth: open.depth() };
    let levels = Levels::of::<NOTING>(block, tokens.bracket, &mut stack, &mut tokens.length)?;
    let within = first(tokens.length);
    let Tokens { comma, colon, space, strings, begin, end, word, word_end, .. } = tokens;
    let Levels { objects, opening, .. } = levels;
    let closing = tokens.bracket & !opening;

    // What comes next behind these.
    let next = |behind: u64, due: State| {
        let next = behind << 1 | u64::from(*state == due);
        // The sum has a bit behind space that begins with one.
        if space == 0 { next } else { (next | space.wrapping_add(next & space)) & !space }
    };
    let name = next(comma & objects, State::Name);
    let first_member = next(opening & objects, State::FirstMember);
    let value = next(colon | comma & !objects, State::Value);
    let first_element = next(opening & !objects, State::FirstElement);
    let names = (name | first_member) & begin;
    let (behind_names, is_in_name) = strings.overflowing_add(names | u64::from(*state == State::InName));
    let name_end = behind_names & end;
    let after_name = next(name_end, State::AfterName);
    let after_value = next(end & !name_end | word_end | closing, State::AfterValue);
    let values = begin | word | opening;
    let wrong = name & !begin
        | first_member & !(begin | closing)
        | value & !values
        | first_element & !(values | closing)
        | after_name ^ colon
        | after_value & !(comma | closing);
    if wrong & within != 0 {
        return None;
    }

    if NOTING {
        noted.note(names & within, &levels, bytes.backslash & strings & !behind_names & within);
    }
    let last = (comma | colon | tokens.bracket | end | word_end) & within;
    if stack.depth == 0 {
        *state = State::AfterValue;
    } else if strings >> (LENGTH - 1) == 1 {
        *state = if is_in_name { State::InName } else { State::InText };
    } else if last != 0 {
        let last = last.ilog2() as usize;
        *state = BEHIND[block[last] as usize][((comma & objects | name_end) >> last & 1) as usize];
    }
    open.set_outermost(stack.open, stack.depth);
    Some(tokens.length)
}

/// Where the tokens of a block stand.
struct Tokens {
    /// How many of its bytes are dealt with.
    length: usize,
    /// From the quotation marks that begin strings to before those that end them.
    strings: u64,
    /// The quotation marks that begin strings, and those that end them.
    begin: u64,
    end: u64,
    space: u64,
    comma: u64,
    colon: u64,
    /// Braces and brackets.
    bracket: u64,
    /// The first letters of words and numbers, and the last ones.
    word: u64,
    word_end: u64,
}

impl Tokens {
    #[inline(always)]
    fn of(block: &[u8; LENGTH], bytes: &Bytes, in_string: bool) -> Option<Self> {
        let mut length = LENGTH;
        let mut quote = bytes.quote;
        if bytes.backslash != 0 {
            let escaped;
            (escaped, length) = escapes(block, bytes)?;
            quote &= !escaped & first(length);
        }
        let strings = prefix_xor(quote) ^ if in_string { !0 } else { 0 };
        let outside = !(strings | quote);
        let mut space = bytes.space & outside;
        if bytes.control != 0 {
            let mut outside = places(bytes.control & outside);
            let is_space = outside.all(|at| matches!(block[at], b'\t' | b'\n' | b'\r'));
            if bytes.control & strings & first(length) != 0 || !is_space {
                return None;
            }
            space |= bytes.control & !strings;
        }
        let (comma, colon, bracket) = (bytes.comma & outside, bytes.colon & outside, bytes.bracket & outside);
        let letters = outside & !(space | comma | colon | bracket);
        // A word or number that may go on is left to the next block.
        length = length.min(LENGTH - letters.leading_ones() as usize);
        if length == 0 {
            return None;
        }
        let (word, word_end) = (letters & !(letters << 1), letters & !(letters >> 1));
        let mut words = places(word & first(length));
        let are_words = words.all(|at| {
            let end = at + (letters >> at).trailing_ones() as usize;
            matches!(&block[at..end], b"true" | b"false" | b"null") || scan::number(block, at) == Ok(end)
        });
        let (begin, end) = (quote & strings, quote & !strings);
        are_words.then_some(Self { length, strings, begin, end, space, comma, colon, bracket, word, word_end })
    }
}

/// What is due behind the last byte of a token; and what is in an object, or behind a name.
const BEHIND: [[State; 2]; 256] = {
    let mut behind = [[State::AfterValue; 2]; 256];
    behind[b',' as usize] = [State::Value, State::Name];
    behind[b':' as usize] = [State::Value; 2];
    behind[b'{' as usize] = [State::FirstMember; 2];
    behind[b'[' as usize] = [State::FirstElement; 2];
    behind[b'"' as usize] = [State::AfterValue, State::AfterName];
    behind
};

/// Every bit, and those above it up to the next.
#[inline(always)]
const fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ bits << 32
}

/// What a backslash stands before, and how far the escapes are whole.
#[inline]
fn escapes(block: &[u8; LENGTH], bytes: &Bytes) -> Option<(u64, usize)> {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    // Subtracting tells how long each run of backslashes is, or at least whether that is odd.
    let backslash = bytes.backslash;
    let marked = ((backslash << 1 | ODD).wrapping_sub(backslash)) ^ ODD;
    let escaped = marked ^ backslash;
    let mut length = if marked & backslash & (1 << (LENGTH - 1)) == 0 { LENGTH } else { LENGTH - 1 };
    for at in places(escaped & !(bytes.quote | backslash)) {
        match block[at] {
            b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
            b'u' => match block.get(at + 1..at + 5) {
                Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => {}
                Some(_) => return None,
                None => length = length.min(at - 1),
            },
            _ => return None,
        }
    }
    (length > 0).then_some((escaped, length))
}

/// The objects and lists that are open, a bit for each, and how many there are.
struct Stack {
    open: u64,
    depth: usize,
}

/// What of a block stands how deep.
struct Levels {
    /// What stands in objects, with the marks that begin them.
    objects: u64,
    /// `{` and `[`.
    opening: u64,
    /// What stands in the outermost levels.
    outermost: [u64; Noted::LEVELS + 1],
}

impl Levels {
    #[inline(always)]
    fn of<const NOTING: bool>(block: &[u8; LENGTH], marks: u64, stack: &mut Stack, length: &mut usize) -> Option<Self> {
        let is_object = |stack: &Stack| stack.open >> (stack.depth - 1) & 1 == 1;
        let mut objects = if is_object(stack) { !0 } else { 0 };
        let mut opening = 0;
        // The last one stands for all levels below.
        let mut outermost = [0; Noted::LEVELS + 1];
        outermost[stack.depth.min(Noted::LEVELS + 1) - 1] = !0;
        for at in places(marks & first(*length)) {
            let here = !0u64 << at;
            if NOTING {
                outermost[stack.depth.min(Noted::LEVELS + 1) - 1] &= !here;
            }
            let byte = block[at];
            if byte == b'{' || byte == b'[' {
                opening |= 1 << at;
                if stack.depth == scan::OUTERMOST {
                    return None;
                }
                let bit = 1 << stack.depth;
                stack.open = if byte == b'{' { stack.open | bit } else { stack.open & !bit };
                stack.depth += 1;
            } else {
                if byte != if is_object(stack) { b'}' } else { b']' } {
                    return None;
                }
                stack.depth -= 1;
                if stack.depth == 0 {
                    *length = at + 1;
                    break;
                }
            }
            objects = if is_object(stack) { objects | here } else { objects & !here };
            if NOTING {
                outermost[stack.depth.min(Noted::LEVELS + 1) - 1] |= here;
            }
        }
        Some(Self { objects, opening, outermost })
    }
}

/// The names that are noted.
pub(super) struct Noted<'n> {
    /// Those of the outermost levels, so many.
    pub(super) levels: usize,
    /// Where the block begins.
    pub(super) base: usize,
    pub(super) names: &'n mut Vec<Name>,
    /// Whether one is written with escapes.
    pub(super) has_escapes: &'n mut bool,
}

impl Noted<'_> {
    /// The most levels.
    pub(super) const LEVELS: usize = 3;

    #[inline(always)]
    fn note(&mut self, names: u64, levels: &Levels, escapes_in_names: u64) {
        *self.has_escapes |= escapes_in_names != 0;
        let outermost = levels.outermost[..self.levels].iter().fold(0, |all, level| all | level);
        for at in places(names & outermost) {
            let depth = 1 + levels.outermost.iter().take_while(|level| **level >> at & 1 == 0).count();
            self.names.push(Name { at: (self.base + at) as u32, depth: depth as u8 });
        }
    }
}
