//! Expressions that are asked for in the root module's scope, as in `terraform console`.

use std::path::Path;

use crate::lang::eval::{Context, Evaluated, Resolved, Scope, Work, evaluate};
use crate::lang::{Type, Value};
use crate::source::{Problem, SourceFile, Sources, Span};
use crate::syntax::{Kind, NodeRef, Trees, native};

use super::check;
use super::declared::Finder;
use super::evaluate::{MAX_SIZE, Setting};
use super::references::Offers;
use super::scope::ModuleScope;
use super::state::{Repetition, State};
use super::tree::ModuleTree;
use super::{Options, Reading};

/// What an expression is.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The value.
    pub value: Value,
    /// The type as `type(…)` of the console prints it.
    pub type_text: String,
}

/// Reads the configuration in a directory as a root module ([`super::read`]) and evaluates expressions in its scope: an
/// answer for each, in order, or what is wrong with it.
#[must_use]
pub fn ask(
    directory: &Path,
    options: &Options,
    expressions: &[String],
    sources: &mut Sources,
    trees: &mut Trees,
) -> (Reading, Vec<Result<Answer, Problem>>) {
    let questions = expressions.iter().map(|text| Question::read(text, sources, trees)).collect();
    let request = super::Request { questions, ..super::Request::default() };
    super::read_with(directory, request, options, sources, trees)
}

/// An expression that is asked for.
#[derive(Debug)]
pub(super) struct Question {
    expression: NodeRef,
    /// Its type is asked for: `type(…)`, which only a console has, and only around a whole expression.
    of_type: bool,
    /// Why it is no expression of the root module's scope.
    problem: Option<Problem>,
}

impl Question {
    /// A heredoc ends with a line: the one it stands on.
    fn read(text: &str, sources: &mut Sources, trees: &mut Trees) -> Self {
        let file = sources.add(SourceFile::new("expression", format!("{text}\n").into()));
        let (tree, problems) = native::parse_expression(file, &sources.file(file).text, 0);
        let root = tree.root;
        let id = trees.add(tree);
        let tree = trees.get(id);
        let mut node = root;
        while let (Kind::Paren, Some(inner)) = (tree.kind(node), tree.child(node, 0)) {
            node = inner;
        }
        let children: Vec<_> = tree.children(node).take(3).collect();
        let argument = match (tree.kind(node), &children[..]) {
            (Kind::Call, &[name, argument]) if tree.text(name) == "type" => Some(argument),
            _ => None,
        };
        Self {
            expression: NodeRef { tree: id, node: argument.unwrap_or(root) },
            of_type: argument.is_some(),
            problem: problems.into_iter().next(),
        }
    }

    /// Looks whether all that it refers to is there.
    pub(super) fn check(&mut self, tree: &ModuleTree, trees: &Trees) {
        if self.problem.is_some() {
            return;
        }
        let mut finder = Finder::new(tree.module(0), trees);
        let mut found = Vec::new();
        finder.expression(self.expression, Offers::default(), &[], &mut found);
        let mut problems = finder.into_parts().0.problems;
        check::outputs(tree, 0, &found, &mut problems);
        self.problem = problems.into_iter().next();
    }

    /// The answer, where all modules have been evaluated.
    pub(super) fn answer(self, state: &State<'_>, setting: &Setting<'_>) -> Result<Answer, Problem> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let value = self.value(state, setting).map_err(|problem| *problem)?;
        let type_text = value.ty().console_text();
        Ok(if self.of_type {
            Answer { value: Value::string(&type_text), type_text: "type".to_owned() }
        } else {
            Answer { value, type_text }
        })
    }

    fn value(&self, state: &State<'_>, setting: &Setting<'_>) -> Evaluated {
        let Some(&module) = state.by_place[0].first() else { return Ok(Value::unknown(Type::Dynamic)) };
        let repetition = Repetition::None;
        let surroundings = setting.surroundings;
        let scope = ModuleScope { state, module, repetition: &repetition, iteration: None, itself: None, surroundings };
        let scope = Asked(scope);
        let context = Context { trees: setting.trees, scope: &scope, files: setting.files };
        let value = evaluate(self.expression, &context)?;
        if value.has_at_most(MAX_SIZE) {
            return Ok(value);
        }
        let message = format!("The value is too large: it holds more than {MAX_SIZE} values");
        Err(Box::new(Problem::at(setting.trees.span(self.expression), message)))
    }
}

/// Names in the root module, for an answer that is Terraform's.
struct Asked<'s>(ModuleScope<'s>);

impl Scope for Asked<'_> {
    fn resolve(&self, names: &[&str], at: Span) -> Result<Resolved, Box<Problem>> {
        self.0.resolve(names, at)
    }

    fn work(&self) -> Option<&Work> {
        self.0.work()
    }

    fn as_terraform(&self) -> bool {
        true
    }
}
