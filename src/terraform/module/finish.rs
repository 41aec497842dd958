//! What could only be read after all layers of a block were there: meta-arguments, sources, types.

use std::collections::BTreeMap;

use crate::lang::Str;
use crate::source::Problem;
use crate::syntax::{AttributeView, Kind, NodeId, NodeRef, Syntax, Trees};

use super::super::constant;
use super::super::layers::Layers;
use super::super::providers::Home;
use super::super::version::Constraint;
use super::literal::{constant_text, object_items};
use super::messages::unsupported;
use super::reader::Reader;
use super::{Argument, Call, Meta, Module, Passed, ProviderKey};

impl Reader<'_, '_> {
    /// Reads what could only be read after all layers were there.
    pub(super) fn finish(mut self) -> Module {
        let mut resources = std::mem::take(&mut self.module.resources);
        for resource in &mut resources {
            resource.meta = self.meta(&resource.layers);
            if let Some(lifecycle) = resource.layers.merged_block(self.loader.trees, "lifecycle") {
                self.lifecycle(&lifecycle, &mut resource.meta);
            }
            if let Some(attribute) = resource.layers.attribute(self.loader.trees, "provider") {
                let (expression, span) = (attribute.expression, self.loader.trees.span(attribute.expression));
                if let Some(key) = self.provider_key(expression) {
                    resource.provider = key;
                }
                resource.provider_span = Some(span);
            }
        }
        let mut homes: BTreeMap<Str, Home> = BTreeMap::new();
        for resource in &mut resources {
            let name = &resource.provider.0;
            let home = homes.entry(name.clone()).or_insert_with(|| Home::of(&self.module.provider_source(name)));
            resource.home = *home;
        }
        self.module.resources = resources;
        let mut calls = std::mem::take(&mut self.module.calls);
        for (_, call) in &mut calls.items {
            self.finish_call(call);
        }
        self.module.calls = calls;
        let mut variables = std::mem::take(&mut self.module.variables);
        for (_, variable) in &mut variables.items {
            let ty = variable.layers.attribute(self.loader.trees, "type").map(|attribute| attribute.expression);
            variable.ty = ty.map(|ty| match self.loader.trees.get(ty.tree).syntax {
                Syntax::Json => self.static_expression(ty),
                Syntax::Native | Syntax::Expression => ty,
            });
        }
        self.module.variables = variables;
        self.refactorings();
        self.module
    }

    fn finish_call(&mut self, call: &mut Call) {
        call.meta = self.meta(&call.layers);
        let providers = call.layers.attribute(self.loader.trees, "providers").map(|attribute| attribute.expression);
        call.providers = providers.map(|map| self.passed_providers(map));
        let trees = &*self.loader.trees;
        let mut problems = Vec::new();
        match call.layers.attribute(trees, "source") {
            None => {}
            Some(attribute) => match constant::text(attribute.expression, trees) {
                Ok(text) => {
                    let at = trees.span(attribute.expression);
                    let version = call.layers.attribute(trees, "version");
                    problems.extend(
                        source_fault(&text, version.is_some())
                            .map(|why| Problem::at(at, format!("Invalid module source address: {why}"))),
                    );
                    problems.extend(version.and_then(|version| version_fault(version.expression, trees)));
                    call.source = Some((text, at));
                }
                Err(problem) => {
                    problems.push(problem.help("Terraform reads module sources before it evaluates anything"))
                }
            },
        }
        /// What a form already refuses.
        const RESERVED: [&str; 3] = ["lifecycle", "locals", "provider"];
        const META: [&str; 6] = ["source", "version", "count", "for_each", "depends_on", "providers"];
        call.arguments = call
            .layers
            .attributes(trees)
            .into_iter()
            .filter(|attribute| !META.contains(&&*attribute.name))
            .map(argument)
            .collect();
        for block in call.layers.all_blocks(trees) {
            if block.type_name == "_" {
                call.arguments.extend(block.body.attributes().into_iter().map(argument));
            } else if !RESERVED.contains(&&*block.type_name) {
                problems.push(unsupported("block type", &block.type_name, block.header, &[]));
            }
        }
        problems.into_iter().for_each(|problem| self.problem(problem));
    }

