//! What is JSON and where it ends, beside `serde_json`; and that going over blocks comes to the same as going token by token.

use std::path::Path;

use proptest::prelude::*;

use super::scan::{Name, Scan, Stop, value};

const TEXTS: &[&str] = &[
    r#"{"a": [1, -2.5e+3, 0, 0.10, "x\"\\\u00e9é", true, false, null, {}, []], "b\n": {"c": [[[]]]}}"#,
    r#""long enough for several words of eight bytes \\ and more""#,
    "[ ]",
    "{ }",
    "[1,]",
    "{\"a\":1,}",
    "{\"a\" 1}",
    "{a:1}",
    "[01]",
    "[1.]",
    "[.5]",
    "[-]",
    "[1e]",
    "[1 2]",
    "[\"a\tb\"]",
    "[\"\\x\"]",
    "[\"\\u12g4\"]",
    "[nul]",
    "[truth]",
    "[}",
    "{\"a\":1]",
    "]",
];

/// What texts are spoilt with: all that means something, and what looks like it.
const BITS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    " ",
    "\n",
    "\t",
    "\r",
    "\0",
    "\u{1f}",
    "\u{7f}",
    "0",
    "1",
    "-",
    ".",
    "e",
    "E",
    "+",
    "true",
    "false",
    "null",
    "tru",
    "nul",
    "\\u00e9",
    "\\u12",
    "\\ud800",
    "\\n",
    "\\x",
    "\\\\",
    "\\\\\"",
    "\"\"",
    "{}",
    "[]",
    "[[",
    "\"a\":1,",
    ",\"b\"",
    "          ",
    "é",
    "y",
    "_",
    "Y",
    "<",
    ".5",
    "01",
    "1e5",
    "-0",
    "-0.0e+1",
    "123456789012345678901234567890123456789012345678901234567890123456789012345",
    "\\\\\\\\\\\\\\\\\\\\",
    "\\t\\/",
];

type Outcome = (Result<usize, Stop>, Vec<Name>, bool);

/// Goes over a text that comes in pieces.
fn run(text: &[u8], cuts: impl IntoIterator<Item = usize>) -> Outcome {
    let mut scan = Scan::default();
    scan.begin(3);
    let mut at = 0;
    for cut in cuts.into_iter().chain([text.len()]) {
        match scan.run(&text[..cut], at) {
            Ok(Ok(end)) => return (Ok(end), scan.names, scan.has_escapes),
            Ok(Err(to)) => at = to,
            Err(bad) => return (Err(Stop::Bad(bad)), Vec::new(), false),
        }
    }
    (Err(Stop::More), Vec::new(), false)
}

/// Where less than a block is at hand, it is gone over token by token.
fn token_by_token(text: &[u8]) -> Outcome {
    run(text, (0..text.len()).step_by(8))
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

fn check(text: &[u8], cuts: [usize; 2]) {
    let shown = String::from_utf8_lossy(text);
    let found = run(text, []);
    let is_whole = found.0.is_ok_and(|end| text[end..].iter().all(u8::is_ascii_whitespace));
    assert_eq!(is_whole, is_json(text), "{shown}");
    assert_eq!(found, token_by_token(text), "{shown}");
    assert_eq!(found, run(text, cuts), "{shown} cut at {cuts:?}");
}

#[test]
fn what_serde_json_takes_is_taken_and_nothing_else() {
    for text in TEXTS {
        let ours = value(format!("{text} ").as_bytes(), 0).is_ok();
        assert_eq!(ours, is_json(text.as_bytes()), "{text}");
        for deep in [1, 63, 64, 65, 130] {
            let text = format!("{}{text}{} ", "[".repeat(deep), "]".repeat(deep));
            check(text.as_bytes(), [deep, deep + 1]);
        }
    }
}

#[test]
fn it_is_the_same_wherever_the_text_is_cut() {
    for text in TEXTS.iter().map(|text| format!("{text} ")) {
        for first in 0..text.len() {
            check(text.as_bytes(), [first, first + (text.len() - first) / 2]);
        }
    }
}

#[test]
fn names_are_noted_in_the_outermost_levels() {
    let text = br#" {"a": 1, "b": [ {"c": {"d": {}}} , 3 ], "e": {"f\u0062": {"g": {"h": 1}}}}"#;
    let (end, names, has_escapes) = run(text, []);
    let found: Vec<_> = names.iter().map(|name| (&text[name.at as usize..][..3], name.depth)).collect();
    let expected: [(&[u8], u8); 6] =
        [(b"\"a\"", 1), (b"\"b\"", 1), (b"\"c\"", 3), (b"\"e\"", 1), (b"\"f\\", 2), (b"\"g\"", 3)];
    assert_eq!((end, has_escapes), (Ok(text.len()), true));
    assert_eq!(found, expected);
}

/// Objects and lists of real plans, not too long.
fn values_of_plans() -> Vec<Vec<u8>> {
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let read = |path: &str| std::fs::read(plans.join(path)).unwrap();
    let mut values = Vec::new();
    for text in ["odd_keys/plan.json", "service/plan.json", "sensitive/plan.json", "odd_keys/tfstate.json"].map(read) {
        for at in (0..text.len()).filter(|&at| matches!(text[at], b'{' | b'[')) {
            let end = value(&text, at).unwrap_or(at);
            values.extend((40..4000).contains(&(end - at)).then(|| text[at..end].to_vec()));
        }
    }
    assert!(values.len() > 500);
    values
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn spoilt_values_of_plans_are_judged_as_serde_json_does(
        which in any::<prop::sample::Index>(),
        spaces in 0..5_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..70_usize, prop::sample::select(BITS)), 0..4),
        cuts in any::<[prop::sample::Index; 2]>(),
    ) {
        thread_local!(static VALUES: Vec<Vec<u8>> = values_of_plans());
        let mut text = VALUES.with(|values| which.get(values).clone());
        for (at, length, bit) in changes {
            let at = at.index(text.len() + 1);
            // Put in, put in place of something, or copied from further on.
            let end = text.len().min(at + length);
            let new = if length > 20 { text[at..end].to_vec() } else { bit.as_bytes().to_vec() };
            let gone = if length % 2 == 0 { at } else { text.len().min(at + length % 5) };
            text.splice(at..gone, new);
        }
        text.splice(0..0, vec![b' '; spaces]);
        text.push(b'\n');
        let mut cuts = cuts.map(|cut| cut.index(text.len()));
        cuts.sort_unstable();
        check(&text, cuts);
    }
}
