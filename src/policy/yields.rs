//! Who yields to whom: one mistake gives one finding.
//!
//! A rule is silent where one that it yields to reports the same expression. What a suppression covers is not reported, so
//! beside it a rule stands for what the suppressed finding did not speak of (`covers`). Of what is undetermined, a rule
//! is silent where, whatever comes, it would be.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::finding::Verdict;
use crate::lang::{Data, Value};
use crate::network::sets::Ranges;
use crate::source::Span;

use super::Policy;
use super::candidate::Candidate;
use super::facts::Spot;
use super::finish::yield_order;

/// What makes two candidates speak of the same expression.
pub(super) type Expression<'c> = (Option<&'c str>, Option<Span>, &'c str);

/// The expression that a candidate speaks of.
pub(super) fn expression(candidate: &Candidate) -> Expression<'_> {
    expression_at(candidate.address.as_deref(), &candidate.spot)
}

/// The expression that what stands at a spot speaks of.
pub(super) fn expression_at<'c>(address: Option<&'c str>, spot: &'c Spot) -> Expression<'c> {
    let path = if spot.span.is_some() { "" } else { &spot.path };
    (address, spot.span, path)
}

/// The rules whose certain findings, where they are not suppressed, silence those of a rule at the same expression whatever else
/// is found there: those that it yields to which themselves yield to nothing that it does not yield to too.
pub(super) fn silencers(policy: &Policy, rule: usize) -> Vec<usize> {
    let names = |rule: usize| policy.rules[rule].yields_to.iter().map(|(name, _)| name);
    let own: BTreeSet<&String> = names(rule).collect();
    let others = names(rule).filter_map(|name| policy.index(name));
    others.filter(|&other| names(other).all(|name| own.contains(name))).collect()
}

/// What a finding speaks of: things by name, and numbers of things (`tcp/22`).
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    /// What it certainly speaks of.
    certain: Things,
    /// What it may speak of, where it is undetermined.
    possible: Things,
    /// Whether that comes as a whole or not at all.
    together: bool,
}

type Things = BTreeMap<String, Ranges>;

impl Coverage {
    /// Reads what a rule's `covers` gives: a list of texts, `name/number` and `name/first-last` for numbers; or an object
    /// of two such lists, `certain` and `possible`, and whether the possible ones come `together`.
    pub(super) fn read(value: &Value) -> Option<Self> {
        if value.elements().is_some() {
            return Some(Self { certain: things(value)?, ..Self::default() });
        }
        let together = value.get("together").and_then(Value::as_bool) == Some(true);
        Some(Self { certain: things(value.get("certain")?)?, possible: things(value.get("possible")?)?, together })
    }
}

fn things(list: &Value) -> Option<Things> {
    let mut things = Things::new();
    for element in list.elements()? {
        let Data::String(text) = &element.data else { return None };
        let (name, range) = numbered(text).unwrap_or((text, Ranges::range(0, 0)));
        let known = things.entry(name.to_owned()).or_default();
        *known = known.union(&range);
    }
    Some(things)
}

fn numbered(text: &str) -> Option<(&str, Ranges)> {
    let (name, range) = text.rsplit_once('/')?;
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    Some((name, Ranges::range(first.parse().ok()?, last.parse().ok()?)))
}

/// Whether all of these are among those.
fn is_within(things: &Things, others: &[&Things]) -> bool {
    things.iter().all(|(name, range)| {
        let covered = others.iter().filter_map(|things| things.get(name));
        range.difference(&covered.fold(Ranges::EMPTY, |all, next| all.union(next))).is_empty()
    })
}

/// Sets for each candidate which others its rule yields to: those of the rules that it names, at the same expression.
/// `collection`: what a rule goes through. Facts of one collection that share an expression (blocks that a `dynamic`
/// makes) are told apart. `silenced`: which rules were left out beside what is certain of which others.
pub(super) fn relate<'t>(
    policy: &Policy,
    candidates: &mut [Candidate],
    collection: impl Fn(usize) -> &'t str,
    silenced: &BTreeSet<(usize, usize)>,
) {
    let found: BTreeSet<usize> = candidates.iter().map(|candidate| candidate.rule).collect();
    let others = |rule: &usize| {
        let names = policy.rules[*rule].yields_to.iter();
        names.filter_map(|(name, _)| policy.index(name)).filter(|other| found.contains(other)).collect::<Vec<_>>()
    };
    let yields_to: BTreeMap<usize, Vec<usize>> = found.iter().map(|rule| (*rule, others(rule))).collect();
    // Of each rule that others yield to, whether what is certain matters too.
    let mut yielded_to: BTreeMap<usize, bool> = BTreeMap::new();
    for (&rule, others) in &yields_to {
        for &other in others {
            *yielded_to.entry(other).or_default() |= !silenced.contains(&(rule, other));
        }
    }
    let mut at: HashMap<(usize, Expression<'_>), Vec<usize>> = HashMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        if yielded_to.get(&candidate.rule).is_some_and(|&certain_too| certain_too || !candidate.is_settled()) {
            at.entry((candidate.rule, expression(candidate))).or_default().push(index);
        }
    }
    if at.is_empty() {
        return;
    }
    let mut related: Vec<(usize, Vec<usize>)> = Vec::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let mut broader = Vec::new();
        for &other in &yields_to[&candidate.rule] {
            let Some(found) = at.get(&(other, expression(candidate))) else { continue };
            let same = collection(other) == collection(candidate.rule);
            broader.extend(found.iter().copied().filter(|&at| !same || candidates[at].fact == candidate.fact));
        }
        if !broader.is_empty() {
            related.push((index, broader));
        }
    }
    for (index, broader) in related {
        candidates[index].broader = broader.into();
    }
}

