//! Terraform's functions: one table with typed parameters, a file per family.

use std::sync::Arc;

use super::value::Value;

/// What file functions may read. Paths are as written in the configuration.
pub trait Files {
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
    /// One sentence as Terraform words it.
    pub message: String,
}

/// Calls a function by name (`core::` taken off).
///
/// # Errors
/// As Terraform: wrong number or types of arguments, or what the function itself refuses. An unknown name is the
/// caller's to report ([`exists`]).
pub fn call(name: &str, arguments: &[Value], files: &dyn Files) -> Result<Value, FunctionError> {
    let _ = (name, arguments, files);
    Err(FunctionError { argument: None, message: "no functions yet".into() })
}

/// Whether there is a function of that name.
#[must_use]
pub fn exists(name: &str) -> bool {
    let _ = name;
    false
}
