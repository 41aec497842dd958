//! Outputs of a module instance.

use crate::lang::{Marks, Type, Value};
use crate::source::Problem;
use crate::syntax::NodeRef;

use super::super::constant;
use super::super::state::Repetition;
use super::Evaluator;

impl Evaluator<'_> {
    /// The value of an output. `sensitive = true` of a child module's output hides nothing from the caller's expressions:
    /// Terraform 1.11 shows such a value where the root module puts it out, and `issensitive` of it is false.
    pub(super) fn output(&mut self, module: usize, index: usize) -> Value {
        let place = self.state.modules[module].place;
        let output = self.tree.module(place).outputs.at(index);
        let trees = self.setting.trees;
        let attribute = |name: &str| output.layers.attribute(trees, name).map(|attribute| attribute.expression);
        let Some(expression) = attribute("value") else { return Value::unknown(Type::Dynamic) };
        let value = self.expression(module, &Repetition::None, expression);
        let is_set = |name: &str| attribute(name).is_some_and(|flag| constant::flag(flag, trees) == Ok(true));
        let (is_sensitive, is_ephemeral) = (is_set("sensitive"), is_set("ephemeral"));
        let given = value.deep_marks();
        let name = self.tree.module(place).outputs.name(index);
        if is_ephemeral && place == 0 {
            let message = format!("Ephemeral output not allowed: output \"{name}\" of the root module is kept");
            self.problem(Problem::at(output.layers.header, message));
        } else if is_ephemeral && !given.has(Marks::EPHEMERAL) && value.is_wholly_known() {
            let message = format!("Value not allowed in ephemeral output \"{name}\": it is not ephemeral");
            self.problem(Problem::at(trees.span(expression), message));
        } else if !is_ephemeral && given.has(Marks::EPHEMERAL) {
            let message = format!("Ephemeral value not allowed: output \"{name}\" is not declared as ephemeral");
            let problem = Problem::at(trees.span(expression), message);
            self.problem(problem.help("Annotate the output value with `ephemeral = true`, in a child module"));
        }
        if place == 0 && !is_sensitive && given.has(Marks::SENSITIVE) {
            let message = "Output refers to sensitive values: outputs of the root module are shown";
            let problem = Problem::at(trees.span(expression), message);
            self.problem(problem.help("Annotate the output value with `sensitive = true`"));
        }
        if is_sensitive {
            self.hide(expression, &value);
        }
        self.preconditions(module, output, name);
        match (is_sensitive, place) {
            (true, 0) => value.with_marks(Marks::SENSITIVE),
            (true, _) => value.with_marks(Marks::HIDDEN),
            (false, _) => value,
        }
    }

    /// Keeps reports from quoting what an output calls sensitive.
    fn hide(&mut self, expression: NodeRef, value: &Value) {
        self.sensitive_spans.push(self.setting.trees.span(expression));
        let spans = &mut self.sensitive_spans;
        value.walk(|inner| {
            spans.extend(inner.origin.as_span());
            true
        });
    }
}
