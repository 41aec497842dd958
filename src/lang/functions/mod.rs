//! Terraform's functions: one table with typed parameters, a file per family.
//!
//! [`call`] keeps to the protocol of Terraform's own function library (go-cty, package `function`): arguments are
//! counted and converted, `null`, unknown, untyped and marked arguments are dealt with as each parameter allows, and
//! only then the function itself runs. So a function sees nothing that its parameters do not allow.

mod collection;
mod date;
mod digest;
pub mod disk_files;
mod encoding;
mod filesystem;
mod format;
mod glob;
mod go_math;
mod hcl_text;
mod ip_network;
mod lookup;
mod numeric;
mod pattern;
mod pattern_syntax;
mod provider;
mod sequence;
mod set;
mod string;
mod type_conversion;
mod yaml;
mod yaml_text;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::convert::convert;
use super::equality::equal;
use super::types::Type;
use super::value::{Data, Entries, Marks, Origin, Unknown, Value};

/// The most elements that a function makes.
const MAX_ELEMENTS: usize = 10_000_000;
/// The most text that a function makes (bytes).
const MAX_TEXT: usize = 64 << 20;

/// What file functions may read. Paths are as written in the configuration.
pub trait Files {
    /// Whether a path may be looked at. What may not is unknown to functions.
    fn allowed(&self, path: &str) -> bool {
        let _ = path;
        true
    }

    /// The content of a regular file.
    ///
    /// # Errors
    /// One sentence: why not.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String>;

    /// Whether there is a regular file.
    ///
    /// # Errors
    /// One sentence: why that cannot be said.
    fn exists(&self, path: &str) -> Result<bool, String>;

    /// The regular files below `directory` that match the pattern (`*`, `**`, `?`, `[…]`, `{a,b}`), relative to it.
    ///
    /// # Errors
    /// One sentence: why that cannot be said.
    fn set(&self, directory: &str, pattern: &str) -> Result<Vec<String>, String>;

    /// The path made absolute.
    fn absolute(&self, path: &str) -> String;
}

/// Why a function call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The argument at fault, from 0.
    pub argument: Option<usize>,
    /// The whole sentence as Terraform words it, without its full stop: `Invalid value for "num" parameter: a number
    /// is required`, `Call to function "cidrhost" failed: …`, `Function "abs" expects only 1 argument(s)`.
    pub message: String,
}

/// Calls a function by name (`core::` taken off).
///
/// `try`, `can`, `type`, `templatefile` and `templatestring` are the evaluator's own: here they fail.
///
/// # Errors
/// As Terraform: wrong number or types of arguments, or what the function itself refuses. An unknown name is the
/// caller's to report ([`exists`]).
pub fn call(name: &str, arguments: &[Value], files: &dyn Files) -> Result<Value, FunctionError> {
    let Some(function) = TABLE.get(name) else {
        return Err(FunctionError { argument: None, message: format!("There is no function named {name:?}") });
    };
    function.check_count(arguments.len())?;
    let converted = function.convert(arguments)?;
    function.call(converted, files).map_err(|failure| {
        // Reasons quote what was given, in one form or another.
        let sensitive = arguments.iter().any(|argument| argument.deep_marks().has(Marks::SENSITIVE));
        let failure = if sensitive { Failure { message: HIDDEN.into(), ..failure } } else { failure };
        function.explain(failure, arguments.len())
    })
}

/// Stands for the reason of a failure where sensitive values are among the arguments.
const HIDDEN: &str = "the reason is not shown, as it may hold a sensitive value";

/// Whether there is a function of that name.
#[must_use]
pub fn exists(name: &str) -> bool {
    TABLE.contains_key(name)
}

/// The names of all functions, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied()
}

/// The names of a function's parameters, and of the one that takes all further arguments.
#[must_use]
pub fn parameters(name: &str) -> Option<(Vec<&'static str>, Option<&'static str>)> {
    let function = TABLE.get(name)?;
    let names = function.parameters.iter().map(|parameter| parameter.name).collect();
    Some((names, function.variadic.map(|parameter| parameter.name)))
}

static TABLE: LazyLock<BTreeMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let families: [&'static [Function]; 16] = [
        collection::FUNCTIONS,
        date::FUNCTIONS,
        digest::FUNCTIONS,
        encoding::FUNCTIONS,
        filesystem::FUNCTIONS,
        format::FUNCTIONS,
        ip_network::FUNCTIONS,
        lookup::FUNCTIONS,
        numeric::FUNCTIONS,
        pattern::FUNCTIONS,
        provider::FUNCTIONS,
        sequence::FUNCTIONS,
        set::FUNCTIONS,
        string::FUNCTIONS,
        type_conversion::FUNCTIONS,
        yaml::FUNCTIONS,
    ];
    families.into_iter().flatten().map(|function| (function.name, function)).collect()
});

