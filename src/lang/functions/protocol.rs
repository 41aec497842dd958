//! How a function is called: go-cty's protocol (package `function`), and what a function is declared with.

use std::borrow::Cow;

use super::super::certain::Certain;
use super::super::convert::convert;
use super::super::types::Type;
use super::super::value::{Data, Marks, Origin, Value};
use super::values::{fill_origin, int, not_null, origin};
use super::{Files, FunctionError};

/// What a parameter converts its argument to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Any,
    Bool,
    Number,
    String,
    List,
    ListOfBool,
    ListOfNumber,
    ListOfString,
    Set,
    SetOfString,
    Map,
    MapOfLists,
}

impl Takes {
    pub(super) fn ty(self) -> Type {
        match self {
            Self::Any => Type::Dynamic,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::List => Type::list(Type::Dynamic),
            Self::ListOfBool => Type::list(Type::Bool),
            Self::ListOfNumber => Type::list(Type::Number),
            Self::ListOfString => Type::list(Type::String),
            Self::Set => Type::set(Type::Dynamic),
            Self::SetOfString => Type::set(Type::String),
            Self::Map => Type::map(Type::Dynamic),
            Self::MapOfLists => Type::map(Type::list(Type::String)),
        }
    }
}

/// A parameter. Without the `…able` and `allow…` methods, `null` is an error, and an unknown or untyped argument makes
/// the result unknown; marks are taken off and put on the result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    pub(super) null: bool,
    pub(super) unknown: bool,
    pub(super) untyped: bool,
    pub(super) marked: bool,
}

impl Parameter {
    /// `null` is handed to the function.
    pub(super) const fn nullable(mut self) -> Self {
        self.null = true;
        self
    }

    /// Unknown values of a known type are handed to the function.
    pub(super) const fn unknowable(mut self) -> Self {
        self.unknown = true;
        self
    }

    /// Values whose type is not known are handed to the function (if it also takes unknown ones, or `null`).
    pub(super) const fn untyped(mut self) -> Self {
        self.untyped = true;
        self
    }

    /// Marks are the function's to carry over.
    pub(super) const fn marked(mut self) -> Self {
        self.marked = true;
        self
    }

    /// Whatever there is, is handed to the function.
    pub(super) const fn anything(self) -> Self {
        self.nullable().unknowable().untyped().marked()
    }
}

pub(super) const fn takes(name: &'static str, takes: Takes) -> Parameter {
    Parameter { name, takes, null: false, unknown: false, untyped: false, marked: false }
}

pub(super) const fn any(name: &'static str) -> Parameter {
    takes(name, Takes::Any)
}

pub(super) const fn number(name: &'static str) -> Parameter {
    takes(name, Takes::Number)
}

pub(super) const fn string(name: &'static str) -> Parameter {
    takes(name, Takes::String)
}

/// The type of the result.
#[derive(Clone, Copy)]
pub(super) enum Returns {
    Always(Takes),
    By(fn(&[Value]) -> Result<Type, Failure>),
}

/// Where the values in a result were typed, as far as they do not know it themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The function hands on what it was given.
    Kept,
    /// Computed from this argument.
    Argument(usize),
}

/// So many combinations of what the arguments may be are looked at.
const MAX_CHOICES: usize = 16;

/// What is certain of a result, by the arguments.
type Certainly = fn(&[Value]) -> Option<Certain>;

/// A function.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Parameter],
    pub(super) variadic: Option<Parameter>,
    pub(super) returns: Returns,
    pub(super) nullable: bool,
    pub(super) source: Source,
    /// What is certain of a result that is not known.
    pub(super) certain: Option<Certainly>,
    /// Whether a result that is not known is looked at for each value that the arguments may have.
    pub(super) chooses: bool,
    pub(super) run: fn(&Call<'_>) -> Result<Value, Failure>,
}

/// What a function runs on.
pub(super) struct Call<'a> {
    pub(super) arguments: &'a [Value],
    /// The type that the result has.
    pub(super) ty: &'a Type,
    pub(super) files: &'a dyn Files,
}

/// What a function refuses: the argument if one is at fault, and the end of the sentence.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) argument: Option<usize>,
    pub(super) message: String,
}

