//! Trees: what `~` and `<<-` leave of templates, spans, JSON, bodies, and the same structure as hcl-edit.

use proptest::prelude::*;
use serde_json::Value;
use terravet::source::FileId;
use terravet::syntax::{Kind, NodeId, NodeRef, Tree, TreeId, Trees, native};

use crate::{messages, parse, parse_json};

/// The value of a template whose sequences hold numbers and constant conditions only.
fn render(tree: &Tree, node: NodeId, out: &mut String) {
    let children: Vec<_> = tree.children(node).collect();
    match tree.kind(node) {
        Kind::Text => out.push_str(&tree.literal(node)),
        Kind::Number => out.push_str(tree.text(node)),
        Kind::TemplateIf => render(tree, children[if tree.text(children[0]) == "true" { 1 } else { 2 }], out),
        _ => children.iter().for_each(|&child| render(tree, child, out)),
    }
}

#[test]
fn templates_have_the_values_that_terraform_gives_them() {
    let recorded =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/syntax/templates.jsonl")).unwrap();
    assert!(recorded.lines().count() > 40);
    for line in recorded.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (tree, problems) = parse(format!("a = {}\n", case["text"].as_str().unwrap()));
        assert!(problems.is_empty(), "{line}: {problems:?}");
        let attribute = tree.child(tree.root, 0).unwrap();
        let mut value = String::new();
        render(&tree, tree.child(attribute, 1).unwrap(), &mut value);
        assert_eq!(value, case["value"].as_str().unwrap(), "{line}");
    }
}

/// Every child lies inside its parent and behind the child before it.
fn check_spans(tree: &Tree) {
    for (index, node) in tree.nodes.iter().enumerate() {
        assert!(node.start <= node.end, "{node:?}");
        assert!(tree.buffer.get(node.start as usize..node.end as usize).is_some(), "{node:?}");
        let mut at = tree.span(NodeId(index as u32)).start;
        let whole = tree.span(NodeId(index as u32));
        for child in tree.children(NodeId(index as u32)) {
            let span = tree.span(child);
            let is_decoded = tree.node(child).start >= tree.source_len && !tree.decoded.is_empty();
            assert!(whole.contains(span), "{:?} {whole:?} has {:?} {span:?}", node.kind, tree.kind(child));
            assert!(is_decoded || span.start >= at, "{:?} {span:?}", tree.kind(child));
            at = span.end;
        }
    }
    let mut at = 0;
    for &(start, end) in &tree.comments {
        assert!(at <= start && start < end);
        at = end;
    }
}

/// Pieces of source text, so that random texts come near to being right.
fn soup() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "b = 1\n",
        "c {\n",
        "}",
        "}\n",
        "{",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "\"x\"",
        "${",
        "%{",
        "~}",
        "${~",
        "$${",
        "if",
        "else",
        "endif",
        "for",
        "in",
        "endfor",
        "<<E\n",
        "<<-E\n",
        "E\n",
        "  E\n",
        "=",
        "=>",
        ":",
        "::",
        "?",
        ",",
        ".",
        "...",
        "*",
        ".*",
        "[*]",
        "+",
        "-",
        "!",
        "&&",
        "#c\n",
        "/*",
        "*/",
        "//",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        "  ",
        "1",
        "1.5",
        "é",
        "日",
        "\u{feff}",
        "\\",
        "\\n",
        "\\u00e9",
        "true",
        "null",
        "%",
        "$",
        "{\"a\": ",
        "\"${b}\\n\"",
        "[1, ",
        "null}",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..60).prop_map(|pieces| pieces.concat())
}

