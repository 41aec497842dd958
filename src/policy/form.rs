//! Reading the bodies of rule files and of the configuration: every mistake is a problem at its line, all at once.

use std::path::{Path, PathBuf};

use crate::finding::Severity;
use crate::lang::eval::{Context, Evaluated, Resolved, Scope, evaluate};
use crate::lang::functions::NoFiles;
use crate::lang::{Type, Value, convert};
use crate::source::{FileId, Problem, SourceFile, Sources, Span, disk, nearest};
use crate::syntax::{AttributeView, BlockView, Body, NodeRef, Tree, TreeId, Trees};

/// The largest rule file or configuration that is read.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Reads and parses a file of native syntax. `shown` is its path as reports print it.
pub(super) fn open(
    path: &Path,
    shown: &str,
    grammar: Grammar,
    sources: &mut Sources,
    trees: &mut Trees,
    problems: &mut Vec<Problem>,
) -> Option<TreeId> {
    match disk::read(path, MAX_FILE) {
        Ok(bytes) => Some(parse(SourceFile::new(shown, bytes), grammar, sources, trees, problems)),
        Err(error) => {
            problems.push(Problem::with_path(shown, format!("cannot be read: {error}")));
            None
        }
    }
}

/// [`native::parse`], or [`native::parse_relaxed`].
pub(super) type Grammar = fn(FileId, &SourceFile) -> (Tree, Vec<Problem>);

/// Parses a file of native syntax.
pub(super) fn parse(
    file: SourceFile,
    grammar: Grammar,
    sources: &mut Sources,
    trees: &mut Trees,
    problems: &mut Vec<Problem>,
) -> TreeId {
    let id = sources.add(file);
    let (tree, found) = grammar(id, sources.file(id));
    problems.extend(found);
    trees.add(tree)
}

/// The root body of a tree.
pub(super) fn root(trees: &Trees, tree: TreeId) -> Body<'_> {
    trees.body(NodeRef { tree, node: trees.get(tree).root })
}

/// The rule files at a path: the file, or every `.hcl` file in the directory and below it, in name order.
pub(super) fn rule_files(path: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(path)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|file| file == path || file.extension().is_some_and(|extension| extension == "hcl"))
        .collect()
}

/// Reads bodies and keeps what is wrong with them.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    pub(super) trees: &'t Trees,
    pub(super) problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    pub(super) const fn new(trees: &'t Trees) -> Self {
        Self { trees, problems: Vec::new() }
    }

    /// Reports attributes and blocks that `what` does not have, and attributes set twice; the attributes.
    pub(super) fn known(
        &mut self,
        body: Body<'t>,
        what: &str,
        attributes: &[&str],
        blocks: &[&str],
    ) -> Vec<AttributeView<'t>> {
        let found = body.attributes();
        for (index, attribute) in found.iter().enumerate() {
            let name = &*attribute.name;
            if blocks.contains(&name) {
                self.problem(
                    attribute.name_span,
                    format!("`{name}` is a block in {what}"),
                    "Leave out the equals sign.",
                );
            } else if !attributes.contains(&name) {
                self.unknown(attribute.name_span, &format!("{what} has no `{name}`"), name, attributes);
            } else if found[..index].iter().any(|earlier| earlier.name == attribute.name) {
                self.problem(attribute.name_span, format!("`{name}` is set twice"), "Remove one of the two.");
            }
        }
        for block in body.all_blocks() {
            let name = &*block.type_name;
            if attributes.contains(&name) {
                self.problem(
                    block.header,
                    format!("`{name}` is an argument of {what}, not a block"),
                    "Write `=` after it.",
                );
            } else if !blocks.contains(&name) {
                self.unknown(block.header, &format!("{what} has no `{name}` block"), name, blocks);
            }
        }
        found
    }

    /// Reports a name that is not there, with the nearest one that is.
    pub(super) fn unknown<'n>(
        &mut self,
        span: Span,
        message: &str,
        name: &str,
        candidates: impl IntoIterator<Item = &'n &'n str> + Clone,
    ) {
        let help = nearest(name, candidates.clone().into_iter().copied()).map_or_else(
            || match candidates.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>() {
                names if names.is_empty() => "Remove it.".to_owned(),
                names => format!("There is {}.", names.join(", ")),
            },
            |near| format!("Did you mean `{near}`?"),
        );
        self.problem(span, message.to_owned(), help);
    }

    pub(super) fn problem(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::at(span, message).help(help));
    }

    /// The one label of a block.
    pub(super) fn label(&mut self, block: &BlockView<'t>, what: &str) -> Option<String> {
        match block.labels.as_slice() {
            [label] => Some(label.text.to_string()),
            [] => {
                self.problem(block.header, format!("{what} needs a name"), "Write the name in quotes after the word.");
                None
            }
            [_, extra, ..] => {
                self.problem(extra.span, format!("{what} has one name"), "Remove this one.");
                None
            }
        }
    }

    /// The value of an expression without references.
    pub(super) fn value(&mut self, expression: NodeRef, what: &str) -> Option<Value> {
        let value = match constant(expression, self.trees) {
            Ok(value) => value,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        if value.is_null() || !value.is_wholly_known() {
            self.problem(self.trees.span(expression), format!("{what} has no value"), "Write a constant.");
            return None;
        }
        Some(value)
    }

    /// The value of an expression without references, converted to a type.
    pub(super) fn constant(&mut self, expression: NodeRef, ty: &Type, what: &str) -> Option<Value> {
        let value = self.value(expression, what)?;
        let span = self.trees.span(expression);
        match convert::convert(&value, ty) {
            Ok(value) => Some(value),
            Err(message) => {
                self.problem(span, format!("{what} is of the wrong type: {message}"), "");
                if let Some(problem) = self.problems.last_mut() {
                    problem.help = None;
                }
                None
            }
        }
    }

    pub(super) fn text(&mut self, expression: NodeRef, what: &str) -> Option<String> {
        // Most of a rule file is plain text: no need to evaluate it.
        if let Some(text) = self.trees.get(expression.tree).constant_text(expression.node) {
            return Some(text.into_owned());
        }
        self.constant(expression, &Type::String, what)?.as_str().map(str::to_owned)
    }

    pub(super) fn texts(&mut self, expression: NodeRef, what: &str) -> Vec<String> {
        let value = self.constant(expression, &Type::list(Type::String), what);
        let elements = value.as_ref().and_then(Value::elements).unwrap_or_default();
        elements.iter().filter_map(|element| element.as_str().map(str::to_owned)).collect()
    }

    pub(super) fn severity(&mut self, expression: NodeRef, what: &str) -> Option<Severity> {
        let word = self.text(expression, what)?;
        let severity = Severity::parse(&word);
        if severity.is_none() {
            let span = self.trees.span(expression);
            self.unknown(span, &format!("`{word}` is no severity"), &word, &["error", "warning", "info"]);
        }
        severity
    }
}

/// Evaluates an expression that refers to nothing.
pub(super) fn constant(expression: NodeRef, trees: &Trees) -> Evaluated {
    evaluate(expression, &Context { trees, scope: &Nothing, files: &NoFiles })
}

struct Nothing;

impl Scope for Nothing {
    fn resolve(&self, names: &[&str], at: Span) -> Result<Resolved, Box<Problem>> {
        let name = names.first().copied().unwrap_or_default();
        let help = "Only constants can stand here; text stands in quotes.";
        Err(Box::new(Problem::at(at, format!("`{name}` means nothing here")).help(help)))
    }
}
