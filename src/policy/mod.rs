//! Rule files, options, conditions, suppressions, the user's configuration, and the runner of examples.
//!
//! A [`Policy`] is loaded once; a [`Check`] asks its rules of one reading after another and makes the report:
//!
//! - `form`, `rule`, `shipped`, `configuration`, `intent`: what is read
//! - `facts`, `tags`, `jenkins`: what rules see
//! - `check`, `asking`, `candidate`, `message`, `way`, `calls`: from conditions to candidates; `yields`, `suppression`,
//!   `comments`, `finish`: from these to findings
//! - `examples`, `page`, `starter`: what is made of rule files beside checking

mod asking;
mod calls;
mod candidate;
mod check;
mod comments;
pub mod configuration;
mod configuration_facts;
mod demand;
pub mod examples;
mod facts;
mod finish;
mod form;
mod intent;
mod jenkins;
mod message;
mod options;
pub mod page;
pub mod rule;
pub mod shipped;
pub mod starter;
mod suppression;
mod tags;
mod way;
mod yields;

pub use check::Check;
pub use configuration::Configuration;
pub use finish::join;
pub use rule::Rule;
pub use shipped::Extent;

use std::path::{Path, PathBuf};

use crate::finding::{FailOn, RuleSummary, Severity};
use crate::lang::{Str, Value};
use crate::source::{Problem, Sources, Span, nearest, pattern};
use crate::syntax::{Trees, native};

use form::Reader;

/// What the command line says of policy.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The configuration file (`--config`, or what [`configuration::find`] found).
    pub configuration: Option<PathBuf>,
    /// Rule files, or directories of them, beside the shipped ones (`--rules`).
    pub rules: Vec<PathBuf>,
    /// `--select`: names of rules, or patterns (`sg/*`); empty: all.
    pub select: Vec<String>,
    /// `--ignore`: likewise.
    pub ignore: Vec<String>,
    /// `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// The directory terravet was started in.
    pub current_directory: PathBuf,
}

/// The rules, with what the user set of them.
#[derive(Clone, Debug)]
pub struct Policy {
    /// All rules, in name order.
    pub rules: Vec<Rule>,
    /// What is set of each, in the same order.
    pub set: Vec<RuleSettings>,
    /// The user's configuration.
    pub configuration: Configuration,
    /// The lowest severity that fails a run.
    pub fail_on: FailOn,
    /// The directory terravet was started in.
    pub current_directory: PathBuf,
}

/// What is set of a rule.
#[derive(Clone, Debug)]
pub struct RuleSettings {
    /// Whether it runs.
    pub enabled: bool,
    /// The severity of its violations, where the user set one.
    pub severity: Option<Severity>,
    /// Its options: the user's values, or the defaults.
    pub options: Vec<(Str, Value)>,
}

impl Policy {
    /// Loads the shipped rules, the configuration and the user's own rules.
    ///
    /// The problems hold every mistake in any of these files and in the selection; the policy is then what could be
    /// read.
    #[must_use]
    pub fn load(settings: &Settings, sources: &mut Sources, trees: &mut Trees) -> (Self, Vec<Problem>) {
        let current = &settings.current_directory;
        let mut problems = Vec::new();
        let configuration = settings.configuration.as_ref().map_or_else(Configuration::default, |path| {
            let (configuration, found) = configuration::read(path, current, sources, trees);
            problems.extend(found);
            configuration
        });
        let own = configuration.rule_paths.iter().map(|(path, span)| (configuration.directory.join(path), Some(*span)));
        let given = settings.rules.iter().map(|path| (current.join(path), None));
        let own: Vec<_> = own.chain(given).collect();
        let (rules, found) = rules(Extent::Checking, &own, current, sources, trees);
        problems.extend(found);
        let set = rules.iter().map(RuleSettings::of).collect();
        let fail_on = settings.fail_on.or(configuration.fail_on).unwrap_or(Some(Severity::Error));
        let current_directory = current.clone();
        let mut policy = Self { rules, set, configuration, fail_on, current_directory };
        problems.extend(policy.configure(trees));
        problems.extend(policy.select(&settings.select, &settings.ignore));
        (policy, problems)
    }

