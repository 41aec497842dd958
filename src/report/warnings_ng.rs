//! The native JSON of Jenkins' Warnings Next Generation plugin (analysis-model's `JsonIssueParser` says which fields it
//! reads), for `recordIssues(tool: issues(pattern: '…'))`.
//!
//! - `category` is the rule's family, `type` the rule, `moduleName` the root module, `packageName` the resource's type.
//! - `fingerprint` is the finding's own, so that builds are compared by what was found, not by line numbers.
//! - `description` is HTML to the plugin: text is escaped.
//! - A suppressed finding is left out (the plugin has no place for it). A problem is an issue of severity `ERROR`.
//! - Columns are inclusive at both ends.

use std::io::{self, Write};

use serde::Serialize;

use super::place::{one_line, problem_file, region};
use crate::finding::{Finding, Report, Severity, Verdict};
use crate::source::{Problem, Sources, Span};

/// Writes the report.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.findings.iter().filter(|finding| finding.suppressed.is_none());
    let issues = report
        .problems
        .iter()
        .map(|problem| problem_issue(problem, sources))
        .chain(findings.map(|finding| finding_issue(finding, sources)))
        .collect();
    serde_json::to_writer_pretty(&mut *out, &Document { issues }).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

fn finding_issue<'a>(finding: &'a Finding, sources: &'a Sources) -> Issue<'a> {
    let verdict = match finding.verdict {
        Verdict::Violation => "",
        Verdict::Undetermined => "Undetermined: ",
    };
    let subject = finding.address.as_ref().map(|address| format!("{address}: ")).unwrap_or_default();
    Issue {
        place: Place::of(finding.location, sources),
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "NORMAL",
            Severity::Info => "LOW",
        },
        category: finding.rule.split('/').next().unwrap_or_default(),
        r#type: &finding.rule,
        message: one_line(&format!("{verdict}{subject}{}", finding.message)),
        description: html(&finding.help),
        module_name: finding.root.as_deref(),
        package_name: finding.resource_type.as_deref(),
        fingerprint: Some(&finding.fingerprint),
    }
}

fn problem_issue<'a>(problem: &'a Problem, sources: &'a Sources) -> Issue<'a> {
    // Where it begins is what counts, and all that a report read back knows.
    let begin = problem.span.map(|span| Span { end: span.start, ..span });
    let mut place = Place::of(begin, sources);
    place.file_name = problem_file(sources, problem);
    Issue {
        place,
        severity: "ERROR",
        category: "problem",
        r#type: "problem",
        message: one_line(&format!("Could not be checked: {}", problem.message)),
        description: html(problem.help.as_deref().unwrap_or_default()),
        module_name: None,
        package_name: None,
        fingerprint: None,
    }
}

/// Text as HTML: what is in backquotes is code.
fn html(text: &str) -> String {
    let mut escaped = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            escaped.push_str(if index % 2 == 1 { "<code>" } else { "</code>" });
        }
        for character in part.chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                other => escaped.push(super::place::visible(other)),
            }
        }
    }
    if text.matches('`').count() % 2 == 1 {
        escaped.push_str("</code>");
    }
    escaped
}

#[derive(Serialize)]
struct Document<'a> {
    issues: Vec<Issue<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Issue<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    severity: &'static str,
    category: &'a str,
    r#type: &'a str,
    message: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    module_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<&'a str>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    file_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_start: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_end: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column_start: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column_end: Option<u32>,
}

impl<'a> Place<'a> {
    fn of(span: Option<Span>, sources: &'a Sources) -> Self {
        let Some(span) = span else { return Self::default() };
        let region = region(sources, span);
        Self {
            file_name: region.file,
            line_start: Some(region.start.line),
            line_end: Some(region.end.line),
            column_start: Some(region.start.column),
            column_end: Some(if region.end.line == region.start.line {
                region.end.column.saturating_sub(1).max(region.start.column)
            } else {
                region.end.column.saturating_sub(1).max(1)
            }),
        }
    }
}
