//! What of the resources the rules of a policy look at: a large plan is read no further.

use std::collections::BTreeSet;

use crate::inventory::Demand;
use crate::network::Network;
use crate::syntax::{NodeRef, Trees};

use super::rule::RuleSeverity;
use super::{Policy, Rule};

impl Policy {
    /// What the rules that run ask for.
    #[must_use]
    pub fn demand(&self, trees: &Trees) -> Demand {
        let running = self.rules.iter().zip(&self.set).filter(|(_, set)| set.enabled).map(|(rule, _)| rule);
        let words: BTreeSet<&str> = running.flat_map(expressions).flat_map(|at| words(trees, at)).collect();
        let mut demand = Demand::default();
        for word in words {
            let mut parts = word.split('.');
            match (parts.next(), parts.next()) {
                (Some("resources"), Some(type_name)) => demand.ask_type(type_name),
                (Some("inventory"), Some("resources")) | (Some("plan"), Some("deletions" | "drift")) => {
                    demand.ask_everything();
                }
                (Some("inventory"), Some("taggable")) | (Some("tags_named" | "tags_required"), None) => {
                    demand.ask_tags();
                }
                (Some("network"), Some(name)) => Network::ask(name, &mut demand),
                // Any resource tells whether the configuration is another one: those of networks will do.
                (Some("plan"), Some("source_differences")) => Network::ask("subnets", &mut demand),
                _ => {}
            }
        }
        demand
    }
}

/// The collections that a rule goes through, in the order of their names.
pub(super) fn collections<'t>(trees: &'t Trees, rule: &Rule) -> BTreeSet<&'t str> {
    const ROOTS: [&str; 6] = ["configuration", "inventory", "jenkins", "network", "plan", "resources"];
    words(trees, rule.for_each)
        .filter(|word| word.split_once('.').is_some_and(|(root, _)| ROOTS.contains(&root)))
        .collect()
}

/// The expressions of a rule that facts are asked in.
fn expressions(rule: &Rule) -> impl Iterator<Item = NodeRef> {
    let severity = match &rule.severity {
        RuleSeverity::Fixed(_) => None,
        RuleSeverity::Computed { expression, .. } => Some(*expression),
    };
    [
        Some(rule.for_each),
        Some(rule.condition),
        Some(rule.error_message),
        rule.undetermined_message,
        rule.highlight,
        rule.covers,
        severity,
    ]
    .into_iter()
    .flatten()
}

/// Names with dots in an expression.
fn words(trees: &Trees, at: NodeRef) -> impl Iterator<Item = &str> {
    let text = trees.get(at.tree).text(at.node);
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-')))
}
