//! Options of rules: whether a value is one that an option takes, and what others are set to.

use crate::inventory::Inventory;
use crate::lang::eval::{Context, evaluate};
use crate::lang::functions::NoFiles;
use crate::lang::{Str, Type, Value};
use crate::syntax::Trees;

use super::Policy;
use super::facts::{Facts, RuleScope};
use super::rule::RuleOption;

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

/// An option of a rule that runs.
pub(super) fn option_of(policy: &Policy, rule: &str, option: &str) -> Option<Value> {
    let settings = &policy.set[policy.index(rule)?];
    let (_, value) = settings.options.iter().find(|(name, _)| **name == *option)?;
    settings.enabled.then(|| value.clone())
}
