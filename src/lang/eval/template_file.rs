//! `templatefile` and `templatestring`: templates that come as text.

use crate::source::{FileId, Problem, Span};
use crate::syntax::{Kind, NodeId, Tree, native};

use super::super::convert::convert;
use super::super::types::Type;
use super::super::value::{Entries, Value};
use super::{Embedded, Env, Failure, Outcome, Resolved, Scope};

/// The variables of a template: nothing else has a name in it.
struct Variables<'a>(&'a Entries);

impl Scope for Variables<'_> {
    fn resolve(&self, names: &[&str], at: Span) -> Result<Resolved, Box<Problem>> {
        match self.0.get(names[0]) {
            Some(value) => Ok(Resolved { value: value.clone(), used: 1 }),
            None => Err(Box::new(Problem::at(at, format!("vars map does not contain key {:?}", names[0])))),
        }
    }
}

const PARAMETERS: [[&str; 2]; 2] = [["path", "vars"], ["template", "vars"]];

impl Env<'_> {
    /// Calls one of the two.
    #[inline(never)]
    pub(super) fn call_template(&self, node: NodeId, name: &str, arguments: &[Value]) -> Outcome {
        let of_file = name == "templatefile";
        let (function, parameters) =
            if of_file { ("templatefile", PARAMETERS[0]) } else { ("templatestring", PARAMETERS[1]) };
        let [source, variables] = arguments else {
            let message = match arguments.len() {
                count @ (0 | 1) => {
                    format!("Function {function:?} expects 2 argument(s). Missing value for {:?}", parameters[count])
                }
                _ => format!("Function {function:?} expects only 2 argument(s)"),
            };
            return Err(self.error(node, message));
        };
        let invalid = |index: usize, reason: &str| {
            let parameter = parameters[index];
            self.error(self.argument(node, index), format!("Invalid value for {parameter:?} parameter: {reason}"))
        };
        if self.embedded.is_some() {
            let reason = format!("cannot recursively call {function} from inside another template function");
            return Err(self.error(node, format!("Call to function {function:?} failed: {reason}")));
        }
        for (index, argument) in arguments.iter().enumerate() {
            if argument.is_null() {
                return Err(invalid(index, "argument must not be null"));
            }
        }
        if !of_file && !self.is_reference(self.argument(node, 0)) {
            return Err(invalid(0, LITERAL_TEMPLATE));
        }
        let marks = source.marks.with(variables.deep_marks());
        let source = convert(source, &Type::String).map_err(|reason| invalid(0, &reason))?;
        let (Some(source_text), false) = (source.as_str(), variables.is_unknown()) else {
            let ty = if of_file { Type::Dynamic } else { Type::String };
            return Ok(super::super::operators::unknown(ty, &[&source, variables]).with_marks(marks));
        };
        let Some(entries) = variables.entries() else {
            return Err(invalid(1, "invalid vars value: must be a map"));
        };
        if let Some((name, _)) = entries.iter().find(|(name, _)| !is_identifier(name)) {
            return Err(invalid(
                1,
                &format!(
                    "invalid template variable name {name:?}: must start with a letter, followed by zero or more \
                     letters, digits, and underscores"
                ),
            ));
        }
        if of_file && !self.files.allowed(source_text) {
            return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
        }
        let text;
        let (text, label) = if of_file {
            text = self.template_text(source_text).map_err(|reason| invalid(0, &reason))?;
            (text.as_str(), source_text)
        } else {
            (source_text, "<templatestring argument>")
        };
        let embedded = Embedded { call: self.span(node), function, name: label };
        let result = self.render(text, entries, &embedded, |reason| invalid(1, reason))?;
        if of_file {
            return Ok(result.with_marks(marks));
        }
        let failed = |reason| self.error(node, format!("Call to function {function:?} failed: {reason}"));
        Ok(convert(&result, &Type::String).map_err(failed)?.with_marks(marks))
    }

    fn template_text(&self, path: &str) -> Result<String, String> {
        let bytes = self.files.read(path)?;
        self.work.text(bytes.len())?;
        String::from_utf8(bytes.to_vec()).map_err(|_| {
            format!(
                "contents of {path:?} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded \
                 contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead"
            )
        })
    }

    fn render(
        &self,
        text: &str,
        variables: &Entries,
        embedded: &Embedded<'_>,
        invalid_variables: impl Fn(&str) -> Failure,
    ) -> Outcome {
        let (tree, problems) = native::parse_template(FileId(u32::MAX - 2), text);
        let failed = |at: u32, message: &str| {
            let Embedded { call, function, name } = embedded;
            let place = place(&tree, at);
            let message = format!("Call to function {function:?} failed: {name}:{place}: {message}");
            Failure::Error(Box::new(Problem::at(*call, message)))
        };
        if let Some(problem) = problems.first() {
            return Err(failed(problem.span.map_or(0, |span| span.start), &problem.message));
        }
        let known = |name: &str| variables.get(name).is_some();
        if let Some(missing) = undeclared(&tree, tree.root, &known, &mut Vec::new()) {
            let place = place(&tree, tree.node(missing).start);
            let (name, label) = (tree.text(missing), embedded.name);
            return Err(invalid_variables(&format!(
                "vars map does not contain key {name:?}, referenced at {label}:{place}"
            )));
        }
        let scope = Variables(variables);
        let env = Env { tree: &tree, scope: &scope, locals: None, item: None, embedded: Some(embedded), ..*self };
        let result = env.evaluate(tree.root)?;
        if result.is_null() {
            return Err(failed(0, "The result of the template is null"));
        }
        Ok(result)
    }

    /// Whether an expression is a plain reference.
    fn is_reference(&self, mut node: NodeId) -> bool {
        while matches!(self.tree.kind(node), Kind::GetAttribute | Kind::Index | Kind::LegacyIndex) {
            let Some(child) = self.tree.child(node, 0) else { return false };
            node = child;
        }
        self.tree.kind(node) == Kind::Variable
    }
}

