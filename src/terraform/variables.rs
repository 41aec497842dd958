//! Values of input variables: where they are given, which of them wins, and what a declaration makes of them
//! ("Terraform Language: Input Variables").

use std::collections::{BTreeMap, HashSet};
use std::fmt::Arguments;
use std::path::{Path, PathBuf};

use crate::lang::eval::Context;
use crate::lang::functions::Files;
use crate::lang::{Marks, Origin, Value, json};
use crate::source::{Problem, SourceFile, Span, disk, nearest};
use crate::syntax::{Kind, NodeRef, Trees};

use super::beside::Planned;
use super::constant::{constant, flag};
use super::constraint::{self, TypeConstraint};
use super::load::Loader;
use super::module::{Declared, Module};
use super::{Options, VariableOption};

/// A value given to a root variable.
#[derive(Clone, Debug)]
pub(super) enum Given {
    /// In a variable file.
    Expression(NodeRef),
    /// In the environment or on the command line, to be read as an expression: its places mean nothing.
    Typed(NodeRef),
    /// In the environment or on the command line, taken as text.
    Text(String),
}

impl Given {
    /// Where it is typed, if that is a file.
    pub(super) fn span(&self, trees: &Trees) -> Option<Span> {
        match self {
            Self::Expression(expression) => Some(trees.span(*expression)),
            Self::Typed(_) | Self::Text(_) => None,
        }
    }
}

/// Collects what is given to the root module's variables; later ones win.
pub(super) fn given(
    root: &Path,
    module: &Module,
    options: &Options,
    loader: &mut Loader<'_>,
) -> BTreeMap<String, Given> {
    let mut given = BTreeMap::new();
    for (name, text) in &options.environment {
        if module.variables.get(name).is_some() {
            given.insert(name.clone(), typed(name, text, module, loader));
        }
    }
    for path in automatic_files(root) {
        file(&path, loader, &mut given);
    }
    for option in &options.variables {
        match option {
            VariableOption::File(path) => file(&options.current_directory.join(path), loader, &mut given),
            VariableOption::Value(name, text) if module.variables.get(name).is_some() => {
                given.insert(name.clone(), typed(name, text, module, loader));
            }
            VariableOption::Value(name, _) => loader.problems.add(undeclared(name, module, loader.shown(root))),
        }
    }
    given
}

/// A `--var` option for what is no variable.
fn undeclared(name: &str, module: &Module, shown: String) -> Problem {
    let message = format!("Value for undeclared variable \"{name}\": the root module declares no such variable");
    let near = nearest(name, module.variables.names()).map(|near| format!("Did you mean \"{near}\"?"));
    let help = near.unwrap_or_else(|| "Take the --var option out, or declare the variable".into());
    Problem::with_path(shown, message).help(help)
}

/// The variable files that Terraform reads by itself, in its order.
fn automatic_files(root: &Path) -> Vec<PathBuf> {
    let names = disk::names(root).unwrap_or_default();
    let fixed = ["terraform.tfvars", "terraform.tfvars.json"]
        .into_iter()
        .filter(|name| names.iter().any(|there| there == name));
    // Hidden ones are read too, and a directory of that name is refused.
    let is_automatic = |name: &&str| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
    let automatic = names.iter().map(String::as_str).filter(is_automatic);
    fixed.chain(automatic).map(|name| root.join(name)).collect()
}

/// So many variable files are looked at beside a plan.
const MAX_FILES: usize = 64;

/// Takes over the variable files that a plan was made with, as far as they lie in the root module or a directory in it: those
/// that say of each variable what the plan says. They tell where a value was typed.
pub(super) fn planned_with(
    root: &Path,
    planned: &dyn Planned,
    files: &dyn Files,
    loader: &mut Loader<'_>,
    given: &mut BTreeMap<String, Given>,
) {
    let automatic = automatic_files(root);
    let others = variable_files(root).into_iter().filter(|path| !automatic.contains(path));
    for path in others.take(MAX_FILES) {
        let (known_problems, known_files) = (std::mem::take(&mut loader.problems), loader.files.len());
        let mut own = BTreeMap::new();
        file(&path, loader, &mut own);
        let broken = std::mem::replace(&mut loader.problems, known_problems).into_list();
        let is_planned = |(name, value): (&String, &Given)| {
            let Given::Expression(expression) = value else { return false };
            let typed = constant(*expression, loader.trees, files).ok().and_then(|value| json::encode(&value).ok());
            typed.is_some() && typed == planned.variable(name).and_then(|value| json::encode(value).ok())
        };
        if broken.is_empty() && !own.is_empty() && own.iter().all(is_planned) {
            given.extend(own);
        } else {
            loader.files.truncate(known_files);
        }
    }
}