/// The candidates that are silent.
pub(super) fn silent(policy: &Policy, candidates: &[Candidate]) -> Vec<bool> {
    let mut silent = vec![false; candidates.len()];
    let mut by_rule: Vec<Vec<usize>> = policy.rules.iter().map(|_| Vec::new()).collect();
    for (index, candidate) in candidates.iter().enumerate() {
        if !candidate.broader.is_empty() {
            by_rule[candidate.rule].push(index);
        }
    }
    for rule in yield_order(&policy.rules).unwrap_or_else(|_| (0..policy.rules.len()).collect()) {
        for &index in &by_rule[rule] {
            let standing = candidates[index].broader.iter().copied().filter(|&at| !silent[at]);
            let (hidden, shown): (Vec<usize>, Vec<usize>) =
                standing.partition(|&at| candidates[at].suppressed.is_some());
            let [hidden, shown] =
                [hidden, shown].map(|at| at.into_iter().map(|at| &candidates[at]).collect::<Vec<_>>());
            silent[index] = yields(&candidates[index], &shown, &hidden);
        }
    }
    silent
}

/// Whether a candidate is silent beside those that its rule yields to, some of them reported, some of them suppressed.
fn yields(candidate: &Candidate, shown: &[&Candidate], hidden: &[&Candidate]) -> bool {
    if shown.iter().any(|other| other.is_settled()) {
        return true;
    }
    let settled: Vec<&Candidate> = hidden.iter().copied().filter(|other| other.is_settled()).collect();
    if !settled.is_empty() && says_no_more(candidate, &settled) {
        return true;
    }
    if candidate.is_settled() || candidate.verdict != Verdict::Undetermined {
        return false;
    }
    let others: Vec<&Coverage> =
        shown.iter().chain(hidden).filter(|other| !other.is_settled()).filter_map(|it| it.covers.as_deref()).collect();
    let Some(own) = candidate.covers.as_ref().filter(|_| !others.is_empty()) else { return false };
    let possible: Vec<&Things> = others.iter().map(|other| &other.possible).collect();
    // Those that are reported would be together with this one; beside a suppressed one, what it leaves still counts.
    let together = own.together && shown.iter().any(|other| !other.is_settled() && other.covers.is_some());
    together || is_within(&own.possible, &possible)
}

/// Whether suppressed findings speak of all that a candidate speaks of: one whose rule does not say of what, speaks of
/// everything.
fn says_no_more(candidate: &Candidate, suppressed: &[&Candidate]) -> bool {
    let covered: Option<Vec<&Things>> =
        suppressed.iter().map(|other| other.covers.as_ref().map(|covers| &covers.certain)).collect();
    match (&candidate.covers, covered) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(own), Some(covered)) => {
            is_within(&own.certain, &covered) && (candidate.is_settled() || is_within(&own.possible, &covered))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covering(texts: &[&str]) -> Things {
        things(&Value::tuple(texts.iter().map(|text| Value::string(text)).collect())).unwrap()
    }

    #[test]
    fn numbers_of_things_are_compared_as_sets() {
        let within = |own: &[&str], others: &[&[&str]]| {
            let others: Vec<Things> = others.iter().map(|texts| covering(texts)).collect();
            is_within(&covering(own), &others.iter().collect::<Vec<_>>())
        };
        assert!(within(&["tcp/22"], &[&["tcp/20-30"]]));
        assert!(within(&["tcp/20-30"], &[&["tcp/20-25"], &["tcp/26", "tcp/27-30"]]));
        assert!(!within(&["tcp/22"], &[&["udp/22"]]));
        assert!(!within(&["tcp/22-23"], &[&["tcp/22"]]));
        assert!(within(&["name"], &[&["name"]]) && !within(&["name"], &[&["other"]]));
        assert!(within(&[], &[]));
    }
}