    fn passed_providers(&mut self, map: NodeRef) -> Vec<Passed> {
        if self.loader.trees.get(map.tree).kind(map.node) != Kind::Object {
            let message = "Invalid expression: providers must be a map of provider configurations";
            self.problem(Problem::at(self.loader.trees.span(map), message));
        }
        let mut passed: Vec<Passed> = Vec::new();
        for (key, value) in object_items(self.loader.trees, map) {
            let at = self.loader.trees.span(key);
            let (Some(key), Some(value)) = (self.provider_key(key), self.provider_key(value)) else { continue };
            if passed.iter().any(|earlier| earlier.theirs == key) {
                self.problem(Problem::at(at, "Duplicate provider address: this one is passed already"));
            } else {
                passed.push(Passed { theirs: key, ours: value, at });
            }
        }
        passed
    }

    fn meta(&mut self, layers: &Layers) -> Meta {
        let trees = &*self.loader.trees;
        let expression = |name: &str| layers.attribute(trees, name).map(|attribute| attribute.expression);
        let (count, for_each) = (expression("count"), expression("for_each"));
        if let (Some(_), Some(for_each)) = (count, for_each) {
            let span = trees.span(for_each);
            self.problem(Problem::at(
                span,
                "Invalid combination of \"count\" and \"for_each\": only one of them may be set",
            ));
        }
        Meta { count, for_each, depends_on: self.depends_on(layers), ..Meta::default() }
    }

    pub(super) fn depends_on(&mut self, layers: &Layers) -> Vec<NodeRef> {
        let list = layers.attribute(self.loader.trees, "depends_on").map(|attribute| attribute.expression);
        list.map(|list| self.references(list, true)).unwrap_or_default()
    }

    fn lifecycle(&mut self, lifecycle: &Layers, meta: &mut Meta) {
        let argument =
            |reader: &Self, name| lifecycle.attribute(reader.loader.trees, name).map(|attribute| attribute.expression);
        if let Some(list) = argument(self, "ignore_changes") {
            let tree = self.loader.trees.get(list.tree);
            let is_json = tree.syntax == Syntax::Json;
            let is_all = matches!(tree.kind(list.node), Kind::Variable | Kind::Name) && tree.text(list.node) == "all"
                || is_json && tree.raw_string(list.node).as_deref() == Some("all");
            if !is_all {
                meta.ignore_changes = self.references(list, true);
            }
        }
        if let Some(list) = argument(self, "replace_triggered_by") {
            meta.replace_triggered_by = self.elements(list, |reader, element| {
                let tree = reader.loader.trees.get(element.tree);
                let is_text = matches!(tree.kind(element.node), Kind::Template | Kind::Heredoc);
                if is_text && tree.syntax != Syntax::Json {
                    return None;
                }
                let element = reader.static_expression(element);
                is_keyed(reader.loader.trees, element, true).then_some(element)
            });
        }
    }

    /// The elements of a list of references; in JSON, and with `quoted` in native syntax too, each may be text that holds
    /// one.
    pub(super) fn references(&mut self, list: NodeRef, quoted: bool) -> Vec<NodeRef> {
        self.elements(list, |reader, element| {
            let tree = reader.loader.trees.get(element.tree);
            let is_text = matches!(tree.kind(element.node), Kind::Template | Kind::Heredoc);
            if is_text && !quoted && tree.syntax != Syntax::Json {
                return None;
            }
            let element = reader.static_expression(element);
            is_keyed(reader.loader.trees, element, false).then_some(element)
        })
    }

