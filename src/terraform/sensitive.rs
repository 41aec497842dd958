//! Where text stands that no report may quote: what was typed for values that turned out sensitive, through a variable,
//! the function `sensitive`, or the provider's schema (`password` of a database).

use crate::inventory::Instance;
use crate::lang::{Marks, Str, Value};
use crate::source::{FileId, Sources, Span, walk};
use crate::syntax::{Kind, NodeId, NodeRef, Tree, Trees};

/// The places in these files, the sensitive `variables` in all variable files included (also where a later file has another
/// value), and where sensitive values of these instances were typed.
pub(super) fn spans(files: &[FileId], trees: &Trees, variables: &[Str], instances: &[Instance]) -> Vec<Span> {
    let mut spans = Vec::new();
    for id in files.iter().filter_map(|&file| trees.of_file(file)) {
        let tree = trees.get(id);
        calls(tree, &mut spans);
        if !variables.is_empty() {
            // Only variable files have arguments outside blocks.
            let given = trees.body(NodeRef { tree: id, node: tree.root }).attributes();
            let given = given.into_iter().filter(|given| variables.iter().any(|name| **name == *given.name));
            spans.extend(given.map(|given| trees.span(given.expression)));
        }
    }
    for instance in instances {
        typed(&instance.values, &mut spans);
        let Some(sites) = &instance.sites else { continue };
        let hidden = sites.attributes.iter().filter(|site| instance.get(&site.name).is_some_and(is_sensitive));
        spans.extend(hidden.map(|site| trees.span(site.expression)));
    }
    spans
}

/// The whole of each of these files that holds variable values: what was not understood there may be any variable's.
pub(super) fn broken(files: impl IntoIterator<Item = FileId>, sources: &Sources) -> Vec<Span> {
    let given =
        files.into_iter().map(|id| (id, sources.file(id))).filter(|(_, file)| !walk::is_configuration(&file.path));
    given.map(|(id, file)| Span::new(id, 0, file.text.len() as u32)).collect()
}

/// What certainly is sensitive in each of these files of configuration by their text alone, as they were not understood:
/// arguments of `sensitive`, closed or not, and defaults of variables that are declared so.
pub(super) fn in_text(files: impl IntoIterator<Item = FileId>, sources: &Sources) -> Vec<Span> {
    let read =
        files.into_iter().map(|id| (id, sources.file(id))).filter(|(_, file)| walk::is_configuration(&file.path));
    let mut spans = Vec::new();
    for (id, file) in read {
        let text = file.text.as_bytes();
        let mut add = |start: usize, end: usize| spans.push(Span::new(id, start as u32, end as u32));
        let mut from = 0;
        while let Some(found) = memchr::memmem::find(&text[from..], b"sensitive") {
            from += found + b"sensitive".len();
            let after = from + text[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if text.get(after) == Some(&b'(') {
                let end = closing(text, after);
                add(after + 1, end);
                from = end.max(from);
            }
        }
        for (start, end) in sensitive_defaults(&file.text) {
            add(start, end);
        }
    }
    spans
}

/// Where the bracket at `open` is closed; the end of the text where it never is.
fn closing(text: &[u8], open: usize) -> usize {
    let (mut depth, mut at, mut quoted) = (0usize, open, false);
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            // A string ends with its line, at the latest.
            b'\n' => quoted = false,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// What follows `default =` in each `variable` block that says `sensitive = true`, up to the block's end: the next line
/// that begins with a letter or a closing brace.
fn sensitive_defaults(text: &str) -> Vec<(usize, usize)> {
    let argument = |line: &str, name: &str, value: &str| {
        let rest = line.trim_start().strip_prefix(name).and_then(|rest| rest.trim_start().strip_prefix('='));
        rest.is_some_and(|rest| rest.trim_start().starts_with(value))
    };
    let mut found = Vec::new();
    // Of the block at hand: where its default begins, and whether it is sensitive.
    let (mut default, mut is_sensitive) = (None, false);
    let mut at = 0;
    for line in text.split_inclusive('\n').chain([""]) {
        let starts = line.is_empty() || line.starts_with(|first: char| first == '}' || first.is_ascii_alphabetic());
        if starts {
            found.extend(default.take().filter(|_| is_sensitive).map(|start| (start, at)));
            is_sensitive = false;
        }
        if argument(line, "default", "") {
            default = line.find('=').map(|equals| at + equals + 1);
        }
        is_sensitive |= argument(line, "sensitive", "true");
        at += line.len();
    }
    found
}

fn is_sensitive(value: &Value) -> bool {
    value.marks.has(Marks::SENSITIVE)
}

/// The arguments of calls of `sensitive`.
fn calls(tree: &Tree, spans: &mut Vec<Span>) {
    if memchr::memmem::find(tree.buffer.as_bytes(), b"sensitive(").is_none() {
        return;
    }
    for (index, node) in tree.nodes.iter().enumerate().filter(|(_, node)| node.kind == Kind::Call) {
        let mut parts = tree.children(NodeId(index as u32));
        if node.first_child != crate::syntax::NONE && parts.next().is_some_and(|name| tree.text(name) == "sensitive") {
            spans.extend(parts.map(|argument| tree.span(argument)));
        }
    }
}

/// Where sensitive values in a value were typed.
fn typed(value: &Value, spans: &mut Vec<Span>) {
    value.walk(|value| {
        if is_sensitive(value) {
            value.walk(|inner| {
                spans.extend(inner.origin.as_span());
                true
            });
        }
        !is_sensitive(value)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sensitive_is_found_in_text_that_is_broken() {
        let closed = |text: &str| text.get(closing(text.as_bytes(), 0)..).unwrap().to_owned();
        assert_eq!(closed(r#"("a)", (1)) b"#), ") b");
        assert_eq!(closed(r#"("a\")", 1"#), "");
        assert_eq!(closed("(\"a\n) b"), ") b");
        let hidden = |text: &str| -> Vec<String> {
            sensitive_defaults(text).into_iter().map(|(start, end)| text[start..end].to_owned()).collect()
        };
        let block = "variable \"a\" {\n  default = [\"x\"\n  sensitive = true\n";
        assert_eq!(hidden(block), [" [\"x\"\n  sensitive = true\n"]);
        assert_eq!(hidden(&format!("{block}}}\nlocals {{\n")), [" [\"x\"\n  sensitive = true\n"]);
        assert_eq!(hidden("variable \"a\" {\n  default = 1\n}\nx {\n  sensitive = true\n}"), Vec::<String>::new());
    }
}
