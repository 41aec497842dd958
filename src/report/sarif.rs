//! SARIF 2.1.0 (OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0").
//!
//! An undetermined finding is a result of its severity with `properties.verdict`: SARIF's own `kind: open` would force
//! its level to `none`, which consumers hide. Problems are notifications of an unsuccessful invocation.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::excerpt::Quoter;
use super::place::{problem_file, region};
use crate::finding::{Finding, Report, RuleSummary, Severity, Suppressed};
use crate::source::{Problem, Sources, Span};

/// The most that is quoted of a region, in bytes.
const SNIPPET: usize = 400;

/// Writes the report.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let maker = Maker { report, sources, quoter: Quoter::new(&report.sensitive_spans, sources, SNIPPET) };
    serde_json::to_writer_pretty(&mut *out, &maker.log()).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

struct Maker<'r> {
    report: &'r Report,
    sources: &'r Sources,
    quoter: Quoter<'r>,
}

impl<'r> Maker<'r> {
    fn log(&self) -> Log<'r> {
        let rules = self.rules();
        let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(index, rule)| (rule.id, index)).collect();
        Log {
            schema: "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: env!("CARGO_PKG_NAME"),
                        version: env!("CARGO_PKG_VERSION"),
                        semantic_version: env!("CARGO_PKG_VERSION"),
                        rules,
                    },
                },
                invocations: [Invocation {
                    execution_successful: self.report.problems.is_empty(),
                    exit_code: self.report.exit_code(),
                    tool_execution_notifications: self
                        .report
                        .problems
                        .iter()
                        .map(|problem| self.notification(problem))
                        .collect(),
                }],
                column_kind: "unicodeCodePoints",
                results: self.report.findings.iter().map(|finding| self.result(finding, &index)).collect(),
            }],
        }
    }

    /// The rules that ran, and those that findings name besides.
    fn rules(&self) -> Vec<Descriptor<'r>> {
        let mut rules: BTreeMap<&str, Descriptor<'r>> = BTreeMap::new();
        for finding in &self.report.findings {
            rules.entry(&finding.rule).or_insert_with(|| Descriptor::named(&finding.rule, finding.severity));
        }
        rules.extend(self.report.rules.iter().map(|rule| (rule.name.as_str(), Descriptor::of(rule))));
        rules.into_values().collect()
    }

    fn result(&self, finding: &'r Finding, index: &BTreeMap<&str, usize>) -> Outcome<'r> {
        let names: Vec<LogicalLocation<'r>> = finding
            .address
            .iter()
            .map(|address| LogicalLocation { fully_qualified_name: address, kind: "resource" })
            .collect();
        let locations = match finding.location {
            Some(span) => vec![Location { logical_locations: names, ..self.location(span, None) }],
            None if names.is_empty() => Vec::new(),
            None => {
                vec![Location { id: None, physical_location: None, logical_locations: names, message: None }]
            }
        };
        Outcome {
            rule_id: &finding.rule,
            rule_index: index[&*finding.rule],
            level: level(finding.severity),
            message: Message { text: &finding.message },
            locations,
            related_locations: finding
                .related
                .iter()
                .zip(1..)
                .map(|(related, id)| Location { id: Some(id), ..self.location(related.span, Some(&related.message)) })
                .collect(),
            partial_fingerprints: Fingerprints { terravet: &finding.fingerprint },
            suppressions: finding.suppressed.iter().map(|suppressed| self.suppression(suppressed)).collect(),
            properties: Properties {
                verdict: finding.verdict.word(),
                also: &finding.also,
                root: finding.root.as_deref(),
                help: &finding.help,
            },
        }
    }

    fn suppression(&self, suppressed: &'r Suppressed) -> Suppression<'r> {
        let in_source = !self.sources.file(suppressed.place.file).path.ends_with(".hcl");
        Suppression {
            kind: if in_source { "inSource" } else { "external" },
            justification: &suppressed.reason,
            location: self.location(suppressed.place, None),
        }
    }

    fn notification(&self, problem: &'r Problem) -> Notification<'r> {
        let file = problem_file(self.sources, problem);
        let location = match problem.span {
            Some(span) => Some(self.location(span, None)),
            None if file.is_empty() => None,
            None => Some(Location {
                id: None,
                physical_location: Some(PhysicalLocation {
                    artifact_location: ArtifactLocation { uri: uri(file) },
                    region: None,
                }),
                logical_locations: Vec::new(),
                message: None,
            }),
        };
        Notification {
            level: "error",
            message: Message { text: &problem.message },
            locations: location.into_iter().collect(),
        }
    }

    fn location(&self, span: Span, message: Option<&'r str>) -> Location<'r> {
        let place = region(self.sources, span);
        Location {
            id: None,
            physical_location: Some(PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri(place.file) },
                region: Some(Region {
                    start_line: place.start.line,
                    start_column: place.start.column,
                    end_line: place.end.line,
                    end_column: place.end.column,
                    snippet: Snippet { text: self.quoter.quote(span, SNIPPET) },
                }),
            }),
            logical_locations: Vec::new(),
            message: message.map(|text| Message { text }),
        }
    }
}

/// A path as a URI reference (RFC 3986): relative as it is, absolute with the scheme `file`.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    } else if path.split('/').next().is_some_and(|first| first.contains(':')) {
        uri.push_str("./");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b'@' | b'+' | b',' => {
                uri.push(byte as char);
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation<'a>; 1],
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'a str>,
    default_configuration: Configuration,
}

impl<'a> Descriptor<'a> {
    fn named(id: &'a str, severity: Severity) -> Self {
        Self {
            id,
            short_description: None,
            full_description: None,
            help: None,
            help_uri: None,
            default_configuration: Configuration { level: level(severity) },
        }
    }

    fn of(rule: &'a RuleSummary) -> Self {
        let message = |text: &'a str| Some(Message { text: text.trim() }).filter(|message| !message.text.is_empty());
        Self {
            short_description: message(&rule.title),
            full_description: message(&rule.why),
            help: message(&rule.fix),
            help_uri: rule.references.iter().map(String::as_str).find(|reference| is_link(reference)),
            ..Self::named(&rule.name, rule.severity)
        }
    }
}

/// Whether a reference can stand as `helpUri`.
fn is_link(reference: &str) -> bool {
    reference.starts_with("https://") && reference.bytes().all(|byte| byte.is_ascii_graphic())
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'static str,
    message: Message<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location<'a>>,
}

/// A `result`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints<'a>,
    suppressions: Vec<Suppression<'a>>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Fingerprints<'a> {
    #[serde(rename = "terravet/v1")]
    terravet: &'a str,
}

#[derive(Serialize)]
struct Properties<'a> {
    verdict: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    also: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    help: &'a str,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    justification: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    snippet: Snippet,
}

#[derive(Serialize)]
struct Snippet {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    text: &'a str,
}
