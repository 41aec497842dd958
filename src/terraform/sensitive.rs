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
pub(super) fn broken(files: impl Iterator<Item = FileId>, sources: &Sources) -> Vec<Span> {
    let given = files.map(|id| (id, sources.file(id))).filter(|(_, file)| !walk::is_configuration(&file.path));
    given.map(|(id, file)| Span::new(id, 0, file.text.len() as u32)).collect()
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
