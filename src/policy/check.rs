//! Asking a policy's rules of one reading after another; `finish` makes a report of what they find.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::{Action, Inventory};
use crate::jenkinsfile::{Layout, Script};
use crate::lang::Str;
use crate::source::{FileId, Problem, Sources, Span};
use crate::syntax::{TreeId, Trees};
use crate::terraform::Reading;

use super::asking::{Asking, Round};
use super::calls::Calls;
use super::candidate::Candidate;
use super::facts::Facts;
use super::finish::yield_order;
use super::options::option_of;
use super::yields::{self, Coverage};
use super::{Policy, demand, suppression};

/// Asks a policy of one reading after another; [`Check::finish`] makes the report.
pub struct Check<'p> {
    pub(super) policy: &'p Policy,
    /// The day it is, as `YYYY-MM-DD`.
    pub(super) today: String,
    pub(super) candidates: Vec<Candidate>,
    pub(super) problems: Vec<Problem>,
    /// What took part, by path: a file that several root modules read counts once.
    pub(super) files: BTreeMap<String, (FileId, Option<TreeId>)>,
    /// The Jenkinsfiles among what took part, by path.
    pub(super) scripts: BTreeMap<String, (FileId, Layout)>,
    pub(super) sensitive_spans: Vec<Span>,
    pub(super) resources: usize,
    only_changed: bool,
    /// The rules to ask of each reading, those of the same collections one after another.
    rounds: OnceCell<Vec<Vec<Round>>>,
}

impl<'p> Check<'p> {
    /// Starts a check on a day (`YYYY-MM-DD`: what suppressions expire by).
    #[must_use]
    pub fn new(policy: &'p Policy, today: &str) -> Self {
        Self {
            policy,
            today: today.to_owned(),
            candidates: Vec::new(),
            problems: Vec::new(),
            files: BTreeMap::new(),
            scripts: BTreeMap::new(),
            sensitive_spans: Vec::new(),
            resources: 0,
            only_changed: false,
            rounds: OnceCell::new(),
        }
    }

    /// Whether only what a plan changes is reported.
    pub const fn only_changed(&mut self, only_changed: bool) {
        self.only_changed = only_changed;
    }

    /// Whether a candidate is left out because the plan leaves the instance as it is.
    pub(super) fn is_unchanged(&self, candidate: &Candidate) -> bool {
        self.only_changed && candidate.action == Action::None
    }

    /// Asks every rule that runs of a reading; `root` is the root module's directory, where several are checked.
    pub fn add(&mut self, reading: &Reading, root: Option<&str>, sources: &Sources, trees: &Trees) {
        for file in &reading.files {
            let path = sources.file(*file).path.clone();
            self.files.entry(path).or_insert_with(|| (*file, trees.of_file(*file)));
        }
        self.problems.extend(reading.problems.iter().cloned());
        self.sensitive_spans.extend(&reading.sensitive_spans);
        self.resources += reading.inventory.instances().len();
        let mut calls = Calls::of(reading);
        let facts = Facts::of(reading, &self.policy.configuration.intent, trees);
        let first = self.candidates.len();
        let suppresses =
            !self.policy.configuration.ignores.is_empty() || self.has_suppressions(reading, sources, trees);
        self.ask_all(suppresses, &facts, trees);
        let root: Option<Str> = root.map(Str::from);
        for candidate in &mut self.candidates[first..] {
            candidate.root.clone_from(&root);
            let Some(instance) = candidate.spot.instance else { continue };
            candidate.calls = calls.enclosing(&reading.inventory.instance(instance).address.module.0);
        }
        self.relate(first, suppresses, &facts, trees);
    }

    /// Asks every rule that runs of a Jenkinsfile.
    pub fn add_script(&mut self, script: Script, sources: &Sources, trees: &Trees) {
        self.problems.extend(script.problems.iter().cloned());
        self.sensitive_spans.extend(&script.sensitive_spans);
        let nothing = Inventory::default();
        let facts = Facts::of_script(&script, &nothing, trees);
        let first = self.candidates.len();
        let text = &sources.file(script.file).text;
        let suppresses = !self.policy.configuration.ignores.is_empty()
            || memchr::memmem::find(text.as_bytes(), suppression::MARKER.as_bytes()).is_some();
        self.ask_all(suppresses, &facts, trees);
        self.relate(first, suppresses, &facts, trees);
        self.scripts.insert(sources.file(script.file).path.clone(), (script.file, script.layout));
    }

