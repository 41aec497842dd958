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

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::{self, Write};

use super::human::{Painter, Style, rule_of};
use super::place::{one_line, problem_file, short, visible};
use crate::finding::{Finding, Report, Verdict};
use crate::source::{Problem, Sources};

/// Writes the report.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let cases = cases(report);
    let count = |wanted: Kind| cases.iter().filter(|case| case.kind() == wanted).count();
    let counts = format!(
        r#"tests="{}" failures="{}" errors="{}" skipped="{}" time="0""#,
        cases.len(),
        count(Kind::Failed),
        count(Kind::Error),
        count(Kind::Skipped),
    );
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="terravet" {counts}>"#)?;
    writeln!(out, r#"  <testsuite name="terravet" {counts}>"#)?;
    let painter = Painter::new(report, sources, Style { width: 120, ..Style::default() });
    let mut writer = Writer { report, sources, painter, names: Names::default(), out };
    cases.iter().try_for_each(|case| writer.case(case))?;
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// What becomes one `<testcase>`: made into text when it is written, as there may be many.
enum Case<'r> {
    Problem(&'r Problem),
    /// A rule, and a finding that is counted under it.
    Found(&'r str, &'r Finding, Kind),
    /// A rule that found nothing.
    Passed(&'r str),
    /// No rule was enabled.
    Nothing,
}

/// What came of a case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passed,
    Skipped,
    Failed,
    Error,
}

impl Case<'_> {
    const fn kind(&self) -> Kind {
        match self {
            Case::Problem(_) => Kind::Error,
            Case::Found(_, _, kind) => *kind,
            Case::Passed(_) | Case::Nothing => Kind::Passed,
        }
    }
}

/// All cases: problems, findings by rule, rules that found nothing.
fn cases(report: &Report) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = report.problems.iter().map(Case::Problem).collect();
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        for rule in std::iter::once(&*finding.rule).chain(finding.also.iter().map(String::as_str)) {
            by_rule.entry(rule).or_default().push(finding);
        }
    }
    let rules: BTreeSet<&str> =
        report.rules.iter().map(|rule| rule.name.as_str()).chain(by_rule.keys().copied()).collect();
    for rule in rules {
        let Some(findings) = by_rule.get(rule) else {
            cases.push(Case::Passed(rule));
            continue;
        };
        let kind = |finding: &Finding| {
            let fails = *finding.rule == *rule && finding.suppressed.is_none() && report.fails(finding);
            if fails { Kind::Failed } else { Kind::Skipped }
        };
        cases.extend(findings.iter().map(|&finding| Case::Found(rule, finding, kind(finding))));
    }
    if cases.is_empty() {
        cases.push(Case::Nothing);
    }
    cases
}

struct Writer<'r> {
    report: &'r Report,
    sources: &'r Sources,
    painter: Painter<'r>,
    names: Names,
    out: &'r mut dyn Write,
}

impl Writer<'_> {
    fn case(&mut self, case: &Case<'_>) -> io::Result<()> {
        match case {
            Case::Passed(rule) => {
                self.head(&class(rule), PASSED)?;
                self.out.write_all(b"/>\n")
            }
            Case::Nothing => {
                self.head(&class("check"), "no rule was enabled")?;
                self.out.write_all(b"/>\n")
            }
            Case::Problem(problem) => {
                let file = one_line(problem_file(self.sources, problem));
                let class = class("problem");
                let name = self.names.unique(&class, if file.is_empty() { "input" } else { &file });
                self.head(&class, &name)?;
                let body = self.painter.problem(problem, self.sources);
                self.told("error", &one_line(&problem.message), "problem", &body)
            }
            Case::Found(rule, finding, kind) => {
                let class = class(rule);
                let name = self.names.unique(&class, &subject(finding, self.sources));
                self.head(&class, &name)?;
                let body = || body(self.report, self.sources, &self.painter, finding);
                match kind {
                    Kind::Failed => {
                        let body = body();
                        self.told("failure", &one_line(&finding.message), finding.severity.word(), &body)
                    }
                    _ if *finding.rule == **rule => {
                        let body = body();
                        self.skipped(&skipped(finding), &body)
                    }
                    _ => self.skipped(&elsewhere(finding), &one_line(&finding.message)),
                }
            }
        }
    }

    fn head(&mut self, class: &str, name: &str) -> io::Result<()> {
        self.out.write_all(b"    <testcase classname=\"")?;
        escape(self.out, class, true)?;
        self.out.write_all(b"\" name=\"")?;
        escape(self.out, name, true)?;
        self.out.write_all(b"\" time=\"0\"")
    }

    fn told(&mut self, element: &str, message: &str, kind: &str, body: &str) -> io::Result<()> {
        write!(self.out, ">\n      <{element} message=\"")?;
        escape(self.out, message, true)?;
        write!(self.out, "\" type=\"{kind}\">")?;
        escape(self.out, body, false)?;
        writeln!(self.out, "</{element}>\n    </testcase>")
    }

    fn skipped(&mut self, message: &str, body: &str) -> io::Result<()> {
        self.out.write_all(b">\n      <skipped message=\"")?;
        escape(self.out, message, true)?;
        self.out.write_all(b"\"/>\n      <system-out>")?;
        escape(self.out, body, false)?;
        self.out.write_all(b"</system-out>\n    </testcase>\n")
    }
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

/// What is said at a rule that hangs on the same unknown value as the one that the finding is counted under: it did not pass
/// either.
fn elsewhere(finding: &Finding) -> String {
    format!("undetermined: see {} of the same resource", one_line(&finding.rule))
}

/// What is said of a finding that does not fail the run.
fn skipped(finding: &Finding) -> String {
    let message = one_line(&finding.message);
    if let Some(suppressed) = &finding.suppressed {
        let until = suppressed.expires.as_ref().map(|day| format!(" (until {day})")).unwrap_or_default();
        return format!("suppressed{until}: {}; {message}", one_line(&suppressed.reason));
    }
    let word = match finding.verdict {
        Verdict::Violation => finding.severity.word(),
        Verdict::Undetermined => finding.verdict.word(),
    };
    format!("{word}: {message}")
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
struct Names(HashMap<String, HashMap<String, usize>>);

impl Names {
    fn unique(&mut self, class: &str, name: &str) -> String {
        let count = self.0.entry(class.to_owned()).or_default().entry(name.to_owned()).or_default();
        *count += 1;
        if *count == 1 { name.to_owned() } else { format!("{name} #{count}") }
    }
}

/// The class of a rule: Jenkins splits at the last dot, so there is exactly one.
fn class(rule: &str) -> String {
    format!("terravet.{}", one_line(rule).replace('.', "_"))
}

/// Writes text as XML 1.0 character data, or as an attribute value in double quotes: markup escaped, what XML cannot hold replaced
/// by U+FFFD (section 2.2, "Characters").
fn escape(out: &mut dyn Write, text: &str, quoted: bool) -> io::Result<()> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !is_plain(byte)) {
        let (plain, from) = rest.split_at(at);
        out.write_all(plain.as_bytes())?;
        let Some(character) = from.chars().next() else { break };
        rest = &from[character.len_utf8()..];
        match character {
            '&' => out.write_all(b"&amp;")?,
            '<' => out.write_all(b"&lt;")?,
            '>' => out.write_all(b"&gt;")?,
            '"' if quoted => out.write_all(b"&quot;")?,
            '\n' | '\t' if quoted => write!(out, "&#{};", character as u32)?,
            '\n' | '\t' => write!(out, "{character}")?,
            other => write!(out, "{}", visible(other))?,
        }
    }
    out.write_all(rest.as_bytes())
}
