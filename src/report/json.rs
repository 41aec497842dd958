//! The JSON report: a contract (`schema_version`); nothing that a report holds is left out.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::place::{problem_file, region};
use crate::finding::{Finding, Report, RuleSummary, Severity, Suppressed};
use crate::source::{Problem, Sources, Span};

/// Raised when a consumer of an earlier report would misread a later one; new fields do not raise it.
pub const SCHEMA_VERSION: u32 = 1;

/// Writes the report as indented JSON.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        fail_on: report.fail_on.map_or("never", Severity::word),
        inputs: report
            .inputs
            .iter()
            .map(|input| InputJson { path: &input.path, kind: input.kind, sha256: input.sha256.as_deref() })
            .collect(),
        rules: report.rules.iter().map(rule_json).collect(),
        findings: Findings { report, sources },
        problems: report.problems.iter().map(|problem| problem_json(problem, sources)).collect(),
        summary: SummaryJson {
            resources: report.summary.resources,
            rules: report.summary.rules,
            errors: report.summary.errors,
            warnings: report.summary.warnings,
            infos: report.summary.infos,
            undetermined: report.summary.undetermined,
            suppressed: report.summary.suppressed,
            problems: report.summary.problems,
        },
    };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// A problem as an object: also what `evaluate` and `syntax` print.
#[must_use]
pub fn problem_json<'a>(problem: &'a Problem, sources: &'a Sources) -> ProblemJson<'a> {
    let start = problem.span.map(|span| region(sources, span).start);
    ProblemJson {
        file: problem_file(sources, problem),
        line: start.map(|position| position.line),
        column: start.map(|position| position.column),
        message: &problem.message,
        help: problem.help.as_deref(),
    }
}

fn rule_json(rule: &RuleSummary) -> RuleJson<'_> {
    RuleJson {
        name: &rule.name,
        title: &rule.title,
        severity: rule.severity.word(),
        why: &rule.why,
        fix: &rule.fix,
        references: &rule.references,
    }
}

fn finding_json<'a>(finding: &'a Finding, sources: &'a Sources) -> FindingJson<'a> {
    FindingJson {
        rule: &finding.rule,
        also: &finding.also,
        severity: finding.severity.word(),
        verdict: finding.verdict.word(),
        message: &finding.message,
        address: finding.address.as_deref(),
        resource_type: finding.resource_type.as_deref(),
        root: finding.root.as_deref(),
        change: finding.change,
        location: finding.location.map(|span| location(sources, span)),
        related: finding
            .related
            .iter()
            .map(|related| RelatedJson { location: location(sources, related.span), message: &related.message })
            .collect(),
        suppressed: finding.suppressed.as_ref().map(|suppressed| suppressed_json(suppressed, sources)),
        fingerprint: &finding.fingerprint,
        help: &finding.help,
    }
}

fn suppressed_json<'a>(suppressed: &'a Suppressed, sources: &'a Sources) -> SuppressedJson<'a> {
    SuppressedJson {
        reason: &suppressed.reason,
        expires: suppressed.expires.as_deref(),
        r#where: location(sources, suppressed.place),
    }
}

fn location(sources: &Sources, span: Span) -> LocationJson<'_> {
    let region = region(sources, span);
    LocationJson {
        file: region.file,
        line: region.start.line,
        column: region.start.column,
        end_line: region.end.line,
        end_column: region.end.column,
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    /// The severity that fails the run, or `never`.
    fail_on: &'static str,
    inputs: Vec<InputJson<'a>>,
    rules: Vec<RuleJson<'a>>,
    findings: Findings<'a>,
    problems: Vec<ProblemJson<'a>>,
    summary: SummaryJson,
}

/// The findings, each made into JSON as it is written.
struct Findings<'a> {
    report: &'a Report,
    sources: &'a Sources,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.report.findings.iter().map(|finding| finding_json(finding, self.sources)))
    }
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct InputJson<'a> {
    path: &'a str,
    kind: &'static str,
    sha256: Option<&'a str>,
}

/// A rule that ran, whether it found anything or not.
#[derive(Serialize)]
struct RuleJson<'a> {
    name: &'a str,
    title: &'a str,
    severity: &'static str,
    why: &'a str,
    fix: &'a str,
    references: &'a [String],
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    /// Other rules that hang on the same unknown value.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    also: &'a [String],
    severity: &'static str,
    verdict: &'static str,
    message: &'a str,
    address: Option<&'a str>,
    resource_type: Option<&'a str>,
    /// The root module's directory, where several were checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<&'a str>,
    /// What the plan does with the resource instance; only of plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'static str>,
    location: Option<LocationJson<'a>>,
    related: Vec<RelatedJson<'a>>,
    suppressed: Option<SuppressedJson<'a>>,
    fingerprint: &'a str,
    help: &'a str,
}

#[derive(Serialize)]
struct LocationJson<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct RelatedJson<'a> {
    #[serde(flatten)]
    location: LocationJson<'a>,
    message: &'a str,
}

#[derive(Serialize)]
struct SuppressedJson<'a> {
    reason: &'a str,
    expires: Option<&'a str>,
    r#where: LocationJson<'a>,
}

/// A problem in JSON; `line` and `column` are null where the problem is with a file as a whole.
#[derive(Debug, Serialize)]
pub struct ProblemJson<'a> {
    file: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct SummaryJson {
    resources: usize,
    rules: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    undetermined: usize,
    suppressed: usize,
    problems: usize,
}
