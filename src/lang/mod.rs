//! Terraform's language: values, types, exact numbers, conversion, evaluation, functions.
//!
//! Knows expressions, not configurations: what `var.x` means is asked of a [`eval::Scope`].

pub mod certain;
pub mod convert;
pub mod equality;
pub mod eval;
mod fields;
pub mod functions;
pub mod json;
pub mod number;
pub mod operators;
pub mod refine;
mod set;
pub mod types;
pub mod value;

pub use certain::{Certain, Network, Subnet, What};
pub use fields::{Fields, Shape};
pub use number::Number;
pub use types::{ObjectType, Type};
pub use value::{Data, Marks, Origin, Str, Unknown, Value};
