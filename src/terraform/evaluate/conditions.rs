//! Conditions that the configuration sets itself: asked of every instance, and what fails is a finding ("Terraform
//! Language: Custom Conditions").

use std::cell::RefCell;

use crate::inventory::Instance;
use crate::lang::convert::convert;
use crate::lang::{Marks, Type, Value};
use crate::source::{Problem, Span};
use crate::syntax::{BlockView, NodeRef};

use super::super::layers::Layers;
use super::super::module::Declared;
use super::super::state::Repetition;
use super::super::{ConditionKind, FailedCondition};
use super::Evaluator;

/// Where a condition is asked.
#[derive(Clone, Copy)]
struct Asked<'a> {
    module: usize,
    repetition: &'a Repetition,
    /// What `self` stands for.
    itself: Option<&'a Value>,
}

impl Evaluator<'_> {
    /// The conditions on a variable's value.
    pub(super) fn validation(&mut self, module: usize, index: usize) {
        let place = self.state.modules[module].place;
        let variables = &self.tree.module(place).variables;
        let blocks = variables.at(index).layers.blocks(self.setting.trees, "validation", 0);
        if blocks.is_empty() {
            return;
        }
        let address = self.within(module, &format!("var.{}", variables.name(index)));
        let typed = self.typed(module, index);
        for block in blocks {
            let asked = Asked { module, repetition: &Repetition::None, itself: None };
            let failed = self.ask(ConditionKind::Validation, &block, asked, &address);
            self.failed_conditions
                .extend(failed.map(|failed| FailedCondition { span: typed.unwrap_or(failed.span), ..failed }));
        }
    }

    /// Where a variable's value was typed.
    fn typed(&self, module: usize, index: usize) -> Option<Span> {
        let mut span = None;
        self.state.modules[module].variables[index].walk(|value| {
            span = span.or(value.origin.as_span());
            span.is_none()
        });
        span
    }

    /// The preconditions of an output.
    pub(super) fn preconditions(&mut self, module: usize, output: &Declared, name: &str) {
        let address = self.within(module, &format!("output.{name}"));
        let asked = Asked { module, repetition: &Repetition::None, itself: None };
        self.all(ConditionKind::Precondition, &output.layers, asked, &address);
    }

    /// The conditions of a resource's instance; `values` are what references to it see.
    pub(super) fn lifecycle(
        &mut self,
        module: usize,
        layers: &Layers,
        repetition: &Repetition,
        instance: &Instance,
        values: &Value,
    ) {
        let Some(lifecycle) = layers.merged_block(self.setting.trees, "lifecycle") else { return };
        let address = instance.address.to_string();
        let asked = Asked { module, repetition, itself: None };
        let before = self.failed_conditions.len();
        self.all(ConditionKind::Precondition, &lifecycle, asked, &address);
        self.all(ConditionKind::Postcondition, &lifecycle, Asked { itself: Some(values), ..asked }, &address);
        self.failed_conditions[before..].iter_mut().for_each(|failed| failed.is_symbolic |= instance.symbolic);
    }

    /// The assertions of a module instance's `check` blocks.
    pub(super) fn checks(&mut self, module: usize) {
        let place = self.state.modules[module].place;
        for (name, check) in self.tree.module(place).checks.iter() {
            let address = self.within(module, &format!("check.{name}"));
            let asked = Asked { module, repetition: &Repetition::None, itself: None };
            self.all(ConditionKind::Assertion, check, asked, &address);
        }
    }

    /// The messages of a `check` block alone.
    pub(super) fn messages(&self, module: usize, check: &Layers) {
        let asked = Asked { module, repetition: &Repetition::None, itself: None };
        for block in check.blocks(self.setting.trees, "assert", 0) {
            let message = block.body.attribute("error_message");
            message.and_then(|message| self.message(ConditionKind::Assertion, message.expression, asked));
        }
    }

    fn all(&mut self, kind: ConditionKind, layers: &Layers, asked: Asked<'_>, address: &str) {
        let name = match kind {
            ConditionKind::Validation => "validation",
            ConditionKind::Precondition => "precondition",
            ConditionKind::Postcondition => "postcondition",
            ConditionKind::Assertion => "assert",
        };
        for block in layers.blocks(self.setting.trees, name, 0) {
            let failed = self.ask(kind, &block, asked, address);
            self.failed_conditions.extend(failed);
        }
    }

    /// Asks one condition; what it says where it certainly does not hold.
    fn ask(
        &self,
        kind: ConditionKind,
        block: &BlockView<'_>,
        asked: Asked<'_>,
        address: &str,
    ) -> Option<FailedCondition> {
        let condition = block.body.attribute("condition")?.expression;
        let span = self.setting.trees.span(condition);
        let value = self.asked(condition, asked);
        let message = block.body.attribute("error_message").map(|message| message.expression);
        let text = message.and_then(|message| self.message(kind, message, asked));
        let invalid = |why: &str| {
            self.problem(Problem::at(span, format!("Invalid condition result: {why}")));
            None
        };
        match convert(&value, &Type::Bool) {
            Err(why) => return invalid(&why),
            Ok(value) if value.is_null() => return invalid("it is null, and must be true or false"),
            Ok(value) if value.as_bool() != Some(false) => return None,
            Ok(_) => {}
        }
        let in_symbolic = self.state.modules[asked.module].path.is_symbolic();
        Some(FailedCondition {
            kind,
            address: address.to_owned(),
            message: text.as_ref().and_then(Self::printed),
            span,
            condition: span,
            is_symbolic: in_symbolic,
        })
    }

    /// The author's message, which is evaluated even where the condition holds. In JSON, that of a validation is taken as
    /// it is written where it is no template that can be evaluated, as it was before Terraform 1.2.
    fn message(&self, kind: ConditionKind, expression: NodeRef, asked: Asked<'_>) -> Option<Value> {
        let is_validation = kind == ConditionKind::Validation;
        let raw = self.setting.trees.get(expression.tree).raw_string(expression.node).filter(|_| is_validation);
        let unsaid = RefCell::default();
        let mut decoder = self.decoder(asked.module, asked.repetition);
        decoder.scope.itself = asked.itself;
        if raw.is_some() {
            decoder.problems = &unsaid;
        }
        let value = decoder.expression(expression, None);
        if let Some(raw) = raw
            && !unsaid.take().into_list().is_empty()
        {
            return Some(Value::string(&raw));
        }
        match convert(&value, &Type::String) {
            Ok(text) if !text.is_null() => Some(text),
            // Terraform asks for the text of such a one only where the value is refused.
            Ok(_) | Err(_) if is_validation => None,
            Ok(_) | Err(_) => {
                let message = "Invalid error message: it must be text";
                self.problem(Problem::at(self.setting.trees.span(expression), message));
                None
            }
        }
    }

    /// A message where it may be shown.
    fn printed(text: &Value) -> Option<String> {
        let marks = text.deep_marks();
        if marks.has(Marks::UNPRINTED) || marks.has(Marks::EPHEMERAL) {
            return None;
        }
        text.as_str().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn asked(&self, expression: NodeRef, asked: Asked<'_>) -> Value {
        let mut decoder = self.decoder(asked.module, asked.repetition);
        decoder.scope.itself = asked.itself;
        decoder.expression(expression, None)
    }

    /// A name in a module instance as Terraform prints it.
    fn within(&self, module: usize, name: &str) -> String {
        let path = self.state.modules[module].path.to_string();
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    }
}
