//! From candidates to the report: who yields to whom, what is suppressed, one finding per unknown value, fingerprints,
//! order and counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::finding::{Finding, Input, Report, Severity, Summary, Suppressed, Verdict};
use crate::inventory::Inventory;
use crate::lang::Str;
use crate::source::{FileId, Problem, Sources, Span};
use crate::syntax::Trees;

use super::Policy;
use super::asking::ask;
use super::candidate::Candidate;
use super::check::{Check, is_about_policy};
use super::facts::Facts;
use super::rule::Rule;
use super::suppression::Suppressions;
use super::yields::{self, Expression, expression};

/// An order of the rules in which each comes after all that it yields to.
///
/// # Errors
/// The index of a rule that yields to itself in the end.
pub(super) fn yield_order(rules: &[Rule]) -> Result<Vec<usize>, usize> {
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, rule)| (rule.name.as_str(), at)).collect();
    let mut left: Vec<BTreeSet<usize>> = rules
        .iter()
        .map(|rule| rule.yields_to.iter().filter_map(|(name, _)| index.get(name.as_str()).copied()).collect())
        .collect();
    let mut order = Vec::with_capacity(rules.len());
    let mut placed = vec![false; rules.len()];
    while order.len() < rules.len() {
        let Some(next) = (0..rules.len()).find(|&at| !placed[at] && left[at].is_empty()) else {
            return Err(placed.iter().position(|placed| !placed).unwrap_or(0));
        };
        placed[next] = true;
        order.push(next);
        for others in &mut left {
            others.remove(&next);
        }
    }
    Ok(order)
}

impl Check<'_> {
    /// Makes the report. `only`: the paths whose findings are asked for (what is in them, or caused by them); all if
    /// it is empty.
    #[must_use]
    pub fn finish(mut self, inputs: Vec<Input>, only: &BTreeSet<String>, sources: &Sources, trees: &Trees) -> Report {
        let policy = self.policy;
        let mut candidates = std::mem::take(&mut self.candidates);
        let in_error = spans_by_file(&self.problems);
        let mut suppressions = Suppressions::read(&self, sources, trees);
        // Who names a rule that yields here has named nothing that does not match.
        for candidate in &mut candidates {
            candidate.suppressed = suppressions.cover(candidate, policy, sources).map(Box::new);
        }
        let mut silent = yields::silent(policy, &candidates).into_iter();
        candidates.retain(|candidate| {
            let speaks = silent.next() == Some(false);
            speaks && (candidate.verdict == Verdict::Violation || !touches(&in_error, candidate.spot.span))
        });
        let nothing = Inventory::default();
        let facts = Facts::new(&nothing, trees);
        facts.set_suppressions(suppressions.facts(policy, &facts, &self.today));
        for rule in (0..policy.rules.len()).filter(|&rule| is_about_policy(policy, rule)) {
            ask(policy, rule, &facts, trees, &mut candidates, &mut self.problems);
        }
        candidates.retain(|candidate| self.is_wanted(candidate, only, sources));
        let mut findings = Maker::new(policy, sources).findings(candidates);
        settle(&mut findings, sources);
        self.problems.sort_by_cached_key(|problem| problem_key(problem, sources));
        self.problems.dedup_by(|left, right| problem_key(left, sources) == problem_key(right, sources));
        let rules = policy.summaries(|rule| self.is_asked(rule, &inputs, trees));
        let mut report = Report {
            inputs,
            rules,
            findings,
            problems: self.problems,
            summary: Summary::default(),
            fail_on: policy.fail_on,
            sensitive_spans: self.sensitive_spans,
        };
        report.summary = Summary::of(self.resources, report.rules.len(), &report.findings, &report.problems);
        report
    }

    /// Whether a rule had something to look at: those about Jenkinsfiles in a Jenkinsfile, all others in Terraform.
    fn is_asked(&self, rule: usize, inputs: &[Input], trees: &Trees) -> bool {
        let at = self.policy.rules[rule].for_each;
        let is_about_scripts = trees.get(at.tree).text(at.node).contains("jenkins.");
        let is_script = |input: &Input| input.kind == "jenkinsfile";
        if inputs.iter().any(is_script) {
            is_about_scripts || is_about_policy(self.policy, rule) || !inputs.iter().all(is_script)
        } else {
            !is_about_scripts
        }
    }

    /// Adds problems met outside readings (in the policy, in usage).
    pub fn problems(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.problems.extend(problems);
    }

    fn is_wanted(&self, candidate: &Candidate, only: &BTreeSet<String>, sources: &Sources) -> bool {
        let path = |span: Span| sources.file(span.file).path.as_str();
        let excluded =
            |span: Span| self.policy.configuration.excludes(Path::new(path(span)), &self.policy.current_directory);
        if candidate.spot.span.is_some_and(excluded) || self.is_unchanged(candidate) {
            return false;
        }
        let mut spans =
            candidate.spot.span.into_iter().chain(candidate.spot.related.iter().map(|related| related.span));
        only.is_empty() || spans.any(|span| only.contains(path(span)))
    }
}

