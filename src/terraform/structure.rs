//! Checks a block of Terraform's own by its form: what it takes, what it lacks, what stands there twice.

use std::collections::HashSet;

use crate::source::{Problem, Span};
use crate::syntax::{BlockView, Body, NodeRef, Trees};

use super::constant;
use super::forms::{Form, Nested, Takes};
use super::module::{missing_argument, unsupported, wrong_labels};

/// What a block is, and how strictly it is looked at.
#[derive(Clone, Copy)]
pub(super) struct Subject<'s> {
    /// Its name in messages: `output "x"`.
    pub(super) what: &'s str,
    /// In an override file: what is required may stand in the file that is overridden.
    pub(super) is_override: bool,
}

/// Problems of a block.
pub(super) fn check(
    block: &BlockView<'_>,
    form: &Form,
    subject: Subject<'_>,
    trees: &Trees,
    problems: &mut Vec<Problem>,
) {
    let known: Vec<&str> = form.arguments.iter().map(|argument| argument.name).collect();
    let body = &block.body;
    let mut seen = HashSet::new();
    for attribute in body.attributes() {
        let name = &*attribute.name;
        let argument = form.arguments.iter().find(|argument| argument.name == name);
        let is_block = body.is_json() && form.blocks.iter().any(|nested| nested.name == name);
        if is_block {
            continue;
        }
        if form.reserved.contains(&name) {
            problems.push(reserved(name, "argument", attribute.name_span, subject));
        } else if let Some(argument) = argument {
            if body.is_json() && !seen.insert(name.to_owned()) {
                let message = format!("Duplicate argument: \"{name}\" is set already");
                problems.push(Problem::at(attribute.name_span, message));
            }
            literal(attribute.expression, argument.takes, trees, problems);
        } else if !form.is_open {
            problems.push(unsupported("argument", name, attribute.name_span, &known));
        }
    }
    for argument in form.arguments.iter().filter(|argument| argument.is_required && !subject.is_override) {
        if body.attribute(argument.name).is_none() {
            problems.push(missing_argument(argument.name, block.header, subject.what));
        }
    }
    nested(body, form, subject, trees, problems);
}

fn literal(expression: NodeRef, takes: Takes, trees: &Trees, problems: &mut Vec<Problem>) {
    let problem = match takes {
        Takes::Expression => None,
        Takes::Flag => constant::flag(expression, trees).err(),
        Takes::Text => constant::text(expression, trees).err(),
    };
    problems.extend(problem.map(|problem| *problem));
}

fn nested(body: &Body<'_>, form: &Form, subject: Subject<'_>, trees: &Trees, problems: &mut Vec<Problem>) {
    for block in body.all_blocks() {
        let name = &*block.type_name;
        if form.reserved.contains(&name) {
            problems.push(reserved(name, "block type", block.header, subject));
        } else if !form.is_open && form.blocks.iter().all(|nested| nested.name != name) {
            let known: Vec<&str> = form.blocks.iter().map(|nested| nested.name).collect();
            problems.push(unsupported("block type", name, block.header, &known));
        }
    }
    for nested in form.blocks {
        let blocks = body.blocks(nested.name, nested.labels);
        if nested.only_one
            && let Some(second) = blocks.get(1)
        {
            let message = format!("Duplicate {} block: {} takes only one", nested.name, subject.what);
            problems.push(Problem::at(second.header, message));
        }
        for block in &blocks {
            one(block, nested, trees, problems);
        }
    }
}

fn one(block: &BlockView<'_>, nested: &Nested, trees: &Trees, problems: &mut Vec<Problem>) {
    if block.labels.len() != nested.labels {
        problems.push(wrong_labels(block, nested.name, nested.labels));
    } else if let Some(form) = nested.form {
        let subject = Subject { what: nested.name, is_override: false };
        check(block, form, subject, trees, problems);
    }
}

fn reserved(name: &str, kind: &str, at: Span, subject: Subject<'_>) -> Problem {
    Problem::at(at, format!("Reserved {kind} \"{name}\": it means nothing in {} yet", subject.what))
}
