//! A JSON report read back, so that reports of several runs can be made one.
//!
//! What a report was made of is not read: its files may be on another machine, and their sensitive text is known to the first
//! run alone. Places are therefore positions without text ([`SourceFile::of_positions`]), and reports of them quote nothing.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::json::SCHEMA_VERSION;
use crate::finding::{Finding, Input, Related, Report, RuleSummary, Severity, Summary, Suppressed, Verdict};
use crate::source::{FileId, Position, Problem, SourceFile, Sources, Span};

/// Reads a report; its files are added to the sources.
///
/// # Errors
/// Why the text is no JSON report of this version.
pub fn read(text: &[u8], sources: &mut Sources) -> Result<Report, String> {
    let document: Document =
        serde_json::from_slice(text).map_err(|error| format!("it is no JSON report of terravet: {error}"))?;
    if document.schema_version != SCHEMA_VERSION {
        return Err(format!(
            "its schema_version is {}, this terravet reads {SCHEMA_VERSION}: make both reports with one version",
            document.schema_version
        ));
    }
    let mut places = Places::default();
    let findings = document.findings.iter().map(|finding| places.finding(finding)).collect::<Result<Vec<_>, _>>()?;
    let problems: Vec<Problem> = document.problems.iter().map(|problem| places.problem(problem)).collect();
    let rules = document.rules.into_iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    let inputs = document.inputs.into_iter().map(input).collect::<Result<Vec<_>, _>>()?;
    let fail_on = match document.fail_on.as_str() {
        "never" => None,
        word => Some(severity(word)?),
    };
    let files = places.into_files(sources);
    let mut report =
        Report { inputs, rules, findings, problems, summary: Summary::default(), fail_on, sensitive_spans: Vec::new() };
    report.move_to(&files);
    report.summary = Summary::of(document.summary.resources, report.rules.len(), &report.findings, &report.problems);
    Ok(report)
}

impl Report {
    /// Files are numbered as they are met; here they get the numbers that they have among the sources.
    fn move_to(&mut self, files: &[FileId]) {
        let place = |span: &mut Span| span.file = files[span.file.0 as usize];
        for finding in &mut self.findings {
            finding.location.iter_mut().for_each(place);
            finding.related.iter_mut().for_each(|related| place(&mut related.span));
            finding.suppressed.iter_mut().for_each(|suppressed| place(&mut suppressed.place));
        }
        for problem in &mut self.problems {
            problem.span.iter_mut().for_each(place);
        }
    }
}

/// The positions of each file.
#[derive(Default)]
struct Places {
    numbers: BTreeMap<String, u32>,
    positions: Vec<(String, Vec<Position>)>,
}

impl Places {
    fn span(&mut self, file: &str, start: Position, end: Position) -> Span {
        let next = self.positions.len() as u32;
        let number = *self.numbers.entry(file.to_owned()).or_insert(next);
        if number == next {
            self.positions.push((file.to_owned(), Vec::new()));
        }
        let positions = &mut self.positions[number as usize].1;
        let at = positions.len() as u32;
        positions.extend([start, end]);
        Span::new(FileId(number), at, at + 1)
    }

    fn location(&mut self, location: &Location) -> Span {
        let start = Position { line: location.line, column: location.column };
        self.span(&location.file, start, Position { line: location.end_line, column: location.end_column })
    }

    fn finding(&mut self, finding: &FindingJson) -> Result<Finding, String> {
        let related = finding.related.iter();
        Ok(Finding {
            rule: finding.rule.as_str().into(),
            also: finding.also.clone(),
            severity: severity(&finding.severity)?,
            verdict: match finding.verdict.as_str() {
                "violation" => Verdict::Violation,
                "undetermined" => Verdict::Undetermined,
                word => return Err(format!("`{word}` is no verdict")),
            },
            message: finding.message.clone(),
            address: finding.address.as_deref().map(Into::into),
            resource_type: finding.resource_type.as_deref().map(Into::into),
            location: finding.location.as_ref().map(|location| self.location(location)),
            related: related
                .map(|related| Related { span: self.location(&related.location), message: related.message.clone() })
                .collect(),
            suppressed: finding.suppressed.as_ref().map(|suppressed| Suppressed {
                reason: suppressed.reason.clone(),
                expires: suppressed.expires.clone(),
                place: self.location(&suppressed.place),
            }),
            fingerprint: finding.fingerprint.clone(),
            help: finding.help.as_str().into(),
            root: finding.root.as_deref().map(Into::into),
            change: finding.change.as_deref().map(change).transpose()?,
        })
    }

