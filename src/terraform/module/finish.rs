//! What could only be read after all layers of a block were there: meta-arguments, sources, types.

use crate::source::Problem;
use crate::syntax::{Kind, NodeRef, Syntax};

use super::super::layers::Layers;
use super::literal::{constant_text, object_items};
use super::messages::{missing_argument, unsupported};
use super::reader::Reader;
use super::{Argument, Call, Meta, Module, ProviderKey};

impl Reader<'_, '_> {
    /// Reads what could only be read after all layers were there.
    pub(super) fn finish(mut self) -> Module {
        let mut resources = std::mem::take(&mut self.module.resources);
        for resource in &mut resources {
            resource.meta = self.meta(&resource.layers);
            if let Some(attribute) = resource.layers.attribute(self.loader.trees, "provider") {
                let (expression, span) = (attribute.expression, self.loader.trees.span(attribute.expression));
                if let Some(key) = self.provider_key(expression) {
                    resource.provider = key;
                }
                resource.provider_span = Some(span);
            }
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
        let mut outputs = std::mem::take(&mut self.module.outputs);
        for (name, output) in &mut outputs.items {
            if output.layers.attribute(self.loader.trees, "value").is_none() {
                self.problem(missing_argument("value", output.layers.header, &format!("output \"{name}\"")));
            }
        }
        self.module.outputs = outputs;
        self.module
    }

    fn finish_call(&mut self, call: &mut Call) {
        call.meta = self.meta(&call.layers);
        let providers = call.layers.attribute(self.loader.trees, "providers").map(|attribute| attribute.expression);
        call.providers = providers.map(|map| self.passed_providers(map));
        let trees = &*self.loader.trees;
        let mut problems = Vec::new();
        match call.layers.attribute(trees, "source") {
            None => problems.push(missing_argument("source", call.layers.header, "module")),
            Some(attribute) => match constant_text(trees, attribute.expression) {
                Some(text) => call.source = Some((text, trees.span(attribute.expression))),
                None => problems.push(
                    Problem::at(trees.span(attribute.expression), "The source of a module must be a literal string")
                        .help("Terraform reads module sources before it evaluates anything"),
                ),
            },
        }
        const META: [&str; 6] = ["source", "version", "count", "for_each", "depends_on", "providers"];
        call.arguments = call
            .layers
            .attributes(trees)
            .into_iter()
            .filter(|attribute| !META.contains(&&*attribute.name))
            .map(|attribute| Argument {
                name: (*attribute.name).into(),
                name_span: attribute.name_span,
                expression: attribute.expression,
            })
            .collect();
        for block in call.layers.all_blocks(trees) {
            problems.push(unsupported("block type", &block.type_name, block.header, &[]));
        }
        problems.into_iter().for_each(|problem| self.problem(problem));
    }

    fn passed_providers(&mut self, map: NodeRef) -> Vec<(ProviderKey, ProviderKey)> {
        let items = object_items(self.loader.trees, map);
        items
            .into_iter()
            .filter_map(|(key, value)| {
                let key = self.provider_key(key)?;
                let value = self.provider_key(value)?;
                Some((key, value))
            })
            .collect()
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
        Meta { count, for_each, depends_on: self.depends_on(layers) }
    }

    pub(super) fn depends_on(&mut self, layers: &Layers) -> Vec<NodeRef> {
        let list = layers.attribute(self.loader.trees, "depends_on").map(|attribute| attribute.expression);
        list.map(|list| self.elements(list)).unwrap_or_default()
    }

    /// The elements of a list of references; in JSON each is text that holds an expression.
    fn elements(&mut self, list: NodeRef) -> Vec<NodeRef> {
        let tree = self.loader.trees.get(list.tree);
        if tree.kind(list.node) != Kind::Tuple {
            return Vec::new();
        }
        let elements: Vec<NodeRef> = tree.children(list.node).map(|node| NodeRef { tree: list.tree, node }).collect();
        elements.into_iter().map(|element| self.static_expression(element)).collect()
    }

    /// An expression that Terraform reads as it stands: where JSON (or old habit) writes it as text, the text parsed.
    fn static_expression(&mut self, expression: NodeRef) -> NodeRef {
        match constant_text(self.loader.trees, expression) {
            Some(text) => {
                let span = self.loader.trees.span(expression);
                self.loader.parse_expression(span.file, &text, span.start + 1)
            }
            None => expression,
        }
    }

    /// `aws` or `aws.east`.
    fn provider_key(&mut self, expression: NodeRef) -> Option<ProviderKey> {
        let expression = self.static_expression(expression);
        let tree = self.loader.trees.get(expression.tree);
        let node = expression.node;
        match tree.kind(node) {
            Kind::Variable | Kind::Name => Some((tree.text(node).into(), None)),
            Kind::GetAttribute => {
                let (object, name) = (tree.child(node, 0)?, tree.child(node, 1)?);
                (tree.kind(object) == Kind::Variable).then(|| (tree.text(object).into(), Some(tree.text(name).into())))
            }
            _ => {
                let span = tree.span(node);
                self.problem(Problem::at(span, "A provider configuration is named as `name` or `name.alias`"));
                None
            }
        }
    }
}
