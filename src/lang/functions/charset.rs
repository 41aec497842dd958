//! Character encodings: `data/charsets.json` lists those that Terraform has, with what each byte means in those that have
//! one for each character (`data/record_charsets.py` records it). The others are those of the "Encoding Standard"
//! (whatwg.org), save HZ (RFC 1843).

use std::collections::HashMap;
use std::sync::LazyLock;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS};
use serde::Deserialize;

/// A character encoding.
pub(super) struct Charset {
    name: &'static str,
    form: Form,
}

/// How an encoding stores characters.
enum Form {
    Utf8,
    /// With a byte-order mark.
    Utf16,
    Utf16Be,
    Utf16Le,
    /// A byte for each character.
    Bytes(ByBytes),
    /// As the "Encoding Standard" has it.
    Standard(&'static Encoding),
    Hz,
}

struct ByBytes {
    characters: Vec<char>,
    bytes: HashMap<char, u8>,
}

#[derive(Deserialize)]
struct Recorded {
    name: &'static str,
    aliases: Vec<&'static str>,
    characters: Option<String>,
}

/// In the place of what is not defined.
const UNDEFINED: char = '\u{fffd}';

static CHARSETS: LazyLock<HashMap<String, &'static Recorded>> = LazyLock::new(|| {
    let recorded: Vec<Recorded> = serde_json::from_str(include_str!("../../../data/charsets.json")).unwrap_or_default();
    let mut named = HashMap::new();
    for charset in Box::leak(recorded.into_boxed_slice()) {
        named.extend(charset.aliases.iter().map(|alias| ((*alias).to_owned(), &*charset)));
        named.insert(charset.name.to_ascii_lowercase(), &*charset);
    }
    named
});

impl Charset {
    /// The encoding of a name, in whatever case and between whatever blanks.
    pub(super) fn find(name: &str) -> Option<Self> {
        let recorded = CHARSETS.get(&name.trim().to_lowercase())?;
        let form = match (recorded.name, &recorded.characters) {
            (_, Some(characters)) => Form::Bytes(ByBytes::new(characters)),
            ("UTF-8", None) => Form::Utf8,
            ("UTF-16", None) => Form::Utf16,
            ("UTF-16BE", None) => Form::Utf16Be,
            ("UTF-16LE", None) => Form::Utf16Le,
            ("HZ-GB-2312", None) => Form::Hz,
            ("Shift_JIS", None) => Form::Standard(SHIFT_JIS),
            ("Extended_UNIX_Code_Packed_Format_for_Japanese", None) => Form::Standard(EUC_JP),
            ("ISO-2022-JP", None) => Form::Standard(ISO_2022_JP),
            ("EUC-KR", None) => Form::Standard(EUC_KR),
            ("GBK", None) => Form::Standard(GBK),
            ("GB18030", None) => Form::Standard(GB18030),
            ("Big5", None) => Form::Standard(BIG5),
            (_, None) => return None,
        };
        Some(Self { name: recorded.name, form })
    }

    /// The name as the registry "Character Sets" (iana.org) has it.
    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    /// The bytes of a text, if the encoding has all its characters.
    pub(super) fn encode(&self, text: &str) -> Option<Vec<u8>> {
        match &self.form {
            Form::Utf8 => Some(text.as_bytes().to_vec()),
            Form::Utf16 => {
                let units = std::iter::once(0xfeff).chain(text.encode_utf16());
                Some(units.flat_map(u16::to_be_bytes).collect())
            }
            Form::Utf16Be => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Form::Utf16Le => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Form::Bytes(table) => text.chars().map(|character| table.bytes.get(&character).copied()).collect(),
            Form::Standard(encoding) => encode_standard(encoding, text),
            Form::Hz => encode_hz(text),
        }
    }

    /// The text of bytes, if all of them mean something.
    pub(super) fn decode(&self, bytes: &[u8]) -> Option<String> {
        let decoded = match &self.form {
            Form::Utf8 => String::from_utf8(bytes.to_vec()).ok()?,
            Form::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
                [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
                _ => utf16(bytes, u16::from_be_bytes)?,
            },
            Form::Utf16Be => utf16(bytes, u16::from_be_bytes)?,
            Form::Utf16Le => utf16(bytes, u16::from_le_bytes)?,
            Form::Bytes(table) => {
                bytes.iter().map(|byte| table.characters.get(usize::from(*byte))).collect::<Option<_>>()?
            }
            Form::Standard(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned()
            }
            Form::Hz => decode_hz(bytes)?,
        };
        let refused = matches!(self.form, Form::Standard(_)) && decoded.contains(is_private);
        (!decoded.contains(UNDEFINED) && !refused).then_some(decoded)
    }
}

/// Characters for private use: where the "Encoding Standard" has some in an encoding, Go has none.
fn is_private(character: char) -> bool {
    ('\u{e000}'..='\u{f8ff}').contains(&character)
}

