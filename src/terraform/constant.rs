//! Expressions that must stand for themselves: no references, no functions.

use crate::lang::convert::convert;
use crate::lang::eval::{Context, Resolved, Scope, evaluate};
use crate::lang::functions::{Files, NoFiles};
use crate::lang::{Type, Value};
use crate::source::{Problem, Span};
use crate::syntax::{Kind, NodeRef, Trees};

/// No names mean anything.
pub(super) struct NoNames;

impl Scope for NoNames {
    fn resolve(&self, _names: &[&str], at: Span) -> Result<Resolved, Box<Problem>> {
        Err(Box::new(Problem::at(at, "Variables not allowed: variables may not be used here")))
    }
}

/// Evaluates an expression that must stand for itself.
pub(super) fn constant(expression: NodeRef, trees: &Trees, files: &dyn Files) -> Result<Value, Box<Problem>> {
    if let Some(call) = call_in(expression, trees) {
        return Err(Box::new(Problem::at(call, "Function calls not allowed: functions may not be called here")));
    }
    evaluate(expression, &Context { trees, scope: &NoNames, files })
}

fn call_in(expression: NodeRef, trees: &Trees) -> Option<Span> {
    let tree = trees.get(expression.tree);
    let mut stack = vec![expression.node];
    while let Some(node) = stack.pop() {
        if tree.kind(node) == Kind::Call {
            return Some(tree.span(node));
        }
        stack.extend(tree.children(node));
    }
    None
}

/// A literal `true` or `false`, or text that says so. In JSON, text is not read as a template here.
pub(super) fn flag(expression: NodeRef, trees: &Trees) -> Result<bool, Box<Problem>> {
    let unsuitable = |why: &str| Box::new(Problem::at(trees.span(expression), format!("Unsuitable value type: {why}")));
    let value = literal(expression, trees)?;
    let value = convert(&value, &Type::Bool).map_err(|why| unsuitable(&why))?;
    value.as_bool().ok_or_else(|| unsuitable("true or false is required"))
}

/// Literal text, or a number or truth value as text.
pub(super) fn text(expression: NodeRef, trees: &Trees) -> Result<String, Box<Problem>> {
    let unsuitable = |why: &str| Box::new(Problem::at(trees.span(expression), format!("Unsuitable value type: {why}")));
    let value = literal(expression, trees)?;
    let value = convert(&value, &Type::String).map_err(|why| unsuitable(&why))?;
    value.as_str().map(str::to_owned).ok_or_else(|| unsuitable("a string is required"))
}

fn literal(expression: NodeRef, trees: &Trees) -> Result<Value, Box<Problem>> {
    match trees.get(expression.tree).raw_string(expression.node) {
        Some(text) => Ok(Value::string(&text)),
        None => constant(expression, trees, &NoFiles),
    }
}
