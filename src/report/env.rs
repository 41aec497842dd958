//! Flat `key=value` lines for programs that read no JSON, such as the steps of the Jenkins library and shell scripts.
//!
//! Keys are lower case with underscores, values are words or counts: nothing needs quoting, and a line is a shell
//! assignment. New keys may come; those that are there keep their meaning.

use std::io::{self, Write};

use crate::finding::Report;

/// Writes the verdict (`pass`, `fail` or `error`: exit codes 0, 1 and 2) and the counts of the summary.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let verdict = match report.exit_code() {
        0 => "pass",
        1 => "fail",
        _ => "error",
    };
    writeln!(out, "verdict={verdict}")?;
    let summary = report.summary;
    for (key, count) in [
        ("failing", report.findings.iter().filter(|finding| report.fails(finding)).count()),
        ("errors", summary.errors),
        ("warnings", summary.warnings),
        ("infos", summary.infos),
        ("undetermined", summary.undetermined),
        ("suppressed", summary.suppressed),
        ("problems", summary.problems),
        ("resources", summary.resources),
        ("rules", summary.rules),
    ] {
        writeln!(out, "{key}={count}")?;
    }
    Ok(())
}
