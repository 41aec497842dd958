//! Asking rules of facts: rules that go through the same facts together, fact by fact.

use crate::finding::Verdict;
use crate::lang::eval::{Context, Evaluated, evaluate};
use crate::lang::functions::NoFiles;
use crate::lang::{Data, Number, Type, Value, convert};
use crate::source::Problem;
use crate::syntax::{Kind, NodeRef, Trees};

use super::Policy;
use super::candidate::Candidate;
use super::facts::{Facts, RuleScope};
use super::options::option_of;
use super::yields::silencers;

/// Rules that are asked together.
#[derive(Debug)]
pub(super) struct Round {
    /// Each after those that it yields to.
    rules: Vec<Member>,
    /// The name of the collection of the network that they go through as it is: its facts need not be held all at once.
    collection: Option<String>,
}

/// A rule among those that are asked together.
#[derive(Debug)]
struct Member {
    rule: usize,
    /// Those before it that silence it wherever they are certain of the same expression.
    silencers: Vec<usize>,
}

impl Round {
    /// Arranges rules, which are in an order in which each comes after those that it yields to.
    pub(super) fn arrange(policy: &Policy, rules: &[usize], trees: &Trees) -> Vec<Self> {
        let mut rounds: Vec<Self> = Vec::new();
        for &rule in rules {
            let collection = network_collection(trees, policy.rules[rule].for_each);
            let known =
                rounds.iter_mut().find(|round| collection.is_some() && round.collection.as_deref() == collection);
            match known {
                Some(round) => {
                    let before = |other: &usize| round.rules.iter().any(|member| member.rule == *other);
                    let silencers = silencers(policy, rule).into_iter().filter(before).collect();
                    round.rules.push(Member { rule, silencers });
                }
                None => rounds.push(Self {
                    rules: vec![Member { rule, silencers: Vec::new() }],
                    collection: collection.map(str::to_owned),
                }),
            }
        }
        rounds
    }

    /// Who is left out beside whom.
    pub(super) fn silenced(&self) -> impl Iterator<Item = (usize, usize)> {
        self.rules.iter().flat_map(|member| member.silencers.iter().map(|&other| (member.rule, other)))
    }

    /// Asks the rules of their facts. `is_final`: whether what is certain will be reported, as nothing is suppressed; what is
    /// silent beside it is left out then.
    pub(super) fn ask(
        &self,
        policy: &Policy,
        is_final: bool,
        facts: &Facts<'_>,
        trees: &Trees,
        found: &mut Vec<Candidate>,
        problems: &mut Vec<Problem>,
    ) {
        let Some(collection) = self.collection.as_ref().filter(|name| facts.has_collection(name)) else {
            return self.rules.iter().for_each(|member| ask(policy, member.rule, facts, trees, found, problems));
        };
        let others = |rule: &str, option: &str| option_of(policy, rule, option);
        let Some(first) = self.rules.first() else { return };
        let mut asking = Asking::new(policy, first.rule, facts, trees, &others, problems);
        let mut index = 0;
        facts.each(collection, &mut |fact| {
            let before = found.len();
            for member in &self.rules {
                asking.turn_to(member.rule);
                let key = Value::number(Number::from_i64(index as i64));
                let beside = if is_final { &found[before..] } else { &[] };
                let silencing =
                    beside.iter().filter(|other| other.is_settled() && member.silencers.contains(&other.rule));
                let candidate = asking.one(key, index, &fact, &silencing.collect::<Vec<_>>());
                found.extend(candidate);
            }
            index += 1;
        });
    }
}

/// The name in `network.NAME`, where an expression is nothing else.
fn network_collection(trees: &Trees, expression: NodeRef) -> Option<&str> {
    let tree = trees.get(expression.tree);
    let root = tree.child(expression.node, 0).filter(|_| tree.kind(expression.node) == Kind::GetAttribute)?;
    let is_network = tree.kind(root) == Kind::Variable && tree.text(root) == "network";
    is_network.then(|| tree.child(expression.node, 1).map(|name| tree.text(name)))?
}