    /// The rule of that name.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.index(name).map(|index| &self.rules[index])
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.rules.binary_search_by(|rule| rule.name.as_str().cmp(name)).ok()
    }

    /// The severity of a rule's violations, where it is the same for all.
    fn severity(&self, index: usize) -> Severity {
        self.set[index].severity.unwrap_or_else(|| self.rules[index].severity.highest())
    }

    /// The rules that run, those of them that are wanted, as reports show them.
    #[must_use]
    pub fn summaries(&self, wanted: impl Fn(usize) -> bool) -> Vec<RuleSummary> {
        let running = self.rules.iter().enumerate();
        let running = running.filter(|(index, _)| self.set[*index].enabled && wanted(*index));
        running
            .map(|(index, rule)| RuleSummary {
                name: rule.name.clone(),
                title: rule.title.clone(),
                severity: self.severity(index),
                why: rule.why.clone(),
                fix: rule.fix.clone(),
                references: rule.references.clone(),
            })
            .collect()
    }

    /// Applies the configuration's `rule` and `ignore` blocks.
    fn configure(&mut self, trees: &Trees) -> Vec<Problem> {
        let mut reader = Reader::new(trees);
        for block in &self.configuration.rules {
            let Some(index) = self.rules.iter().position(|rule| rule.name == block.name) else {
                reader.problems.push(unknown_rule(&self.rules, &block.name, block.span));
                continue;
            };
            let (rule, set) = (&self.rules[index], &mut self.set[index]);
            set.enabled = block.enabled.unwrap_or(set.enabled);
            set.severity = block.severity;
            for (name, span, at) in &block.options {
                let Some(position) = rule.options.iter().position(|option| option.name == *name) else {
                    let known: Vec<&str> =
                        rule.options.iter().map(|option| option.name.as_str()).chain(["enabled", "severity"]).collect();
                    reader.unknown(*span, &format!("rule `{}` has no option `{name}`", rule.name), name, &known);
                    continue;
                };
                let option = &rule.options[position];
                let Some(value) = reader.constant(*at, &option.ty, &format!("option `{name}`")) else { continue };
                match options::fits(option, &value, trees) {
                    Ok(()) => set.options[position].1 = value,
                    Err(why) => {
                        let message = format!("option `{name}` of rule `{}` cannot be this: {why}", rule.name);
                        reader.problem(trees.span(*at), message, format!("The default is `{}`.", option.default_text));
                    }
                }
            }
        }
        for ignore in &self.configuration.ignores {
            if !self.rules.iter().any(|rule| pattern::matches(&ignore.rule, &rule.name)) {
                reader.problems.push(unknown_rule(&self.rules, &ignore.rule, ignore.rule_span));
            }
        }
        reader.problems
    }

    /// Applies `--select` and `--ignore`. A rule that is selected by its very name runs even where the configuration
    /// disables it.
    fn select(&mut self, select: &[String], ignore: &[String]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (option, patterns) in [("--select", select), ("--ignore", ignore)] {
            for pattern in patterns {
                if !self.rules.iter().any(|rule| pattern::matches(pattern, &rule.name)) {
                    let names = self.rules.iter().map(|rule| rule.name.as_str());
                    let help = nearest(pattern, names).map_or_else(
                        || "`terravet rules` lists the rules.".to_owned(),
                        |near| format!("Did you mean `{near}`?"),
                    );
                    problems.push(Problem::with_path(option, format!("there is no rule `{pattern}`")).help(help));
                }
            }
        }
        for (rule, set) in self.rules.iter().zip(&mut self.set) {
            let matched = |patterns: &[String]| patterns.iter().any(|pattern| pattern::matches(pattern, &rule.name));
            if !select.is_empty() {
                set.enabled = select.contains(&rule.name) || set.enabled && matched(select);
            }
            set.enabled &= !matched(ignore);
        }
        problems
    }
}

impl RuleSettings {
    /// What holds of a rule where the user sets nothing.
    fn of(rule: &Rule) -> Self {
        let options = rule.options.iter().map(|option| (Str::from(option.name.as_str()), option.default.clone()));
        Self { enabled: true, severity: None, options: options.collect() }
    }
}

/// The shipped rules and those of the user's own paths (with the place where a path was written, if it was), in name
/// order.
#[must_use]
pub fn rules(
    extent: Extent,
    own: &[(PathBuf, Option<Span>)],
    current: &Path,
    sources: &mut Sources,
    trees: &mut Trees,
) -> (Vec<Rule>, Vec<Problem>) {
    let (mut rules, mut problems) = shipped::read(extent, sources, trees);
    for (path, span) in own {
        let (read, found) = read_rules(path, *span, current, sources, trees);
        rules.extend(read);
        problems.extend(found);
    }
    problems.extend(check_rules(&mut rules));
    (rules, problems)
}

/// Reads the rule files at a path: a file, or every `.hcl` file in a directory and below it.
///
/// `span` is where the path was written, if it was.
#[must_use]
pub fn read_rules(
    path: &Path,
    span: Option<Span>,
    current: &Path,
    sources: &mut Sources,
    trees: &mut Trees,
) -> (Vec<Rule>, Vec<Problem>) {
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    let shown = configuration::shown(path, current);
    let files = form::rule_files(path);
    if files.is_empty() {
        let message = format!("there are no rule files at `{shown}`");
        let problem = span.map_or_else(|| Problem::with_path(&shown, &message), |span| Problem::at(span, &message));
        problems.push(problem.help("Name a file, or a directory that holds .hcl files."));
    }
    for file in files {
        if file.file_name().is_some_and(|name| name == configuration::FILE_NAME) {
            continue;
        }
        let shown = configuration::shown(&file, current);
        let Some(tree) = form::open(&file, &shown, native::parse, sources, trees, &mut problems) else { continue };
        let (read, found) = rule::read(trees, tree, false);
        rules.extend(read);
        problems.extend(found);
    }
    (rules, problems)
}

/// Sorts rules by name and checks what one rule says of others.
pub fn check_rules(rules: &mut Vec<Rule>) -> Vec<Problem> {
    let mut problems = Vec::new();
    rules.sort_by(|left, right| left.name.cmp(&right.name));
    rules.dedup_by(|later, kept| {
        let twice = later.name == kept.name;
        if twice {
            let help = "Names are unique, those of the shipped rules included.";
            problems.push(Problem::at(later.span, format!("there is a rule `{}` already", later.name)).help(help));
        }
        twice
    });
    for rule in rules.iter() {
        for (name, span) in &rule.yields_to {
            if !rules.iter().any(|other| other.name == *name) {
                problems.push(unknown_rule(rules, name, *span));
            }
        }
    }
    if let Some(rule) = finish::yield_order(rules).err().map(|index| &rules[index]) {
        let message = format!("rule `{}` yields to itself in the end", rule.name);
        problems.push(Problem::at(rule.span, message).help("Take one of the rules out of a `yields_to`."));
    }
    problems
}

fn unknown_rule(rules: &[Rule], name: &str, span: Span) -> Problem {
    let help = nearest(name, rules.iter().map(|rule| rule.name.as_str()))
        .map_or_else(|| "`terravet rules` lists the rules.".to_owned(), |near| format!("Did you mean `{near}`?"));
    Problem::at(span, format!("there is no rule `{name}`")).help(help)
}