const LITERAL_TEMPLATE: &str = "invalid template expression: templatestring is only for rendering templates retrieved \
    dynamically from elsewhere, and so does not support providing a literal template; consider using a template string \
    expression instead";

/// Line and column of an offset.
pub(super) fn place(tree: &Tree, offset: u32) -> String {
    let before = tree.buffer.get(..offset as usize).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    format!("{},{}", before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The first name that is neither known nor a variable of a `for` around it. Terraform looks for them everywhere, also
/// in what is not evaluated.
fn undeclared<'t>(
    tree: &'t Tree,
    node: NodeId,
    known: &dyn Fn(&str) -> bool,
    bound: &mut Vec<&'t str>,
) -> Option<NodeId> {
    match tree.kind(node) {
        Kind::Variable => {
            let name = tree.text(node);
            let declared = bound.contains(&name) || known(name);
            (!declared).then_some(node)
        }
        Kind::ForTuple | Kind::ForObject | Kind::TemplateFor => {
            let outside = bound.len();
            let mut missing = None;
            let mut names = Vec::new();
            for child in tree.children(node) {
                if tree.kind(child) == Kind::Name {
                    names.push(tree.text(child));
                } else {
                    // The collection comes first, outside of the variables' reach.
                    missing = missing.or_else(|| undeclared(tree, child, known, bound));
                    bound.append(&mut names);
                }
            }
            bound.truncate(outside);
            missing
        }
        // A bare name is a key, not a reference.
        Kind::ObjectItem => {
            let mut children = tree.children(node);
            let key = children.next().filter(|&key| tree.kind(key) != Kind::Variable);
            key.into_iter().chain(children).find_map(|child| undeclared(tree, child, known, bound))
        }
        Kind::Binary | Kind::GetAttribute | Kind::Index | Kind::LegacyIndex => {
            undeclared_in_chain(tree, node, known, bound)
        }
        _ => tree.children(node).find_map(|child| undeclared(tree, child, known, bound)),
    }
}

/// Chains lean to the left and may be long.
fn undeclared_in_chain<'t>(
    tree: &'t Tree,
    mut node: NodeId,
    known: &dyn Fn(&str) -> bool,
    bound: &mut Vec<&'t str>,
) -> Option<NodeId> {
    let mut rights = Vec::new();
    while matches!(tree.kind(node), Kind::Binary | Kind::GetAttribute | Kind::Index | Kind::LegacyIndex) {
        let mut children = tree.children(node);
        let left = children.next()?;
        rights.extend(children);
        node = left;
    }
    undeclared(tree, node, known, bound)
        .or_else(|| rights.into_iter().rev().find_map(|right| undeclared(tree, right, known, bound)))
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'))
}
