//! The runner of examples: `terravet test`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::finding::Verdict;
use crate::jenkinsfile;
use crate::lang::{Value, convert};
use crate::plan;
use crate::source::{Problem, SourceFile, Sources, Span, walk};
use crate::syntax::{Trees, native};
use crate::terraform::{self, Options, Reading};

use super::configuration::{self, FILE_NAME};
use super::rule::{Example, Rule};
use super::{Check, Configuration, Policy, RuleSettings, form};
use crate::finding::Severity;

/// The day on which examples run.
pub const TODAY: &str = "2026-01-01";

/// The file of an example that is a plan.
const PLAN: &str = "plan.json";

/// What came of one example.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The rule's name.
    pub rule: String,
    /// The example's name.
    pub example: String,
    /// The example's header.
    pub span: Span,
    /// What is not as marked; it passed if there is nothing.
    pub failures: Vec<String>,
}

/// Runs the examples of those of `rules` for which `wanted` holds, each with only its rule (and those that it names).
/// `scratch` is an empty directory, in which each is written out.
///
/// # Errors
/// If an example cannot be written out.
pub fn run(
    rules: &[Rule],
    wanted: impl Fn(&Rule) -> bool,
    scratch: &Path,
    sources: &mut Sources,
    trees: &mut Trees,
) -> io::Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| wanted(rule)) {
        for (number, example) in rule.examples.iter().enumerate() {
            let directory = scratch.join(format!("{at}-{number}"));
            for file in &example.files {
                let path = directory.join(&file.path);
                std::fs::create_dir_all(path.parent().unwrap_or(&directory))?;
                std::fs::write(path, &file.content)?;
            }
            let failures = one(rules, at, example, &directory, sources, trees);
            std::fs::remove_dir_all(&directory)?;
            outcomes.push(Outcome {
                rule: rule.name.clone(),
                example: example.name.clone(),
                span: example.span,
                failures,
            });
        }
    }
    Ok(outcomes)
}

/// The verdicts that the markers in an example ask for.
#[must_use]
pub fn expected(example: &Example) -> BTreeSet<Verdict> {
    markers(example).into_keys().map(|(_, _, verdict)| verdict).collect()
}

/// File, line, verdict.
type Mark = (String, u32, Verdict);

fn one(
    rules: &[Rule],
    at: usize,
    example: &Example,
    directory: &Path,
    sources: &mut Sources,
    trees: &mut Trees,
) -> Vec<String> {
    let mut problems = Vec::new();
    let mut policy = match policy(rules, at, example) {
        Ok(policy) => policy,
        Err(failure) => return vec![failure],
    };
    if let Some(file) = example.files.iter().find(|file| file.path == FILE_NAME) {
        let source = SourceFile::new(FILE_NAME, file.content.clone().into_bytes());
        let tree = form::parse(source, native::parse_relaxed, sources, trees, &mut problems);
        let (configuration, found) = configuration::read_tree(trees, tree);
        policy.configuration = configuration;
        problems.extend(found);
    }
    let options = Options { current_directory: directory.to_path_buf(), ..Options::default() };
    let mut check = Check::new(&policy, TODAY);
    check.problems(problems);
    for file in example.files.iter().filter(|file| walk::is_script(&file.path)) {
        let id = sources.add(SourceFile::new(&file.path, file.content.clone().into_bytes()));
        let script = jenkinsfile::read(id, sources.file(id), jenkinsfile::is_library(&file.path));
        check.add_script(script, sources, trees);
    }
    if example.files.iter().any(|file| !walk::is_script(&file.path)) {
        match read(&policy, example, directory, &options, sources, trees) {
            Ok(reading) => check.add(&reading, None, sources, trees),
            Err(problem) => return vec![problem.message],
        }
    }
    let report = check.finish(Vec::new(), &BTreeSet::new(), sources, trees);
    let mut failures: Vec<String> = report
        .problems
        .iter()
        .map(|problem| match problem.span {
            Some(span) => {
                format!("{}:{}: {}", sources.file(span.file).path, sources.position(span).line, problem.message)
            }
            None => problem.message.clone(),
        })
        .collect();
    let mut found: BTreeMap<Mark, Vec<String>> = BTreeMap::new();
    let own = |finding: &&crate::finding::Finding| finding.suppressed.is_none() && *finding.rule == *rules[at].name;
    for finding in report.findings.iter().filter(own) {
        let place = finding.location.map(|span| (sources.file(span.file).path.clone(), sources.position(span).line));
        let (path, line) = place.unwrap_or_default();
        found.entry((path, line, finding.verdict)).or_default().push(finding.message.clone());
    }
    let expected = markers(example);
    for ((path, line, verdict), count) in &expected {
        let messages = found.remove(&(path.clone(), *line, *verdict)).unwrap_or_default();
        if messages.len() != *count {
            let verdict = verdict.word();
            failures.push(format!("{path}:{line}: {count} × {verdict} is marked, {} found", messages.len()));
        }
    }
    for ((path, line, verdict), messages) in found {
        failures.extend(
            messages.iter().map(|message| format!("{path}:{line}: {} is not marked: {message}", verdict.word())),
        );
    }
    failures
}

