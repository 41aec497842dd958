//! Suppressions in files: which comments are some, and what they cover.

use std::collections::BTreeMap;

use crate::jenkinsfile;
use crate::source::{FileId, Span};
use crate::syntax::{Kind, NodeId, Tree};

use super::suppression::{Entry, inner, is_any, parse};

/// The suppressions among the comments of a file of native syntax.
pub(super) fn comments(tree: &Tree, text: &str) -> Vec<Entry> {
    among(&tree.comments, text, || Layout::of(tree, text), |start, end| tree.place(start, end))
}

/// The suppressions among the comments of a Jenkinsfile.
pub(super) fn in_script(file: FileId, script: &jenkinsfile::Layout, text: &str) -> Vec<Entry> {
    among(&script.comments, text, || Layout::of_script(script, text), |start, end| Span::new(file, start, end))
}

fn among<'t>(
    comments: &[(u32, u32)],
    text: &'t str,
    layout: impl FnOnce() -> Layout<'t>,
    place: impl Fn(u32, u32) -> Span,
) -> Vec<Entry> {
    let found = comments.iter().filter_map(|&(start, end)| {
        let inner = inner(text.get(start as usize..end as usize)?);
        is_any(inner).then_some((inner, start, end))
    });
    let mut found = found.peekable();
    if found.peek().is_none() {
        return Vec::new();
    }
    let mut layout = layout();
    found.filter_map(|(inner, start, end)| parse(inner, place(start, end), layout.covered(start, end))).collect()
}

/// Where things begin and end in a file. Lines are looked at once each, however many comments stand on them.
struct Layout<'t> {
    text: &'t str,
    line_starts: Vec<u32>,
    /// By the start of a line: whether there is anything but white space and comments on it.
    code: BTreeMap<u32, bool>,
    /// By the start of a line of comments: the line of code below it, if there is one.
    below: BTreeMap<u32, Option<(u32, u32)>>,
    /// By the start of a line: where what begins on it ends.
    ends: BTreeMap<u32, u32>,
    comments: &'t [(u32, u32)],
    /// Start and end of every node but bodies, by start.
    nodes: Vec<(u32, u32)>,
    /// Of every block: the end of its header, the start of its first item (or its end), and the block itself.
    heads: Vec<(u32, u32, (u32, u32))>,
}

impl<'t> Layout<'t> {
    fn new(comments: &'t [(u32, u32)], text: &'t str) -> Self {
        let newlines = memchr::memchr_iter(b'\n', text.as_bytes());
        Self {
            text,
            line_starts: std::iter::once(0).chain(newlines.map(|at| at as u32 + 1)).collect(),
            code: BTreeMap::new(),
            below: BTreeMap::new(),
            ends: BTreeMap::new(),
            comments,
            nodes: Vec::new(),
            heads: Vec::new(),
        }
    }

    fn of_script(script: &'t jenkinsfile::Layout, text: &'t str) -> Self {
        let mut layout = Self::new(&script.comments, text);
        layout.nodes.clone_from(&script.statements);
        layout.heads.clone_from(&script.blocks);
        layout.nodes.sort_unstable();
        layout.heads.sort_unstable();
        layout
    }

    fn of(tree: &'t Tree, text: &'t str) -> Self {
        let mut layout = Self::new(&tree.comments, text);
        for (index, node) in tree.nodes.iter().enumerate() {
            if node.kind != Kind::Body {
                layout.nodes.push((node.start, node.end));
            }
            if node.kind == Kind::Block {
                let (mut header, mut first) = (node.start, node.end);
                for child in tree.children(NodeId(index as u32)) {
                    match tree.kind(child) {
                        Kind::Body => first = tree.child(child, 0).map_or(node.end, |item| tree.node(item).start),
                        _ => header = tree.node(child).end,
                    }
                }
                layout.heads.push((header, first, (node.start, node.end)));
            }
        }
        layout.nodes.sort_unstable();
        layout.heads.sort_unstable();
        layout
    }

