//! `terravet test`: the examples of rule files are their tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::rules::complain;
use super::{Failure, environment, output};
use crate::policy::{self, Extent, Rule, examples, read_rules};
use crate::report::place::{counted, short};
use crate::source::Sources;
use crate::syntax::Trees;

/// Run the examples of rule files
///
/// Every example is checked with its rule alone: each line marked `# violation` or `# undetermined` has to have such a finding,
/// and no other line any. Exit code 1 where an example fails, 2 where a rule file cannot be read.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet test             the rules that terravet ships
  terravet test policies/   your own")]
pub(super) struct Arguments {
    /// Directory of rule files [default: the rules that terravet ships]
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments) -> Result<u8, Failure> {
    let current = environment::current_directory()?;
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (mut rules, mut problems) = policy::rules(Extent::Whole, &[], &current, &mut sources, &mut trees);
    let mut own = BTreeSet::new();
    if let Some(directory) = &arguments.directory {
        let (read, found) = read_rules(&current.join(directory), None, &current, &mut sources, &mut trees);
        own.extend(read.iter().map(|rule| rule.name.clone()));
        // A rule that is shipped too is the very file under test.
        rules.retain(|rule| !own.contains(&rule.name));
        rules.extend(read);
        problems.extend(found);
        problems.extend(policy::check_rules(&mut rules));
    }
    let scratch = Scratch::new()?;
    let wanted = |rule: &Rule| arguments.directory.is_none() || own.contains(&rule.name);
    let outcomes = examples::run(&rules, wanted, &scratch.0, &mut sources, &mut trees)
        .map_err(|error| Failure::new(format!("an example cannot be written to a temporary directory: {error}")))?;
    if outcomes.is_empty() && problems.is_empty() {
        return Err(Failure::new("there are no examples to run"));
    }
    let failed: Vec<_> = outcomes.iter().filter(|outcome| !outcome.failures.is_empty()).collect();
    output::print_with(|out| {
        for outcome in &failed {
            let place = short(&sources, outcome.span);
            writeln!(out, "{place}: example \"{}\" of {}", outcome.example, outcome.rule)?;
            for failure in &outcome.failures {
                writeln!(out, "  {failure}")?;
            }
        }
        let tested: BTreeSet<&str> = outcomes.iter().map(|outcome| outcome.rule.as_str()).collect();
        let (examples, rules) = (counted(outcomes.len(), "example"), counted(tested.len(), "rule"));
        writeln!(out, "{examples} of {rules}: {} passed, {} failed", outcomes.len() - failed.len(), failed.len())
    })?;
    Ok(complain(&problems, &sources).max(u8::from(!failed.is_empty())))
}

/// An empty directory that goes with the run.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("terravet-test-{}", std::process::id()));
        fs::create_dir_all(&path)
            .and_then(|()| fs::canonicalize(&path))
            .map(Self)
            .map_err(|error| Failure::new(format!("there is no temporary directory: {error}")))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in the temporary directory is the system's to clean up.
        let _ = fs::remove_dir_all(&self.0);
    }
}