#[test]
fn a_backslash_at_the_end_is_inside_of_the_text() {
    for text in ["c {\n\t\"\\", "a = \"\\", "c \"\\"] {
        check_spans(&parse(text).0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_a_tree_with_nested_spans(text in soup()) {
        check_spans(&parse(&text).0);
        check_spans(&parse_json(&text).0);
        check_spans(&native::parse_expression(FileId(0), &text, 7).0);
    }

    #[test]
    fn any_bytes_give_a_tree(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_spans(&parse(&bytes).0);
        check_spans(&parse_json(&bytes).0);
    }
}

#[test]
fn spans_of_the_recorded_files_nest() {
    let recorded =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/syntax/recorded.jsonl")).unwrap();
    for line in recorded.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        check_spans(&parse(case["text"].as_str().unwrap_or_default()).0);
    }
}

/// A tree and its body.
#[track_caller]
fn trees(tree: Tree) -> (Trees, NodeRef) {
    let mut trees = Trees::default();
    let node = tree.root;
    let tree = trees.add(tree);
    (trees, NodeRef { tree, node })
}

#[test]
fn both_syntaxes_have_the_same_blocks() {
    let native = "r \"t\" \"a\" {\n  x = 1\n}\nr \"t\" \"b\" {\n}\nr \"u\" \"a\" {\n}\n";
    let json = r#"[{"//": 1, "r": {"t": [{"a": {"x": 1, "//": "${"}}, {"b": [{}]}]}}, {"r": [{"u": {"\u0061": {}}}], "n": null}]"#;
    for tree in [parse(native), parse_json(json)] {
        assert!(tree.1.is_empty(), "{:?}", tree.1);
        let (trees, root) = trees(tree.0);
        let body = trees.body(root);
        let blocks = body.blocks("r", 2);
        let labels: Vec<String> =
            blocks.iter().map(|block| format!("{}.{}", block.labels[0].text, block.labels[1].text)).collect();
        assert_eq!(labels, ["t.a", "t.b", "u.a"]);
        let names: Vec<_> =
            blocks[0].body.attributes().into_iter().map(|attribute| attribute.name.into_owned()).collect();
        assert_eq!(names, ["x"]);
        assert!(blocks[0].body.attribute("x").is_some() && body.attribute("y").is_none());
        assert!(body.blocks("n", 0).is_empty());
    }
}

#[test]
fn json_that_is_no_block_is_a_problem() {
    let cases = [
        (r#"{"r": 1}"#, 0, "Incorrect JSON value type"),
        (r#"{"r": [1]}"#, 0, "Incorrect JSON value type"),
        (r#"{"r": {"a": true}}"#, 1, "Incorrect JSON value type"),
        (r#"{"r": {}}"#, 1, "Missing block label"),
    ];
    for (text, labels, message) in cases {
        let (trees, root) = trees(parse_json(text).0);
        let mut problems = Vec::new();
        assert!(trees.body(root).read_blocks("r", labels, &mut problems).is_empty());
        assert_eq!(messages(&problems), [message], "{text}");
    }
}

#[test]
fn json_is_what_hashicorp_hcl_takes() {
    let accepted = [
        "{}",
        "[]",
        "[{}]",
        " {\"a\": [1, -1.5e-3, true, false, null, \"x\"]}\r\n\t",
        "{\"a\": 1, \"a\": 2}",
        "{\"\": \"\"}",
        "{\"a\": \"\\ud83d\\ude00\\ud800\\/\\b\\f\"}",
        "{\"a\": \"\u{7f}é\"}",
        "{\"a\": \"%{if b}c%{endif}\"}",
        "{\"a\": \"$${b\"}",
    ];
    for text in accepted {
        assert!(parse_json(text).1.is_empty(), "{text}: {:?}", parse_json(text).1);
    }
    let refused = [
        ("", "Missing value"),
        ("1", "Root value must be object"),
        ("\"a\"", "Root value must be object"),
        ("{", "Unclosed object"),
        ("[", "Unclosed array"),
        ("{} x", "Extraneous data after value"),
        ("{\"a\"}", "Missing object value"),
        ("{\"a\" = 1}", "Missing property value colon"),
        ("{\"a\": 1,}", "Trailing comma in object"),
        ("[1,]", "Trailing comma in array"),
        ("{a: 1}", "Invalid object property name"),
        ("{\"a\": 01}", "Invalid JSON number"),
        ("{\"a\": +1}", "Invalid JSON number"),
        ("{\"a\": 1.}", "Invalid JSON number"),
        ("{\"a\": 1e}", "Invalid JSON number"),
        ("{\"a\": True}", "Invalid JSON keyword"),
        ("{\"a\": \"\\x\"}", "Invalid JSON string"),
        ("{\"a\": \"x\n\"}", "Invalid JSON string"),
        ("{\"a\": \"\\u12\"}", "Invalid JSON string"),
        ("{\"a\": \"\t\"}", "Invalid JSON string"),
        ("{\"a\": [1}", "Mismatched brackets"),
        ("{\"a\": {]}", "Invalid object property name"),
        ("{\"a\": 1 \"b\": 2}", "Missing separator comma"),
        ("{\"a\": // c\n1}", "Invalid start of value"),
        ("\u{feff}{}", "Invalid start of value"),
        ("{\"a\": \"${b\"}", "Unclosed template interpolation sequence"),
        ("{\"a\": \"${ b c }\"}", "Extra characters after interpolation expression"),
    ];
    for (text, message) in refused {
        assert!(messages(&parse_json(text).1).contains(&message), "{text}: {:?}", parse_json(text).1);
    }
}

#[test]
fn strings_of_json_are_templates_with_the_escapes_of_json() {
    let (tree, problems) = parse_json(r#"{"a": "x\n${b.c}\u00e9$${d}"}"#);
    assert!(problems.is_empty());
    let item = tree.child(tree.root, 0).unwrap();
    let value = tree.child(item, 1).unwrap();
    let parts: Vec<_> = tree.children(value).collect();
    assert_eq!(
        (tree.literal(parts[0]), tree.kind(parts[1]), tree.literal(parts[2])),
        ("x\n".into(), Kind::Interpolation, "é${d}".into())
    );
    let text = r#""x\n${b.c}\u00e9$${d}""#;
    let span = tree.span(tree.child(parts[1], 0).unwrap());
    assert_eq!((span.start, span.end), (7, 7 + text.len() as u32 - 2));
    assert_eq!(tree.raw_string(value).unwrap(), "x\n${b.c}é$${d}");
    assert_eq!(tree.constant_text(tree.child(item, 0).unwrap()).unwrap(), "a");
}

#[test]
fn a_lone_expression_ignores_newlines_and_ends_where_it_ends() {
    let (tree, problems) = native::parse_expression(FileId(0), "a +\n b # c\n", 10);
    assert!(problems.is_empty());
    assert_eq!((tree.kind(tree.root), tree.span(tree.root).start, tree.comments.len()), (Kind::Binary, 10, 1));
    for (text, message) in [
        ("a b", "Extra characters after expression"),
        ("", "Missing expression"),
        ("a = 1", "Extra characters after expression"),
    ] {
        assert_eq!(messages(&native::parse_expression(FileId(0), text, 0).1), [message], "{text}");
    }
}

/// One line per attribute and block of a body, with the byte ranges of their values.
fn outline(tree: &Tree, body: NodeId, out: &mut Vec<String>) {
    for item in tree.children(body) {
        let children: Vec<_> = tree.children(item).collect();
        let name = tree.text(children[0]);
        if tree.kind(item) == Kind::Attribute {
            out.push(format!("{name} {:?}", tree.node(children[1]).start..tree.node(children[1]).end));
            continue;
        }
        let (inner, labels) = children[1..].split_last().unwrap();
        out.push(format!("{name} {:?}", labels.iter().map(|&label| tree.literal(label)).collect::<Vec<_>>()));
        outline(tree, *inner, out);
        out.push("end".to_owned());
    }
}

fn outline_of_hcl_edit(body: &hcl_edit::structure::Body, out: &mut Vec<String>) {
    use hcl_edit::Span;
    use hcl_edit::structure::Structure;
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                out.push(format!("{} {:?}", attribute.key.as_str(), span_of(&attribute.value)));
            }
            Structure::Block(block) => {
                out.push(format!(
                    "{} {:?}",
                    block.ident.as_str(),
                    block.labels.iter().map(|label| label.as_str()).collect::<Vec<_>>()
                ));
                outline_of_hcl_edit(&block.body, out);
                out.push("end".to_owned());
            }
        }
    }
    fn span_of(value: &impl Span) -> std::ops::Range<usize> {
        value.span().unwrap_or_default()
    }
}

#[test]
fn the_structure_is_that_of_hcl_edit_where_both_read_a_file() {
    let recorded =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/syntax/recorded.jsonl")).unwrap();
    let mut compared = 0;
    for line in recorded.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        // hcl-edit reads a heredoc without text up to the next line with its marker, and counts white space behind a marker.
        let Some(text) = case["text"].as_str().filter(|text| !text.contains("<<") && case["error"].is_null()) else {
            continue;
        };
        let Ok(theirs) = text.parse::<hcl_edit::structure::Body>() else { continue };
        let (tree, _) = parse(text);
        let (mut ours, mut expected) = (Vec::new(), Vec::new());
        outline(&tree, tree.root, &mut ours);
        outline_of_hcl_edit(&theirs, &mut expected);
        assert_eq!(ours, expected, "{text}");
        compared += 1;
    }
    assert!(compared > 150, "only {compared} compared");
}

#[test]
fn the_tree_ids_are_kept() {
    let (trees, root) = trees(parse("a = 1\n").0);
    assert_eq!(trees.body(root).attributes()[0].expression.tree, TreeId(0));
}
