//! Facts about Jenkinsfiles, as rules see them.

use crate::finding::Related;
use crate::jenkinsfile::{Fact, Field, Script};
use crate::lang::value::Entries;
use crate::lang::{Str, Type, Value};

use super::facts::{Facts, Kept, Spot};

/// The collection of that name: one of [`crate::jenkinsfile::facts::NAMES`], and empty where no script is checked.
pub(super) fn collection(facts: &Facts<'_>, script: Option<&Script>, name: &str) -> Value {
    let collections = script.map_or(&[][..], |script| &script.collections);
    let found = collections.iter().find(|collection| collection.name == name);
    Value::tuple(found.map_or_else(Vec::new, |collection| collection.facts.iter().map(|of| fact(facts, of)).collect()))
}

fn fact(facts: &Facts<'_>, fact: &Fact) -> Value {
    let subject = fact.fields.iter().find_map(|(_, field)| match field {
        Field::Text(text) => Some(text.clone()),
        Field::Truth(_) => None,
    });
    let related = fact.step.map(|span| Related { span, message: "run by this step".to_owned() });
    let spot = Spot {
        span: Some(fact.place),
        related: related.into_iter().collect(),
        path: subject.clone().unwrap_or_default(),
        ..Spot::default()
    };
    let origin = facts.keep(Kept::Spot(spot));
    let site = Value::string(&subject.unwrap_or_default()).with_origin(origin);
    let fields = fact.fields.iter().map(|(name, field)| {
        let value = match field {
            Field::Text(text) => Value::string(text),
            Field::Truth(Some(truth)) => Value::bool(*truth),
            Field::Truth(None) => Value::unknown(Type::Bool),
        };
        (Str::from(*name), value)
    });
    let entries: Entries = fields.chain([(Str::from("site"), site)]).collect();
    Value::object(entries).with_origin(origin)
}
