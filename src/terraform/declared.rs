//! What each part of a module depends on, and its resources' outlines: worked out once per module, however often it is
//! called.

use crate::address::Mode;
use crate::lang::Str;
use crate::schema;
use crate::source::{Problem, nearest};
use crate::syntax::{NodeRef, Trees};

use super::layers::Layers;
use super::load::Loader;
use super::module::{Module, Resource};
use super::outline::{self, BodySchema, Outline};
use super::references::{Offers, Step, Target, Traversal, target, traversals};

/// Dependencies of a module's parts, by their index.
#[derive(Debug, Default)]
pub(super) struct Uses {
    pub(super) locals: Vec<Vec<Target>>,
    pub(super) outputs: Vec<Vec<Target>>,
    pub(super) resources: Vec<Vec<Target>>,
    pub(super) providers: Vec<Vec<Target>>,
    pub(super) calls: Vec<CallUses>,
    /// Outlines of the resources.
    pub(super) outlines: Vec<Outline>,
    /// Outlines of the provider configurations.
    pub(super) provider_outlines: Vec<Outline>,
    /// Names of attributes that any expression asks for.
    pub(super) attribute_names: std::collections::BTreeSet<Str>,
}

/// Dependencies of a module call.
#[derive(Debug, Default)]
pub(super) struct CallUses {
    /// Of `count`, `for_each` and `depends_on`.
    pub(super) expansion: Vec<Target>,
    /// Of each argument.
    pub(super) arguments: Vec<Vec<Target>>,
}

/// Works out the dependencies of a module's parts; what is not declared is a problem.
pub(super) fn uses(module: &Module, loader: &mut Loader<'_>) -> Uses {
    let mut finder = Finder::new(module, loader.trees);
    finder.values();
    finder.resources();
    finder.providers();
    finder.calls();
    let (problems, uses) = finder.into_parts();
    problems.into_iter().for_each(|problem| loader.problems.add(problem));
    uses
}

/// Finds what expressions depend on.
pub(super) struct Finder<'f> {
    module: &'f Module,
    trees: &'f Trees,
    problems: Vec<Problem>,
    uses: Uses,
}

impl<'f> Finder<'f> {
    pub(super) fn new(module: &'f Module, trees: &'f Trees) -> Self {
        Self { module, trees, problems: Vec::new(), uses: Uses::default() }
    }

    /// What was found: what is not declared, and dependencies.
    pub(super) fn into_parts(self) -> (Vec<Problem>, Uses) {
        (self.problems, self.uses)
    }

