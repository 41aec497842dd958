//! Hostile input: limits are reported, nothing overflows, and time is linear. Test threads have 2 MiB of stack.

use std::time::{Duration, Instant};

use terravet::syntax::{MAX_CHAIN, MAX_DEPTH, MAX_PROBLEMS};

use crate::{messages, parse, parse_json};

const MANY: usize = 100_000;

/// The text is refused for its depth and for nothing else.
#[track_caller]
fn too_deep(text: String) {
    let start = Instant::now();
    let (_, problems) = parse(&text);
    assert_eq!(messages(&problems)[0], "This is nested too deeply", "{}…", &text[..40.min(text.len())]);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn nesting_is_read_up_to_the_limit_and_refused_beyond() {
    let pairs = [
        ("(", "1", ")"),
        ("[", "", "]"),
        ("{ a = ", "1", " }"),
        ("f(", "", ")"),
        ("b[", "0", "]"),
        ("\"${", "b", "}\""),
        ("[for x in y : ", "x", "]"),
        ("{ for x in y : x => ", "x", " }"),
        ("!", "b", ""),
        ("-", "1", ""),
        ("b ? ", "1", " : 2"),
        ("1 + (", "1", ")"),
        ("b[*].c(".trim_end_matches('('), "", ""),
    ];
    for (open, middle, close) in pairs {
        if close.is_empty() && middle.is_empty() {
            continue;
        }
        let nested = |depth: usize| format!("a = {}{middle}{}\n", open.repeat(depth), close.repeat(depth));
        let (_, problems) = parse(nested(MAX_DEPTH - 2));
        assert!(problems.is_empty(), "{open}: {:?}", problems[0]);
        too_deep(nested(MANY));
        too_deep(format!("a = {}\n", open.repeat(MANY)));
    }
}

#[test]
fn a_million_brackets_of_each_sort_are_refused() {
    for open in ["(", "[", "{", "\"${", "{a=", "f(", "!", "-", "b[", "%{ if x }", "<<A\n${"] {
        too_deep(format!(
            "a = {}\n",
            if open.starts_with('%') { format!("\"{}", open.repeat(1_000_000)) } else { open.repeat(1_000_000) }
        ));
    }
}

#[test]
fn directives_nest_up_to_the_limit() {
    let nested = |depth: usize| format!("a = \"{}{}\"\n", "%{ if b }".repeat(depth), "%{ endif }".repeat(depth));
    assert!(parse(nested(MAX_DEPTH - 2)).1.is_empty());
    too_deep(nested(MANY));
}

#[test]
fn splats_in_a_row_nest() {
    let splats = |count: usize| format!("a = b{}\n", "[*]".repeat(count));
    assert!(parse(splats(MAX_DEPTH - 2)).1.is_empty());
    too_deep(splats(MANY));
}

#[test]
fn blocks_nest_up_to_the_limit() {
    let nested = |depth: usize, close: usize| format!("{}{}", "b {\n".repeat(depth), "}\n".repeat(close));
    assert!(parse(nested(MAX_DEPTH, MAX_DEPTH)).1.is_empty());
    too_deep(nested(MANY, MANY));
    too_deep(nested(MANY, 0));
}

#[test]
fn chains_are_read_up_to_the_limit() {
    for (first, step) in [("1", " + 1"), ("b", ".c"), ("b", "[0]"), ("b.*", ".c"), ("b", " || c == d")] {
        let chain = |count: usize| format!("a = {first}{}\n", step.repeat(count));
        assert!(parse(chain(MAX_CHAIN / 2)).1.is_empty(), "{step}");
        assert_eq!(messages(&parse(chain(MANY)).1), ["This expression is too long"], "{step}");
    }
    let else_if = |count: usize| format!("a = {}2\n", "b ? 1 : ".repeat(count));
    assert!(parse(else_if(MAX_CHAIN)).1.is_empty());
    assert_eq!(messages(&parse(else_if(MANY)).1), ["This expression is too long"]);
}

#[test]
fn errors_are_reported_up_to_a_number() {
    let (_, problems) = parse("a = \n".repeat(MANY));
    assert_eq!(problems.len(), MAX_PROBLEMS);
    let (_, problems) = parse_json(format!("[{}]", "x,".repeat(MANY)));
    assert_eq!(problems.len(), MAX_PROBLEMS);
}

/// Reads the text within a time that only linear work keeps (a debug build on a busy machine).
#[track_caller]
fn fast(name: &str, text: String) {
    let start = Instant::now();
    let (_, problems) = parse(&text);
    let elapsed = start.elapsed();
    let allowed = Duration::from_secs(5) + Duration::from_micros(text.len() as u64 * 4);
    assert!(elapsed < allowed, "{name}: {elapsed:?}, {} problems", problems.len());
}

#[test]
fn time_is_linear_also_in_recovery() {
    fast("unbalanced blocks", "b {\n  c = [\n".repeat(MANY));
    fast("indented blocks", (0..2_000).map(|depth| format!("{}b {{\n", " ".repeat(depth))).collect());
    fast("closing braces", "}\n".repeat(MANY));
    fast("open heredocs", "a = <<E\n".repeat(MANY));
    fast("open heredocs of many markers", (0..MANY).map(|index| format!("a{index} = <<E{index}\n")).collect());
    fast("open quotes", "a = \"\n".repeat(MANY));
    fast("open comments", "a = 1 /*\n".repeat(MANY));
    fast("many attributes", (0..MANY).map(|index| format!("a{index} = 1\n")).collect());
    fast("many keys", format!("a = {{ {} }}", (0..MANY).map(|index| format!("k{index} = 1, ")).collect::<String>()));
    fast("one long line", format!("a = \"{}\"\n", "x".repeat(10_000_000)));
    fast("one long list", format!("a = [{}]\n", "1,".repeat(1_000_000)));
    fast("one long broken list", format!("a = [{}\n", "1 ".repeat(1_000_000)));
    fast("dollars", format!("a = \"{}\"\n", "$".repeat(1_000_000)));
    fast("spaces", " ".repeat(10_000_000));
    fast("a long flush heredoc", format!("a = <<-E\n{}E\n", "    x $ y\n".repeat(MANY)));
    fast("trimmed sequences", format!("a = \"{}\"\n", "  ${~ b ~}  ".repeat(MANY)));
}

#[test]
fn json_is_read_up_to_the_limit_and_in_linear_time() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse_json(nested(MAX_DEPTH)).1.is_empty());
    assert_eq!(messages(&parse_json(nested(1_000_000)).1), ["This is nested too deeply"]);
    for open in ["[", "{\"a\":", "[{\"a\":["] {
        let start = Instant::now();
        let (_, problems) = parse_json(open.repeat(MANY));
        assert!(messages(&problems).contains(&"This is nested too deeply"), "{problems:?}");
        assert!(start.elapsed() < Duration::from_secs(10));
    }
    let start = Instant::now();
    let escaped = format!("{{ {} \"z\": 1 }}", "\"a\": \"\\u00e9${b}\", ".repeat(MANY));
    assert!(parse_json(escaped).1.is_empty());
    assert!(start.elapsed() < Duration::from_secs(10));
}