/// Asks one rule of its facts, all of which are made before.
pub(super) fn ask(
    policy: &Policy,
    rule: usize,
    facts: &Facts<'_>,
    trees: &Trees,
    found: &mut Vec<Candidate>,
    problems: &mut Vec<Problem>,
) {
    if !policy.set[rule].enabled {
        return;
    }
    let others = |rule: &str, option: &str| option_of(policy, rule, option);
    let mut asking = Asking::new(policy, rule, facts, trees, &others, problems);
    let collection = match asking.evaluate(policy.rules[rule].for_each) {
        Ok(collection) => collection,
        Err(problem) => return asking.fail(*problem),
    };
    // What is sensitive of the collection is so of its elements.
    let own = |element: &Value| element.clone().with_marks(collection.marks);
    match &collection.data {
        Data::List(_, elements) | Data::Tuple(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let key = Value::number(Number::from_i64(index as i64));
                found.extend(asking.one(key, index, &own(element), &[]));
            }
        }
        Data::Set(_, elements) => {
            for (index, element) in elements.iter().enumerate() {
                found.extend(asking.one(own(element), index, &own(element), &[]));
            }
        }
        Data::Map(_, entries) | Data::Object(entries) => {
            for (index, (key, element)) in entries.iter().enumerate() {
                let key = Value::normalized(key.clone()).with_marks(collection.marks);
                found.extend(asking.one(key, index, &own(element), &[]));
            }
        }
        Data::Unknown(_) => found.extend(asking.candidate(Verdict::Undetermined, 0, None, &[])),
        Data::Null(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
            let span = trees.span(policy.rules[rule].for_each);
            asking.fail(Problem::at(span, "`for_each` must be a collection of facts"));
        }
    }
}

/// Rules, looking at one fact after another.
pub(super) struct Asking<'a, 'f, 'r> {
    pub(super) policy: &'a Policy,
    /// The rule at hand.
    pub(super) rule: usize,
    pub(super) facts: &'a Facts<'f>,
    pub(super) trees: &'a Trees,
    pub(super) scope: RuleScope<'a, 'f>,
    problems: &'r mut Vec<Problem>,
}

impl<'a, 'f, 'r> Asking<'a, 'f, 'r> {
    pub(super) fn new(
        policy: &'a Policy,
        rule: usize,
        facts: &'a Facts<'f>,
        trees: &'a Trees,
        others: &'a dyn Fn(&str, &str) -> Option<Value>,
        problems: &'r mut Vec<Problem>,
    ) -> Self {
        let (key, value) = (Value::null(Type::Dynamic), Value::null(Type::Dynamic));
        let scope = RuleScope { facts, options: &policy.set[rule].options, others, key, value };
        Self { policy, rule, facts, trees, scope, problems }
    }

    /// Lets another rule look.
    fn turn_to(&mut self, rule: usize) {
        self.rule = rule;
        self.scope.options = &self.policy.set[rule].options;
    }

    pub(super) fn evaluate(&self, expression: NodeRef) -> Evaluated {
        evaluate(expression, &Context { trees: self.trees, scope: &self.scope, files: &NoFiles })
    }

    /// What is wrong with a rule is said once, at its line.
    pub(super) fn fail(&mut self, mut problem: Problem) {
        let rule = &self.policy.rules[self.rule];
        problem.message = format!("rule `{}` cannot be asked: {}", rule.name, problem.message);
        if !self.problems.iter().any(|known| known.span == problem.span && known.message == problem.message) {
            self.problems.push(problem);
        }
    }

    /// Asks the rule at hand of one fact; `silencing`: what it is silent beside, if that is at the same expression.
    fn one(&mut self, key: Value, index: usize, fact: &Value, silencing: &[&Candidate]) -> Option<Candidate> {
        self.scope.key = key;
        self.scope.value = fact.clone();
        let condition = self.policy.rules[self.rule].condition;
        let value = match self.evaluate(condition) {
            Ok(value) => value,
            Err(problem) => {
                self.fail(*problem);
                return None;
            }
        };
        match truth(&value) {
            Ok(Some(true)) => None,
            Ok(Some(false)) => self.candidate(Verdict::Violation, index, None, silencing),
            Ok(None) => self.candidate(Verdict::Undetermined, index, Some(&value), silencing),
            Err(message) => {
                self.fail(Problem::at(self.trees.span(condition), message));
                None
            }
        }
    }
}

/// Whether a condition holds; `None` where that is not known.
fn truth(value: &Value) -> Result<Option<bool>, String> {
    match value.data {
        Data::Bool(truth) => return Ok(Some(truth)),
        Data::Unknown(_) => return Ok(None),
        Data::Null(_) => return Err("the condition is null".into()),
        Data::Number(_) | Data::String(_) | Data::List(..) | Data::Set(..) | Data::Map(..) => {}
        Data::Tuple(_) | Data::Object(_) => {}
    }
    let converted =
        convert::convert(value, &Type::Bool).map_err(|_| "the condition must be true or false".to_owned())?;
    converted.as_bool().map(Some).ok_or_else(|| "the condition must be true or false".to_owned())
}
