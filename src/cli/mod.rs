//! The command line: the only part that prints, exits, or reads the environment.
//!
//! One file per command. A command returns its exit code, or a `Failure` that says why it could not begin.

mod answers;
mod arguments;
mod check;
mod environment;
mod evaluate;
mod explain;
mod gate;
mod git;
mod graph;
mod init;
mod inputs;
mod merge;
mod output;
mod plan_input;
mod reach;
mod reading;
mod roots;
mod rules;
mod syntax;
mod test;
mod verify_gate;

use std::panic;
use std::process::ExitCode;
use std::sync::Mutex;

use clap::{Parser, Subcommand};

/// Deep configuration is evaluated by recursion within limits; this holds the deepest.
const STACK: usize = 256 * 1024 * 1024;
/// terravet could not do what it was asked to do.
const INCOMPLETE: u8 = 2;

/// Finds tagging, CIDR and network mistakes in Terraform before `terraform apply`.
#[derive(Debug, Parser)]
#[command(name = "terravet", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "\
Examples:
  terravet check                       check the root module in this directory
  terravet check envs/prod --output junit=report.xml
  terravet explain sg/open-admin-port  what a rule finds, and what to write instead

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 something could not be checked.")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Evaluate(evaluate::Arguments),
    Syntax(syntax::Arguments),
    Explain(explain::Arguments),
    Rules(rules::Arguments),
    Test(test::Arguments),
    Init(init::Arguments),
    Gate(gate::Arguments),
    VerifyGate(verify_gate::Arguments),
    Reach(reach::Arguments),
    Graph(graph::Arguments),
    Roots(roots::Arguments),
    Merge(merge::Arguments),
    /// Print the version
    Version,
}

/// Why a command could not begin; printed on standard error, exit code 2.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Runs the command that the process arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let command = match CommandLine::try_parse() {
        Ok(line) => line.command,
        Err(error) => {
            // Help and version are errors to clap too, of exit code 0; nothing is lost if nobody reads them.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(INCOMPLETE));
        }
    };
    panic::set_hook(Box::new(|information| {
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = information.to_string().replace('\n', " ");
        }
    }));
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || run(command));
    let code = match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(code))) => code,
        Ok(Ok(Err(Failure(message)))) => {
            output::error(&message);
            INCOMPLETE
        }
        Ok(Err(_)) => {
            output::error(&internal_error());
            INCOMPLETE
        }
        Err(error) => {
            output::error(&format!("no thread could be started: {error}"));
            INCOMPLETE
        }
    };
    ExitCode::from(code)
}

fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(arguments),
        Command::Syntax(arguments) => syntax::run(&arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Rules(arguments) => rules::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Gate(arguments) => gate::run(&arguments),
        Command::VerifyGate(arguments) => verify_gate::run(&arguments),
        Command::Reach(arguments) => reach::run(&arguments),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::Roots(arguments) => roots::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Version => {
            output::print(&format!("terravet {}\n", env!("CARGO_PKG_VERSION")))?;
            Ok(0)
        }
    }
}

/// What the last panic said: the hook keeps it, so that it is reported once, and as a problem.
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// The message for a panic: a mistake in terravet, never in its input.
fn internal_error() -> String {
    let what = LAST_PANIC.lock().map(|last| last.clone()).unwrap_or_default();
    format!("internal error, please report it with the input that caused it: {what}")
}
