//! What each part of a module depends on, and its resources' outlines: worked out once per module, however often it is
//! called.

mod attributes;
mod conditions;
mod functions;
mod lifecycle;
mod provisioners;

use crate::address::Mode;
use crate::lang::Str;
use crate::schema;
use crate::source::{Problem, nearest};
use crate::syntax::{NodeRef, Trees};

use super::backends::BACKENDS;
use super::found::Found;
use super::load::Loader;
use super::module::{Call, Module, Resource, constant_text};
use super::outline::{self, BodySchema, Outline};
use super::providers::Home;
use super::references::{Offers, Step, Target, Traversal, target, traversals};

pub(super) use provisioners::{Provisioned, Provisioner};

/// Dependencies of a module's parts, by their index.
#[derive(Debug, Default)]
pub(super) struct Uses {
    pub(super) locals: Vec<Vec<Target>>,
    pub(super) outputs: Vec<Vec<Target>>,
    pub(super) resources: Vec<Vec<Target>>,
    pub(super) providers: Vec<Vec<Target>>,
    pub(super) calls: Vec<CallUses>,
    /// Of the conditions on each variable's value, beside the variable itself.
    pub(super) validations: Vec<Vec<Target>>,
    /// What is wrong in a resource that has an instance, and not else.
    pub(super) late: Vec<Vec<Problem>>,
    /// Of the resources that have provisioners.
    pub(super) provisioned: Vec<Provisioned>,
    /// Outlines of the resources.
    pub(super) outlines: Vec<Outline>,
    /// Outlines of the provider configurations.
    pub(super) provider_outlines: Vec<Outline>,
    /// What is wrong in each provider configuration: Terraform does not look at one that nothing uses.
    pub(super) provider_problems: Vec<Found>,
    /// What hangs on the version of the provider.
    pub(super) found: Found,
}

/// Dependencies of a module call.
#[derive(Debug, Default)]
pub(super) struct CallUses {
    /// Of `count`, `for_each` and `depends_on`.
    pub(super) expansion: Vec<Target>,
    /// Of each argument.
    pub(super) arguments: Vec<Vec<Target>>,
    /// What is wrong where the call makes an instance, and not else.
    pub(super) late: Vec<Problem>,
}

/// Works out the dependencies of a module's parts; what is not declared is a problem.
pub(super) fn uses(module: &Module, loader: &mut Loader<'_>) -> Uses {
    let mut finder = Finder::new(module, loader.trees);
    finder.values();
    finder.resources();
    finder.providers();
    finder.calls();
    let (mut found, mut uses) = finder.into_parts();
    loader.problems.add_all(std::mem::take(&mut found.problems));
    uses.found = found;
    uses
}

/// Finds what expressions depend on.
pub(super) struct Finder<'f> {
    module: &'f Module,
    trees: &'f Trees,
    found: Found,
    /// What is wrong where there is an instance.
    late: Vec<Problem>,
    uses: Uses,
}

impl<'f> Finder<'f> {
    pub(super) fn new(module: &'f Module, trees: &'f Trees) -> Self {
        Self { module, trees, found: Found::default(), late: Vec::new(), uses: Uses::default() }
    }

    /// What was found: what is wrong, and dependencies.
    pub(super) fn into_parts(self) -> (Found, Uses) {
        (self.found, self.uses)
    }

    fn problem(&mut self, problem: Problem) {
        self.found.problems.push(problem);
    }

    /// Adds the references of an expression.
    pub(super) fn expression(&mut self, expression: NodeRef, offers: Offers, bound: &[Str], targets: &mut Vec<Target>) {
        // Each suggestion compares all names: after many mistakes they would cost more than they help.
        const MAX_SUGGESTIONS: usize = 50;
        let offers = Offers { suggest: self.found.len() < MAX_SUGGESTIONS, ..offers };
        self.functions(expression);
        let (module, found, late) = (self.module, &mut self.found, &mut self.late);
        traversals(self.trees, expression, bound, &mut |traversal| match target(module, &traversal, offers) {
            Ok(Some(target)) => {
                if let Target::Resource(index) = target {
                    let resource = &module.resources[index];
                    if let Some(problem) = refused(resource, index, &traversal, offers) {
                        let is_late = offers.is_late && offers.own == Some(index);
                        if is_late { &mut *late } else { &mut found.problems }.push(problem);
                        return;
                    }
                    attributes::check(resource, &traversal, found);
                }
                targets.push(target);
            }
            Ok(None) => {
                if let (Some(own), "self") = (offers.itself, traversal.root) {
                    attributes::check(&module.resources[own], &traversal, found);
                }
            }
            Err(problem) => found.problems.push(problem),
        });
    }

