//! What a report may see of policy: findings and their verdicts, severities and places.

use std::sync::Arc;

use crate::source::{Problem, Span};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Should be mended.
    Warning,
    /// Must be mended.
    Error,
}

impl Severity {
    /// The word in configuration files and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity that a word names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Error].into_iter().find(|severity| severity.word() == word)
    }
}

/// Whether a finding is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The configuration breaks the rule.
    Violation,
    /// Whether it does hangs on a value that is not known until apply.
    Undetermined,
}

impl Verdict {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Undetermined => "undetermined",
        }
    }
}

/// Another place that has to do with a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// The place.
    pub span: Span,
    /// What it has to do with the finding, e.g. `value comes from here`.
    pub message: String,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suppressed {
    /// The reason that the suppression gives.
    pub reason: String,
    /// The day until which it holds (`YYYY-MM-DD`).
    pub expires: Option<String>,
    /// Where the suppression stands.
    pub place: Span,
}

/// One thing that a rule found. What many findings have in common (rule, address, help) they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, e.g. `sg/open-admin-port`.
    pub rule: Arc<str>,
    /// Other rules that hang on the same unknown value (undetermined findings only), in name order.
    pub also: Vec<String>,
    /// Effective severity (configuration applied; for an undetermined finding the one that `undetermined` sets).
    pub severity: Severity,
    /// Violation or undetermined.
    pub verdict: Verdict,
    /// One sentence, no full stop, identifiers in backquotes. Never holds a sensitive value.
    pub message: String,
    /// Address of the resource instance, as Terraform prints it.
    pub address: Option<Arc<str>>,
    /// The resource's type.
    pub resource_type: Option<Arc<str>>,
    /// The most specific expression at fault inside the resource at fault.
    pub location: Option<Span>,
    /// Other places, e.g. where the value was typed.
    pub related: Vec<Related>,
    /// Set if a suppression covers it.
    pub suppressed: Option<Suppressed>,
    /// Stable across unrelated edits: made of rule, address, attribute path and message, never of line numbers.
    pub fingerprint: String,
    /// What to write instead, one or two sentences.
    pub help: Arc<str>,
    /// The root module's directory, where a run checks several (`cli` sets it).
    pub root: Option<Arc<str>>,
    /// What the plan does with the resource instance (`create`, `none` …); nothing where there is no plan.
    pub change: Option<&'static str>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The path as given, relative, with `/`.
    pub path: String,
    /// `configuration`, `plan`, `plan-file`, `state` or `jenkinsfile`.
    pub kind: &'static str,
    /// SHA-256 in hexadecimal over what was read of it, where somebody asks for it.
    pub sha256: Option<String>,
}

/// A rule as reports show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSummary {
    /// Name.
    pub name: String,
    /// One sentence: the bad thing.
    pub title: String,
    /// Effective severity.
    pub severity: Severity,
    /// Why it matters.
    pub why: String,
    /// What to write instead.
    pub fix: String,
    /// Further reading.
    pub references: Vec<String>,
}

/// Counts over a report; undetermined and suppressed findings are counted there alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Resource instances checked.
    pub resources: usize,
    /// Rules run.
    pub rules: usize,
    /// Violations of severity error.
    pub errors: usize,
    /// Violations of severity warning.
    pub warnings: usize,
    /// Violations of severity info.
    pub infos: usize,
    /// Undetermined findings, of any severity.
    pub undetermined: usize,
    /// Suppressed findings.
    pub suppressed: usize,
    /// Problems.
    pub problems: usize,
}

impl Summary {
    /// Counts what was found over so many resource instances.
    #[must_use]
    pub fn of(resources: usize, rules: usize, findings: &[Finding], problems: &[Problem]) -> Self {
        let mut summary = Self { resources, rules, problems: problems.len(), ..Self::default() };
        for finding in findings {
            *match (&finding.suppressed, finding.verdict, finding.severity) {
                (Some(_), _, _) => &mut summary.suppressed,
                (None, Verdict::Undetermined, _) => &mut summary.undetermined,
                (None, Verdict::Violation, Severity::Error) => &mut summary.errors,
                (None, Verdict::Violation, Severity::Warning) => &mut summary.warnings,
                (None, Verdict::Violation, Severity::Info) => &mut summary.infos,
            } += 1;
        }
        summary
    }
}

/// The lowest severity that fails a run (`None` = never).
pub type FailOn = Option<Severity>;

/// Everything a reporter gets. Sorted: findings by (file path, line, column, rule, address), problems likewise.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was read.
    pub inputs: Vec<Input>,
    /// The rules that ran, in name order.
    pub rules: Vec<RuleSummary>,
    /// All findings, suppressed ones included.
    pub findings: Vec<Finding>,
    /// All problems.
    pub problems: Vec<Problem>,
    /// Counts.
    pub summary: Summary,
    /// The threshold in force.
    pub fail_on: FailOn,
    /// Places whose text is sensitive (a default or a tfvars entry of a sensitive variable): no report quotes them.
    pub sensitive_spans: Vec<Span>,
}

impl Report {
    /// Whether a finding takes part in the exit code.
    #[must_use]
    pub fn fails(&self, finding: &Finding) -> bool {
        finding.suppressed.is_none() && self.fail_on.is_some_and(|threshold| finding.severity >= threshold)
    }

    /// 0, 1 or 2 (DESIGN: 2 wins over 1).
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if !self.problems.is_empty() { 2 } else { u8::from(self.findings.iter().any(|finding| self.fails(finding))) }
    }
}
