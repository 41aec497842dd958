//! `terravet rules`: the list of rules.

use std::io::Write as _;

use clap::Args;

use super::arguments::Rules;
use super::{Failure, INCOMPLETE, environment, output};
use crate::policy::{Policy, configuration};
use crate::report::human;
use crate::source::{Problem, Sources};
use crate::syntax::Trees;

/// List the rules
///
/// One per line: name, severity, what it finds. The configuration is applied: `off` is a rule that does not run.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet rules
  terravet rules --select 'cidr/*'
  terravet rules --rules policies/")]
pub(super) struct Arguments {
    #[command(flatten)]
    rules: Rules,
}

pub(super) fn run(arguments: Arguments) -> Result<u8, Failure> {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, problems) = load(&arguments.rules, &mut sources, &mut trees)?;
    let running = policy.summaries(|_| true);
    let width = policy.rules.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    output::print_with(|out| {
        for rule in policy.rules.iter().filter(|rule| arguments.rules.selects(&rule.name)) {
            let summary = running.iter().find(|summary| summary.name == rule.name);
            let severity = summary.map_or("off", |summary| summary.severity.word());
            writeln!(out, "{:width$}  {severity:7}  {}", rule.name, rule.title)?;
        }
        Ok(())
    })?;
    Ok(complain(&problems, &sources))
}

/// The policy that holds in the current directory.
pub(super) fn load(rules: &Rules, sources: &mut Sources, trees: &mut Trees) -> Result<(Policy, Vec<Problem>), Failure> {
    let current = environment::current_directory()?;
    let file = rules.config(&current)?.or_else(|| configuration::find(&current));
    Ok(Policy::load(&rules.settings(file, None, current), sources, trees))
}

/// Prints problems on standard error; the exit code that they make.
pub(super) fn complain(problems: &[Problem], sources: &Sources) -> u8 {
    for problem in problems {
        let text = human::problem(problem, sources, environment::style(environment::Color::Never));
        // Nobody is left to tell where standard error is closed.
        let _ = writeln!(std::io::stderr(), "{text}");
    }
    if problems.is_empty() { 0 } else { INCOMPLETE }
}
