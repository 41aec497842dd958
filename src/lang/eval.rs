//! Evaluation of expressions.

use crate::source::{Problem, Span};
use crate::syntax::{NodeRef, Trees};

use super::functions::Files;
use super::value::Value;

/// A value, or why there is none (boxed: the good case is the common one).
pub type Evaluated = Result<Value, Box<Problem>>;

/// What the head of a traversal means.
#[derive(Debug)]
pub struct Resolved {
    /// The value.
    pub value: Value,
    /// How many of the names (root included) it stands for: 1 for `each`, 2 for `var.x` and `aws_vpc.main`, 3 for
    /// `data.aws_vpc.main`.
    pub used: usize,
}

/// What names mean at some place: of a module instance, of a resource instance in it, of a rule file.
pub trait Scope {
    /// Resolves the head of a traversal: `names` are the root and the attribute names that directly follow it.
    ///
    /// # Errors
    /// A problem at `at` where nothing of that name is there.
    fn resolve(&self, names: &[&str], at: Span) -> Result<Resolved, Box<Problem>>;

    /// Calls a function that only this scope has (facts' functions in rule files); `None` where it has none of that name.
    fn call(&self, name: &str, arguments: &[Value], at: Span) -> Option<Evaluated> {
        let _ = (name, arguments, at);
        None
    }
}

/// What evaluation needs beside the expression.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Where nodes live.
    pub trees: &'a Trees,
    /// What names mean.
    pub scope: &'a dyn Scope,
    /// What file functions read.
    pub files: &'a dyn Files,
}

/// Evaluates an expression.
///
/// # Errors
/// The first thing that Terraform would refuse, at its place.
pub fn evaluate(expression: NodeRef, context: &Context<'_>) -> Evaluated {
    Err(Box::new(Problem::at(context.trees.span(expression), "not evaluated")))
}
