//! The command line: the only part that prints, exits, or reads the environment.

use std::process::ExitCode;

/// Runs the command that the process arguments name.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