/// What a parameter converts its argument to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
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
    fn ty(self) -> Type {
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
struct Parameter {
    name: &'static str,
    takes: Takes,
    null: bool,
    unknown: bool,
    untyped: bool,
    marked: bool,
}

impl Parameter {
    /// `null` is handed to the function.
    const fn nullable(mut self) -> Self {
        self.null = true;
        self
    }

    /// Unknown values of a known type are handed to the function.
    const fn unknowable(mut self) -> Self {
        self.unknown = true;
        self
    }

    /// Values whose type is not known are handed to the function (if it also takes unknown ones, or `null`).
    const fn untyped(mut self) -> Self {
        self.untyped = true;
        self
    }

    /// Marks are the function's to carry over.
    const fn marked(mut self) -> Self {
        self.marked = true;
        self
    }

    /// Whatever there is, is handed to the function.
    const fn anything(self) -> Self {
        self.nullable().unknowable().untyped().marked()
    }
}

const fn takes(name: &'static str, takes: Takes) -> Parameter {
    Parameter { name, takes, null: false, unknown: false, untyped: false, marked: false }
}

const fn any(name: &'static str) -> Parameter {
    takes(name, Takes::Any)
}

const fn number(name: &'static str) -> Parameter {
    takes(name, Takes::Number)
}

const fn string(name: &'static str) -> Parameter {
    takes(name, Takes::String)
}

/// The type of the result.
#[derive(Clone, Copy)]
enum Returns {
    Always(Takes),
    By(fn(&[Value]) -> Result<Type, Failure>),
}

/// Where the values in a result were typed, as far as they do not know it themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The function hands on what it was given.
    Kept,
    /// Computed from this argument.
    Argument(usize),
}

/// A function.
struct Function {
    name: &'static str,
    parameters: &'static [Parameter],
    variadic: Option<Parameter>,
    returns: Returns,
    nullable: bool,
    source: Source,
    run: fn(&Call<'_>) -> Result<Value, Failure>,
}

/// What a function runs on.
struct Call<'a> {
    arguments: &'a [Value],
    /// The type that the result has.
    ty: &'a Type,
    files: &'a dyn Files,
}

/// What a function refuses: the argument if one is at fault, and the end of the sentence.
#[derive(Debug)]
struct Failure {
    argument: Option<usize>,
    message: String,
}

impl<T: Into<String>> From<T> for Failure {
    fn from(message: T) -> Self {
        Self { argument: None, message: message.into() }
    }
}

/// A failure that is an argument's fault.
fn at(argument: usize, message: impl Into<String>) -> Failure {
    Failure { argument: Some(argument), message: message.into() }
}

/// A function whose result is never null and is computed from the first argument.
const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    returns: Returns,
    run: fn(&Call<'_>) -> Result<Value, Failure>,
) -> Function {
    Function { name, parameters, variadic: None, returns, nullable: false, source: Source::Argument(0), run }
}

impl Function {
    /// All further arguments go to this parameter.
    const fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    /// An unknown result may turn out null.
    const fn maybe_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The function hands on values as they are.
    const fn keeps(mut self) -> Self {
        self.source = Source::Kept;
        self
    }

    /// The result is computed from this argument.
    const fn computed_from(mut self, argument: usize) -> Self {
        self.source = Source::Argument(argument);
        self
    }

    fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }

    fn check_count(&self, given: usize) -> Result<(), FunctionError> {
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

    fn convert<'a>(&self, arguments: &'a [Value]) -> Result<Cow<'a, [Value]>, FunctionError> {
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

    fn call(&self, mut arguments: Cow<'_, [Value]>, files: &dyn Files) -> Result<Value, Failure> {
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
            return Ok(Value::unknown(Type::Dynamic));
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
        Ok(self.with_source(result, &arguments).with_marks(marks))
    }

    fn every_parameter(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().chain(self.variadic.iter().cycle())
    }

    fn with_source(&self, result: Value, arguments: &[Value]) -> Value {
        match self.source {
            Source::Kept => arguments.iter().fold(result, |result, argument| result.or_origin(argument.origin)),
            Source::Argument(index) => match arguments.get(index).map(origin) {
                Some(origin) if origin != Origin::NONE => fill_origin(result, origin),
                _ => result,
            },
        }
    }

    /// The failure as the evaluator of Terraform (package `hclsyntax`) words it.
    fn explain(&self, failure: Failure, given: usize) -> FunctionError {
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
fn already(takes: Takes, argument: &Value) -> bool {
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
fn is_untyped(value: &Value) -> bool {
    match &value.data {
        Data::Null(ty) => *ty == Type::Dynamic,
        Data::Unknown(unknown) => unknown.ty == Type::Dynamic,
        _ => false,
    }
}

/// An unknown value of a known type that is certainly not null; any other value unchanged.
fn not_null(mut value: Value) -> Value {
    if let Data::Unknown(unknown) = &mut value.data
        && unknown.ty != Type::Dynamic
        && !unknown.not_null
    {
        Arc::make_mut(unknown).not_null = true;
    }
    value
}

/// An unknown value of the type that begins with the text, if there is any.
fn unknown_with_prefix(prefix: &str) -> Value {
    let prefix = (!prefix.is_empty()).then(|| prefix.into());
    Data::Unknown(Arc::new(Unknown { not_null: true, prefix, ..Unknown::new(Type::String) })).into()
}

/// The part of a prefix that holds whatever follows it: its last character might combine with what comes.
fn safe_prefix(prefix: &str) -> &str {
    use unicode_segmentation::UnicodeSegmentation;
    if prefix.is_ascii() && !prefix.ends_with('\r') {
        return prefix;
    }
    let last = prefix.grapheme_indices(true).next_back();
    last.map_or(prefix, |(at, _)| &prefix[..at])
}

/// The number of elements, if that is known.
fn known_length(value: &Value) -> Option<usize> {
    if let Some(unknown) = value.as_unknown() {
        let (least, most) = unknown.length;
        return most.filter(|&most| most == least).and_then(|most| usize::try_from(most).ok());
    }
    if !value.has_known_length() {
        return None;
    }
    value.elements().map(<[_]>::len).or_else(|| value.entries().map(Entries::len))
}

/// Where a value was typed; of a collection of one, where that one was.
fn origin(value: &Value) -> Origin {
    match value.elements() {
        Some([only]) => origin(only).or(value.origin),
        _ => value.origin,
    }
}

/// The value with the origin given to all in it that has none.
fn fill_origin(value: Value, origin: Origin) -> Value {
    let all = |elements: &Arc<Vec<Value>>| {
        Arc::new(elements.iter().map(|element| fill_origin(element.clone(), origin)).collect::<Vec<_>>())
    };
    let each = |entries: &Arc<Entries>| {
        let filled = entries.iter().map(|(key, value)| (key.clone(), fill_origin(value.clone(), origin)));
        Arc::new(filled.collect::<Entries>())
    };
    let data = match &value.data {
        Data::List(element, elements) => Data::List(element.clone(), all(elements)),
        Data::Set(element, elements) => Data::Set(element.clone(), all(elements)),
        Data::Tuple(elements) => Data::Tuple(all(elements)),
        Data::Map(element, entries) => Data::Map(element.clone(), each(entries)),
        Data::Object(entries) => Data::Object(each(entries)),
        Data::Null(_) | Data::Unknown(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
            return value.or_origin(origin);
        }
    };
    Value { data, marks: value.marks, origin: value.origin.or(origin) }
}

impl<'a> Call<'a> {
    /// An argument that the parameter makes known text.
    fn text(&self, index: usize) -> &'a str {
        self.arguments.get(index).and_then(Value::as_str).unwrap_or_default()
    }

    /// An argument as a whole number of 64 bits.
    fn int(&self, index: usize) -> Result<i64, String> {
        int(&self.arguments[index])
    }

    /// The elements of an argument that is known.
    fn elements(&self, index: usize) -> &'a [Value] {
        self.arguments.get(index).and_then(Value::elements).unwrap_or_default()
    }

    /// Unknown, of the type that the result has.
    fn unknown(&self) -> Value {
        Value::unknown(self.ty.clone())
    }
}

/// A number as a whole number of 64 bits; the error is the one of Terraform.
fn int(value: &Value) -> Result<i64, String> {
    value
        .as_number()
        .and_then(super::Number::to_i64)
        .ok_or_else(|| format!("value must be a whole number, between {} and {}", i64::MIN, i64::MAX))
}

/// Text as a value, unless it is too large.
fn text(text: &str) -> Result<Value, Failure> {
    check_text(text.len())?;
    Ok(Value::string(text))
}

fn check_text(bytes: usize) -> Result<(), Failure> {
    if bytes > MAX_TEXT {
        return Err(format!("the result is too large: {bytes} bytes of text, and {MAX_TEXT} is the limit").into());
    }
    Ok(())
}

fn check_elements(count: usize) -> Result<(), Failure> {
    if count > MAX_ELEMENTS {
        return Err(format!("the result is too large: {count} elements, and {MAX_ELEMENTS} is the limit").into());
    }
    Ok(())
}

/// Text in double quotes as Go's `%q` has it, or a stand-in if it must not be shown.
fn quoted(text: &str, marks: Marks) -> String {
    if marks.has(Marks::SENSITIVE) { "(sensitive value)".into() } else { format!("{text:?}") }
}
