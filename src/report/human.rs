//! The report for people: problems first, then findings grouped by rule, the worst first; each with its source line
//! and, where the value was typed elsewhere, that line too.
//!
//! A long report stays readable: beyond [`ALL_IN_FULL`] findings only the first [`FIRST_IN_FULL`] of a rule are drawn,
//! the others are one line each. miette draws; what it draws from is an [`Excerpt`].

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles,
};
use textwrap::{WordSeparator, WordSplitter};

use super::excerpt::{Excerpt, Mark, Quoter};
use super::place::{counted, one_line, problem_file, short};
use crate::finding::{Finding, Report, RuleSummary, Severity, Verdict};
use crate::source::{Problem, Sources, Span};

/// So many findings are all drawn in full, and so many problems in any case.
pub const ALL_IN_FULL: usize = 20;
/// In a longer report so many findings of each rule are drawn in full.
pub const FIRST_IN_FULL: usize = 2;

/// How the report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours.
    pub color: bool,
    /// Box-drawing characters rather than ASCII.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100 }
    }
}

/// Writes the report.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, sources: &Sources, style: Style, out: &mut dyn Write) -> io::Result<()> {
    Writer { report, sources, style, painter: Painter::new(report, sources, style), out }.write()
}

/// A problem alone, drawn; nothing of it is taken to be sensitive.
#[must_use]
pub fn problem(problem: &Problem, sources: &Sources, style: Style) -> String {
    Painter::with(Quoter::new(&[], sources, style.width), style).problem(problem, sources)
}

/// Draws one diagnostic: source lines, underlined places, help.
pub(super) struct Painter<'s> {
    quoter: Quoter<'s>,
    handler: GraphicalReportHandler,
}

impl<'s> Painter<'s> {
    pub(super) fn new(report: &Report, sources: &'s Sources, style: Style) -> Self {
        Self::with(Quoter::new(&report.sensitive_spans, sources, style.width.saturating_sub(10)), style)
    }

    fn with(quoter: Quoter<'s>, style: Style) -> Self {
        let theme = GraphicalTheme {
            characters: if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
            styles: if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_context_lines(1)
            .with_break_words(false)
            .with_word_separator(WordSeparator::AsciiSpace)
            .with_word_splitter(WordSplitter::NoHyphenation)
            .without_syntax_highlighting()
            .with_width(style.width);
        Self { quoter, handler }
    }

    /// A finding in full, without its help.
    pub(super) fn finding(&self, finding: &Finding, help: Option<&str>) -> String {
        let address = finding.address.as_deref().filter(|&address| !finding.message.contains(address));
        let mut marks: Vec<Mark> =
            finding.location.iter().map(|&span| Mark { span, label: address.map(one_line) }).collect();
        marks.extend(
            finding.related.iter().map(|related| Mark { span: related.span, label: Some(one_line(&related.message)) }),
        );
        let mut message = one_line(&finding.message);
        // Where nothing is drawn, no label says it.
        if let Some(address) = address.filter(|_| !finding.location.is_some_and(|span| self.quoter.has_text(span))) {
            message = format!("{}: {message}", one_line(address));
        }
        message = self.placed(message, finding.location);
        for related in finding.related.iter().filter(|related| !self.quoter.has_text(related.span)) {
            message.push_str(&format!(" ({}: {})", one_line(&related.message), self.quoter.place(related.span)));
        }
        self.draw(message, finding.severity, &marks, help)
    }

    /// A problem in full.
    pub(super) fn problem(&self, problem: &Problem, sources: &Sources) -> String {
        let marks: Vec<Mark> = problem.span.iter().map(|&span| Mark { span, label: None }).collect();
        let message = match problem_file(sources, problem) {
            file if marks.is_empty() && !file.is_empty() => {
                format!("{}: {}", one_line(file), one_line(&problem.message))
            }
            _ => self.placed(one_line(&problem.message), problem.span),
        };
        self.draw(message, Severity::Error, &marks, problem.help.as_deref())
    }

    /// A message with its place in front, where there is no text to draw it in.
    fn placed(&self, message: String, place: Option<Span>) -> String {
        match place {
            Some(span) if !self.quoter.has_text(span) => format!("{}: {message}", self.quoter.place(span)),
            _ => message,
        }
    }

    fn draw(&self, message: String, severity: Severity, marks: &[Mark], help: Option<&str>) -> String {
        let shown = Shown {
            message,
            severity: match severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Info => miette::Severity::Advice,
            },
            excerpt: self.quoter.excerpt(marks),
            help: help.filter(|help| !help.is_empty()).map(one_line),
        };
        let mut text = String::new();
        // Writing to a string cannot fail, and an excerpt holds all its marks.
        self.handler.render_report(&mut text, &shown).unwrap_or_default();
        text
    }
}

