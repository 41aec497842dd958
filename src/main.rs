//! The `terravet` command: parses arguments, calls the library, turns the outcome into an exit code.

use std::process::ExitCode;

/// A run is made of many small values; the allocators that come with C libraries take nearly twice as long over them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    terravet::cli::main()
}
