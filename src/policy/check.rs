//! Asking rules of facts: from conditions to candidates, which `finish` makes findings of.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::address::ModuleStep;
use crate::finding::{Severity, Suppressed, Verdict};
use crate::inventory::{Action, Inventory};
use crate::jenkinsfile::{Layout, Script};
use crate::lang::eval::{Context, Evaluated, evaluate};
use crate::lang::functions::NoFiles;
use crate::lang::{Data, Marks, Number, Str, Type, Value, convert};
use crate::source::{FileId, Problem, Sources, Span};
use crate::syntax::{Kind, NodeId, NodeRef, TreeId, Trees};
use crate::terraform::Reading;

use super::facts::{Facts, RuleScope, Spot};
use super::rule::{RuleOption, RuleSeverity, descendants};
use super::way::{follow, search, steps_in_values};
use super::yields::{self, Coverage};
use super::{Policy, demand, suppression};

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
    pub(super) calls: Vec<Span>,
    /// The fact's index in its collection, to tell apart facts that share an expression.
    pub(super) fact: usize,
    /// The root module's directory, where several are checked.
    pub(super) root: Option<Str>,
    /// Whether it is a violation wherever there is such an instance, or block, at all.
    pub(super) conditional: bool,
    /// Those of rules that its rule yields to, at the same expression: indices into [`Check::candidates`].
    pub(super) broader: Vec<usize>,
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
    /// The rules to ask of each reading, those of the same collections together.
    rules: OnceCell<Vec<Vec<usize>>>,
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
            rules: OnceCell::new(),
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
        self.ask_all(&facts, trees);
        let root: Option<Str> = root.map(Str::from);
        for candidate in &mut self.candidates[first..] {
            candidate.root.clone_from(&root);
            let Some(instance) = candidate.spot.instance else { continue };
            candidate.calls = calls.enclosing(&reading.inventory.instance(instance).address.module.0);
        }
        let suppresses =
            !self.policy.configuration.ignores.is_empty() || self.has_suppressions(reading, sources, trees);
        self.relate(first, suppresses, &facts, trees);
    }

    /// Asks every rule that runs of a Jenkinsfile.
    pub fn add_script(&mut self, script: Script, sources: &Sources, trees: &Trees) {
        self.problems.extend(script.problems.iter().cloned());
        self.sensitive_spans.extend(&script.sensitive_spans);
        let nothing = Inventory::default();
        let facts = Facts::of_script(&script, &nothing, trees);
        let first = self.candidates.len();
        self.ask_all(&facts, trees);
        let text = &sources.file(script.file).text;
        let suppresses = memchr::memmem::find(text.as_bytes(), suppression::MARKER.as_bytes()).is_some();
        self.relate(first, suppresses || !self.policy.configuration.ignores.is_empty(), &facts, trees);
        self.scripts.insert(sources.file(script.file).path.clone(), (script.file, script.layout));
    }

    /// Asks every rule but those about suppressions.
    fn ask_all(&mut self, facts: &Facts<'_>, trees: &Trees) {
        let policy = self.policy;
        let rules = (0..policy.rules.len()).filter(|&rule| policy.set[rule].enabled && !is_about_policy(policy, rule));
        for rules in self.rules.get_or_init(|| by_collections(policy, rules, trees)) {
            for &rule in rules {
                ask(policy, rule, facts, trees, &mut self.candidates, &mut self.problems);
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
        yields::relate(self.policy, found, collection);
        cover(self.policy, found, suppresses, facts, trees, &mut self.problems);
        found.iter_mut().flat_map(|candidate| &mut candidate.broader).for_each(|index| *index += first);
    }

    fn has_suppressions(&self, reading: &Reading, sources: &Sources, trees: &Trees) -> bool {
        let trees =
            reading.files.iter().filter_map(|&file| Some((trees.get(trees.of_file(file)?), sources.file(file))));
        trees.into_iter().any(|(tree, file)| suppression::is_any_in(tree, &file.text))
    }
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

/// The blocks of module calls.
struct Calls<'r> {
    /// By the module instance that each makes.
    blocks: HashMap<&'r [ModuleStep], Span>,
    /// Those that lead to a module instance, where they were asked for.
    leading: HashMap<&'r [ModuleStep], Vec<Span>>,
}

impl<'r> Calls<'r> {
    fn of(reading: &'r Reading) -> Self {
        let blocks = reading.module_calls.iter().map(|call| (call.module.0.as_slice(), call.block)).collect();
        Self { blocks, leading: HashMap::new() }
    }

    /// The blocks of the calls that lead to a module instance, the outermost first.
    fn enclosing(&mut self, module: &'r [ModuleStep]) -> Vec<Span> {
        let known = (1..=module.len()).rev().find(|&length| self.leading.contains_key(&module[..length])).unwrap_or(0);
        let mut spans = self.leading.get(&module[..known]).cloned().unwrap_or_default();
        if known < module.len() {
            spans.extend((known + 1..=module.len()).filter_map(|length| self.blocks.get(&module[..length])));
            self.leading.insert(module, spans.clone());
        }
        spans
    }
}

/// Asks one rule of its facts.
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
                found.extend(asking.one(key, index, &own(element)));
            }
        }
        Data::Set(_, elements) => {
            for (index, element) in elements.iter().enumerate() {
                found.extend(asking.one(own(element), index, &own(element)));
            }
        }
        Data::Map(_, entries) | Data::Object(entries) => {
            for (index, (key, element)) in entries.iter().enumerate() {
                let key = Value::normalized(key.clone()).with_marks(collection.marks);
                found.extend(asking.one(key, index, &own(element)));
            }
        }
        Data::Unknown(_) => found.push(asking.candidate(Verdict::Undetermined, 0, None)),
        Data::Null(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
            let span = trees.span(policy.rules[rule].for_each);
            asking.fail(Problem::at(span, "`for_each` must be a collection of facts"));
        }
    }
}