/// What miette draws.
#[derive(Debug)]
struct Shown {
    message: String,
    severity: miette::Severity,
    excerpt: Excerpt,
    help: Option<String>,
}

impl Display for Shown {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels()))
    }
}

/// Findings of one rule and one verdict.
struct Group<'r> {
    rule: &'r str,
    verdict: Verdict,
    severity: Severity,
    findings: Vec<&'r Finding>,
}

struct Writer<'r> {
    report: &'r Report,
    sources: &'r Sources,
    style: Style,
    painter: Painter<'r>,
    out: &'r mut dyn Write,
}

impl<'r> Writer<'r> {
    fn write(&mut self) -> io::Result<()> {
        self.problems()?;
        let groups = self.groups();
        let shown: usize = groups.iter().map(|group| group.findings.len()).sum();
        let in_full = if shown <= ALL_IN_FULL { shown } else { FIRST_IN_FULL };
        for group in &groups {
            self.group(group, in_full)?;
        }
        self.summary()
    }

    fn problems(&mut self) -> io::Result<()> {
        let problems = &self.report.problems;
        let (in_full, others) = problems.split_at(problems.len().min(ALL_IN_FULL));
        for problem in in_full {
            let text = self.painter.problem(problem, self.sources);
            writeln!(self.out, "{}\n", text.trim_end())?;
        }
        for problem in others {
            let place = match problem.span {
                Some(span) => short(self.sources, span),
                None => problem_file(self.sources, problem).to_owned(),
            };
            writeln!(self.out, "  {}  {}", one_line(&place), one_line(&problem.message))?;
        }
        if !others.is_empty() {
            writeln!(self.out)?;
        }
        Ok(())
    }