fn encode_standard(encoding: &'static Encoding, text: &str) -> Option<Vec<u8>> {
    // For these the "Encoding Standard" has what looks the same.
    let replaced: &[char] = match encoding {
        it if it == SHIFT_JIS || it == EUC_JP => &['\u{a5}', '\u{203e}'],
        it if it == ISO_2022_JP => &['\u{a5}', '\u{203e}', '\u{2212}'],
        _ => &[],
    };
    if text.contains(is_private) || text.contains(replaced) {
        return None;
    }
    let (bytes, _, unmappable) = encoding.encode(text);
    if !unmappable {
        return Some(bytes.into_owned());
    }
    let only_decoded = match encoding {
        it if it == BIG5 => &*BIG5_ONLY_DECODED,
        it if it == EUC_JP => &*EUC_JP_ONLY_DECODED,
        _ => return None,
    };
    let mut encoded = Vec::with_capacity(text.len());
    let mut character_bytes = [0; 4];
    for character in text.chars() {
        let (bytes, _, unmappable) = encoding.encode(character.encode_utf8(&mut character_bytes));
        encoded.extend_from_slice(if unmappable { only_decoded.get(&character)? } else { &bytes });
    }
    Some(encoded)
}

/// What the "Encoding Standard" decodes and does not encode: the supplementary characters of Hong Kong.
static BIG5_ONLY_DECODED: LazyLock<HashMap<char, Vec<u8>>> = LazyLock::new(|| {
    decoded_from(BIG5, (0x81..=0xa0).flat_map(|lead| (0x40..=0xfe).map(move |trail| vec![lead, trail])))
});

/// The supplementary kanji (JIS X 0212).
static EUC_JP_ONLY_DECODED: LazyLock<HashMap<char, Vec<u8>>> = LazyLock::new(|| {
    decoded_from(EUC_JP, (0xa1..=0xfe).flat_map(|row| (0xa1..=0xfe).map(move |cell| vec![0x8f, row, cell])))
});

/// The single characters that these bytes mean, with the first ones that mean them.
fn decoded_from(encoding: &'static Encoding, all: impl Iterator<Item = Vec<u8>>) -> HashMap<char, Vec<u8>> {
    let mut found = HashMap::new();
    for bytes in all {
        let decoded = encoding.decode_without_bom_handling_and_without_replacement(&bytes);
        let mut characters = decoded.iter().flat_map(|decoded| decoded.chars());
        if let (Some(only), None) = (characters.next(), characters.next()) {
            found.entry(only).or_insert(bytes);
        }
    }
    found
}

impl ByBytes {
    fn new(characters: &str) -> Self {
        let characters: Vec<char> = characters.chars().collect();
        let defined = (0..=u8::MAX).zip(&characters).filter(|(_, character)| **character != UNDEFINED);
        let bytes = defined.map(|(byte, character)| (*character, byte)).collect();
        Self { characters, bytes }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let units: Vec<u16> = pairs.map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok()
}

/// ASCII, and between `~{` and `~}` the characters of GB 2312 in two bytes of seven bits.
fn encode_hz(text: &str) -> Option<Vec<u8>> {
    let (mut encoded, mut wide) = (Vec::with_capacity(text.len()), false);
    let mut character_bytes = [0; 4];
    for character in text.chars() {
        // The sign of the escapes is written so in both states.
        if wide == character.is_ascii() && character != '~' {
            encoded.extend_from_slice(if wide { b"~}" } else { b"~{" });
            wide = !wide;
        }
        if character == '~' {
            encoded.extend_from_slice(b"~~");
        } else if character.is_ascii() {
            encoded.push(character as u8);
        } else {
            let (bytes, _, unmappable) = GB18030.encode(character.encode_utf8(&mut character_bytes));
            match (&*bytes, unmappable) {
                _ if is_private(character) => return None,
                ([first @ 0xa1..=0xfd, second @ 0xa1..=0xff], false) => encoded.extend([first & 0x7f, second & 0x7f]),
                _ => return None,
            }
        }
    }
    Some(encoded)
}

fn decode_hz(bytes: &[u8]) -> Option<String> {
    let (mut decoded, mut wide) = (String::new(), false);
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return Some(decoded),
            [0x80..=0xff, ..] | [b'~'] => return None,
            [b'~', b'{', rest @ ..] => {
                wide = true;
                rest
            }
            [b'~', b'}', rest @ ..] => {
                wide = false;
                rest
            }
            [b'~', b'\n', rest @ ..] => rest,
            [b'~', b'~', rest @ ..] => {
                decoded.push('~');
                rest
            }
            [b'~', ..] => return None,
            [byte, rest @ ..] if !wide => {
                decoded.push(char::from(*byte));
                rest
            }
            [first @ 0x21..=0x7d, second @ 0x21..=0x7e, rest @ ..] => {
                decoded.push_str(
                    &GBK.decode_without_bom_handling_and_without_replacement(&[first | 0x80, second | 0x80])?,
                );
                rest
            }
            _ => return None,
        };
    }
}