/// Whether a value is one that an option takes.
///
/// # Errors
/// Why it is not, in a sentence.
pub(super) fn fits(option: &RuleOption, value: &Value, trees: &Trees) -> Result<(), String> {
    let Some((condition, message)) = &option.condition else { return Ok(()) };
    let inventory = Inventory::default();
    let (facts, others) = (Facts::new(&inventory, trees), |_: &str, _: &str| None);
    let options = [(Str::from(option.name.as_str()), value.clone())];
    let (key, fact) = (Value::null(Type::Dynamic), Value::null(Type::Dynamic));
    let scope = RuleScope { facts: &facts, options: &options, others: &others, key, value: fact };
    match evaluate(*condition, &Context { trees, scope: &scope, files: &NoFiles }) {
        Ok(held) if held.as_bool() == Some(true) => Ok(()),
        Ok(_) | Err(_) => Err(message.clone()),
    }
}

fn option_of(policy: &Policy, rule: &str, option: &str) -> Option<Value> {
    let settings = &policy.set[policy.index(rule)?];
    let (_, value) = settings.options.iter().find(|(name, _)| **name == *option)?;
    settings.enabled.then(|| value.clone())
}

/// One rule, looking at one fact after another.
struct Asking<'a, 'f, 'r> {
    policy: &'a Policy,
    rule: usize,
    facts: &'a Facts<'f>,
    trees: &'a Trees,
    scope: RuleScope<'a, 'f>,
    problems: &'r mut Vec<Problem>,
}

impl<'a, 'f, 'r> Asking<'a, 'f, 'r> {
    fn new(
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

    fn evaluate(&self, expression: NodeRef) -> Evaluated {
        evaluate(expression, &Context { trees: self.trees, scope: &self.scope, files: &NoFiles })
    }

    /// What is wrong with a rule is said once, at its line.
    fn fail(&mut self, mut problem: Problem) {
        let rule = &self.policy.rules[self.rule];
        problem.message = format!("rule `{}` cannot be asked: {}", rule.name, problem.message);
        if !self.problems.iter().any(|known| known.span == problem.span && known.message == problem.message) {
            self.problems.push(problem);
        }
    }

    fn one(&mut self, key: Value, index: usize, fact: &Value) -> Option<Candidate> {
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
            Ok(Some(false)) => Some(self.candidate(Verdict::Violation, index, None)),
            Ok(None) => Some(self.candidate(Verdict::Undetermined, index, Some(&value))),
            Err(message) => {
                self.fail(Problem::at(self.trees.span(condition), message));
                None
            }
        }
    }