    fn all(&mut self, expressions: impl IntoIterator<Item = NodeRef>, offers: Offers) -> Vec<Target> {
        let mut found = Vec::new();
        for expression in expressions {
            self.expression(expression, offers, &[], &mut found);
        }
        found
    }

    /// References in `depends_on`: to whole objects.
    fn depends_on(&mut self, references: &[NodeRef]) -> Vec<Target> {
        for &reference in references {
            let mut found = None;
            traversals(self.trees, reference, &[], &mut |traversal| {
                found = (!is_whole(&traversal)).then_some(traversal.span);
            });
            if let Some(at) = found {
                let message = "Invalid depends_on reference: it must be to a whole object, not to an attribute of one";
                self.problem(Problem::at(at, message));
            }
        }
        self.all(references.iter().copied(), Offers::default())
    }

    fn values(&mut self) {
        let module = self.module;
        for (_, local) in module.locals.iter() {
            let found = self.all([local.expression], Offers::default());
            self.uses.locals.push(found);
        }
        for (_, output) in module.outputs.iter() {
            let mut targets = self.depends_on(&output.depends_on);
            let value = output.layers.attribute(self.trees, "value").map(|attribute| attribute.expression);
            targets.extend(self.all(value, Offers::default()));
            self.conditions(&output.layers, "precondition", Offers::default(), &mut targets);
            self.uses.outputs.push(targets);
        }
        for (name, variable) in module.variables.iter() {
            let found = self.validations(name, variable);
            self.uses.validations.push(found);
        }
        for import in &module.imports {
            let offers = Offers { each: import.for_each.is_some(), ..Offers::default() };
            self.all(import.for_each, Offers::default());
            self.all(import.id, offers);
        }
        for removed in &module.removed {
            let provisioners = removed.layers.blocks(self.trees, "provisioner", 1);
            provisioners.iter().for_each(|block| self.destroy_only(block));
        }
        for (_, check) in module.checks.iter() {
            let offers = Offers { scope: Some(check.block), ..Offers::default() };
            self.conditions(check, "assert", offers, &mut Vec::new());
        }
    }

    fn resources(&mut self) {
        for (index, resource) in self.module.resources.iter().enumerate() {
            let what = format!("{}.{}", resource.type_name, resource.name);
            let known = schema_of(resource);
            self.type_is_known(resource);
            let schema = known.map_or(BodySchema::AsWritten, |known| BodySchema::Known(&known.body));
            let reserved = match resource.mode {
                Mode::Managed => &outline::MANAGED,
                Mode::Data | Mode::Ephemeral => &outline::READ,
            };
            let subject = outline::Subject { what: &what, is_builtin: resource.home == Home::Builtin };
            let outline = outline::outline(&resource.layers, schema, reserved, subject, self.trees, &mut self.found);
            if *resource.type_name == *"terraform_remote_state" {
                self.remote_state(&outline);
            }
            let meta = &resource.meta;
            let mut targets = self.depends_on(&meta.depends_on);
            // Terraform takes it, and there is nothing to wait for.
            targets.retain(|target| *target != Target::Resource(index));
            let not_own = Offers { own: Some(index), scope: resource.scope, ..Offers::default() };
            for expression in meta.count.iter().chain(&meta.for_each) {
                self.expression(*expression, not_own, &[], &mut targets);
            }
            let (each, count) = (meta.for_each.is_some(), meta.count.is_some());
            let offers = Offers { each, count, is_late: true, ..not_own };
            outline.expressions(&mut Vec::new(), &mut |expression, bound| {
                self.expression(expression, offers, bound, &mut targets);
            });
            self.lifecycle(index, offers, &mut targets);
            self.uses.resources.push(targets);
            self.uses.outlines.push(outline);
            self.uses.late.push(std::mem::take(&mut self.late));
        }
    }

    /// `terraform_remote_state` takes the names of backends.
    fn remote_state(&mut self, outline: &Outline) {
        let Some(backend) = outline.attribute("backend") else { return };
        if let Some(text) = constant_text(self.trees, backend.expression)
            && !BACKENDS.contains(&text.as_str())
        {
            let message = format!("Invalid backend configuration: there is no backend type named \"{text}\"");
            self.problem(Problem::at(self.trees.span(backend.expression), message));
        }
    }

