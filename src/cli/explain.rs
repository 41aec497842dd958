//! `terravet explain`: the page of a rule.

use clap::Args;

use super::arguments::Rules;
use super::rules::{complain, load};
use super::{Failure, environment, output};
use crate::policy::{self, Extent, page};
use crate::source::{Sources, nearest};
use crate::syntax::Trees;

/// Explain a rule: what it finds, why that matters, what to write instead
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet explain sg/open-admin-port
  terravet explain tags/missing-required")]
pub(super) struct Arguments {
    /// The rule's name; `terravet rules` lists them
    rule: String,
    #[command(flatten)]
    rules: Rules,
}

pub(super) fn run(arguments: Arguments) -> Result<u8, Failure> {
    let current = environment::current_directory()?;
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, _) = load(&arguments.rules, &mut sources, &mut trees)?;
    let directory = &policy.configuration.directory;
    let own = policy.configuration.rule_paths.iter().map(|(path, span)| (directory.join(path), Some(*span)));
    let given = arguments.rules.paths().iter().map(|path| (current.join(path), None));
    let own: Vec<_> = own.chain(given).collect();
    let (rules, problems) = policy::rules(Extent::Whole, &own, &current, &mut sources, &mut trees);
    if let Some(rule) = rules.iter().find(|rule| rule.name == arguments.rule) {
        output::print(&page::page(rule))?;
        return Ok(complain(&problems, &sources));
    }
    let near = nearest(&arguments.rule, rules.iter().map(|rule| rule.name.as_str()));
    let hint =
        near.map_or_else(|| "`terravet rules` lists the rules".to_owned(), |name| format!("did you mean `{name}`?"));
    Err(Failure::new(format!("there is no rule `{}`; {hint}", arguments.rule)))
}
