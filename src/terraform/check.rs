//! What module calls hand over and ask for, against what the called modules declare.

use std::collections::HashSet;

use crate::lang::Str;
use crate::source::{Problem, Span, nearest};
use crate::syntax::Trees;

use super::references::Target;
use super::tree::ModuleTree;

/// Problems of all module calls.
pub(super) fn calls(tree: &ModuleTree, trees: &Trees) -> Vec<Problem> {
    let mut problems = Vec::new();
    for place in 0..tree.places.len() {
        if let Some((parent, call)) = tree.places[place].parent {
            arguments(tree, trees, place, parent, call, &mut problems);
        }
        let uses = tree.uses(place);
        // Of a module that is not on this machine nobody knows the instances.
        let away = tree.places[place].children.iter().zip(&uses.calls).filter(|(child, _)| child.is_none());
        problems.extend(away.flat_map(|(_, call)| call.late.iter().cloned()));
        let of_calls = uses.calls.iter().flat_map(|call| call.arguments.iter().flatten().chain(&call.expansion));
        let lists = uses.locals.iter().chain(&uses.outputs).chain(&uses.resources).chain(&uses.providers);
        outputs(tree, place, lists.flatten().chain(of_calls), &mut problems);
    }
    problems
}

/// Arguments that the called module does not take, and required ones that are not given.
fn arguments(tree: &ModuleTree, trees: &Trees, place: usize, parent: usize, call: usize, problems: &mut Vec<Problem>) {
    let called = tree.module(place);
    let caller = tree.module(parent);
    let (name, call) = (caller.calls.name(call), caller.calls.at(call));
    for argument in &call.arguments {
        if called.variables.get(&argument.name).is_none() {
            let message = format!("Unsupported argument \"{}\" in module \"{name}\"", argument.name);
            let problem = Problem::at(argument.name_span, message);
            let few = problems.len() < MAX_SUGGESTIONS;
            problems.push(match nearest(&argument.name, called.variables.names().filter(|_| few)) {
                Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
                None => problem,
            });
        }
    }
    let given: HashSet<&Str> = call.arguments.iter().map(|argument| &argument.name).collect();
    for (variable, declared) in called.variables.iter() {
        if !given.contains(variable) && declared.layers.attribute(trees, "default").is_none() {
            problems.push(Problem::at(
                call.layers.header,
                format!("Missing required argument: \"{variable}\" of module \"{name}\" is not set"),
            ));
        }
    }
}

/// Outputs that are asked for and not declared.
pub(super) fn outputs<'t>(
    tree: &ModuleTree,
    place: usize,
    targets: impl IntoIterator<Item = &'t Target>,
    problems: &mut Vec<Problem>,
) {
    for target in targets {
        let Target::Output(call, name, Some(at)) = target else { continue };
        let Some(child) = tree.places[place].children[*call] else { continue };
        let outputs = &tree.module(child).outputs;
        if outputs.find(name).is_none() {
            let few = problems.len() < MAX_SUGGESTIONS;
            problems.push(undeclared(tree, place, *call, name, *at, outputs.names().filter(|_| few)));
        }
    }
}

/// Each suggestion compares all names: after many mistakes they would cost more than they help.
const MAX_SUGGESTIONS: usize = 50;

fn undeclared<'n>(
    tree: &ModuleTree,
    place: usize,
    call: usize,
    name: &str,
    at: Span,
    known: impl Iterator<Item = &'n str>,
) -> Problem {
    let call = tree.module(place).calls.name(call);
    let problem = Problem::at(at, format!("Unsupported attribute: module \"{call}\" has no output named \"{name}\""));
    match nearest(name, known) {
        Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
        None => problem,
    }
}
