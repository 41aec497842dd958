//! Evaluates all parts in their order, for every module instance, and makes resource instances.

mod conditions;
mod outputs;
mod refactoring;
mod rehearsal;
mod resources;
mod triggers;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::address::{InstanceKey, ModulePath, Reference};
use crate::inventory::Instance;
use crate::lang::eval::Context;
use crate::lang::functions::Files;
use crate::lang::{Certain, Data, Marks, Str, Type, Value};
use crate::source::{Problem, Span};
use crate::syntax::{NodeRef, Trees};

use super::ask::{Answer, Question};
use super::beside::{self, Planned};
use super::constant::NoNames;
use super::decode::Decoder;
use super::expand::{self, MAX_INSTANCES};
use super::graph::{Item, Step};
use super::load::Problems;
use super::module::Meta;
use super::providers::ProviderConfiguration;
use super::scope::{ModuleScope, Surroundings};
use super::state::{Instances, Repetition, State, unknown_name};
use super::tags;
use super::tree::ModuleTree;
use super::turns::listed;
use super::variables::{Given, Specification, specification};
use super::{FailedCondition, ModuleCall};

/// The most values that the value of one expression may hold.
pub(super) const MAX_SIZE: usize = 2_000_000;
/// So many instances, of modules and resources, are made in all.
const MAX_TOTAL: u64 = MAX_INSTANCES + MAX_INSTANCES / 5;

/// What is needed beside the module tree.
pub(super) struct Setting<'e> {
    pub(super) trees: &'e Trees,
    pub(super) files: &'e dyn Files,
    pub(super) surroundings: &'e Surroundings,
    /// Values given to root variables.
    pub(super) given: &'e BTreeMap<String, Given>,
    /// The plan that the configuration stands beside.
    pub(super) planned: Option<&'e dyn Planned>,
    /// Only versions of the AWS provider before 6.0 may run.
    pub(super) is_old_provider: bool,
}

/// What came out.
pub(super) struct Evaluated {
    pub(super) instances: Vec<Instance>,
    pub(super) sensitive_spans: Vec<Span>,
    /// The root module's variables that are marked sensitive.
    pub(super) sensitive_variables: Vec<Str>,
    pub(super) module_calls: Vec<ModuleCall>,
    /// Outputs of the root module.
    pub(super) outputs: Vec<(Str, Value)>,
    /// To the questions that were asked, in order.
    pub(super) answers: Vec<Result<Answer, Problem>>,
    pub(super) failed_conditions: Vec<FailedCondition>,
}

/// Evaluates everything.
pub(super) fn evaluate_all(
    tree: &ModuleTree,
    order: &[Step],
    setting: &Setting<'_>,
    problems: Problems,
    questions: Vec<Question>,
) -> (Evaluated, Problems) {
    let mut evaluator = Evaluator {
        tree,
        setting,
        state: State::new(tree),
        problems: RefCell::new(problems),
        instances: Vec::new(),
        specifications: tree.modules.iter().map(|_| Vec::new()).collect(),
        sensitive_spans: Vec::new(),
        sensitive_variables: Vec::new(),
        total: 0,
        blocks: Cell::new(0),
        failed_conditions: Vec::new(),
        made: (0..tree.places.len()).map(|place| vec![false; tree.module(place).resources.len()]).collect(),
        keys: OnceCell::new(),
    };
    for step in order {
        if !step.in_cycle {
            evaluator.step(step);
        }
    }
    for place in 0..tree.places.len() {
        evaluator.each_module(place, Evaluator::checks);
        evaluator.each_module(place, Evaluator::triggers);
        evaluator.refactorings(place);
    }
    evaluator.rehearse(order);
    evaluator.finish(questions)
}