    /// Asks every rule but those about suppressions.
    fn ask_all(&mut self, suppresses: bool, facts: &Facts<'_>, trees: &Trees) {
        for rounds in self.rounds.get_or_init(|| rounds(self.policy, trees)) {
            for round in rounds {
                round.ask(self.policy, !suppresses, facts, trees, &mut self.candidates, &mut self.problems);
            }
            facts.forget();
        }
    }

    /// Works out who yields to whom among the candidates of one reading, the last ones.
    fn relate(&mut self, first: usize, suppresses: bool, facts: &Facts<'_>, trees: &Trees) {
        let found = &mut self.candidates[first..];
        let collection = |rule: usize| {
            let at = self.policy.rules[rule].for_each;
            trees.get(at.tree).text(at.node)
        };
        let rounds = self.rounds.get().filter(|_| !suppresses).into_iter().flatten().flatten();
        let silenced: BTreeSet<(usize, usize)> = rounds.flat_map(Round::silenced).collect();
        yields::relate(self.policy, found, collection, &silenced);
        cover(self.policy, found, suppresses, facts, trees, &mut self.problems);
        found.iter_mut().flat_map(|candidate| &mut candidate.broader).for_each(|index| *index += first);
    }

    fn has_suppressions(&self, reading: &Reading, sources: &Sources, trees: &Trees) -> bool {
        let trees =
            reading.files.iter().filter_map(|&file| Some((trees.get(trees.of_file(file)?), sources.file(file))));
        trees.into_iter().any(|(tree, file)| suppression::is_any_in(tree, &file.text))
    }
}

/// All rules that run but those about suppressions.
fn rounds(policy: &Policy, trees: &Trees) -> Vec<Vec<Round>> {
    let order = yield_order(&policy.rules).unwrap_or_else(|_| (0..policy.rules.len()).collect());
    let rules = order.into_iter().filter(|&rule| policy.set[rule].enabled && !is_about_policy(policy, rule));
    by_collections(policy, rules, trees).iter().map(|rules| Round::arrange(policy, rules, trees)).collect()
}

/// Rules that go through the same collections, together: these are made once, and need not be kept for others.
fn by_collections(policy: &Policy, rules: impl IntoIterator<Item = usize>, trees: &Trees) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<BTreeSet<&str>, Vec<usize>> = BTreeMap::new();
    for rule in rules {
        groups.entry(demand::collections(trees, &policy.rules[rule])).or_default().push(rule);
    }
    groups.into_values().collect()
}

/// Works out what candidates speak of that stand beside others which their rules yield to: where both are not known, or
/// where one may be suppressed.
fn cover(
    policy: &Policy,
    found: &mut [Candidate],
    suppresses: bool,
    facts: &Facts<'_>,
    trees: &Trees,
    problems: &mut Vec<Problem>,
) {
    let mut wanted: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (index, candidate) in found.iter().enumerate() {
        for &other in &candidate.broader {
            if suppresses || !found[other].is_settled() {
                for at in [index, other] {
                    wanted.entry(found[at].rule).or_default().insert(at);
                }
            }
        }
    }
    for rules in by_collections(policy, wanted.keys().copied(), trees) {
        for rule in rules {
            let Some(covers) = policy.rules[rule].covers else { continue };
            let others = |rule: &str, option: &str| option_of(policy, rule, option);
            let mut asking = Asking::new(policy, rule, facts, trees, &others, problems);
            let Ok(collection) = asking.evaluate(policy.rules[rule].for_each) else { continue };
            for &index in &wanted[&rule] {
                let candidate = &mut found[index];
                let Some(fact) = collection.elements().and_then(|facts| facts.get(candidate.fact)) else { continue };
                asking.scope.value = fact.clone();
                match asking.evaluate(covers) {
                    Ok(value) => candidate.covers = Coverage::read(&value).map(Box::new),
                    Err(problem) => asking.fail(*problem),
                }
            }
        }
        facts.forget();
    }
}

/// The `suppression/` rules look at what the others made of it, so they run last.
pub(super) fn is_about_policy(policy: &Policy, rule: usize) -> bool {
    policy.rules[rule].name.starts_with("suppression/")
}
