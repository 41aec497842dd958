//! The `terravet` command: parses arguments, calls the library, turns the outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    terravet::cli::main()
}