/// Where problems are, file by file: start and end, in order.
fn spans_by_file(problems: &[Problem]) -> BTreeMap<FileId, Vec<(u32, u32)>> {
    let mut spans: BTreeMap<FileId, Vec<(u32, u32)>> = BTreeMap::new();
    for span in problems.iter().filter_map(|problem| problem.span) {
        spans.entry(span.file).or_default().push((span.start, span.end));
    }
    for spans in spans.values_mut() {
        spans.sort_unstable();
        // Those inside an earlier one add nothing; without them, ends are in order too.
        let mut end = None;
        spans.retain(|span| {
            end.replace(end.map_or(span.1, |last: u32| last.max(span.1))).is_none_or(|end| end < span.1)
        });
    }
    spans
}

/// Whether a place is one of a problem: what is not known there because it is wrong is not said twice.
fn touches(problems: &BTreeMap<FileId, Vec<(u32, u32)>>, place: Option<Span>) -> bool {
    let Some(place) = place else { return false };
    let Some(spans) = problems.get(&place.file) else { return false };
    let next = spans.partition_point(|span| span.1 < place.start);
    spans.get(next).is_some_and(|span| span.0 <= place.end)
}

/// One report of several (of root modules with configurations of their own, of shards).
#[must_use]
pub fn join(reports: Vec<Report>, sources: &Sources) -> Option<Report> {
    let mut reports = reports.into_iter();
    let mut joined = reports.next()?;
    let mut resources = joined.summary.resources;
    let mut mixed = false;
    for report in reports {
        joined.inputs.extend(report.inputs);
        for rule in report.rules {
            match joined.rules.iter_mut().find(|known| known.name == rule.name) {
                Some(known) => known.severity = known.severity.max(rule.severity),
                None => joined.rules.push(rule),
            }
        }
        mixed |= !joined.findings.is_empty() && !report.findings.is_empty();
        if joined.findings.is_empty() {
            joined.findings = report.findings;
        } else {
            joined.findings.extend(report.findings);
        }
        joined.problems.extend(report.problems);
        joined.sensitive_spans.extend(report.sensitive_spans);
        resources += report.summary.resources;
        joined.fail_on = [joined.fail_on, report.fail_on].into_iter().flatten().min();
    }
    joined.rules.sort_by(|left, right| left.name.cmp(&right.name));
    if mixed {
        settle(&mut joined.findings, sources);
    }
    joined.problems.sort_by_cached_key(|problem| problem_key(problem, sources));
    joined.problems.dedup_by(|left, right| problem_key(left, sources) == problem_key(right, sources));
    joined.summary = Summary::of(resources, joined.rules.len(), &joined.findings, &joined.problems);
    Some(joined)
}

/// Makes findings of candidates.
struct Maker<'p> {
    policy: &'p Policy,
    sources: &'p Sources,
    /// The name of each rule and what to do about it, for all of its findings.
    rules: Vec<(Str, Str)>,
    how_to_know: Str,
    how_to_know_script: Str,
}