/// The variable files in a directory and in those that it holds.
fn variable_files(root: &Path) -> Vec<PathBuf> {
    let is_file = |name: &str| name.ends_with(".tfvars") || name.ends_with(".tfvars.json");
    let mut found = Vec::new();
    for (name, is_directory) in disk::list(root).unwrap_or_default() {
        let path = root.join(&name);
        match is_directory {
            true if !name.starts_with('.') => {
                let inside = disk::list(&path).unwrap_or_default();
                let inside = inside.into_iter().filter(|(name, is_directory)| !is_directory && is_file(name));
                found.extend(inside.map(|(name, _)| path.join(name)));
            }
            false if is_file(&name) => found.push(path),
            true | false => {}
        }
    }
    found
}

/// Reads a variable file.
fn file(path: &Path, loader: &mut Loader<'_>, given: &mut BTreeMap<String, Given>) {
    let Some(tree) = loader.parse_values(path) else { return };
    let mut problems = Vec::new();
    let parsed = loader.trees.get(tree);
    let body = loader.trees.body(NodeRef { tree, node: parsed.root });
    let mut seen = HashSet::new();
    if body.is_json() && parsed.kind(parsed.root) == Kind::Tuple {
        problems.push(Problem::at(parsed.span(parsed.root), "A variable file holds one JSON object"));
    }
    for block in body.all_blocks() {
        problems.push(Problem::at(block.header, "A variable file holds values only, no blocks"));
    }
    for attribute in body.attributes() {
        if !seen.insert(attribute.name.clone()) && body.is_json() {
            let message = format!("Duplicate attribute definition: \"{}\" is set already", attribute.name);
            problems.push(Problem::at(attribute.name_span, message));
        }
        given.insert(attribute.name.into_owned(), Given::Expression(attribute.expression));
    }
    problems.into_iter().for_each(|problem| loader.problems.add(problem));
}

/// A value from the environment or the command line: text for variables of a primitive type or none, else an
/// expression.
fn typed(name: &str, text: &str, module: &Module, loader: &mut Loader<'_>) -> Given {
    let ty = module.variables.get(name).and_then(|declared| declared.ty);
    let is_text = ty.is_none_or(|ty| {
        let tree = loader.trees.get(ty.tree);
        let constant = tree.constant_text(ty.node);
        matches!(constant.as_deref().unwrap_or_else(|| tree.text(ty.node)), "string" | "number" | "bool")
    });
    if is_text {
        return Given::Text(text.to_owned());
    }
    let file = loader.sources.add(SourceFile::new(format!("value given for var.{name}"), text.as_bytes().to_vec()));
    Given::Typed(loader.parse_expression(file, text, 0))
}

/// A declaration, read.
#[derive(Debug)]
pub(super) struct Specification {
    pub(super) constraint: TypeConstraint,
    pub(super) default: Option<NodeRef>,
    /// The value where none is given: the default, else unknown.
    otherwise: Value,
    nullable: bool,
    pub(super) marks: Marks,
    pub(super) header: Span,
}

