//! Text in the picture: how wide it may be in any font, cut to what fits, and escaped.

use super::super::line;

/// Which letters: proportional, or of one width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Sans,
    Bold,
    Mono,
}

/// How wide a text is at most at a size, in pixels.
///
/// Nobody knows which font draws it: letters are as wide as in the widest of those that are asked for (DejaVu Sans).
pub(super) fn width(text: &str, size: i32, face: Face) -> i32 {
    let thousandths: i32 = text.chars().map(|letter| advance(letter, face)).sum();
    (thousandths * size + 999) / 1000
}

/// The width of a letter in thousandths of its size.
fn advance(letter: char, face: Face) -> i32 {
    let plain = match letter {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0,
        // East Asian letters, and pictures.
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 1050,
        '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f000}'.. => 1300,
        _ if face == Face::Mono => 610,
        'i' | 'j' | 'l' | 'I' | '\'' | '|' => 300,
        ' ' | '.' | ',' | ':' | ';' | '/' | '-' | '(' | ')' | '[' | ']' | 'f' | 't' | 'r' | '!' => 400,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '→' => 990,
        'a'..='z' | '0'..='9' => 640,
        'A'..='Z' => 740,
        letter if letter.is_ascii() => 680,
        _ => 850,
    };
    if face == Face::Bold { plain * 108 / 100 } else { plain }
}

/// A text on one line, cut where it is wider than so many pixels.
pub(super) fn fit(text: &str, size: i32, face: Face, pixels: i32) -> String {
    let text = line(text);
    let text = text.trim();
    if width(text, size, face) <= pixels {
        return text.to_owned();
    }
    let room = pixels - width("…", size, face);
    let mut cut = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += advance(letter, face);
        if (used * size + 999) / 1000 > room {
            break;
        }
        cut.push(letter);
    }
    if cut.is_empty() { String::new() } else { format!("{}…", cut.trim_end()) }
}

/// A text as XML holds it.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in line(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