impl<'p> Maker<'p> {
    fn new(policy: &'p Policy, sources: &'p Sources) -> Self {
        let rules = policy.rules.iter().map(|rule| (rule.name.as_str().into(), rule.fix.as_str().into())).collect();
        Self { policy, sources, rules, how_to_know: HOW_TO_KNOW.into(), how_to_know_script: HOW_TO_KNOW_SCRIPT.into() }
    }

    /// Violations as they are, undetermined ones merged by resource and expression.
    fn findings(&self, candidates: Vec<Candidate>) -> Vec<Finding> {
        let is_violation = |candidate: &&Candidate| candidate.verdict == Verdict::Violation;
        let mut findings: Vec<Finding> = Vec::with_capacity(candidates.iter().filter(is_violation).count());
        let mut open: Vec<Candidate> = Vec::new();
        for candidate in candidates {
            match candidate.verdict {
                Verdict::Violation => findings.push(self.finding(candidate, Vec::new())),
                Verdict::Undetermined => open.push(candidate),
            }
        }
        let mut groups: BTreeMap<(Expression<'_>, Option<&Suppressed>), Vec<usize>> = BTreeMap::new();
        for (index, candidate) in open.iter().enumerate() {
            groups.entry((expression(candidate), candidate.suppressed.as_deref())).or_default().push(index);
        }
        let groups: Vec<Vec<usize>> = groups.into_values().collect();
        let mut open: Vec<Option<Candidate>> = open.into_iter().map(Some).collect();
        for group in groups {
            findings.push(self.merged(group.into_iter().filter_map(|index| open[index].take()).collect()));
        }
        findings
    }

    /// One finding of undetermined candidates at one expression.
    fn merged(&self, mut group: Vec<Candidate>) -> Finding {
        let name = |candidate: &Candidate| &*self.rules[candidate.rule].0;
        let order = |candidate: &Candidate| std::cmp::Reverse(self.policy.severity(candidate.rule));
        group.sort_by(|left, right| (order(left), name(left)).cmp(&(order(right), name(right))));
        let severity = group.iter().map(|candidate| candidate.severity).max().unwrap_or(Severity::Warning);
        let mut names: Vec<String> = Vec::new();
        for candidate in &group {
            if !names.iter().any(|known| *known == *name(candidate)) {
                names.push(name(candidate).to_owned());
            }
        }
        let mut first = group.swap_remove(0);
        first.severity = severity;
        if !first.own_message || names.len() > 1 {
            first.own_message = false;
            first.hangs_on = first.hangs_on.or_else(|| group.into_iter().find_map(|candidate| candidate.hangs_on));
            first.message = undetermined_message(&first, &names);
        }
        let mut also = names.split_off(1);
        also.sort();
        self.finding(first, also)
    }

    fn finding(&self, candidate: Candidate, also: Vec<String>) -> Finding {
        let (rule, fix) = &self.rules[candidate.rule];
        let file = || candidate.spot.span.map(|span| self.sources.file(span.file).path.as_str());
        let place = candidate.address.as_deref().or_else(file).unwrap_or_default();
        let help = match candidate.verdict {
            Verdict::Undetermined if !candidate.own_message && candidate.is_in_script => &self.how_to_know_script,
            Verdict::Undetermined if !candidate.own_message => &self.how_to_know,
            Verdict::Undetermined | Verdict::Violation => fix,
        };
        Finding {
            fingerprint: fingerprint(&[rule, place, &candidate.spot.path, candidate.verdict.word()]),
            rule: rule.clone(),
            also,
            severity: candidate.severity,
            verdict: candidate.verdict,
            message: candidate.message,
            address: candidate.address,
            resource_type: candidate.resource_type,
            location: candidate.spot.span,
            related: candidate.spot.related,
            suppressed: candidate.suppressed.map(|suppressed| *suppressed),
            help: help.clone(),
            root: candidate.root,
            change: candidate.action.word(),
        }
    }
}

/// What is not known, and which rules hang on it.
fn undetermined_message(candidate: &Candidate, rules: &[String]) -> String {
    let rules: Vec<String> = rules.iter().map(|rule| format!("`{rule}`")).collect();
    let rules = match rules.as_slice() {
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
        [] => String::new(),
    };
    let subject = match (candidate.spot.path.as_str(), &candidate.address) {
        ("", Some(address)) => format!("`{address}`"),
        ("", None) => "This".to_owned(),
        (path, _) => format!("`{path}`"),
    };
    match &candidate.hangs_on {
        Some(reference) => format!("{subject} hangs on {reference}: {rules} cannot be decided"),
        None if candidate.is_in_script => {
            format!("{subject} hangs on what is outside of this file: {rules} cannot be decided")
        }
        None => format!("{subject} hangs on a value that is not known yet: {rules} cannot be decided"),
    }
}

/// What to do about an undetermined finding.
const HOW_TO_KNOW: &str = "Set variables without a value with `--var` or `--var-file`; what AWS makes up is known after \
                           apply only: make the rule hold whatever comes, or suppress the finding with a reason.";

/// The same, where what is not known is outside of a Jenkinsfile.
const HOW_TO_KNOW_SCRIPT: &str = "Say it in this file, so that it can be seen, or suppress the finding with a reason.";

/// 32 hexadecimal digits over the parts.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    hash.finalize().iter().take(16).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Sorts, drops what is said twice (a file that several root modules share), and tells equal fingerprints apart.
fn settle(findings: &mut Vec<Finding>, sources: &Sources) {
    // By bytes, which is the order of lines and columns, at no cost on a file that is one giant line.
    let place = |span: Span| (sources.file(span.file).path.as_str(), span.start, span.end);
    let said = |one: &Finding, other: &Finding| {
        let own = (one.location.map(place), &one.rule, &one.address, &one.message);
        let others = (other.location.map(place), &other.rule, &other.address, &other.message);
        let places = one.related.iter().map(|related| place(related.span));
        own.cmp(&others).then_with(|| places.cmp(other.related.iter().map(|related| place(related.span))))
    };
    findings.sort_by(|one, other| said(one, other).then_with(|| one.suppressed.cmp(&other.suppressed)));
    findings.dedup_by(|later, kept| said(later, kept).is_eq());
    let mut seen: HashMap<&str, u32> = HashMap::with_capacity(findings.len());
    let mut changed = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let count = seen.entry(&finding.fingerprint).or_default();
        *count += 1;
        if *count > 1 {
            changed.push((index, fingerprint(&[&finding.fingerprint, &count.to_string()])));
        }
    }
    for (index, fingerprint) in changed {
        findings[index].fingerprint = fingerprint;
    }
}

fn problem_key(problem: &Problem, sources: &Sources) -> (Option<String>, Option<u32>, String) {
    let path = problem.span.map(|span| sources.file(span.file).path.clone()).or_else(|| problem.path.clone());
    (path, problem.span.map(|span| span.start), problem.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_a_problem_is_found_among_many() {
        let file = FileId(1);
        let problem = |start, end| Problem::at(Span::new(file, start, end), "wrong");
        let problems = [problem(50, 60), problem(10, 40), problem(20, 25), problem(70, 70)];
        let spans = spans_by_file(&problems);
        let touched = |start, end| touches(&spans, Some(Span::new(file, start, end)));
        for (start, end) in [(0, 10), (22, 23), (30, 35), (40, 45), (55, 80), (0, 100), (69, 71)] {
            assert!(touched(start, end), "{start}..{end}");
        }
        for (start, end) in [(0, 9), (41, 49), (61, 69), (71, 90)] {
            assert!(!touched(start, end), "{start}..{end}");
        }
        assert!(!touches(&spans, Some(Span::new(FileId(0), 22, 23))));
        assert!(!touches(&spans, None));
    }
}