/// Reads a declaration. A default must fit, whether or not another value is given.
pub(super) fn specification(
    name: &str,
    declared: &Declared,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Specification {
    let layers = &declared.layers;
    let attribute = |name: &str| layers.attribute(context.trees, name).map(|attribute| attribute.expression);
    // What is wrong with one was said when the block was read.
    let is_set = |name: &str, otherwise: bool| {
        attribute(name).and_then(|expression| flag(expression, context.trees).ok()).unwrap_or(otherwise)
    };
    let mut marks = Marks::NONE;
    if is_set("sensitive", false) {
        marks = marks.with(Marks::SENSITIVE);
    }
    if is_set("ephemeral", false) {
        marks = marks.with(Marks::EPHEMERAL);
    }
    let nullable = is_set("nullable", true);
    let default = |expression: NodeRef| constant(expression, context.trees, context.files);
    let constraint = match declared.ty.map(|expression| constraint::read(expression, context.trees, &default)) {
        None => TypeConstraint::any(),
        Some(Ok(constraint)) => constraint,
        Some(Err(problem)) => {
            problems.push(*problem);
            TypeConstraint::any()
        }
    };
    let otherwise = Value::unknown(constraint.ty().without_optional());
    let default = attribute("default");
    let mut read = Specification { constraint, default, otherwise, nullable, marks, header: layers.header };
    if let Some(default) = default {
        read.otherwise = read.default_value(name, default, context, problems);
    }
    read
}

impl Specification {
    /// The value of a root variable.
    pub(super) fn root_value(
        &self,
        name: &str,
        given: Option<&Given>,
        trees: &Trees,
        files: &dyn Files,
        problems: &mut Vec<Problem>,
    ) -> Value {
        let (value, at) = match given {
            None => return self.without_value(),
            Some(Given::Expression(expression)) => (constant(*expression, trees, files), trees.span(*expression)),
            Some(Given::Typed(expression)) => (constant(*expression, trees, files).map(without_origins), self.header),
            Some(Given::Text(text)) => (Ok(Value::string(text)), self.header),
        };
        match value {
            Ok(value) => self.accept(name, value, at, problems),
            Err(problem) => {
                problems.push(*problem);
                self.finish(self.unknown())
            }
        }
    }

    /// What the declaration makes of a value that is given: defaults for `null` where null is not taken, conversion.
    pub(super) fn accept(&self, name: &str, value: Value, at: Span, problems: &mut Vec<Problem>) -> Value {
        if value.is_null() && !self.nullable {
            if self.default.is_none() {
                let message = format!("Required variable not set: \"{name}\" takes no null value and has no default");
                problems.push(Problem::at(at, message));
            }
            return self.without_value();
        }
        let what = format_args!("Invalid value for input variable \"{name}\"");
        self.finish(self.convert(what, &value, at, problems))
    }

    fn convert(&self, what: Arguments<'_>, value: &Value, at: Span, problems: &mut Vec<Problem>) -> Value {
        self.constraint.apply(value).unwrap_or_else(|why| {
            problems.push(Problem::at(at, format!("{what}: {why}")));
            self.unknown().with_origin(Origin::span(at))
        })
    }

    fn default_value(&self, name: &str, default: NodeRef, context: &Context<'_>, problems: &mut Vec<Problem>) -> Value {
        let trees = context.trees;
        let what = format_args!("Invalid default value for variable \"{name}\"");
        match constant(default, trees, context.files) {
            Ok(value) if value.is_null() && !self.nullable => {
                let message = format!("{what}: it may not be null, as nullable is false");
                problems.push(Problem::at(trees.span(default), message));
                self.unknown()
            }
            Ok(value) if value.is_null() => {
                Value::null(self.constraint.ty().without_optional()).with_origin(value.origin)
            }
            Ok(value) => self.convert(what, &value, trees.span(default), problems),
            Err(problem) => {
                problems.push(*problem);
                self.unknown()
            }
        }
    }

    /// A value that nobody knows.
    fn unknown(&self) -> Value {
        Value::unknown(self.constraint.ty().without_optional())
    }

    /// What the variable is before any value is given.
    pub(super) fn unknown_yet(&self) -> Value {
        self.finish(self.unknown())
    }

    /// What it is where no value is given.
    pub(super) fn without_value(&self) -> Value {
        self.finish(self.otherwise.clone())
    }

    fn finish(&self, value: Value) -> Value {
        value.with_marks(self.marks)
    }
}

/// The value without the places that it was typed at.
fn without_origins(value: Value) -> Value {
    use crate::lang::Data;
    let data = match value.data {
        Data::List(ty, elements) => {
            Data::List(ty, elements.iter().cloned().map(without_origins).collect::<Vec<_>>().into())
        }
        Data::Set(ty, elements) => {
            Data::Set(ty, elements.iter().cloned().map(without_origins).collect::<Vec<_>>().into())
        }
        Data::Tuple(elements) => Data::Tuple(elements.iter().cloned().map(without_origins).collect::<Vec<_>>().into()),
        Data::Map(ty, entries) => Data::Map(
            ty,
            std::sync::Arc::new(
                entries.iter().map(|(key, value)| (key.clone(), without_origins(value.clone()))).collect(),
            ),
        ),
        Data::Object(entries) => Data::Object(std::sync::Arc::new(
            entries.iter().map(|(key, value)| (key.clone(), without_origins(value.clone()))).collect(),
        )),
        data @ (Data::Null(_) | Data::Unknown(_) | Data::Bool(_) | Data::Number(_) | Data::String(_)) => data,
    };
    Value { data, marks: value.marks, origin: Origin::NONE }
}
