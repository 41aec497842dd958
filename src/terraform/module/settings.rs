//! The `terraform` block ("Terraform Language: terraform block reference").

use crate::lang::Str;
use crate::source::{Problem, Span};
use crate::syntax::{AttributeView, Kind, NodeRef, Trees};

use super::super::constant::{constant, text};
use super::super::providers::{local_name_fault, source_fault};
use super::super::version::{Constraint, TERRAFORM_MAJOR};
use super::literal::{constant_text, key_text, object_items};
use super::messages::unsupported;
use super::reader::Reader;
use super::root_blocks::Header;
use super::{ProviderKey, RequiredProvider};
use crate::lang::functions::NoFiles;

impl Reader<'_, '_> {
    pub(super) fn settings(&mut self, header: &Header, is_override: bool) {
        let mut problems = Vec::new();
        self.required_version(header, &mut problems);
        self.language(header, &mut problems);
        self.backends(header, is_override, &mut problems);
        self.required_providers(header, is_override, &mut problems);
        problems.into_iter().for_each(|problem| self.problem(problem));
    }

    /// A constraint that this Terraform does not meet is met by another one: only what no released version meets is
    /// refused.
    fn required_version(&mut self, header: &Header, problems: &mut Vec<Problem>) {
        let Some(attribute) = header.layers.attribute(self.loader.trees, "required_version") else { return };
        let at = self.loader.trees.span(attribute.expression);
        match text(attribute.expression, self.loader.trees) {
            Err(problem) => problems.push(*problem),
            Ok(text) => match Constraint::parse(&text) {
                Err(why) => problems.push(invalid_constraint(at, &why)),
                Ok(constraint) if !constraint.admits_up_to(TERRAFORM_MAJOR) => {
                    problems.push(
                        Problem::at(at, "Unsupported Terraform Core version: no released version of Terraform meets this constraint")
                            .help("Correct the constraint: nobody can run this configuration"),
                    );
                }
                Ok(_) => {}
            },
        }
    }

    fn language(&mut self, header: &Header, problems: &mut Vec<Problem>) {
        let trees = &*self.loader.trees;
        if let Some(attribute) = header.layers.attribute(trees, "experiments") {
            let tree = trees.get(attribute.expression.tree);
            let is_empty = tree.kind(attribute.expression.node) == Kind::Tuple
                && tree.children(attribute.expression.node).next().is_none();
            if !is_empty {
                let problem = Problem::at(trees.span(attribute.expression), "Module uses experimental features");
                problems.push(problem.help("Released versions of Terraform have no experiments"));
            }
        }
        if let Some(attribute) = header.layers.attribute(trees, "language") {
            let tree = trees.get(attribute.expression.tree);
            if tree.text(attribute.expression.node) != "TF2021" {
                let message = "Unsupported language edition: Terraform knows TF2021 only";
                problems.push(Problem::at(trees.span(attribute.expression), message));
            }
        }
    }

    fn backends(&mut self, header: &Header, is_override: bool, problems: &mut Vec<Problem>) {
        let trees = &*self.loader.trees;
        for (kind, labels) in [("backend", 1), ("cloud", 0)] {
            for block in header.layers.blocks(trees, kind, labels) {
                if !is_override && let Some(earlier) = self.module.settings.backend {
                    let message = if earlier.0 == kind {
                        format!("Duplicate {kind} configuration: a module may have only one")
                    } else {
                        "Both a backend and cloud configuration are present: a module may have only one of them"
                            .to_owned()
                    };
                    let at = if kind == earlier.0 { block.header } else { earlier.1 };
                    problems.push(Problem::at(at, message));
                }
                self.module.settings.backend = Some((kind, block.header));
                if is_override {
                    self.module.backends.clear();
                }
                self.module.backends.extend(block.labels.first().map(|label| {
                    let body = NodeRef { tree: block.body.tree_id, node: block.body.node };
                    (label.text.clone().into_owned(), block.header, body)
                }));
            }
        }
    }