struct Evaluator<'e> {
    tree: &'e ModuleTree,
    setting: &'e Setting<'e>,
    state: State<'e>,
    problems: RefCell<Problems>,
    /// With the module instance and the resource's index in its module.
    instances: Vec<(usize, usize, Instance)>,
    /// Declarations of variables, by module, read when first needed.
    specifications: Vec<Vec<Option<Arc<Specification>>>>,
    sensitive_spans: Vec<Span>,
    sensitive_variables: Vec<Str>,
    total: u64,
    /// Blocks that dynamic blocks have made.
    blocks: Cell<u64>,
    failed_conditions: Vec<FailedCondition>,
    /// By place and index in its module: the resource has an instance.
    made: Vec<Vec<bool>>,
    /// The keys of each resource's instances, once all are made.
    keys: OnceCell<HashMap<(usize, usize), HashSet<InstanceKey>>>,
}

impl Evaluator<'_> {
    fn step(&mut self, step: &Step) {
        let place = step.place;
        match step.item {
            Item::Expansion => self.expansion(place),
            Item::Variable(index) => self.each_module(place, |this, module| this.variable(module, index)),
            Item::Local(index) => self.each_module(place, |this, module| {
                let expression = this.tree.module(place).locals.at(index).expression;
                let value = this.expression(module, &Repetition::None, expression);
                this.state.modules[module].locals[index] = value;
            }),
            Item::Resource(index) => self.each_module(place, |this, module| this.resource(module, index)),
            Item::Provider(index) => self.each_module(place, |this, module| {
                let value = this.default_tags(module, index);
                this.state.modules[module].default_tags[index] = value;
            }),
            Item::Output(index) => {
                self.each_module(place, |this, module| {
                    let value = this.output(module, index);
                    this.state.modules[module].outputs[index] = Some(value);
                });
                self.state.outputs[place] += 1;
            }
            Item::Validation(index) => self.each_module(place, |this, module| this.validation(module, index)),
        }
    }

    fn each_module(&mut self, place: usize, mut evaluate: impl FnMut(&mut Self, usize)) {
        for position in 0..self.state.by_place[place].len() {
            let module = self.state.by_place[place][position];
            evaluate(self, module);
        }
    }

    fn problem(&self, problem: Problem) {
        self.problems.borrow_mut().add(problem);
    }

    fn decoder<'d>(&'d self, module: usize, repetition: &'d Repetition) -> Decoder<'d> {
        Decoder {
            trees: self.setting.trees,
            files: self.setting.files,
            scope: ModuleScope {
                state: &self.state,
                module,
                repetition,
                iteration: None,
                itself: None,
                surroundings: self.setting.surroundings,
            },
            problems: &self.problems,
            blocks: &self.blocks,
            address: None,
            is_kept: false,
        }
    }

    fn expression(&self, module: usize, repetition: &Repetition, expression: NodeRef) -> Value {
        let value = self.decoder(module, repetition).expression(expression, None);
        if value.has_at_most(MAX_SIZE) {
            return value;
        }
        let message = format!("The value is too large: it holds more than {MAX_SIZE} values");
        self.problem(Problem::at(self.setting.trees.span(expression), message));
        Value::unknown(Type::Dynamic)
    }

    /// The instances that `count` or `for_each` make, and its value; the symbolic one where that failed, so that the content
    /// is looked at nevertheless.
    fn instances(
        &mut self,
        module: usize,
        meta: &Meta,
        planned: impl Fn(&dyn Planned) -> Vec<InstanceKey>,
    ) -> (Instances, Value) {
        let Some(expression) = meta.count.or(meta.for_each) else {
            return (Instances::Single, Value::null(Type::Dynamic));
        };
        let value = self.expression(module, &Repetition::None, expression);
        let span = self.setting.trees.span(expression);
        let expanded = if meta.count.is_some() { expand::count(&value, span) } else { expand::for_each(&value, span) };
        let instances = expanded.unwrap_or_else(|problem| {
            self.problem(problem);
            Instances::Unknown
        });
        let instances = match (instances, self.setting.planned) {
            (Instances::Unknown, Some(plan)) => beside::instances(planned(plan), &value),
            (instances, _) => instances,
        };
        (instances, value)
    }

    /// Whether a number of instances that is not known may be more than one, by the value of `count` or `for_each`.
    fn may_be_several(value: &Value) -> bool {
        value.choices().is_none_or(|choices| choices.iter().any(expand::is_several))
    }

    /// What `each` means in an instance that stands for all of a `for_each` of that value, where what it may be can be
    /// listed.
    fn among(meta: &Meta, collection: &Value, repetition: Repetition) -> Repetition {
        let (Repetition::Unknown, Some(_)) = (&repetition, meta.for_each) else { return repetition };
        let chained = || collection.reference().is_some_and(Reference::is_symbolic);
        let Some(turns) = listed(collection) else {
            // One for each instance of a resource: the one that stands for all of those.
            let each = || Repetition::Each { key: Value::unknown(Type::String), value: collection.clone() };
            return if chained() { each() } else { repetition };
        };
        let one_of = |values: Vec<Value>| {
            let ty = values.first().map(Value::ty).filter(|ty| values.iter().all(|value| value.ty() == *ty));
            Value::unknown(ty.unwrap_or(Type::Dynamic)).with_certain(Certain::one_of(&values))
        };
        let (keys, values) = turns.into_iter().unzip();
        Repetition::Each { key: one_of(keys), value: one_of(values) }
    }

    /// Counts instances; beyond the limit there are none, and a problem.
    fn within_limit(&mut self, instances: Instances, at: Span) -> Instances {
        let count = match &instances {
            Instances::Single | Instances::Unknown => 1,
            Instances::Count(count) => *count,
            Instances::Each(each) => each.len() as u64,
        };
        self.total += count;
        if self.total <= MAX_TOTAL {
            return instances;
        }
        self.problem(Problem::at(
            at,
            format!("Too many instances: more than {MAX_TOTAL} of resources and modules in all"),
        ));
        self.total -= count;
        Instances::Count(0)
    }

    fn expansion(&mut self, place: usize) {
        let Some((parent, call)) = self.tree.places[place].parent else {
            self.state.add(place, None, ModulePath::default(), Repetition::None);
            return;
        };
        for position in 0..self.state.by_place[parent].len() {
            let module = self.state.by_place[parent][position];
            let calls = &self.tree.module(parent).calls;
            let path = self.state.modules[module].path.clone();
            let name = calls.name(call);
            let (instances, _) = self.instances(module, &calls.at(call).meta, |plan| plan.module_keys(&path, name));
            let instances = self.within_limit(instances, calls.at(call).layers.header);
            let mut children = Vec::new();
            for (key, repetition) in instances.repetitions() {
                let path = self.state.modules[module].path.child(calls.name(call).clone(), key);
                children.push(self.state.add(place, Some(module), path, repetition));
            }
            if !children.is_empty() {
                self.problems.borrow_mut().add_all(self.tree.uses(parent).calls[call].late.iter().cloned());
            }
            let mut called = super::state::CallInstances::new(instances);
            called.modules = children;
            self.state.modules[module].calls[call] = called;
        }
    }

    fn specification(&mut self, place: usize, index: usize) -> Arc<Specification> {
        let module = self.tree.places[place].module;
        let table = &self.tree.module(place).variables;
        let known = &mut self.specifications[module];
        known.resize(table.len(), None);
        if let Some(known) = &known[index] {
            return known.clone();
        }
        let context = Context { trees: self.setting.trees, scope: &NoNames, files: self.setting.files };
        let mut problems = Vec::new();
        let read = Arc::new(specification(table.name(index), table.at(index), &context, &mut problems));
        known[index] = Some(read.clone());
        problems.into_iter().for_each(|problem| self.problem(problem));
        read
    }

    fn variable(&mut self, module: usize, index: usize) {
        let place = self.state.modules[module].place;
        let specification = self.specification(place, index);
        let (trees, files) = (self.setting.trees, self.setting.files);
        let name = self.tree.module(place).variables.name(index);
        let is_sensitive = specification.marks.has(Marks::SENSITIVE);
        let mut problems = Vec::new();
        let value = if let Some((parent, call)) = self.tree.places[place].parent {
            let call = self.tree.module(parent).calls.at(call);
            match (call.arguments.iter().find(|argument| argument.name == *name), self.state.modules[module].parent) {
                (Some(argument), Some(parent)) => {
                    let repetition = self.state.modules[module].repetition.clone();
                    let value = self.expression(parent, &repetition, argument.expression);
                    let span = trees.span(argument.expression);
                    if is_sensitive {
                        self.sensitive_spans.push(span);
                    }
                    if value.deep_marks().has(Marks::EPHEMERAL) && !specification.marks.has(Marks::EPHEMERAL) {
                        let message =
                            format!("Ephemeral value not allowed: variable \"{name}\" is not declared as ephemeral");
                        problems.push(Problem::at(span, message));
                    }
                    specification.accept(name, value, span, &mut problems)
                }
                (_, _) => specification.without_value(),
            }
        } else {
            let given = self.setting.given.get(&**name);
            if is_sensitive {
                self.sensitive_variables.push(name.clone());
                self.sensitive_spans.extend(given.and_then(|given| given.span(trees)));
            }
            let value = specification.root_value(name, given, trees, files, &mut problems);
            let value = match self.setting.planned.and_then(|plan| plan.variable(name)) {
                Some(planned) => {
                    let at = specification.header;
                    let planned = specification.accept(name, planned.clone(), at, &mut problems);
                    beside::with_origins_of(planned, &value)
                }
                None => value,
            };
            named(value, name)
        };
        if is_sensitive {
            self.sensitive_spans.extend(specification.default.map(|default| trees.span(default)));
        }
        problems.into_iter().for_each(|problem| self.problem(problem));
        self.state.modules[module].variables[index] = value;
    }

    /// The `default_tags` of a provider configuration.
    fn default_tags(&self, module: usize, index: usize) -> Option<Value> {
        let place = self.state.modules[module].place;
        let outline = &self.tree.uses(place).provider_outlines[index];
        let value = self.decoder(module, &Repetition::None).named(outline, "default_tags")?;
        tags::of_default_tags(&value)
    }

    /// The `default_tags` that reach a resource.
    fn provider_tags(&self, module: usize, configuration: Option<ProviderConfiguration>) -> Option<Value> {
        let configuration = configuration?;
        let mut module = module;
        while self.state.modules[module].place != configuration.place {
            module = self.state.modules[module].parent?;
        }
        self.state.modules[module].default_tags[configuration.index].clone()
    }

    /// Where the root module was evaluated (that of a cycle was not), its outputs.
    fn root_outputs(&self) -> Vec<(Str, Value)> {
        let Some(&root) = self.state.by_place.first().and_then(|modules| modules.first()) else { return Vec::new() };
        let names = self.tree.module(0).outputs.iter().map(|(name, _)| name.clone());
        names.enumerate().map(|(index, name)| (name, self.state.output(root, index))).collect()
    }

    fn finish(mut self, questions: Vec<Question>) -> (Evaluated, Problems) {
        let outputs = self.root_outputs();
        let answers = questions.into_iter().map(|question| question.answer(&self.state, self.setting)).collect();
        self.instances.sort_by_key(|(module, resource, _)| (*module, *resource));
        let instances = self.instances.into_iter().map(|(_, _, instance)| instance).collect();
        let module_calls = self.state.modules.iter().filter_map(|instance| {
            let (parent, call) = self.tree.places[instance.place].parent?;
            let block = self.tree.module(parent).calls.at(call).layers.block;
            Some(ModuleCall { module: instance.path.clone(), block })
        });
        let module_calls = module_calls.collect();
        let (sensitive_spans, sensitive_variables) = (self.sensitive_spans, self.sensitive_variables);
        let failed_conditions = self.failed_conditions;
        let evaluated = Evaluated {
            instances,
            sensitive_spans,
            sensitive_variables,
            module_calls,
            outputs,
            answers,
            failed_conditions,
        };
        (evaluated, self.problems.into_inner())
    }
}

/// The value of a variable of the root module: one that is not known stands for the variable.
fn named(value: Value, name: &Str) -> Value {
    let Data::Unknown(unknown) = &value.data else { return value };
    let named = unknown_name(&ModulePath::default(), "var", name, unknown.ty.clone());
    Value { data: named.data, ..value }
}