    /// Adds the references of an expression.
    pub(super) fn expression(&mut self, expression: NodeRef, offers: Offers, bound: &[Str], found: &mut Vec<Target>) {
        // Each suggestion compares all names: after many mistakes they would cost more than they help.
        const MAX_SUGGESTIONS: usize = 50;
        let offers = Offers { suggest: self.problems.len() < MAX_SUGGESTIONS, ..offers };
        let (module, problems, names) = (self.module, &mut self.problems, &mut self.uses.attribute_names);
        traversals(self.trees, expression, bound, &mut |traversal| {
            for step in traversal.steps.iter().skip(1) {
                if let Step::Attribute(name) = step
                    && !names.contains(*name)
                {
                    names.insert((*name).into());
                }
            }
            match target(module, &traversal, offers) {
                Ok(Some(target)) => {
                    if let Target::Resource(index) = target {
                        problems.extend(unknown_attribute(&module.resources[index], &traversal));
                    }
                    found.push(target);
                }
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        });
    }

    fn all(&mut self, expressions: impl IntoIterator<Item = NodeRef>, offers: Offers) -> Vec<Target> {
        let mut found = Vec::new();
        for expression in expressions {
            self.expression(expression, offers, &[], &mut found);
        }
        found
    }

    fn values(&mut self) {
        let module = self.module;
        for (_, local) in module.locals.iter() {
            let found = self.all([local.expression], Offers::default());
            self.uses.locals.push(found);
        }
        for (_, output) in module.outputs.iter() {
            let mut expressions: Vec<NodeRef> = output.depends_on.clone();
            expressions.extend(output.layers.attribute(self.trees, "value").map(|attribute| attribute.expression));
            expressions.extend(conditions(&output.layers, self.trees, "precondition"));
            let found = self.all(expressions, Offers::default());
            self.uses.outputs.push(found);
        }
        for (_, variable) in module.variables.iter() {
            self.all(conditions(&variable.layers, self.trees, "validation"), Offers::default());
        }
        for check in &module.checks {
            self.all(conditions(check, self.trees, "assert"), Offers::default());
        }
    }

    fn resources(&mut self) {
        for resource in &self.module.resources {
            let what = format!("{}.{}", resource.type_name, resource.name);
            let schema = schema_of(resource).map_or(BodySchema::AsWritten, |known| BodySchema::Known(&known.body));
            let reserved = if resource.mode == Mode::Managed { &outline::MANAGED } else { &outline::RESOURCE };
            let outline = outline::outline(&resource.layers, schema, reserved, &what, self.trees, &mut self.problems);
            let mut found = Vec::new();
            let meta = &resource.meta;
            for expression in meta.count.iter().chain(&meta.for_each).chain(&meta.depends_on) {
                self.expression(*expression, Offers::default(), &[], &mut found);
            }
            let offers = Offers { each: meta.for_each.is_some(), count: meta.count.is_some(), ..Offers::default() };
            outline.expressions(&mut Vec::new(), &mut |expression, bound| {
                self.expression(expression, offers, bound, &mut found);
            });
            self.lifecycle(resource, offers, &mut found);
            self.uses.resources.push(found);
            self.uses.outlines.push(outline);
        }
    }

    /// Conditions, `replace_triggered_by`, provisioners and connections: their references are checked and order the
    /// evaluation, where they are not the resource's own.
    fn lifecycle(&mut self, resource: &Resource, offers: Offers, found: &mut Vec<Target>) {
        if let Some(lifecycle) = resource.layers.merged_block(self.trees, "lifecycle") {
            const ARGUMENTS: [&str; 4] =
                ["create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by"];
            const BLOCKS: [&str; 2] = ["precondition", "postcondition"];
            for attribute in lifecycle.attributes(self.trees) {
                let name = &*attribute.name;
                if !ARGUMENTS.contains(&name) && !BLOCKS.contains(&name) {
                    self.problems.push(super::module::unsupported("argument", name, attribute.name_span, &ARGUMENTS));
                }
            }
            for expression in conditions(&lifecycle, self.trees, "precondition") {
                self.expression(expression, offers, &[], found);
            }
            // Postconditions are evaluated when the resource is there: what they refer to orders nothing here.
            let own = Offers { itself: true, ..offers };
            for expression in conditions(&lifecycle, self.trees, "postcondition") {
                self.expression(expression, own, &[], &mut Vec::new());
            }
            if let Some(triggers) = lifecycle.attribute(self.trees, "replace_triggered_by") {
                self.expression(triggers.expression, offers, &[], &mut Vec::new());
            }
        }
        let own = Offers { itself: true, ..offers };
        let provisioners = resource.layers.blocks(self.trees, "provisioner", 1);
        for block in provisioners.into_iter().chain(resource.layers.blocks(self.trees, "connection", 0)) {
            let outline = outline::outline(
                &Layers::new(&block),
                BodySchema::AsWritten,
                &outline::PROVISIONER,
                "provisioner",
                self.trees,
                &mut self.problems,
            );
            outline.expressions(&mut Vec::new(), &mut |expression, bound| {
                self.expression(expression, own, bound, &mut Vec::new());
            });
        }
    }

    fn providers(&mut self) {
        for provider in &self.module.providers {
            let outline = outline::outline(
                &provider.layers,
                BodySchema::AsWritten,
                &outline::PROVIDER,
                "provider",
                self.trees,
                &mut self.problems,
            );
            let mut found = Vec::new();
            outline.expressions(&mut Vec::new(), &mut |expression, bound| {
                self.expression(expression, Offers::default(), bound, &mut found);
            });
            self.uses.providers.push(found);
            self.uses.provider_outlines.push(outline);
        }
    }

    fn calls(&mut self) {
        let module = self.module;
        for (_, call) in module.calls.iter() {
            let meta = &call.meta;
            let expansion = meta.count.iter().chain(&meta.for_each).chain(&meta.depends_on).copied();
            let expansion = self.all(expansion, Offers::default());
            let offers = Offers { each: meta.for_each.is_some(), count: meta.count.is_some(), ..Offers::default() };
            let arguments = call.arguments.iter().map(|argument| self.all([argument.expression], offers)).collect();
            self.uses.calls.push(CallUses { expansion, arguments });
        }
    }
}

fn schema_of(resource: &Resource) -> Option<&'static schema::ResourceType> {
    match resource.mode {
        Mode::Managed => schema::resource(&resource.type_name),
        Mode::Data => schema::data_source(&resource.type_name),
        Mode::Ephemeral => schema::ephemeral(&resource.type_name),
    }
}

/// Terraform checks the first attribute of a reference to a resource before it evaluates anything, inside `try` too.
fn unknown_attribute(resource: &Resource, traversal: &Traversal<'_>) -> Option<Problem> {
    let body = &schema_of(resource)?.body;
    let names = match traversal.root {
        "data" | "ephemeral" | "resource" => 2,
        _ => 1,
    };
    let after = traversal.steps.get(names..).unwrap_or_default();
    let after = after.strip_prefix(&[Step::Index]).unwrap_or(after);
    let Some(Step::Attribute(name)) = after.first() else { return None };
    if body.attribute(name).is_some() || body.block(name).is_some() {
        return None;
    }
    let message =
        format!("Unsupported attribute: {} has no argument, block or attribute named \"{name}\"", resource.type_name);
    let problem = Problem::at(traversal.span, message);
    Some(match nearest(name, body.names()) {
        Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
        None => problem,
    })
}

/// The expressions of condition blocks of a type.
fn conditions(layers: &Layers, trees: &Trees, type_name: &str) -> Vec<NodeRef> {
    let mut expressions = Vec::new();
    for block in layers.blocks(trees, type_name, 0) {
        for attribute in block.body.attributes() {
            expressions.push(attribute.expression);
        }
    }
    expressions
}