    fn providers(&mut self) {
        let before = std::mem::take(&mut self.found);
        for provider in &self.module.providers {
            let subject = outline::Subject { what: &format!("provider \"{}\"", provider.key.0), is_builtin: false };
            let schema = match Home::of(&self.module.provider_source(&provider.key.0)) {
                Home::Known => BodySchema::Known(schema::provider()),
                Home::Builtin | Home::Other => BodySchema::AsWritten,
            };
            let outline =
                outline::outline(&provider.layers, schema, &outline::PROVIDER, subject, self.trees, &mut self.found);
            let mut targets = Vec::new();
            outline.expressions(&mut Vec::new(), &mut |expression, bound| {
                self.expression(expression, Offers::default(), bound, &mut targets);
            });
            self.uses.providers.push(targets);
            self.uses.provider_outlines.push(outline);
            self.uses.provider_problems.push(std::mem::take(&mut self.found));
        }
        self.found = before;
    }

    fn calls(&mut self) {
        let module = self.module;
        for (_, call) in module.calls.iter() {
            let meta = &call.meta;
            let mut expansion = self.depends_on(&meta.depends_on);
            expansion.extend(self.all(meta.count.iter().chain(&meta.for_each).copied(), Offers::default()));
            // Terraform offers `each` and `count` to every call, until it knows what the instances are.
            let offers = Offers { each: true, count: true, ..Offers::default() };
            let arguments = call.arguments.iter().map(|argument| self.all([argument.expression], offers)).collect();
            let late = self.without_repetition(call);
            self.uses.calls.push(CallUses { expansion, arguments, late });
        }
    }

    /// Where the arguments of a call refer to `each` or `count` without it.
    fn without_repetition(&self, call: &Call) -> Vec<Problem> {
        let offers =
            Offers { each: call.meta.for_each.is_some(), count: call.meta.count.is_some(), ..Offers::default() };
        let mut late = Vec::new();
        for argument in &call.arguments {
            traversals(self.trees, argument.expression, &[], &mut |traversal| {
                if matches!(traversal.root, "each" | "count") {
                    late.extend(target(self.module, &traversal, offers).err());
                }
            });
        }
        late
    }

    /// A type that neither version of the provider has.
    fn type_is_known(&mut self, resource: &Resource) {
        if resource.home == Home::Other || schema_of(resource).is_some() {
            return;
        }
        let type_name = &resource.type_name;
        let (kind, names): (_, Vec<&str>) = match resource.mode {
            Mode::Managed => ("resource type", schema::resource_types().collect()),
            Mode::Data => ("data source", schema::data_sources().collect()),
            Mode::Ephemeral => ("ephemeral resource type", schema::ephemeral_types().collect()),
        };
        let message = format!("Invalid {kind} \"{type_name}\": the provider has none of that name");
        let problem = Problem::at(resource.layers.header, message);
        let problem = match nearest(type_name, names) {
            Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
            None if resource.mode == Mode::Managed && schema::data_source(type_name).is_some() => {
                problem.help(format!("Did you mean data \"{type_name}\"?"))
            }
            None => problem,
        };
        self.found.unknown(problem, resource.home == Home::Builtin);
    }
}

/// Whether a reference is to a whole object: nothing follows its name and key.
fn is_whole(traversal: &Traversal<'_>) -> bool {
    let steps = &traversal.steps;
    let names = match traversal.root {
        "data" | "ephemeral" | "resource" => 2,
        // An output of a module is an object of its own.
        "module" => {
            let key = usize::from(steps.get(1).is_some_and(Step::is_index));
            return steps.len() <= 2 + key;
        }
        "var" | "local" | "path" | "terraform" => return steps.len() <= 1,
        _ => 1,
    };
    steps.len() <= names || (steps.len() == names + 1 && steps[names].is_index())
}

/// What speaks against a reference to a resource.
fn refused(resource: &Resource, index: usize, traversal: &Traversal<'_>, offers: Offers) -> Option<Problem> {
    let name = format!("{}.{}", resource.type_name, resource.name);
    if offers.own == Some(index) {
        let message = format!("Self-referential block: {name} may not refer to itself");
        return Some(Problem::at(traversal.span, message));
    }
    if resource.scope.is_some() && resource.scope != offers.scope {
        let message = format!("Reference to scoped resource: data.{name} is known only inside its check block");
        return Some(Problem::at(traversal.span, message));
    }
    None
}

fn schema_of(resource: &Resource) -> Option<&'static schema::ResourceType> {
    if resource.home == Home::Other {
        return None;
    }
    match resource.mode {
        Mode::Managed => schema::resource(&resource.type_name),
        Mode::Data => schema::data_source(&resource.type_name),
        Mode::Ephemeral => schema::ephemeral(&resource.type_name),
    }
}