impl<T: Into<String>> From<T> for Failure {
    fn from(message: T) -> Self {
        Self { argument: None, message: message.into() }
    }
}

/// A failure that is an argument's fault.
pub(super) fn at(argument: usize, message: impl Into<String>) -> Failure {
    Failure { argument: Some(argument), message: message.into() }
}

/// A function whose result is never null and is computed from the first argument.
pub(super) const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    returns: Returns,
    run: fn(&Call<'_>) -> Result<Value, Failure>,
) -> Function {
    Function {
        name,
        parameters,
        variadic: None,
        returns,
        nullable: false,
        source: Source::Argument(0),
        certain: None,
        chooses: false,
        run,
    }
}

impl Function {
    /// All further arguments go to this parameter.
    pub(super) const fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    /// An unknown result may turn out null.
    pub(super) const fn maybe_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The function hands on values as they are.
    pub(super) const fn keeps(mut self) -> Self {
        self.source = Source::Kept;
        self
    }

    /// Of a result that is not known, this is certain.
    pub(super) const fn certainly(mut self, certain: Certainly) -> Self {
        self.certain = Some(certain);
        self
    }

    /// A result that is not known is looked at for each value that the arguments may have.
    pub(super) const fn choosing(mut self) -> Self {
        self.chooses = true;
        self
    }

    /// The result is computed from this argument.
    pub(super) const fn computed_from(mut self, argument: usize) -> Self {
        self.source = Source::Argument(argument);
        self
    }

