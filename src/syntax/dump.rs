//! The tree as JSON, for `terravet syntax FILE`.

use std::io::{self, Write};

use super::{Kind, NodeId, Op, Tree};
use crate::source::{Position, SourceFile, Sources};

/// Writes a tree as one JSON object: of each node its kind, where it starts and ends (byte, line, column), its operator,
/// its text if it has no children, and its children. Works without recursion.
///
/// # Errors
/// If writing fails.
pub fn dump(tree: &Tree, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let positions = Positions::new(tree, sources.file(tree.file));
    // A node to open, or `None` where the innermost open node ends.
    let mut stack = vec![Some(tree.root)];
    let mut depth = 0;
    let mut is_first = true;
    while let Some(entry) = stack.pop() {
        let Some(node) = entry else {
            depth -= 1;
            write!(out, "\n{:width$}]}}", "", width = indentation(depth))?;
            is_first = false;
            continue;
        };
        if depth > 0 {
            write!(out, "{}\n{:width$}", if is_first { "" } else { "," }, "", width = indentation(depth))?;
        }
        head(tree, &positions, node, out)?;
        let children: Vec<_> = tree.children(node).collect();
        if children.is_empty() {
            write!(out, "}}")?;
            is_first = false;
            continue;
        }
        write!(out, ", \"children\": [")?;
        depth += 1;
        is_first = true;
        stack.push(None);
        stack.extend(children.into_iter().rev().map(Some));
    }
    writeln!(out)
}

/// Spaces before a node; deep trees are not indented ever further, or their size would be quadratic.
fn indentation(depth: usize) -> usize {
    depth.min(40) * 2
}

/// The positions of all nodes, found in one pass over the text: files may be one long line.
struct Positions(Vec<(u32, Position)>);

impl Positions {
    fn new(tree: &Tree, file: &SourceFile) -> Self {
        let spans = (0..tree.nodes.len() as u32).map(|node| tree.span(NodeId(node)));
        let mut offsets: Vec<u32> = spans.flat_map(|span| [span.start, span.end]).collect();
        offsets.sort_unstable();
        offsets.dedup();
        let mut last = (0, file.position(0));
        let positions = offsets.into_iter().map(|offset| {
            let between = file.text.get(last.0 as usize..offset as usize);
            let position = match between {
                Some(text) if !text.contains(['\n', '\u{feff}']) => {
                    Position { column: last.1.column + text.chars().count() as u32, ..last.1 }
                }
                _ => file.position(offset),
            };
            last = (offset, position);
            last
        });
        Self(positions.collect())
    }

    fn of(&self, offset: u32) -> Position {
        let index = self.0.partition_point(|&(known, _)| known < offset);
        self.0.get(index).map_or(Position { line: 1, column: 1 }, |&(_, position)| position)
    }
}

/// A node without its children and its closing brace.
fn head(tree: &Tree, positions: &Positions, id: NodeId, out: &mut dyn Write) -> io::Result<()> {
    let node = tree.node(id);
    let span = tree.span(id);
    let (start, end) = (positions.of(span.start), positions.of(span.end));
    write!(out, "{{\"kind\": \"{:?}\"", node.kind)?;
    write!(out, ", \"start\": {{\"byte\": {}, \"line\": {}, \"column\": {}}}", span.start, start.line, start.column)?;
    write!(out, ", \"end\": {{\"byte\": {}, \"line\": {}, \"column\": {}}}", span.end, end.line, end.column)?;
    if node.op != Op::None {
        write!(out, ", \"operator\": \"{:?}\"", node.op)?;
    }
    let text = match node.kind {
        Kind::Text | Kind::Label => tree.literal(id),
        Kind::Name | Kind::Number | Kind::Bool | Kind::Null | Kind::Variable | Kind::Error => tree.text(id).into(),
        _ => return Ok(()),
    };
    write!(out, ", \"text\": {}", serde_json::Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::native;

    #[test]
    fn the_dump_is_json_of_the_tree() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.tf", "b \"l\" {\n  a = [1, -c]\n}\n".into()));
        let (tree, _) = native::parse(file, sources.file(file));
        let mut out = Vec::new();
        dump(&tree, &sources, &mut out).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let block = &value["children"][0];
        assert_eq!(block["kind"], "Block");
        assert_eq!(block["children"][1]["text"], "l");
        let negation = &block["children"][2]["children"][0]["children"][1]["children"][1];
        assert_eq!(negation["operator"], "Negate");
        assert_eq!(negation["start"], serde_json::json!({"byte": 18, "line": 2, "column": 11}));
    }

    #[test]
    fn deep_trees_are_dumped() {
        let mut sources = Sources::default();
        let text = format!("a = b{}", ".c".repeat(9_000));
        let file = sources.add(SourceFile::new("a.tf", text.into_bytes()));
        let (tree, _) = native::parse(file, sources.file(file));
        let mut out = Vec::new();
        dump(&tree, &sources, &mut out).unwrap();
        assert!(out.len() > 9_000 * 50);
    }
}
