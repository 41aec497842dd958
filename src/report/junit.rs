//! JUnit XML, made for Jenkins' JUnit plugin (its `SuiteResult` and `CaseResult` say which elements it reads).
//!
//! - A case is identified by `classname` and `name`, which hold no line numbers: the class is `terravet.` and the rule
//!   (one dot, so Jenkins shows a package `terravet` with a class for each rule), the name is the resource's address, with
//!   ` #2` and so on where it repeats.
//! - A finding that fails the run is a `<failure>`. One that does not is `<skipped>`, because the plugin shows why a case
//!   was skipped, never counts it as failed, and cuts the output of passed cases: a warning put there would be unseen.
//! - An undetermined finding stands for all rules that hang on one unknown value: the first has it, the others a `<skipped>`
//!   that leads there.
//! - A problem is an `<error>`: input that was not understood never looks like a pass.
//! - A rule that found nothing is one passed case, so that there is always a case (the plugin fails on none).
//!
//! The XML is written here rather than by a library: junit-report 0.9 puts control characters and `]]>` from file
//! text unescaped into its output, stamps the time of day on it, and has no output for skipped cases.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use super::human::{Painter, Style, rule_of};
use super::place::{one_line, problem_file, short, visible};
use crate::finding::{Finding, Report, Verdict};
use crate::source::Sources;