    pub(super) fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }

    pub(super) fn check_count(&self, given: usize) -> Result<(), FunctionError> {
        let expected = self.parameters.len();
        let message = if let Some(missing) = self.parameters.get(given) {
            let least = if self.variadic.is_some() { " at least" } else { "" };
            format!(
                "Function {:?} expects{least} {expected} argument(s). Missing value for {:?}",
                self.name, missing.name
            )
        } else if self.variadic.is_none() && given > expected {
            format!("Function {:?} expects only {expected} argument(s)", self.name)
        } else {
            return Ok(());
        };
        Err(FunctionError { argument: None, message })
    }

    pub(super) fn convert<'a>(&self, arguments: &'a [Value]) -> Result<Cow<'a, [Value]>, FunctionError> {
        let mut converted = Cow::Borrowed(arguments);
        for (index, argument) in arguments.iter().enumerate() {
            let Some(parameter) = self.parameter(index) else { break };
            if already(parameter.takes, argument) {
                continue;
            }
            match convert(argument, &parameter.takes.ty()) {
                Ok(value) => converted.to_mut()[index] = value,
                Err(message) => return Err(self.explain(at(index, message), arguments.len())),
            }
        }
        Ok(converted)
    }

    pub(super) fn call(&self, mut arguments: Cow<'_, [Value]>, files: &dyn Files) -> Result<Value, Failure> {
        let mut untyped = false;
        for (index, argument) in arguments.iter().enumerate() {
            let Some(parameter) = self.parameter(index) else { break };
            if argument.is_null() && !parameter.null {
                return Err(at(index, "argument must not be null"));
            }
            if is_untyped(argument) && !parameter.untyped {
                untyped = true;
                break;
            }
        }
        if untyped {
            return Ok(self.with_certain(Value::unknown(Type::Dynamic), &arguments, files));
        }
        let ty = match self.returns {
            Returns::Always(takes) => takes.ty(),
            Returns::By(rule) => rule(&arguments)?,
        };
        let handed_on =
            arguments.iter().zip(self.every_parameter()).all(|(value, of)| of.unknown || !value.is_unknown());
        let mut marks = Marks::NONE;
        for (index, parameter) in self.every_parameter().enumerate().take(arguments.len()) {
            if handed_on && parameter.marked {
                continue;
            }
            let found = arguments[index].deep_marks();
            if !found.is_empty() {
                marks = marks.with(found);
                let unmarked = arguments[index].without_marks();
                arguments.to_mut()[index] = unmarked;
            }
        }
        let result =
            if handed_on { (self.run)(&Call { arguments: &arguments, ty: &ty, files })? } else { Value::unknown(ty) };
        let result = if self.nullable { result } else { not_null(result) };
        let result = self.with_certain(result, &arguments, files);
        Ok(self.with_source(result, &arguments).with_marks(marks))
    }

    fn with_certain(&self, result: Value, arguments: &[Value], files: &dyn Files) -> Value {
        if !result.is_unknown() {
            return result;
        }
        let certain = self.certain.and_then(|certain| certain(arguments));
        result.with_certain(certain.or_else(|| self.by_choice(arguments, files)))
    }

    /// The results for each of the values that the arguments may have.
    fn by_choice(&self, arguments: &[Value], files: &dyn Files) -> Option<Certain> {
        if !self.chooses {
            return None;
        }
        let choices: Vec<&[Value]> = arguments.iter().map(Value::choices).collect::<Option<_>>()?;
        let count = choices.iter().fold(1usize, |count, choices| count.saturating_mul(choices.len()));
        if !(2..=MAX_CHOICES).contains(&count) {
            return None;
        }
        let result = |mut number: usize| {
            let mut chosen = Vec::with_capacity(choices.len());
            for choices in &choices {
                chosen.push(choices[number % choices.len()].clone());
                number /= choices.len();
            }
            self.call(Cow::Owned(chosen), files).ok()
        };
        Certain::one_of(&(0..count).map(result).collect::<Option<Vec<_>>>()?)
    }

    pub(super) fn every_parameter(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().chain(self.variadic.iter().cycle())
    }

    pub(super) fn with_source(&self, result: Value, arguments: &[Value]) -> Value {
        match self.source {
            Source::Kept => {
                // What is not known comes from what is not known.
                let from = |argument: &&Value| !result.is_unknown() || argument.is_unknown();
                let origin = arguments.iter().filter(from).fold(Origin::NONE, |found, it| found.or(it.origin));
                result.or_origin(origin)
            }
            Source::Argument(index) => match arguments.get(index).map(origin) {
                Some(origin) if origin != Origin::NONE => fill_origin(result, origin),
                _ => result,
            },
        }
    }

    /// The failure as the evaluator of Terraform (package `hclsyntax`) words it.
    pub(super) fn explain(&self, failure: Failure, given: usize) -> FunctionError {
        let Failure { argument, message } = failure;
        match argument.filter(|&index| index < given).and_then(|index| self.parameter(index)) {
            Some(parameter) => FunctionError {
                argument,
                message: format!("Invalid value for {:?} parameter: {message}", parameter.name),
            },
            None => {
                FunctionError { argument: None, message: format!("Call to function {:?} failed: {message}", self.name) }
            }
        }
    }
}

/// Whether the argument needs no conversion.
pub(super) fn already(takes: Takes, argument: &Value) -> bool {
    match (takes, &argument.data) {
        (Takes::Any, _)
        | (Takes::String, Data::String(_))
        | (Takes::Number, Data::Number(_))
        | (Takes::Bool, Data::Bool(_)) => true,
        (Takes::ListOfString, Data::List(element, _)) => *element == Type::String,
        _ => false,
    }
}

/// Whether not even the type of a value is known.
pub(super) fn is_untyped(value: &Value) -> bool {
    match &value.data {
        Data::Null(ty) => *ty == Type::Dynamic,
        Data::Unknown(unknown) => unknown.ty == Type::Dynamic,
        _ => false,
    }
}

impl<'a> Call<'a> {
    /// An argument that the parameter makes known text.
    pub(super) fn text(&self, index: usize) -> &'a str {
        self.arguments.get(index).and_then(Value::as_str).unwrap_or_default()
    }

    /// An argument as a whole number of 64 bits.
    pub(super) fn int(&self, index: usize) -> Result<i64, String> {
        int(&self.arguments[index])
    }

    /// The elements of an argument that is known.
    pub(super) fn elements(&self, index: usize) -> &'a [Value] {
        self.arguments.get(index).and_then(Value::elements).unwrap_or_default()
    }

    /// Unknown, of the type that the result has.
    pub(super) fn unknown(&self) -> Value {
        Value::unknown(self.ty.clone())
    }
}
