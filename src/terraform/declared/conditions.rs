//! `validation`, `precondition`, `postcondition` and `assert` blocks before they are evaluated ("Custom Conditions").

use crate::source::Problem;
use crate::syntax::NodeRef;

use super::super::layers::Layers;
use super::super::module::Declared;
use super::super::references::{Offers, Step, Target, traversals};
use super::Finder;

impl Finder<'_> {
    /// The references of condition blocks; one that refers to nothing would always say the same.
    pub(super) fn conditions(&mut self, layers: &Layers, kind: &str, offers: Offers, targets: &mut Vec<Target>) {
        for block in layers.blocks(self.trees, kind, 0) {
            for attribute in block.body.attributes() {
                self.expression(attribute.expression, offers, &[], targets);
            }
            let Some(condition) = block.body.attribute("condition") else { continue };
            if self.refers_to(condition.expression, |_, _| true) {
                continue;
            }
            let problem = Problem::at(
                self.trees.span(condition.expression),
                format!(
                    "Invalid {kind} expression: the condition must refer to at least one object from elsewhere in the configuration"
                ),
            );
            self.problem(problem.help("As it is, it always says the same"));
        }
    }

    /// The references of a variable's validations beside the variable itself; each condition must refer to it.
    pub(super) fn validations(&mut self, name: &str, variable: &Declared) -> Vec<Target> {
        let mut targets = Vec::new();
        for block in variable.layers.blocks(self.trees, "validation", 0) {
            for attribute in block.body.attributes() {
                self.expression(attribute.expression, Offers::default(), &[], &mut targets);
            }
            let Some(condition) = block.body.attribute("condition") else { continue };
            let itself =
                |root: &str, steps: &[Step<'_>]| root == "var" && steps.first() == Some(&Step::Attribute(name));
            if !self.refers_to(condition.expression, itself) {
                let at = self.trees.span(condition.expression);
                let message = format!("Invalid variable validation condition: it must refer to var.{name}");
                self.problem(Problem::at(at, message));
            }
        }
        let own = self.module.variables.find(name).map(Target::Variable);
        targets.retain(|target| Some(target) != own.as_ref());
        targets
    }

    fn refers_to(&self, expression: NodeRef, wanted: impl Fn(&str, &[Step<'_>]) -> bool) -> bool {
        let mut found = false;
        traversals(self.trees, expression, &[], &mut |traversal| found |= wanted(traversal.root, &traversal.steps));
        found
    }
}
