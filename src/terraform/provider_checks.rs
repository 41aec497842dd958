//! Whether each provider configuration that is named is there ("Terraform Language: Providers Within Modules").

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Problem, Span};
use crate::syntax::Trees;

use super::module::{Call, Module, Passed, ProviderKey};
use super::tree::ModuleTree;

/// Problems of provider configurations over the whole module tree.
pub(super) fn provider_configurations(tree: &ModuleTree, trees: &Trees) -> Vec<Problem> {
    let mut problems = Vec::new();
    for place in 0..tree.places.len() {
        resources(tree, place, &mut problems);
        if let Some((parent, call)) = tree.places[place].parent {
            let call = (&**tree.module(parent).calls.name(call), tree.module(parent).calls.at(call));
            passed(tree, parent, tree.module(place), call, &mut problems);
            own(tree, trees, place, &mut problems);
        }
    }
    problems
}

fn shown((name, alias): &ProviderKey) -> String {
    alias.as_ref().map_or_else(|| name.to_string(), |alias| format!("{name}.{alias}"))
}

/// An alias that is named here must be declared here, or asked of the caller.
fn resources(tree: &ModuleTree, place: usize, problems: &mut Vec<Problem>) {
    let module = tree.module(place);
    for resource in &module.resources {
        let key = &resource.provider;
        let is_asked_for = asks_for(module, key) && place != 0;
        if key.1.is_none() || is_asked_for || is_there(tree, place, key) {
            continue;
        }
        let at = resource.provider_span.unwrap_or(resource.layers.header);
        let message = format!("Provider configuration not present: there is no provider \"{}\" here", shown(key));
        problems.push(Problem::at(at, message).help(match place {
            0 => "Declare it in a provider block with that alias",
            _ => "Ask for it in configuration_aliases, and pass it in the module call",
        }));
    }
}

fn asks_for(module: &Module, key: &ProviderKey) -> bool {
    module.required_providers.get(&key.0).is_some_and(|provider| provider.aliases.contains(key))
}

/// Whether a configuration with an alias can be traced to a provider block.
fn is_there(tree: &ModuleTree, place: usize, key: &ProviderKey) -> bool {
    let mut place = place;
    let mut key = key.clone();
    loop {
        if key.1.is_none() || tree.module(place).provider(&key).is_some() {
            return true;
        }
        let Some((parent, call)) = tree.places[place].parent else { return false };
        let passed = tree.module(parent).calls.at(call).providers.as_ref();
        let Some(passed) = passed.and_then(|passed| passed.iter().find(|passed| passed.theirs == key)) else {
            return false;
        };
        key = passed.ours.clone();
        place = parent;
    }
}

/// What a call must pass, and what it passes.
fn passed(tree: &ModuleTree, parent: usize, called: &Module, call: (&str, &Call), problems: &mut Vec<Problem>) {
    let (name, call) = call;
    let passed = call.providers.as_deref().unwrap_or_default();
    for alias in called.required_providers.values().flat_map(|provider| &provider.aliases) {
        if !passed.iter().any(|passed| passed.theirs == *alias) {
            let message = format!(
                "Missing required provider configuration: module \"{name}\" asks for provider \"{}\"",
                shown(alias)
            );
            let help = format!("Pass it in the call: providers = {{ {} = … }}", shown(alias));
            problems.push(Problem::at(call.layers.header, message).help(help));
        }
    }
    let caller = tree.module(parent);
    for Passed { theirs: child, ours: here, at } in passed {
        let is_known = here.1.is_none() || asks_for(caller, here) || is_there(tree, parent, here);
        if !is_known {
            let message = format!(
                "Provider configuration not present: there is no provider \"{}\" to pass to module \"{name}\"",
                shown(here)
            );
            problems.push(Problem::at(*at, message));
        }
        let (theirs, ours) = (called.provider_source(&child.0), caller.provider_source(&here.0));
        if theirs != ours {
            let message = format!(
                "Provider type mismatch: module \"{name}\" takes {theirs} as \"{}\", and {ours} is passed",
                shown(child)
            );
            problems.push(Problem::at(*at, message));
        }
    }
}

/// A module that configures providers itself cannot be repeated, or made to wait.
fn own(tree: &ModuleTree, trees: &Trees, place: usize, problems: &mut Vec<Problem>) {
    let is_configured = |block: &super::module::ProviderBlock| {
        block
            .layers
            .attributes(trees)
            .iter()
            .any(|attribute| &*attribute.name != "alias" && &*attribute.name != "version")
            || !block.layers.all_blocks(trees).is_empty()
    };
    if !tree.module(place).providers.iter().any(is_configured) {
        return;
    }
    let mut below = place;
    while let Some((parent, call)) = tree.places[below].parent {
        let (name, call) = (tree.module(parent).calls.name(call), tree.module(parent).calls.at(call));
        if let Some((what, at)) = repeated(call, trees) {
            let message = format!(
                "Module is incompatible with count, for_each, and depends_on: module \"{name}\" has {what}, and configures providers of its own"
            );
            problems.push(Problem::at(at, message).help("Pass providers to the module instead, with `providers`"));
            return;
        }
        below = parent;
    }
}

fn repeated(call: &Call, trees: &Trees) -> Option<(&'static str, Span)> {
    ["count", "for_each", "depends_on"]
        .into_iter()
        .find_map(|name| call.layers.attribute(trees, name).map(|attribute| (name, attribute.name_span)))
}

/// Provider blocks that a resource uses, by place and index.
pub(super) fn used(tree: &ModuleTree) -> BTreeSet<(usize, usize)> {
    let providers = tree.providers.iter().flat_map(BTreeMap::values);
    providers.filter_map(|provider| provider.configuration).map(|found| (found.place, found.index)).collect()
}