/// Reads an example's configuration, or the plan in its `plan.json` beside that.
fn read(
    policy: &Policy,
    example: &Example,
    directory: &Path,
    options: &Options,
    sources: &mut Sources,
    trees: &mut Trees,
) -> Result<Reading, Box<Problem>> {
    let Some(file) = example.files.iter().find(|file| file.path == PLAN) else {
        return Ok(terraform::read(directory, options, sources, trees));
    };
    let mut demand = policy.demand(trees);
    demand.ask_data_sources();
    let plan = plan::open(Arc::from(file.content.as_bytes()), PLAN, &demand, sources)?;
    let source = example.files.iter().any(|file| walk::is_configuration(&file.path)).then_some(directory);
    Ok(plan::reading(plan, source, options, sources, trees))
}

/// A policy in which only the example's rule, and those that it names, run.
fn policy(rules: &[Rule], at: usize, example: &Example) -> Result<Policy, String> {
    let mut set: Vec<RuleSettings> = rules.iter().map(RuleSettings::of).collect();
    for (index, (rule, set)) in rules.iter().zip(&mut set).enumerate() {
        set.enabled = index == at || example.rules.contains(&rule.name);
    }
    let unknown = example.rules.iter().find(|name| !rules.iter().any(|rule| rule.name == **name));
    if let Some(unknown) = unknown {
        return Err(format!("there is no rule `{unknown}`"));
    }
    for (name, value) in example.options.as_ref().and_then(Value::entries).into_iter().flatten() {
        let Some(position) = rules[at].options.iter().position(|option| option.name == **name) else {
            return Err(format!("the rule has no option `{name}`"));
        };
        let ty = &rules[at].options[position].ty;
        let value = convert::convert(value, ty).map_err(|message| format!("option `{name}`: {message}"))?;
        set[at].options[position].1 = value;
    }
    Ok(Policy {
        rules: rules.to_vec(),
        set,
        configuration: Configuration::default(),
        fail_on: Some(Severity::Error),
        current_directory: std::path::PathBuf::new(),
    })
}

/// What the markers of an example ask for. A marker is a comment at the end of a line: `# violation`, `# undetermined`,
/// `# violation x2`, several with commas between.
fn markers(example: &Example) -> BTreeMap<Mark, usize> {
    let mut markers = BTreeMap::new();
    for file in &example.files {
        for (index, line) in file.content.lines().enumerate() {
            for (verdict, count) in line_markers(line) {
                *markers.entry((file.path.clone(), index as u32 + 1, verdict)).or_default() += count;
            }
        }
    }
    markers
}

fn line_markers(line: &str) -> Vec<(Verdict, usize)> {
    let Some(comment) = [line.rfind("# "), line.rfind("// ")].into_iter().flatten().max() else { return Vec::new() };
    let text = line[comment..].trim_start_matches(['#', '/', ' ']);
    text.split(',')
        .map_while(|part| {
            let mut words = part.split_whitespace();
            let verdict = match words.next() {
                Some("violation") => Verdict::Violation,
                Some("undetermined") => Verdict::Undetermined,
                Some(_) | None => return None,
            };
            let count = words.next().and_then(|word| word.strip_prefix('x')).and_then(|count| count.parse().ok());
            Some((verdict, count.unwrap_or(1)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_stand_at_the_end_of_a_line() {
        use Verdict::{Undetermined, Violation};
        for (line, expected) in [
            ("a = 1 # violation", vec![(Violation, 1)]),
            ("a = \"#\" // undetermined", vec![(Undetermined, 1)]),
            ("a = 1 # violation x2, undetermined", vec![(Violation, 2), (Undetermined, 1)]),
            ("/* terravet:ignore[a/b] */ # violation", vec![(Violation, 1)]),
            ("# no violation", vec![]),
            ("a = 1", vec![]),
        ] {
            assert_eq!(line_markers(line), expected, "{line}");
        }
    }
}