    /// What a comment covers.
    fn covered(&mut self, start: u32, end: u32) -> Vec<(u32, u32)> {
        let mut covers = Vec::new();
        let after = self.heads.partition_point(|(header, ..)| *header <= start);
        // Heads do not overlap: the nearest before is the only one that can hold the comment.
        if let Some((_, first, block)) = after.checked_sub(1).map(|index| self.heads[index])
            && start < first
        {
            covers.push(block);
        }
        let (first, last) = (self.line(start), self.line(end));
        let shares_line = self.has_code(first) || self.has_code(last);
        let line = if shares_line { Some(first) } else { self.next_code_line(last) };
        covers.extend(line.map(|line| (line.0, self.end_of_what_begins(line))));
        covers
    }

    /// Where what begins on a line ends; at least the line's end.
    fn end_of_what_begins(&mut self, (from, to): (u32, u32)) -> u32 {
        let nodes = &self.nodes;
        *self.ends.entry(from).or_insert_with(|| {
            let first = nodes.partition_point(|(start, _)| *start < from);
            let begun = nodes[first..].iter().take_while(|(start, _)| *start < to);
            begun.map(|(_, end)| *end).max().unwrap_or(to).max(to)
        })
    }

    /// Start and end of the line that an offset is on, the line break excluded.
    fn line(&self, at: u32) -> (u32, u32) {
        let next = self.line_starts.partition_point(|start| *start <= at);
        let end = self.line_starts.get(next).map_or(self.text.len() as u32, |start| start - 1);
        (self.line_starts[next - 1], end)
    }

    /// Whether there is anything but white space and comments on a line.
    fn has_code(&mut self, (from, to): (u32, u32)) -> bool {
        if let Some(known) = self.code.get(&from) {
            return *known;
        }
        // A comment that began on an earlier line may reach into this one.
        let before = self.comments.partition_point(|(start, _)| *start < from);
        let mut at = before.checked_sub(1).map_or(from, |index| self.comments[index].1.max(from));
        let mut found = false;
        while at < to && !found {
            if let Some(end) = self.comment_at(at) {
                at = end;
            } else if self.text.as_bytes()[at as usize].is_ascii_whitespace() {
                at += 1;
            } else if self.text[at as usize..].starts_with('\u{feff}') {
                at += 3;
            } else {
                found = true;
            }
        }
        self.code.insert(from, found);
        found
    }

    fn comment_at(&self, at: u32) -> Option<u32> {
        self.comments.binary_search_by_key(&at, |(start, _)| *start).ok().map(|index| self.comments[index].1)
    }

    /// The line of code below a line, where nothing but comments stands between.
    fn next_code_line(&mut self, mut line: (u32, u32)) -> Option<(u32, u32)> {
        let mut passed = Vec::new();
        let mut found = None;
        while (line.1 as usize) < self.text.len() {
            if let Some(known) = self.below.get(&line.0) {
                found = *known;
                break;
            }
            passed.push(line.0);
            line = self.line(line.1 + 1);
            if self.text.get(line.0 as usize..line.1 as usize).is_none_or(|text| text.trim().is_empty()) {
                break;
            }
            if self.has_code(line) {
                found = Some(line);
                break;
            }
            // A comment may reach over several lines.
            let after = self.comments.partition_point(|(start, _)| *start < line.1);
            line = self.line(after.checked_sub(1).map_or(line.1, |index| self.comments[index].1).max(line.1));
        }
        self.below.extend(passed.into_iter().map(|start| (start, found)));
        found
    }
}

