//! Facts about the configuration as such: modules that are not there, conditions that fail, what the provider may refuse.

use crate::finding::Related;
use crate::lang::{Type, Value};
use crate::terraform::{ConditionKind, FailedCondition, ProviderDoubt, Reading, UnavailableModule};

use super::facts::{Facts, Kept, Spot, object};

/// The collections.
pub(super) const NAMES: [&str; 6] = [
    "failed_checks",
    "failed_conditions",
    "failed_validations",
    "missing_arguments",
    "unavailable_modules",
    "unknown_arguments",
];

/// The collection of that name.
pub(super) fn collection(facts: &Facts<'_>, reading: &Reading, name: &str) -> Option<Value> {
    let conditions = |kinds: &[ConditionKind]| {
        let failed = reading.failed_conditions.iter().filter(|failed| kinds.contains(&failed.kind));
        Value::tuple(failed.map(|failed| condition(facts, failed)).collect())
    };
    let doubts = |is_unknown: bool| {
        let doubts = reading.provider_doubts.iter().filter(|doubt| doubt.is_unknown == is_unknown);
        Value::tuple(doubts.map(|found| doubt(facts, found)).collect())
    };
    Some(match name {
        "failed_checks" => conditions(&[ConditionKind::Assertion]),
        "failed_conditions" => conditions(&[ConditionKind::Precondition, ConditionKind::Postcondition]),
        "failed_validations" => conditions(&[ConditionKind::Validation]),
        "missing_arguments" => doubts(false),
        "unavailable_modules" => {
            Value::tuple(reading.unavailable_modules.iter().map(|call| unavailable(facts, call)).collect())
        }
        "unknown_arguments" => doubts(true),
        _ => return None,
    })
}

fn unavailable(facts: &Facts<'_>, call: &UnavailableModule) -> Value {
    let spot = Spot {
        address: Some(call.address.as_str().into()),
        span: Some(call.span),
        path: "source".into(),
        ..Spot::default()
    };
    let origin = facts.keep(Kept::Spot(spot));
    object(
        origin,
        [
            ("address", Value::string(&call.address)),
            ("source", Value::string(&call.source).with_origin(origin)),
            ("passes", Value::unknown(Type::Bool)),
        ],
    )
}

fn condition(facts: &Facts<'_>, failed: &FailedCondition) -> Value {
    let related = Related { span: failed.condition, message: "this condition does not hold".to_owned() };
    let spot = Spot {
        address: Some(failed.address.as_str().into()),
        span: Some(failed.span),
        related: Vec::from_iter((failed.condition != failed.span).then_some(related)),
        ..Spot::default()
    };
    let origin = facts.keep(Kept::Spot(spot));
    let message =
        failed.message.as_deref().map_or("its message is sensitive, or not known", |text| text.trim_end_matches('.'));
    object(
        origin,
        [
            ("address", Value::string(&failed.address)),
            ("message", Value::string(message)),
            ("site", Value::string(&failed.address).with_origin(origin)),
            ("holds", if failed.is_symbolic { Value::unknown(Type::Bool) } else { Value::bool(false) }),
        ],
    )
}

fn doubt(facts: &Facts<'_>, doubt: &ProviderDoubt) -> Value {
    let problem = &doubt.problem;
    let origin = facts.keep(Kept::Spot(Spot { span: problem.span, ..Spot::default() }));
    let help = problem.help.as_deref().map_or_else(String::new, |help| format!(" ({})", help.trim_end_matches('.')));
    object(
        origin,
        [
            ("message", Value::string(&format!("{}{help}", problem.message))),
            ("site", Value::string(&problem.message).with_origin(origin)),
            ("holds", Value::bool(false)),
        ],
    )
}
