//! `terravet merge`: reports of several runs as one, with one verdict.

use std::path::PathBuf;

use clap::Args;

use super::output::Destinations;
use super::{Failure, arguments, environment};
use crate::finding::{FailOn, Report, Summary};
use crate::policy;
use crate::report::read;
use crate::source::walk::reason;
use crate::source::{Problem, Sources, disk};

/// Make one report of several JSON reports
///
/// Reads what `terravet check --format json` wrote (of parts of a monorepo, say) and writes one report in any format. The
/// files that findings stand in are not read: reports of a merge name places and quote no lines.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet merge shard-1.json shard-2.json
  terravet merge shard-*.json --format env --output junit=terravet.xml

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 something could not be checked or read.")]
pub(super) struct Arguments {
    /// JSON reports
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    #[command(flatten)]
    destinations: Destinations,
    /// Severity from which findings fail the run: error, warning, info or never [default: the strictest of the reports]
    #[arg(long, value_name = "SEVERITY", value_parser = arguments::fail_on)]
    fail_on: Option<FailOn>,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let current = environment::current_directory()?;
    arguments.destinations.distinct(&current)?;
    let mut sources = Sources::default();
    let mut reports = Vec::new();
    for path in &arguments.reports {
        let bytes = disk::read(&current.join(path), disk::MAX_FILE_SIZE);
        let report = bytes.map_err(|error| reason(&error)).and_then(|bytes| read::read(&bytes, &mut sources));
        reports.push(report.unwrap_or_else(|message| unread(&path.to_string_lossy(), &message)));
    }
    let mut report = policy::join(reports, &sources).ok_or_else(|| Failure::new("no report was given"))?;
    report.fail_on = arguments.fail_on.unwrap_or(report.fail_on);
    arguments.destinations.write(&report, &sources, &[])
}

/// A report that could not be read, as a report that holds this problem.
fn unread(path: &str, message: &str) -> Report {
    let help = "Give a report that `terravet check --output json=FILE` wrote.";
    let problems = vec![Problem::with_path(path, format!("this report cannot be merged: {message}")).help(help)];
    Report {
        inputs: Vec::new(),
        rules: Vec::new(),
        findings: Vec::new(),
        summary: Summary::of(0, 0, &[], &problems),
        problems,
        fail_on: None,
        sensitive_spans: Vec::new(),
    }
}