/// The suppressions among the `//` properties of a file of JSON syntax.
pub(super) fn properties(tree: &Tree) -> Vec<Entry> {
    let mut entries = Vec::new();
    // A node, and the property or array element that it is the value of.
    let mut stack = vec![(tree.root, tree.root)];
    while let Some((node, outer)) = stack.pop() {
        for child in tree.children(node) {
            match tree.kind(child) {
                Kind::ObjectItem => {
                    let (Some(key), Some(value)) = (tree.child(child, 0), tree.child(child, 1)) else { continue };
                    let is_comment = tree.constant_text(key).is_some_and(|text| text == "//");
                    if let Some(text) = tree.constant_text(value).filter(|_| is_comment) {
                        let (object, outer) = (tree.span(node), tree.span(outer));
                        let covers = vec![(outer.start.min(object.start), outer.end.max(object.end))];
                        entries.extend(parse(&text, tree.span(value), covers));
                    }
                    stack.push((value, child));
                }
                _ => stack.push((child, child)),
            }
        }
    }
    entries.sort_by_key(|entry| entry.place);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::syntax::{json, native};

    /// The lines (from 1) that the suppressions of a file cover.
    fn lines(file: &str, text: &str) -> Vec<Vec<u32>> {
        let source = SourceFile::new(file, text.into());
        let is_json = file.ends_with(".json");
        let (tree, problems) =
            if is_json { json::parse(FileId(0), &source) } else { native::parse(FileId(0), &source) };
        assert!(problems.is_empty(), "{problems:?}");
        let entries = if is_json { properties(&tree) } else { comments(&tree, &source.text) };
        let covered = |entry: &Entry, line: u32| {
            let start = source.line_starts()[line as usize - 1];
            let end = start + source.line(line).len() as u32;
            entry.covers.iter().any(|&(from, to)| from < end && start < to)
        };
        let count = source.line_starts().len() as u32;
        entries.iter().map(|entry| (1..=count).filter(|&line| covered(entry, line)).collect()).collect()
    }

    #[test]
    fn a_comment_covers_its_line_the_next_or_what_begins_there() {
        for (what, text, expected) in [
            ("on the line", "a = 1\nb = 2 # terravet:ignore[x/y] r\nc = 3", vec![2]),
            ("on the line above", "a = 1\n# terravet:ignore[x/y] r\nb = 2\nc = 3", vec![3]),
            ("above other comments", "// terravet:ignore[x/y] r\n# more\n/* and\nmore */\nb = 2\nc = 3", vec![5]),
            ("above an empty line", "# terravet:ignore[x/y] r\n\nb = 2", vec![]),
            ("above a list", "# terravet:ignore[x/y] r\nb = [\n  1,\n]\nc = 3", vec![2, 3, 4]),
            ("on a list's first line", "b = [ # terravet:ignore[x/y] r\n  1,\n]\nc = 3", vec![1, 2, 3]),
            ("on an element", "b = [\n  1, # terravet:ignore[x/y] r\n  2,\n]", vec![2]),
            (
                "above an element",
                "b = [\n  # terravet:ignore[x/y] r\n  { c = 1,\n    d = 2 },\n  { e = 3 },\n]",
                vec![3, 4],
            ),
            ("above a block", "# terravet:ignore[x/y] r\na \"b\" {\n  c = 1\n}\nd = 2", vec![2, 3, 4]),
            ("on a block's header", "a \"b\" { # terravet:ignore[x/y] r\n  c = 1\n}\nd = 2", vec![1, 2, 3]),
            ("first in a block", "a \"b\" {\n  # terravet:ignore[x/y] r\n\n  c = 1\n}\nd = 2", vec![1, 2, 3, 4, 5]),
            ("alone in a block", "a {\n  # terravet:ignore[x/y] r\n}", vec![1, 2, 3]),
            ("later in a block", "a {\n  c = 1\n  # terravet:ignore[x/y] r\n  d = 1\n}", vec![4]),
            ("last in a block", "a {\n  c = 1\n  # terravet:ignore[x/y] r\n}", vec![4]),
            ("before code", "/* terravet:ignore[x/y] r */ a = 1\nb = 2", vec![1]),
            ("over several lines", "/*\n terravet:ignore[x/y] r\n*/\na = 1\nb = 2", vec![4]),
            ("with Windows line ends", "a = 1\r\n# terravet:ignore[x/y] r\r\nb = 2\r\nc = 3", vec![3]),
            ("after a byte-order mark", "\u{feff}# terravet:ignore[x/y] r\nb = 2\nc = 3", vec![2]),
            ("at the end", "b = 2\n# terravet:ignore[x/y] r", vec![]),
        ] {
            assert_eq!(lines("a.tf", text), [expected], "{what}: {text}");
        }
    }

    #[test]
    fn other_comments_are_none() {
        assert_eq!(
            lines("a.tf", "# see terravet:ignore[x/y] r\na = \"# terravet:ignore[x/y] r\""),
            Vec::<Vec<u32>>::new()
        );
    }

    #[test]
    fn in_json_a_property_covers_its_object() {
        let text = r#"{
  "resource": {
    "aws_vpc": {
      "main": {
        "//": "terravet:ignore[x/y] r",
        "cidr_block": "10.0.0.0/16"
      },
      "other": {}
    }
  }
}"#;
        assert_eq!(lines("a.tf.json", text), [[4, 5, 6, 7]]);
    }
}
