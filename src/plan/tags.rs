//! What is sensitive of effective tags: of `tags_all`, which the provider works out, Terraform does not say it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::inventory::Instance;
use crate::lang::value::Entries;
use crate::lang::{Data, Marks, Str, Value};

/// Which of the provider's default tags are sensitive.
#[derive(Clone, Copy, Debug)]
pub(super) enum Secret<'k> {
    /// Those of these keys.
    Keys(&'k BTreeSet<Str>),
    /// Perhaps any.
    Any,
}

impl Secret<'_> {
    fn has(&self, key: &str) -> bool {
        match self {
            Self::Keys(keys) => keys.contains(key),
            Self::Any => true,
        }
    }

    fn is_nothing(&self) -> bool {
        matches!(self, Self::Keys(keys) if keys.is_empty())
    }
}

/// Values whose `tags_all` is as sensitive as `tags` and the provider's default tags.
pub(super) fn marked(values: Value, defaults: Secret<'_>) -> Value {
    let (Some(all), own) = (values.get("tags_all"), values.get("tags")) else { return values };
    let any_own = own.is_some_and(|own| is_secret(own) || tags_of(own).any(|(_, tag)| is_secret(tag)));
    let Data::Map(ty, entries) = &all.data else { return values };
    if defaults.is_nothing() && !any_own {
        return values;
    }
    let whole = own.is_some_and(is_secret);
    let mark = |(key, tag): (&Str, &Value)| {
        let secret = match own.and_then(|own| own.get(key)) {
            Some(own) => whole || is_secret(own),
            None => defaults.has(key) || whole && own.is_some_and(Value::is_unknown),
        };
        (key.clone(), if secret { tag.clone().with_marks(Marks::SENSITIVE) } else { tag.clone() })
    };
    let entries = entries.iter().map(mark).collect::<Entries>();
    let all = Value { data: Data::Map(ty.clone(), Arc::new(entries)), ..all.clone() };
    let member =
        |(name, value): (&Str, &Value)| (name.clone(), if **name == *"tags_all" { all.clone() } else { value.clone() });
    let members = values.entries().into_iter().flatten().map(member).collect();
    Value { data: Value::object(members).data, ..values }
}

/// The keys of sensitive default tags, as instances have them.
pub(super) fn secret_defaults(instances: &[Instance]) -> BTreeSet<Str> {
    let of_instance = |instance: &Instance| -> Vec<Str> {
        let (Some(all), own) = (instance.get("tags_all"), instance.get("tags")) else { return Vec::new() };
        let is_default = |key: &str| own.is_none_or(|own| own.get(key).is_none());
        let secret = tags_of(all).filter(|(key, tag)| is_secret(tag) && is_default(key));
        secret.map(|(key, _)| key.clone()).collect()
    };
    instances.iter().flat_map(of_instance).collect()
}

fn is_secret(value: &Value) -> bool {
    value.marks.has(Marks::SENSITIVE)
}

fn tags_of(tags: &Value) -> impl Iterator<Item = (&Str, &Value)> {
    tags.entries().into_iter().flatten()
}