    fn required_providers(&mut self, header: &Header, is_override: bool, problems: &mut Vec<Problem>) {
        let mut entries = Vec::new();
        let mut aliases = Vec::new();
        for block in header.layers.blocks(self.loader.trees, "required_providers", 0) {
            if self.module.settings.has_required_providers && !is_override {
                let message =
                    "Duplicate required providers configuration: a module may have only one required_providers block";
                problems.push(Problem::at(block.header, message));
            }
            self.module.settings.has_required_providers = true;
            for inner in block.body.all_blocks() {
                let message = format!("Unexpected \"{}\" block: blocks are not allowed here", inner.type_name);
                problems.push(Problem::at(inner.header, message));
            }
            for attribute in block.body.attributes() {
                let (provider, list) = required_provider(&attribute, self.loader.trees, problems);
                aliases.extend(list.map(|list| (entries.len(), list)));
                entries.push((Str::from(&*attribute.name), provider));
            }
        }
        for (entry, list) in aliases {
            let keys = self.provider_keys(list);
            let name = entries[entry].0.clone();
            for (key, at) in keys {
                if key.0 == name && key.1.is_some() {
                    entries[entry].1.aliases.push(key);
                } else {
                    let message = format!("Invalid configuration_aliases value: each must be `{name}.` and an alias");
                    problems.push(Problem::at(at, message));
                }
            }
        }
        self.module.required_providers.extend(entries);
    }

    /// A list of provider configurations, each with its place.
    fn provider_keys(&mut self, list: NodeRef) -> Vec<(ProviderKey, Span)> {
        let elements = self.references(list, false);
        elements
            .into_iter()
            .filter_map(|element| {
                let at = self.loader.trees.span(element);
                Some((self.provider_key(element)?, at))
            })
            .collect()
    }
}

fn invalid_constraint(at: Span, why: &str) -> Problem {
    Problem::at(at, format!("Invalid version constraint: {why}")).help(
        "A constraint is an operator and a version, like \">= 1.5\" or \"~> 2.0\"; several have commas between them",
    )
}

/// An entry of `required_providers`, and its list of aliases.
fn required_provider(
    attribute: &AttributeView<'_>,
    trees: &Trees,
    problems: &mut Vec<Problem>,
) -> (RequiredProvider, Option<NodeRef>) {
    let mut provider = RequiredProvider::default();
    let mut aliases = None;
    problems.extend(local_name_fault(&attribute.name).map(|why| Problem::at(attribute.name_span, why)));
    if trees.get(attribute.expression.tree).kind(attribute.expression.node) != Kind::Object {
        // Before Terraform 0.13 the constraint stood there alone, and it still may.
        match constant(attribute.expression, trees, &NoFiles) {
            Ok(value) if value.as_str().is_some() => {
                provider.version = version(attribute.expression, trees, problems);
            }
            Ok(_) => problems.push(Problem::at(
                trees.span(attribute.expression),
                format!("Invalid required_providers object: \"{}\" must be an object or a version", attribute.name),
            )),
            Err(problem) => problems.push(*problem),
        }
        return (provider, aliases);
    }
    for (key, value) in object_items(trees, attribute.expression) {
        match key_text(trees, key).as_deref() {
            Some("version") => provider.version = version(value, trees, problems),
            Some("source") => provider.source = source(value, trees, problems),
            Some("configuration_aliases") => aliases = Some(value),
            name => problems.push(unsupported(
                "argument",
                name.unwrap_or("(computed)"),
                trees.span(key),
                &["version", "source", "configuration_aliases"],
            )),
        }
    }
    (provider, aliases)
}

fn version(value: NodeRef, trees: &Trees, problems: &mut Vec<Problem>) -> Option<(String, Span)> {
    let at = trees.span(value);
    let Some(text) = constant_text(trees, value) else {
        problems.push(Problem::at(at, "Invalid version constraint: literal text is required"));
        return None;
    };
    match Constraint::parse(&text) {
        Err(why) => problems.push(invalid_constraint(at, &why)),
        Ok(constraint) if !constraint.admits_any() => {
            problems.push(Problem::at(at, "No version of this provider meets this constraint"));
        }
        Ok(_) => {}
    }
    Some((text, at))
}

fn source(value: NodeRef, trees: &Trees, problems: &mut Vec<Problem>) -> Option<String> {
    let at = trees.span(value);
    let text = constant_text(trees, value);
    let fault = match &text {
        Some(text) => source_fault(text),
        None => Some("literal text is required".to_owned()),
    };
    problems.extend(fault.map(|why| {
        Problem::at(at, format!("Invalid provider source: {why}"))
            .help("A source is written as [HOSTNAME/]NAMESPACE/TYPE")
    }));
    text
}
