//! What a rule finds of a fact, before suppressions and merging: what it is, where it stands and what it says.

use std::rc::Rc;

use crate::finding::{Severity, Suppressed, Verdict};
use crate::inventory::Action;
use crate::lang::{Str, Value};
use crate::source::Span;
use crate::syntax::NodeRef;

use super::asking::Asking;
use super::facts::Spot;
use super::message::outside;
use super::rule::RuleSeverity;
use super::way::{follow, search, steps_in_values};
use super::yields::{Coverage, expression, expression_at};

/// What a finding about instances hangs on whose number is not known.
const NUMBER: &str = "the number of its instances, known only after apply";

/// What a finding about blocks hangs on whose number is not known.
const BLOCKS: &str = "the number of such blocks, known only after apply";

/// A violation or an undetermined fact, before suppressions and merging.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Index into [`Policy::rules`].
    pub(super) rule: usize,
    pub(super) verdict: Verdict,
    pub(super) severity: Severity,
    pub(super) message: String,
    /// Of an undetermined one: what it hangs on, and why that is not known.
    pub(super) hangs_on: Option<String>,
    /// Whether an undetermined one's message is the rule's own.
    pub(super) own_message: bool,
    pub(super) address: Option<Str>,
    pub(super) resource_type: Option<Str>,
    pub(super) spot: Spot,
    /// The module calls that it is inside of.
    pub(super) calls: Option<Rc<[Span]>>,
    /// The fact's index in its collection, to tell apart facts that share an expression.
    pub(super) fact: usize,
    /// The root module's directory, where several are checked.
    pub(super) root: Option<Str>,
    /// Whether it is a violation wherever there is such an instance, or block, at all.
    pub(super) conditional: bool,
    /// Those of rules that its rule yields to, at the same expression: indices into [`Check::candidates`].
    pub(super) broader: Box<[usize]>,
    /// What it speaks of, where its rule says so and it matters.
    pub(super) covers: Option<Box<Coverage>>,
    /// The suppression that covers it.
    pub(super) suppressed: Option<Box<Suppressed>>,
    /// What the plan does with the instance.
    pub(super) action: Action,
    /// Whether it is about a Jenkinsfile.
    pub(super) is_in_script: bool,
}

impl Candidate {
    /// Whether it is certain, the existence of what it is about aside.
    pub(super) fn is_settled(&self) -> bool {
        self.conditional || self.verdict == Verdict::Violation
    }
}

impl Asking<'_, '_, '_> {
    /// `unknown` is the condition's value where it is not known: an origin of it that is a place is where the finding
    /// stands. Nothing beside what silences it there.
    pub(super) fn candidate(
        &mut self,
        verdict: Verdict,
        fact: usize,
        unknown: Option<&Value>,
        silencing: &[&Candidate],
    ) -> Option<Candidate> {
        let rule = &self.policy.rules[self.rule];
        let unknown = unknown.filter(|value| value.origin.as_place().is_some());
        let highlighted = match unknown {
            Some(value) => Some(value.clone()),
            None => rule.highlight.and_then(|at| self.evaluate(at).ok()),
        };
        let mut spot = self.spot(rule.highlight, highlighted.as_ref());
        let address = spot.address.take().or_else(|| Some(self.facts.address(spot.instance?)));
        let own = expression_at(address.as_deref(), &spot);
        if silencing.iter().any(|other| expression(other) == own) {
            return None;
        }
        let instance = spot.instance.map(|index| self.facts.inventory.instance(index));
        let symbolic = instance.is_some_and(|instance| instance.symbolic);
        let conditional = verdict == Verdict::Violation && (symbolic || spot.perhaps);
        let (verdict, message, hangs_on) = match verdict {
            // There may be no such instance at all.
            Verdict::Violation if conditional => {
                let (what, number) = if symbolic { ("instance of it", NUMBER) } else { ("such block", BLOCKS) };
                let message = format!("{}, if there is any {what}", self.render(rule.error_message));
                (Verdict::Undetermined, Some(message), Some(number.to_owned()))
            }
            Verdict::Violation => (Verdict::Violation, Some(self.render(rule.error_message)), None),
            Verdict::Undetermined => {
                let message = rule.undetermined_message.map(|at| self.render(at));
                let named = instance.and_then(|instance| instance.values.entries()?.get(&spot.path));
                let hangs_on =
                    self.hangs_on(highlighted.as_ref()).or_else(|| named.and_then(|id| outside(&spot.path, id)));
                let number = || (symbolic && spot.path.is_empty()).then(|| NUMBER.to_owned());
                let hangs_on = hangs_on.or_else(number);
                (Verdict::Undetermined, message, hangs_on)
            }
        };
        let severity = match verdict {
            Verdict::Violation => self.severity(),
            Verdict::Undetermined => rule.undetermined.unwrap_or(self.policy.configuration.undetermined),
        };
        Some(Candidate {
            rule: self.rule,
            verdict,
            severity,
            own_message: message.is_some(),
            message: message.unwrap_or_default(),
            hangs_on,
            address,
            resource_type: instance.map(|instance| instance.address.type_name.clone()),
            spot,
            calls: None,
            fact,
            root: None,
            conditional,
            broader: Box::default(),
            covers: None,
            suppressed: None,
            action: instance.map_or(Action::Configured, |instance| instance.action),
            is_in_script: self.facts.script.is_some(),
        })
    }

    fn severity(&mut self) -> Severity {
        let rule = &self.policy.rules[self.rule];
        if let Some(set) = self.policy.set[self.rule].severity {
            return set;
        }
        match &rule.severity {
            RuleSeverity::Fixed(severity) => *severity,
            RuleSeverity::Computed { expression, .. } => match self.evaluate(*expression) {
                Ok(value) => value.as_str().and_then(Severity::parse).unwrap_or_else(|| rule.severity.highest()),
                Err(problem) => {
                    self.fail(*problem);
                    rule.severity.highest()
                }
            },
        }
    }

    /// Where the finding stands: at the highlighted value, else at the fact.
    fn spot(&self, highlight: Option<NodeRef>, highlighted: Option<&Value>) -> Spot {
        let fact = &self.scope.value;
        if let Some(spot) = highlighted.and_then(|value| self.facts.spot(value.origin)) {
            return spot;
        }
        let Some(instance) = self.facts.instance_of(fact) else {
            return self.facts.spot(fact.origin).unwrap_or_default();
        };
        let steps = highlight.and_then(|at| steps_in_values(self.trees, at));
        let values = &self.facts.inventory.instance(instance).values;
        let way = match &steps {
            Some(steps) => follow(values, steps),
            None => highlighted.and_then(|value| search(values, value)).unwrap_or_default(),
        };
        // A value that is nowhere in the resource was typed in the rule, or made by it.
        self.facts.locate(instance, &way, highlighted.filter(|_| !way.is_empty()))
    }
}
