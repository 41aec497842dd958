//! Terraform's functions: one table with typed parameters, a file per family.
//!
//! [`call`] keeps to the protocol of Terraform's own function library (go-cty, package `function`): arguments are
//! counted and converted, `null`, unknown, untyped and marked arguments are dealt with as each parameter allows, and
//! only then the function itself runs. So a function sees nothing that its parameters do not allow.

mod charset;
mod collection;
mod date;
mod digest;
pub mod disk_files;
mod encoding;
mod filesystem;
mod format;
mod glob;
mod go_math;
mod gzip;
mod hcl_text;
mod ip_network;
mod lookup;
mod no_files;
mod numeric;
mod pattern;
mod pattern_syntax;
mod protocol;
mod provider;
mod rsa;
mod sequence;
mod set;
mod string;
mod type_conversion;
mod values;
mod yaml;
mod yaml_text;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::equality::equal;
use super::value::{Marks, Origin, Value};
pub use no_files::NoFiles;

use protocol::{Call, Failure, Function, Parameter, Returns, Takes, any, at, function, number, string, takes};
use values::{check_elements, check_text, int, known_length, not_null, quoted, text, unknown_with_prefix};

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

    /// The regular files below `directory` that match the pattern (`*`, `**`, `?`, `[…]`, `{a,b}`), relative to it; `None`
    /// where the pattern leads to what may not be looked at.
    ///
    /// # Errors
    /// One sentence: why that cannot be said.
    fn set(&self, directory: &str, pattern: &str) -> Result<Option<Vec<String>>, String>;

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
        let sensitive = arguments.iter().any(|argument| argument.deep_marks().has(Marks::UNPRINTED));
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