    /// The elements of a list, each as `read` takes it.
    fn elements(&mut self, list: NodeRef, mut read: impl FnMut(&mut Self, NodeRef) -> Option<NodeRef>) -> Vec<NodeRef> {
        let tree = self.loader.trees.get(list.tree);
        if tree.kind(list.node) != Kind::Tuple {
            if tree.kind(list.node) != Kind::Error {
                let message = "Invalid expression: a list of references in brackets is required";
                self.problem(Problem::at(tree.span(list.node), message));
            }
            return Vec::new();
        }
        let elements: Vec<NodeRef> = tree.children(list.node).map(|node| NodeRef { tree: list.tree, node }).collect();
        let mut found = Vec::new();
        for element in elements {
            match read(self, element) {
                Some(element) => found.push(element),
                None => {
                    let at = self.loader.trees.span(element);
                    let message = "Invalid expression: a single static reference is required, with literal keys only";
                    self.problem(Problem::at(at, message));
                }
            }
        }
        found
    }

    /// An expression that Terraform reads as it stands: where JSON (or old habit) writes it as text, the text parsed.
    pub(super) fn static_expression(&mut self, expression: NodeRef) -> NodeRef {
        match constant_text(self.loader.trees, expression) {
            Some(text) => {
                let span = self.loader.trees.span(expression);
                self.loader.parse_expression(span.file, &text, span.start + 1)
            }
            None => expression,
        }
    }

    /// `aws` or `aws.east`.
    pub(super) fn provider_key(&mut self, expression: NodeRef) -> Option<ProviderKey> {
        let expression = self.static_expression(expression);
        let tree = self.loader.trees.get(expression.tree);
        let node = expression.node;
        let key = match tree.kind(node) {
            Kind::Variable | Kind::Name => Some((tree.text(node).into(), None)),
            Kind::GetAttribute => match (tree.child(node, 0), tree.child(node, 1)) {
                (Some(object), Some(name)) if tree.kind(object) == Kind::Variable => {
                    Some((tree.text(object).into(), Some(tree.text(name).into())))
                }
                (_, _) => None,
            },
            _ => None,
        };
        if key.is_none() {
            let message = "Invalid provider configuration reference: it is written as `name` or `name.alias`";
            self.problem(Problem::at(tree.span(node), message));
        }
        key
    }
}

/// Whether an expression is a traversal with literal keys; with `repeated`, `count.index` and `each.key` are keys too.
fn is_keyed(trees: &Trees, expression: NodeRef, repeated: bool) -> bool {
    let tree = trees.get(expression.tree);
    let is_key = |key: NodeId| match tree.kind(key) {
        Kind::Number | Kind::Template => tree.kind(key) == Kind::Number || tree.constant_text(key).is_some(),
        Kind::GetAttribute => repeated && matches!(tree.text(key), "count.index" | "each.key"),
        _ => false,
    };
    let mut node = expression.node;
    loop {
        match (tree.kind(node), tree.child(node, 0)) {
            (Kind::Variable | Kind::Name, _) => return true,
            (Kind::GetAttribute | Kind::LegacyIndex, Some(inner)) => node = inner,
            (Kind::Index, Some(inner)) if tree.child(node, 1).is_some_and(is_key) => node = inner,
            _ => return false,
        }
    }
}

/// The expression of an argument.
pub(super) fn argument_of(layers: &Layers, name: &str, trees: &Trees) -> Option<NodeRef> {
    layers.attribute(trees, name).map(|attribute| attribute.expression)
}

fn argument(attribute: AttributeView<'_>) -> Argument {
    Argument { name: (*attribute.name).into(), name_span: attribute.name_span, expression: attribute.expression }
}

/// What is wrong with a module's source ("Module Sources"); only a source of a registry has a version.
fn source_fault(source: &str, has_version: bool) -> Option<String> {
    let is_local = source.starts_with("./") || source.starts_with("../") || source == "." || source == "..";
    if has_version && is_local {
        return Some("a local module has no version; remove the \"version\" argument".into());
    }
    let is_word = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
    };
    if source.is_empty() || is_word(source) {
        return Some("a local module begins with ./ or ../, a registry module has three parts".into());
    }
    None
}

fn version_fault(version: NodeRef, trees: &Trees) -> Option<Problem> {
    let text = constant_text(trees, version)?;
    let why = Constraint::parse(&text).err()?;
    Some(Problem::at(trees.span(version), format!("Invalid version constraint: {why}")))
}
