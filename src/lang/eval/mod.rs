//! Evaluation of expressions.

mod call;
mod collection;
mod conditional;
mod failed;
mod for_expression;
mod operation;
mod splat;
mod template;
mod template_file;
mod traversal;
mod work;

use crate::source::{Problem, Span};
use crate::syntax::{Kind, NodeId, NodeRef, Tree, Trees};

use super::functions::Files;
use super::number::Number;
use super::types::Type;
use super::value::{Origin, Value};

pub use work::Work;

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
    /// Resolves the head of a traversal: `names` are the root and the attribute names that directly follow it (the
    /// first 15 at most).
    ///
    /// # Errors
    /// A problem at `at` where nothing of that name is there. `try` and `can` do not catch it.
    fn resolve(&self, names: &[&str], at: Span) -> Result<Resolved, Box<Problem>>;

    /// Calls a function that only this scope has (facts' functions in rule files); `None` where it has none of that name.
    fn call(&self, name: &str, arguments: &[Value], at: Span) -> Option<Evaluated> {
        let _ = (name, arguments, at);
        None
    }

    /// What evaluation may still cost, shared by all expressions of one input; `None` gives each expression a budget
    /// of its own.
    fn work(&self) -> Option<&Work> {
        None
    }

    /// The value of the splat at a place, where it was kept.
    fn kept_splat(&self, at: Span) -> Option<Value> {
        let _ = at;
        None
    }

    /// Keeps the value of a splat over a name of the scope, for others who evaluate it.
    fn keep_splat(&self, at: Span, value: &Value) {
        let _ = (at, value);
    }

    /// Whether what Terraform takes for unknown in whole is unknown in whole, even where a part of it is certain.
    fn as_terraform(&self) -> bool {
        false
    }

    /// Whether `false && unknown` is false and `true || unknown` true (three-valued logic, as rules want it). In
    /// Terraform 1.11 both are unknown, and both operands are evaluated in any case.
    fn three_valued(&self) -> bool {
        false
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
    let own = Work::default();
    let work = context.scope.work().unwrap_or(&own);
    work.begin();
    let env = Env {
        tree: context.trees.get(expression.tree),
        scope: context.scope,
        files: context.files,
        work,
        three_valued: context.scope.three_valued(),
        locals: None,
        item: None,
        embedded: None,
    };
    env.evaluate(expression.node).map_err(Failure::into_problem)
}

/// Why there is no value.
#[derive(Debug)]
enum Failure {
    /// `try` and `can` catch it.
    Error(Box<Problem>),
    /// They do not: a reference to what is not declared, a limit exceeded.
    Fatal(Box<Problem>),
}

impl Failure {
    fn into_problem(self) -> Box<Problem> {
        match self {
            Self::Error(problem) | Self::Fatal(problem) => problem,
        }
    }
}

type Outcome<T = Value> = Result<T, Failure>;

/// A variable of a `for` expression, and those around it.
struct Local<'a> {
    name: &'a str,
    value: &'a Value,
    outer: Option<&'a Local<'a>>,
}

/// The text of a `templatefile` or `templatestring` call: what is in it is said to stand at the call.
struct Embedded<'a> {
    call: Span,
    function: &'static str,
    /// What the text is called.
    name: &'a str,
}

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
struct Env<'a> {
    tree: &'a Tree,
    scope: &'a dyn Scope,
    files: &'a dyn Files,
    work: &'a Work,
    three_valued: bool,
    locals: Option<&'a Local<'a>>,
    /// The element at hand of the splat around.
    item: Option<&'a Value>,
    embedded: Option<&'a Embedded<'a>>,
}

impl<'a> Env<'a> {
    fn evaluate(&self, node: NodeId) -> Outcome {
        self.work.enter().map_err(|message| self.fatal(node, message))?;
        let outcome = match self.tree.kind(node) {
            Kind::Number => self.number(node),
            Kind::Bool => Ok(Value::bool(self.tree.text(node) == "true").with_origin(self.origin(node))),
            Kind::Null => Ok(Value::null(Type::Dynamic).with_origin(self.origin(node))),
            Kind::Template | Kind::Heredoc | Kind::TemplateIf | Kind::TemplateFor | Kind::Sequence => {
                self.template(node)
            }
            Kind::Text => Ok(Value::string(&self.tree.literal(node)).with_origin(self.origin(node))),
            Kind::Name => Ok(Value::string(self.tree.text(node)).with_origin(self.origin(node))),
            Kind::Interpolation | Kind::Paren => self.only_child(node),
            Kind::Tuple => self.tuple(node),
            Kind::Object => self.object(node),
            Kind::ForTuple | Kind::ForObject => self.for_expression(node),
            Kind::Variable | Kind::GetAttribute | Kind::Index | Kind::LegacyIndex => self.traversal(node),
            Kind::AttributeSplat | Kind::FullSplat => self.splat(node),
            Kind::SplatItem => Ok(self.item.cloned().unwrap_or_else(|| Value::unknown(Type::Dynamic))),
            Kind::Call => self.call(node),
            Kind::Unary => self.unary(node),
            Kind::Binary => self.binary(node),
            Kind::Conditional => self.conditional(node),
            Kind::Error => Ok(Value::unknown(Type::Dynamic).with_origin(self.origin(node))),
            Kind::Body | Kind::Attribute | Kind::Block | Kind::Label | Kind::ObjectItem => {
                Err(self.error(node, "An expression is required here"))
            }
        };
        self.work.leave();
        outcome
    }

    #[inline(never)]
    fn number(&self, node: NodeId) -> Outcome {
        let number = Number::parse(self.tree.text(node)).ok_or_else(|| self.error(node, "Invalid number"))?;
        Ok(Value::number(number).with_origin(self.origin(node)))
    }

    fn only_child(&self, node: NodeId) -> Outcome {
        self.evaluate(self.child(node, 0)?)
    }

    fn child(&self, node: NodeId, index: usize) -> Outcome<NodeId> {
        self.tree.child(node, index).ok_or_else(|| self.error(node, "An expression is missing here"))
    }

    fn span(&self, node: NodeId) -> Span {
        self.embedded.map_or_else(|| self.tree.span(node), |embedded| embedded.call)
    }

    fn origin(&self, node: NodeId) -> Origin {
        Origin::span(self.span(node))
    }

    #[cold]
    fn error(&self, node: NodeId, message: impl Into<String>) -> Failure {
        Failure::Error(Box::new(self.problem(node, message.into())))
    }

    #[cold]
    fn fatal(&self, node: NodeId, message: impl Into<String>) -> Failure {
        Failure::Fatal(Box::new(self.problem(node, message.into())))
    }

    fn problem(&self, node: NodeId, message: String) -> Problem {
        let Some(Embedded { call, function, name }) = self.embedded else {
            return Problem::at(self.span(node), message);
        };
        let place = template_file::place(self.tree, self.tree.node(node).start);
        Problem::at(*call, format!("Call to function {function:?} failed: {name}:{place}: {message}"))
    }

    /// The same place with one more variable.
    fn with<'b>(&self, local: &'b Local<'b>) -> Env<'b>
    where
        'a: 'b,
    {
        Env { locals: Some(local), ..*self }
    }
}

#[cfg(test)]
mod tests;