/// Writes the report.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let cases = cases(report, sources);
    let count = |wanted: fn(&Outcome) -> bool| cases.iter().filter(|case| wanted(&case.outcome)).count();
    let counts = format!(
        r#"tests="{}" failures="{}" errors="{}" skipped="{}" time="0""#,
        cases.len(),
        count(|outcome| matches!(outcome, Outcome::Failed { .. })),
        count(|outcome| matches!(outcome, Outcome::Error { .. })),
        count(|outcome| matches!(outcome, Outcome::Skipped { .. })),
    );
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="terravet" {counts}>"#)?;
    writeln!(out, r#"  <testsuite name="terravet" {counts}>"#)?;
    for case in &cases {
        case.write(out)?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// One `<testcase>`.
struct Case {
    class: String,
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Skipped { message: String, body: String },
    Failed { message: String, kind: &'static str, body: String },
    Error { message: String, body: String },
}

impl Case {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let head = format!(
            r#"    <testcase classname="{}" name="{}" time="0""#,
            attribute(&self.class),
            attribute(&self.name)
        );
        match &self.outcome {
            Outcome::Passed => writeln!(out, "{head}/>"),
            Outcome::Skipped { message, body } => {
                writeln!(out, "{head}>\n      <skipped message=\"{}\"/>", attribute(message))?;
                writeln!(out, "      <system-out>{}</system-out>\n    </testcase>", text(body))
            }
            Outcome::Failed { message, kind, body } => {
                let open = format!(r#"<failure message="{}" type="{kind}">"#, attribute(message));
                writeln!(out, "{head}>\n      {open}{}</failure>\n    </testcase>", text(body))
            }
            Outcome::Error { message, body } => {
                let open = format!(r#"<error message="{}" type="problem">"#, attribute(message));
                writeln!(out, "{head}>\n      {open}{}</error>\n    </testcase>", text(body))
            }
        }
    }
}

/// All cases: problems, findings by rule, rules that found nothing.
fn cases(report: &Report, sources: &Sources) -> Vec<Case> {
    let painter = Painter::new(report, sources, Style { width: 120, ..Style::default() });
    let mut names = Names::default();
    let mut cases = Vec::new();
    for problem in &report.problems {
        let class = class("problem");
        let file = one_line(problem_file(sources, problem));
        cases.push(Case {
            name: names.unique(&class, if file.is_empty() { "input" } else { &file }),
            class,
            outcome: Outcome::Error { message: one_line(&problem.message), body: painter.problem(problem, sources) },
        });
    }
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        for rule in std::iter::once(&*finding.rule).chain(finding.also.iter().map(String::as_str)) {
            by_rule.entry(rule).or_default().push(finding);
        }
    }
    let rules: BTreeSet<&str> =
        report.rules.iter().map(|rule| rule.name.as_str()).chain(by_rule.keys().copied()).collect();
    for rule in rules {
        let class = class(rule);
        let Some(findings) = by_rule.get(rule) else {
            cases.push(Case { class, name: PASSED.to_owned(), outcome: Outcome::Passed });
            continue;
        };
        for finding in findings {
            cases.push(Case {
                name: names.unique(&class, &subject(finding, sources)),
                class: class.clone(),
                outcome: if *finding.rule == *rule {
                    outcome(report, sources, &painter, finding)
                } else {
                    elsewhere(finding)
                },
            });
        }
    }
    if cases.is_empty() {
        cases.push(Case { class: class("check"), name: "no rule was enabled".to_owned(), outcome: Outcome::Passed });
    }
    cases
}

/// The name of the passed case of a rule that found nothing.
const PASSED: &str = "nothing found";

/// What a finding is about, without lines: the address (and root module), else the file.
fn subject(finding: &Finding, sources: &Sources) -> String {
    let subject = match (&finding.address, finding.location) {
        (Some(address), _) => one_line(address),
        (None, Some(span)) => one_line(&sources.file(span.file).path),
        (None, None) => "configuration".to_owned(),
    };
    match &finding.root {
        Some(root) => format!("{subject} in {}", one_line(root)),
        None => subject,
    }
}

/// A rule that hangs on the same unknown value as the one that the finding is counted under: it did not pass either.
fn elsewhere(finding: &Finding) -> Outcome {
    let message = format!("undetermined: see {} of the same resource", one_line(&finding.rule));
    Outcome::Skipped { message, body: one_line(&finding.message) }
}

fn outcome(report: &Report, sources: &Sources, painter: &Painter<'_>, finding: &Finding) -> Outcome {
    let message = one_line(&finding.message);
    let body = body(report, sources, painter, finding);
    if let Some(suppressed) = &finding.suppressed {
        let until = suppressed.expires.as_ref().map(|day| format!(" (until {day})")).unwrap_or_default();
        let message = format!("suppressed{until}: {}; {message}", one_line(&suppressed.reason));
        return Outcome::Skipped { message, body };
    }
    if report.fails(finding) {
        return Outcome::Failed { message, kind: finding.severity.word(), body };
    }
    let word = match finding.verdict {
        Verdict::Violation => finding.severity.word(),
        Verdict::Undetermined => finding.verdict.word(),
    };
    Outcome::Skipped { message: format!("{word}: {message}"), body }
}

/// What Jenkins shows below the message: place, source lines, the reason, what to do.
fn body(report: &Report, sources: &Sources, painter: &Painter<'_>, finding: &Finding) -> String {
    let mut body = String::new();
    if let Some(span) = finding.location {
        let _ = write!(body, "{}: ", one_line(&short(sources, span)));
    }
    let _ = writeln!(body, "{} {} ({})", finding.severity.word(), one_line(&finding.rule), finding.verdict.word());
    if let Some(address) = &finding.address {
        let _ = writeln!(body, "{}", one_line(address));
    }
    body.push_str(&painter.finding(finding, Some(&finding.help)));
    if let Some(suppressed) = &finding.suppressed {
        let _ = writeln!(body, "suppressed at {}", one_line(&short(sources, suppressed.place)));
    }
    if let Some(rule) = rule_of(report, &finding.rule) {
        let _ = writeln!(body, "\n{}", rule.why.trim());
        for reference in &rule.references {
            let _ = writeln!(body, "{reference}");
        }
    }
    body
}

/// Names given out so far, by class.
#[derive(Default)]
struct Names(BTreeMap<(String, String), usize>);

impl Names {
    fn unique(&mut self, class: &str, name: &str) -> String {
        let count = self.0.entry((class.to_owned(), name.to_owned())).or_insert(0);
        *count += 1;
        if *count == 1 { name.to_owned() } else { format!("{name} #{count}") }
    }
}

/// The class of a rule: Jenkins splits at the last dot, so there is exactly one.
fn class(rule: &str) -> String {
    format!("terravet.{}", one_line(rule).replace('.', "_"))
}

/// Text as XML 1.0 character data: markup escaped, what XML cannot hold replaced by U+FFFD (section 2.2, "Characters").
fn text(text: &str) -> String {
    escape(text, false)
}

/// Text as an attribute value in double quotes.
fn attribute(text: &str) -> String {
    escape(text, true)
}

fn escape(text: &str, quoted: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' if quoted => escaped.push_str("&quot;"),
            '\n' | '\t' if quoted => {
                let _ = write!(escaped, "&#{};", character as u32);
            }
            '\n' | '\t' => escaped.push(character),
            other => escaped.push(visible(other)),
        }
    }
    escaped
}