    fn problem(&mut self, problem: &ProblemJson) -> Problem {
        let position = problem.line.map(|line| Position { line, column: problem.column.unwrap_or(1) });
        let file = Some(&problem.file).filter(|file| !file.is_empty());
        Problem {
            span: position.zip(file).map(|(position, file)| self.span(file, position, position)),
            path: file.filter(|_| position.is_none()).cloned(),
            message: problem.message.clone(),
            help: problem.help.clone(),
        }
    }

    fn into_files(self, sources: &mut Sources) -> Vec<FileId> {
        let files = self.positions.into_iter();
        files.map(|(path, positions)| sources.add(SourceFile::of_positions(path, positions))).collect()
    }
}

fn severity(word: &str) -> Result<Severity, String> {
    Severity::parse(word).ok_or_else(|| format!("`{word}` is no severity"))
}

fn change(word: &str) -> Result<&'static str, String> {
    let known = ["none", "create", "read", "update", "replace", "delete", "forget"];
    known.into_iter().find(|known| *known == word).ok_or_else(|| format!("`{word}` is no change of a plan"))
}

fn rule(rule: RuleJson) -> Result<RuleSummary, String> {
    Ok(RuleSummary {
        severity: severity(&rule.severity)?,
        name: rule.name,
        title: rule.title,
        why: rule.why,
        fix: rule.fix,
        references: rule.references,
    })
}

fn input(input: InputJson) -> Result<Input, String> {
    let known = ["configuration", "plan", "plan-file", "state", "jenkinsfile"];
    let kind = known.into_iter().find(|kind| *kind == input.kind);
    let kind = kind.ok_or_else(|| format!("`{}` is no kind of input", input.kind))?;
    Ok(Input { path: input.path, kind, sha256: Some(input.sha256) })
}

#[derive(Deserialize)]
struct Document {
    schema_version: u32,
    fail_on: String,
    inputs: Vec<InputJson>,
    rules: Vec<RuleJson>,
    findings: Vec<FindingJson>,
    problems: Vec<ProblemJson>,
    summary: SummaryJson,
}

#[derive(Deserialize)]
struct InputJson {
    path: String,
    kind: String,
    sha256: String,
}

#[derive(Deserialize)]
struct RuleJson {
    name: String,
    title: String,
    severity: String,
    why: String,
    fix: String,
    references: Vec<String>,
}

#[derive(Deserialize)]
struct FindingJson {
    rule: String,
    #[serde(default)]
    also: Vec<String>,
    severity: String,
    verdict: String,
    message: String,
    address: Option<String>,
    resource_type: Option<String>,
    root: Option<String>,
    change: Option<String>,
    location: Option<Location>,
    related: Vec<RelatedJson>,
    suppressed: Option<SuppressedJson>,
    fingerprint: String,
    help: String,
}

#[derive(Deserialize)]
struct Location {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Deserialize)]
struct RelatedJson {
    #[serde(flatten)]
    location: Location,
    message: String,
}

#[derive(Deserialize)]
struct SuppressedJson {
    reason: String,
    expires: Option<String>,
    #[serde(rename = "where")]
    place: Location,
}

#[derive(Deserialize)]
struct ProblemJson {
    file: String,
    line: Option<u32>,
    column: Option<u32>,
    message: String,
    help: Option<String>,
}

#[derive(Deserialize)]
struct SummaryJson {
    resources: usize,
}
