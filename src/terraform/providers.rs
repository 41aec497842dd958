//! Which provider configuration a resource uses ("Terraform Language: Providers Within Modules").

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::Str;
use crate::schema;

use super::module::ProviderKey;
use super::tree::ModuleTree;

/// The full source address of a provider: `registry.terraform.io/hashicorp/aws`.
pub(super) fn source_address(declared: Option<&str>, local_name: &str) -> Str {
    let Some(declared) = declared else {
        return match local_name {
            "terraform" => "terraform.io/builtin/terraform".into(),
            name => format!("registry.terraform.io/hashicorp/{name}").into(),
        };
    };
    let lower = declared.to_lowercase();
    match lower.split('/').count() {
        1 => format!("registry.terraform.io/hashicorp/{lower}").into(),
        2 => format!("registry.terraform.io/{lower}").into(),
        _ => lower.into(),
    }
}

/// The local name of the provider that a resource type belongs to, where nothing else is said.
pub(super) fn implied_local_name(type_name: &str) -> Str {
    type_name.split('_').next().unwrap_or(type_name).into()
}

/// What is wrong with a provider's local name ("Provider Requirements": names are normalised to lower case, and have no
/// underscores).
pub(super) fn local_name_fault(name: &str) -> Option<String> {
    (!is_part(name)).then(|| {
        format!("Invalid provider local name \"{name}\": it must be lower case, with letters, digits and dashes only")
    })
}

/// What is wrong with a provider source address.
pub(super) fn source_fault(source: &str) -> Option<String> {
    let parts: Vec<&str> = source.split('/').collect();
    let (kind, namespace) = match parts.as_slice() {
        [kind] => (*kind, None),
        [namespace, kind] | [_, namespace, kind] => (*kind, Some(*namespace)),
        _ => return Some(format!("\"{source}\" has more than three parts")),
    };
    for part in [Some(kind), namespace].into_iter().flatten() {
        if !is_part(&part.to_lowercase()) {
            return Some(format!("\"{part}\" must hold letters, digits and dashes only"));
        }
    }
    None
}

/// Letters, digits and single dashes between them.
fn is_part(part: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() && letter.to_lowercase().eq([letter]);
    part.split('-').all(|word| !word.is_empty() && word.chars().all(is_letter))
}

/// Whose resource types a resource is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// The provider whose schema is embedded.
    Known,
    /// Terraform's own provider.
    Builtin,
    /// Any other: there is no schema.
    Other,
}

impl Home {
    /// By the full source address of the provider.
    pub(super) fn of(source: &str) -> Self {
        match source {
            schema::PROVIDER => Self::Known,
            schema::BUILTIN => Self::Builtin,
            _ => Self::Other,
        }
    }
}

/// A provider block: the place whose module holds it, and its index there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ProviderConfiguration {
    pub(super) place: usize,
    pub(super) index: usize,
}

/// What a provider's name at some place stands for.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    /// Its full source address.
    pub(super) source: Str,
    /// The provider block; `None` where there is none.
    pub(super) configuration: Option<ProviderConfiguration>,
}

/// The providers of the resources at a place.
pub(super) fn of_place(tree: &ModuleTree, place: usize) -> BTreeMap<ProviderKey, Provider> {
    let module = tree.module(place);
    let keys: BTreeSet<&ProviderKey> = module.resources.iter().map(|resource| &resource.provider).collect();
    let provider = |key: &ProviderKey| Provider {
        source: module.provider_source(&key.0),
        configuration: resolve(tree, place, key),
    };
    keys.into_iter().map(|key| (key.clone(), provider(key))).collect()
}

/// The provider block that a name at some place stands for, through the module calls that lead there. A configuration
/// without an alias is inherited, others must be passed.
fn resolve(tree: &ModuleTree, place: usize, key: &ProviderKey) -> Option<ProviderConfiguration> {
    let mut place = place;
    let mut key = key.clone();
    loop {
        let module = tree.module(place);
        if let Some(index) = module.provider(&key) {
            return Some(ProviderConfiguration { place, index });
        }
        let (parent, call) = tree.places[place].parent?;
        let calling = tree.module(parent);
        let passed = calling.calls.at(call).providers.as_ref();
        let passed = passed.and_then(|passed| passed.iter().find(|passed| passed.theirs == key));
        key = match passed {
            Some(passed) => passed.ours.clone(),
            None if key.1.is_none() => {
                let source = module.provider_source(&key.0);
                let same = calling.required_providers.keys().find(|name| calling.provider_source(name) == source);
                (same.cloned().unwrap_or(key.0), None)
            }
            None => return None,
        };
        place = parent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_addresses_are_completed() {
        for (declared, name, expected) in [
            (None, "aws", "registry.terraform.io/hashicorp/aws"),
            (None, "terraform", "terraform.io/builtin/terraform"),
            (Some("hashicorp/AWS"), "x", "registry.terraform.io/hashicorp/aws"),
            (Some("example.com/team/thing"), "x", "example.com/team/thing"),
        ] {
            assert_eq!(&*source_address(declared, name), expected);
        }
        assert_eq!(&*implied_local_name("aws_vpc"), "aws");
    }
}
