//! After a syntax error: the problem stands where the mistake is, and everything else is in the tree.

use terravet::source::SourceFile;
use terravet::syntax::Kind;

use crate::parse;

/// Each case: a text, the problems as `line:column message`, and the names of the root's attributes and block types.
const CASES: &[(&str, &[&str], &[&str])] = &[
    ("a = \nb = 1\n", &["1:5 Invalid expression"], &["a", "b"]),
    ("a = \"x\nb = 1\n", &["1:5 Unterminated template string"], &["a", "b"]),
    ("a = 1 2\nb = 1\n", &["1:7 Missing newline after argument"], &["a", "b"]),
    ("a = 1,\nb = 1\n", &["1:6 Unexpected comma after argument"], &["a", "b"]),
    ("a = [1,\n  2\nb = 1\nc = 2\n", &["3:1 Missing item separator"], &["a", "b", "c"]),
    ("a = f(1\nb = 1\n", &["2:1 Missing argument separator"], &["a", "b"]),
    ("a = {\n  x = \n  y = 1\n}\nb = 1\n", &["2:7 Invalid expression"], &["a", "b"]),
    ("a = <<E\ntext\nb = 1\n", &["1:5 Unterminated template string"], &["a", "b"]),
    ("a = b.*.*\nc = 1\n", &["1:9 Nested splat expression not allowed"], &["a", "c"]),
    ("\"a\" = 1\nb = 1\n", &["1:1 Invalid argument name"], &["b"]),
    ("a\nb = 1\n", &["1:1 Argument or block definition required"], &["b"]),
    ("}\nb = 1\n", &["1:1 Argument or block definition required"], &["b"]),
    ("x { a = 1, b = 2 }\nb = 1\n", &["1:10 Invalid single-argument block definition"], &["x", "b"]),
    ("x {} y {}\nb = 1\n", &["1:6 Missing newline after block definition"], &["x", "b"]),
    ("x {\n  a = 1\n\ny {\n  b = 1\n}\n", &["1:3 Unclosed configuration block"], &["x", "y"]),
    ("x {\n  y {\n    a = 1\n}\nz {\n}\n", &["2:5 Unclosed configuration block"], &["x", "z"]),
    ("a = 1\na = 2\n", &["2:1 Attribute redefined"], &["a", "a"]),
    ("a = \"\\q ${b} \\z\"\nc = 1\n", &["1:6 Invalid escape sequence", "1:14 Invalid escape sequence"], &["a", "c"]),
    ("a = 1 /* x\nb = 1\n", &["1:7 Unterminated comment"], &["a", "b"]),
    (
        "a = [\nb = {\nc = (\nd = 1\n",
        &["2:3 Missing item separator", "4:3 Unbalanced parentheses"],
        &["a", "b", "c", "d"],
    ),
];

#[test]
fn what_follows_an_error_is_read() {
    for (text, problems, names) in CASES {
        let source = SourceFile::new("main.tf", text.as_bytes().to_vec());
        let (tree, found) = parse(text);
        let found: Vec<String> = found
            .iter()
            .map(|problem| {
                let position = source.position(problem.span.unwrap().start);
                format!("{}:{} {}", position.line, position.column, problem.message)
            })
            .collect();
        assert_eq!(found, *problems, "{text}");
        let read: Vec<_> = tree.children(tree.root).map(|item| tree.text(tree.child(item, 0).unwrap())).collect();
        assert_eq!(read, *names, "{text}");
    }
}

#[test]
fn an_expression_that_cannot_be_read_is_an_error_node() {
    let (tree, _) = parse("a = [1, @]\n");
    let attribute = tree.child(tree.root, 0).unwrap();
    assert_eq!(tree.kind(tree.child(attribute, 1).unwrap()), Kind::Error);
}

#[test]
fn bytes_that_are_not_utf8_are_a_problem_outside_comments() {
    assert!(parse(b"# \xff\na = 1 /* \xfe */\n").1.is_empty());
    let (_, problems) = parse(b"a = \"\xff\"\n");
    assert_eq!(problems[0].message, "Invalid character encoding");
}