    /// `unknown` is the condition's value where it is not known: an origin of it that is a place is where the finding
    /// stands.
    fn candidate(&mut self, verdict: Verdict, fact: usize, unknown: Option<&Value>) -> Candidate {
        let rule = &self.policy.rules[self.rule];
        let unknown = unknown.filter(|value| value.origin.as_place().is_some());
        let highlighted = match unknown {
            Some(value) => Some(value.clone()),
            None => rule.highlight.and_then(|at| self.evaluate(at).ok()),
        };
        let mut spot = self.spot(rule.highlight, highlighted.as_ref());
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
        Candidate {
            rule: self.rule,
            verdict,
            severity,
            own_message: message.is_some(),
            message: message.unwrap_or_default(),
            hangs_on,
            address: spot.address.take().map(Str::from).or_else(|| Some(self.facts.address(spot.instance?))),
            resource_type: instance.map(|instance| instance.address.type_name.clone()),
            spot,
            calls: Vec::new(),
            fact,
            root: None,
            conditional,
            broader: Vec::new(),
            covers: None,
            suppressed: None,
            action: instance.map_or(Action::Configured, |instance| instance.action),
            is_in_script: self.facts.script.is_some(),
        }
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

    /// A message; what is unknown or sensitive in it is not shown.
    fn render(&mut self, message: NodeRef) -> String {
        let tree = self.trees.get(message.tree);
        let is_template = matches!(tree.kind(message.node), Kind::Template | Kind::Heredoc);
        match self.evaluate(message) {
            Ok(value) if shows(&value) => shown(&value),
            Ok(_) if is_template => {
                let parts: Vec<String> =
                    tree.children(message.node).map(|part| self.part(message.tree, part)).collect();
                parts.concat()
            }
            Ok(value) => hidden(&value).to_owned(),
            Err(problem) => {
                self.fail(*problem);
                self.policy.rules[self.rule].title.clone()
            }
        }
    }

    fn part(&self, tree_id: TreeId, part: NodeId) -> String {
        let tree = self.trees.get(tree_id);
        match tree.kind(part) {
            Kind::Text => tree.literal(part).into_owned(),
            Kind::Interpolation => {
                let value = tree.child(part, 0).and_then(|node| self.evaluate(NodeRef { tree: tree_id, node }).ok());
                value.map_or_else(
                    String::new,
                    |value| if shows(&value) { shown(&value) } else { hidden(&value).to_owned() },
                )
            }
            _ => "(not known yet)".to_owned(),
        }
    }

    /// The resource attribute that the highlighted value, or else something in the condition, stands for.
    fn hangs_on(&self, highlighted: Option<&Value>) -> Option<String> {
        if let Some(reference) = highlighted.and_then(reference_in) {
            return Some(reference);
        }
        let condition = self.policy.rules[self.rule].condition;
        let tree = self.trees.get(condition.tree);
        descendants(self.trees, condition)
            .filter(|&node| tree.kind(node) == Kind::GetAttribute)
            .filter_map(|node| self.evaluate(NodeRef { tree: condition.tree, node }).ok())
            .filter(|value| value.is_unknown())
            .find_map(|value| reference_in(&value))
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

fn shows(value: &Value) -> bool {
    value.is_wholly_known() && !value.deep_marks().has(Marks::UNPRINTED)
}

fn shown(value: &Value) -> String {
    match convert::convert(value, &Type::String) {
        Ok(text) => text.as_str().unwrap_or("null").to_owned(),
        Err(_) => "(a collection)".to_owned(),
    }
}

const fn hidden(value: &Value) -> &'static str {
    if value.marks.has(Marks::UNPRINTED) || !value.is_unknown() { "(sensitive)" } else { "(not known yet)" }
}

/// What an attribute names by its id or name, where that is known and only what it stands for is not. Of an id that is known,
/// nothing in this configuration has it; what is here may have a name that is known, and hold what is not.
fn outside(attribute: &str, id: &Value) -> Option<String> {
    let named = match attribute.rsplit_once('_')?.1 {
        "id" => "what it names, which is not in this configuration",
        "name" => "what it names, of which not all is known here",
        _ => return None,
    };
    id.as_str().is_some().then(|| named.to_owned())
}

fn reference_in(value: &Value) -> Option<String> {
    let mut found = None;
    value.walk(|value| {
        if found.is_none() {
            found = value.reference().map(|reference| match &*reference.address.type_name {
                "var" => format!("`{reference}`, which has no value here"),
                "module" => format!("`{reference}`, whose module is not on this machine"),
                _ => format!("`{reference}`, known only after apply"),
            });
        }
        found.is_none()
    });
    found
}