    /// The groups: violations before what is undetermined, the worst first, then by name.
    fn groups(&self) -> Vec<Group<'r>> {
        let mut groups: BTreeMap<(Verdict, std::cmp::Reverse<Severity>, &str), Vec<&Finding>> = BTreeMap::new();
        for finding in self.report.findings.iter().filter(|finding| finding.suppressed.is_none()) {
            let key = (finding.verdict, std::cmp::Reverse(finding.severity), &*finding.rule);
            groups.entry(key).or_default().push(finding);
        }
        groups
            .into_iter()
            .map(|((verdict, severity, rule), findings)| Group { rule, verdict, severity: severity.0, findings })
            .collect()
    }

    fn group(&mut self, group: &Group<'_>, in_full: usize) -> io::Result<()> {
        self.heading(group)?;
        let mut last_help = "";
        for finding in group.findings.iter().take(in_full) {
            let help = Some(&*finding.help).filter(|help| *help != last_help);
            last_help = &finding.help;
            let text = self.painter.finding(finding, help);
            writeln!(self.out, "{}", text.trim_end())?;
            self.notes(finding)?;
            writeln!(self.out)?;
        }
        if group.findings.len() > in_full {
            for finding in &group.findings[in_full..] {
                self.row(finding)?;
            }
            writeln!(self.out)?;
        }
        Ok(())
    }

    /// `── sg/open-admin-port ── error ── 12 findings`, and the rule's title.
    fn heading(&mut self, group: &Group<'_>) -> io::Result<()> {
        let rule = if self.style.unicode { "──" } else { "--" };
        let word = match group.verdict {
            Verdict::Violation => group.severity.word().to_owned(),
            Verdict::Undetermined => format!("undetermined, {}", group.severity.word()),
        };
        let name = self.paint(BOLD, &one_line(group.rule));
        let word = self.paint(color(group.severity), &word);
        writeln!(self.out, "{rule} {name} {rule} {word} {rule} {}", counted(group.findings.len(), "finding"))?;
        let title = match (group.verdict, rule_of(self.report, group.rule)) {
            (Verdict::Violation, Some(rule)) => one_line(&rule.title),
            (Verdict::Undetermined, Some(rule)) => {
                let why =
                    if self.is_in_scripts(group) { "Not to be seen in this file" } else { "Not known until apply" };
                format!("{why}: {}", one_line(&rule.title))
            }
            (_, None) => return writeln!(self.out),
        };
        writeln!(self.out, "   {title}\n")
    }

    /// Whether all findings of a group are about Jenkinsfiles.
    fn is_in_scripts(&self, group: &Group<'_>) -> bool {
        let is_script =
            |path: &str| self.report.inputs.iter().any(|input| input.kind == "jenkinsfile" && input.path == path);
        let mut places = group.findings.iter().map(|finding| finding.location);
        places.all(|place| place.is_some_and(|span| is_script(&self.sources.file(span.file).path)))
    }

    /// What a drawing has no place for.
    fn notes(&mut self, finding: &Finding) -> io::Result<()> {
        if let Some(root) = &finding.root {
            writeln!(self.out, "  root module: {}", one_line(root))?;
        }
        Ok(())
    }

    /// A finding in one line.
    fn row(&mut self, finding: &Finding) -> io::Result<()> {
        let place = finding.location.map(|span| short(self.sources, span) + "  ").unwrap_or_default();
        let address = match &finding.address {
            Some(address) if !finding.message.contains(&**address) => format!("{address}: "),
            _ => String::new(),
        };
        let root = finding.root.as_ref().map(|root| format!(" (root module: {root})")).unwrap_or_default();
        writeln!(self.out, "  {}{}", one_line(&place), one_line(&(address + &finding.message + &root)))
    }

    fn summary(&mut self) -> io::Result<()> {
        let summary = &self.report.summary;
        let counts = [
            (summary.problems, "problem", RED),
            (summary.errors, "error", RED),
            (summary.warnings, "warning", YELLOW),
            (summary.infos, "info", CYAN),
        ];
        let mut parts: Vec<String> = counts
            .iter()
            .filter(|(count, _, _)| *count > 0)
            .map(|&(count, noun, code)| self.paint(code, &counted(count, noun)))
            .collect();
        if summary.undetermined > 0 {
            parts.push(self.paint(YELLOW, &format!("{} undetermined", summary.undetermined)));
        }
        if parts.is_empty() {
            parts.push(self.paint(GREEN, "no findings"));
        }
        if summary.suppressed > 0 {
            parts.push(format!("{} suppressed", summary.suppressed));
        }
        let scripts = self.report.inputs.iter().filter(|input| input.kind == "jenkinsfile").count();
        let mut checked = Vec::new();
        if scripts == 0 || scripts < self.report.inputs.len() {
            checked.push(counted(summary.resources, "resource instance"));
        }
        if scripts > 0 {
            checked.push(counted(scripts, "Jenkinsfile"));
        }
        checked.push(counted(summary.rules, "rule"));
        writeln!(self.out, "{} ({})", parts.join(", "), checked.join(", "))?;
        if summary.problems > 0 {
            let text = "Not everything could be checked: see the problems above.";
            writeln!(self.out, "{}", self.paint(RED, text))?;
        }
        Ok(())
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

const BOLD: &str = "1";
const RED: &str = "31;1";
const GREEN: &str = "32;1";
const YELLOW: &str = "33;1";
const CYAN: &str = "36;1";

fn color(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
        Severity::Info => CYAN,
    }
}

/// The rule of a report with this name.
pub(super) fn rule_of<'r>(report: &'r Report, name: &str) -> Option<&'r RuleSummary> {
    report.rules.iter().find(|rule| rule.name == name)
}
