//! What a module declares: its blocks after merging of override files, checked against Terraform's own schema of
//! root-level blocks ("Terraform Language", the reference of each block type).

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::address::Mode;
use crate::lang::Str;
use crate::source::{Problem, Span, nearest};
use crate::syntax::{BlockView, Kind, NodeRef, Syntax, Trees};

use super::layers::Layers;
use super::load::{Loader, ModuleFiles};

/// Declarations of one kind, by name, in source order.
#[derive(Debug)]
pub(super) struct Table<T> {
    items: Vec<(Str, T)>,
    index: HashMap<Str, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { items: Vec::new(), index: HashMap::new() }
    }
}

impl<T> Table<T> {
    /// Adds a declaration; gives it back where the name is taken.
    pub(super) fn add(&mut self, name: Str, item: T) -> Result<(), T> {
        if self.index.contains_key(&name) {
            return Err(item);
        }
        self.index.insert(name.clone(), self.items.len());
        self.items.push((name, item));
        Ok(())
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.find(name).map(|index| &self.items[index].1)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.find(name).map(|index| &mut self.items[index].1)
    }

    pub(super) fn at(&self, index: usize) -> &T {
        &self.items[index].1
    }

    pub(super) fn name(&self, index: usize) -> &Str {
        &self.items[index].0
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Str, &T)> {
        self.items.iter().map(|(name, item)| (name, item))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|(name, _)| &**name)
    }
}

/// A local value.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) name_span: Span,
    pub(super) expression: NodeRef,
}

/// A `resource`, `data` or `ephemeral` block.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) mode: Mode,
    pub(super) type_name: Str,
    pub(super) name: Str,
    pub(super) layers: Layers,
    pub(super) meta: Meta,
    /// The provider's local name and alias: of the `provider` argument, or by the type's prefix.
    pub(super) provider: ProviderKey,
    /// Where the `provider` argument stands.
    pub(super) provider_span: Option<Span>,
}

/// Meta-arguments of resources and module calls, parsed where JSON writes them as text.
#[derive(Debug, Default)]
pub(super) struct Meta {
    pub(super) count: Option<NodeRef>,
    pub(super) for_each: Option<NodeRef>,
    pub(super) depends_on: Vec<NodeRef>,
}

/// A provider configuration as a module names it: local name and alias.
pub(super) type ProviderKey = (Str, Option<Str>);

/// A module call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) layers: Layers,
    pub(super) meta: Meta,
    pub(super) source: Option<(String, Span)>,
    /// Arguments other than meta-arguments.
    pub(super) arguments: Vec<Argument>,
    /// `providers`: the child's name of each, and what it is here.
    pub(super) providers: Option<Vec<(ProviderKey, ProviderKey)>>,
}

/// An argument of a module call.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: Str,
    pub(super) name_span: Span,
    pub(super) expression: NodeRef,
}

/// A `provider` block.
#[derive(Debug)]
pub(super) struct ProviderBlock {
    pub(super) key: ProviderKey,
    pub(super) layers: Layers,
}

/// An entry of `required_providers`.
#[derive(Debug, Default)]
pub(super) struct RequiredProvider {
    pub(super) source: Option<String>,
    /// The version constraint.
    pub(super) version: Option<String>,
}

/// An expression that is only looked at for its references (and evaluated, where its value matters).
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) layers: Layers,
    /// References in `depends_on`.
    pub(super) depends_on: Vec<NodeRef>,
    /// A variable's `type`; in JSON the text, parsed.
    pub(super) ty: Option<NodeRef>,
}

/// A module as its directory declares it.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) variables: Table<Declared>,
    pub(super) locals: Table<Local>,
    pub(super) outputs: Table<Declared>,
    pub(super) resources: Vec<Resource>,
    resource_index: [HashMap<Str, HashMap<Str, usize>>; 3],
    pub(super) calls: Table<Call>,
    pub(super) providers: Vec<ProviderBlock>,
    pub(super) required_providers: BTreeMap<Str, RequiredProvider>,
    /// `check` blocks.
    pub(super) checks: Vec<Layers>,
}

impl Module {
    pub(super) fn resource(&self, mode: Mode, type_name: &str, name: &str) -> Option<usize> {
        self.resource_index[mode as usize].get(type_name)?.get(name).copied()
    }

    pub(super) fn resource_mut(&mut self, mode: Mode, type_name: &str, name: &str) -> Option<&mut Resource> {
        self.resource(mode, type_name, name).map(|index| &mut self.resources[index])
    }

    /// The names of resources of a type.
    pub(super) fn resource_names(&self, mode: Mode, type_name: &str) -> impl Iterator<Item = &str> {
        self.resources
            .iter()
            .filter(move |resource| resource.mode == mode && *resource.type_name == *type_name)
            .map(|resource| &*resource.name)
    }

    /// The types of which there are resources.
    pub(super) fn resource_types(&self, mode: Mode) -> impl Iterator<Item = &str> {
        self.resources.iter().filter(move |resource| resource.mode == mode).map(|resource| &*resource.type_name)
    }

    /// The provider block of a key.
    pub(super) fn provider(&self, key: &ProviderKey) -> Option<usize> {
        self.providers.iter().position(|block| block.key == *key)
    }

    /// The full source address of a provider by its local name.
    pub(super) fn provider_source(&self, local_name: &str) -> Str {
        let declared = self.required_providers.get(local_name).and_then(|provider| provider.source.as_deref());
        super::providers::source_address(declared, local_name)
    }

    /// Adds a resource; whether its name was free.
    fn add_resource(&mut self, resource: Resource) -> bool {
        let of_type = self.resource_index[resource.mode as usize].entry(resource.type_name.clone()).or_default();
        if of_type.contains_key(&resource.name) {
            return false;
        }
        of_type.insert(resource.name.clone(), self.resources.len());
        self.resources.push(resource);
        true
    }
}

/// The block types at the root of a file: how many labels they take.
const ROOT_BLOCKS: [(&str, usize); 13] = [
    ("check", 1),
    ("data", 2),
    ("ephemeral", 2),
    ("import", 0),
    ("locals", 0),
    ("module", 1),
    ("moved", 0),
    ("output", 1),
    ("provider", 1),
    ("removed", 0),
    ("resource", 2),
    ("terraform", 0),
    ("variable", 1),
];

/// Reads what the files of a module declare.
pub(super) fn read(files: &ModuleFiles, loader: &mut Loader<'_>) -> Module {
    let mut reader = Reader { loader, module: Module::default() };
    for &tree in &files.primary {
        reader.file(tree, false);
    }
    for &tree in &files.overrides {
        reader.file(tree, true);
    }
    reader.finish()
}

struct Reader<'l, 'a> {
    loader: &'l mut Loader<'a>,
    module: Module,
}

/// What is kept of a block while the trees must not be borrowed.
struct Header {
    kind: &'static str,
    labels: Vec<(String, Span)>,
    layers: Layers,
}

impl Reader<'_, '_> {
    fn problem(&mut self, problem: Problem) {
        self.loader.problems.add(problem);
    }

    fn file(&mut self, tree: crate::syntax::TreeId, is_override: bool) {
        let root = NodeRef { tree, node: self.loader.trees.get(tree).root };
        let (headers, problems) = root_blocks(self.loader.trees, root);
        problems.into_iter().for_each(|problem| self.problem(problem));
        for header in headers {
            if self.labels_are_names(&header) {
                self.block(header, is_override);
            }
        }
    }

    /// Terraform takes only identifiers as names.
    fn labels_are_names(&mut self, header: &Header) -> bool {
        let mut good = true;
        for (text, span) in &header.labels {
            if !is_identifier(text) {
                let problem = Problem::at(*span, format!("Invalid name \"{text}\" for a {} block", header.kind)).help(
                    "A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes",
                );
                self.loader.problems.add(problem);
                good = false;
            }
        }
        good
    }

    fn block(&mut self, header: Header, is_override: bool) {
        match header.kind {
            "locals" => self.locals(&header, is_override),
            "terraform" => self.settings(&header),
            "variable" => self.variable(header, is_override),
            "output" => self.output(header, is_override),
            "module" => self.call(header, is_override),
            "provider" => self.provider(header, is_override),
            "resource" => self.resource(header, Mode::Managed, is_override),
            "data" => self.resource(header, Mode::Data, is_override),
            "ephemeral" => self.resource(header, Mode::Ephemeral, is_override),
            "check" => self.check(header),
            _ => {}
        }
    }

    fn locals(&mut self, header: &Header, is_override: bool) {
        let attributes: Vec<_> = header
            .layers
            .attributes(self.loader.trees)
            .into_iter()
            .map(|attribute| (Str::from(&*attribute.name), attribute.name_span, attribute.expression))
            .collect();
        for (name, name_span, expression) in attributes {
            let local = Local { name_span, expression };
            if is_override {
                match self.module.locals.get_mut(&name) {
                    Some(base) => *base = local,
                    None => self.nothing_to_override("local value", &name, name_span),
                }
            } else if let Err(local) = self.module.locals.add(name.clone(), local) {
                self.problem(Problem::at(
                    local.name_span,
                    format!("Duplicate local value definition: \"{name}\" is already defined"),
                ));
            }
        }
        self.only(header, &[], &[]);
    }

    fn nothing_to_override(&mut self, kind: &str, name: &str, at: Span) {
        self.problem(
            Problem::at(at, format!("There is no {kind} named \"{name}\" to override"))
                .help("An override file can only override what a primary configuration file declares"),
        );
    }

    fn duplicate(&mut self, kind: &str, name: &str, at: Span) {
        self.problem(Problem::at(at, format!("Duplicate {kind}: \"{name}\" is already declared in this module")));
    }

    fn variable(&mut self, header: Header, is_override: bool) {
        self.only(&header, &["description", "default", "type", "sensitive", "nullable", "ephemeral"], &["validation"]);
        let (name, span) = header.labels[0].clone();
        let declared = Declared { layers: header.layers, depends_on: Vec::new(), ty: None };
        if is_override {
            match self.module.variables.get_mut(&name) {
                Some(base) => base.layers.bodies.extend(declared.layers.bodies),
                None => self.nothing_to_override("variable", &name, span),
            }
        } else if RESERVED_VARIABLES.contains(&&*name) {
            self.problem(Problem::at(
                span,
                format!("The variable name \"{name}\" is reserved due to its special meaning inside module blocks"),
            ));
        } else if self.module.variables.add(name.as_str().into(), declared).is_err() {
            self.duplicate("variable", &name, span);
        }
    }

    fn output(&mut self, header: Header, is_override: bool) {
        self.only(&header, &["description", "value", "depends_on", "sensitive", "ephemeral"], &["precondition"]);
        let (name, span) = header.labels[0].clone();
        let depends_on = self.depends_on(&header.layers);
        let declared = Declared { layers: header.layers, depends_on, ty: None };
        if is_override {
            match self.module.outputs.get_mut(&name) {
                Some(base) => base.layers.bodies.extend(declared.layers.bodies),
                None => self.nothing_to_override("output", &name, span),
            }
        } else if self.module.outputs.add(name.as_str().into(), declared).is_err() {
            self.duplicate("output", &name, span);
        }
    }

    fn call(&mut self, header: Header, is_override: bool) {
        let (name, span) = header.labels[0].clone();
        let call =
            Call { layers: header.layers, meta: Meta::default(), source: None, arguments: Vec::new(), providers: None };
        if is_override {
            match self.module.calls.get_mut(&name) {
                Some(base) => base.layers.bodies.extend(call.layers.bodies),
                None => self.nothing_to_override("module call", &name, span),
            }
        } else if self.module.calls.add(name.as_str().into(), call).is_err() {
            self.duplicate("module call", &name, span);
        }
    }

    fn provider(&mut self, header: Header, is_override: bool) {
        let (name, span) = header.labels[0].clone();
        let alias = header
            .layers
            .attribute(self.loader.trees, "alias")
            .and_then(|attribute| constant_text(self.loader.trees, attribute.expression));
        let key = (Str::from(name.as_str()), alias.map(Str::from));
        match self.module.provider(&key) {
            Some(index) if is_override => self.module.providers[index].layers.bodies.extend(header.layers.bodies),
            Some(_) => self.duplicate("provider configuration", &name, span),
            None => self.module.providers.push(ProviderBlock { key, layers: header.layers }),
        }
    }

    fn resource(&mut self, header: Header, mode: Mode, is_override: bool) {
        let [(type_name, _), (name, span)] = [header.labels[0].clone(), header.labels[1].clone()];
        if is_override {
            match self.module.resource_mut(mode, &type_name, &name) {
                Some(base) => base.layers.bodies.extend(header.layers.bodies),
                None => self.nothing_to_override(header.kind, &format!("{type_name}.{name}"), span),
            }
            return;
        }
        let resource = Resource {
            mode,
            provider: (super::providers::implied_local_name(&type_name), None),
            type_name: type_name.as_str().into(),
            name: name.as_str().into(),
            layers: header.layers,
            meta: Meta::default(),
            provider_span: None,
        };
        if !self.module.add_resource(resource) {
            self.duplicate(header.kind, &format!("{type_name}.{name}"), span);
        }
    }

    fn check(&mut self, header: Header) {
        self.only(&header, &[], &["data", "assert"]);
        let data: Vec<_> = header
            .layers
            .blocks(self.loader.trees, "data", 2)
            .iter()
            .map(|block| {
                let labels = block.labels.iter().map(|label| (label.text.clone().into_owned(), label.span)).collect();
                Header { kind: "data", labels, layers: Layers::new(block) }
            })
            .collect();
        for header in data {
            self.resource(header, Mode::Data, false);
        }
        self.module.checks.push(header.layers);
    }

    /// A `terraform` block: of its content only `required_providers` matters here.
    fn settings(&mut self, header: &Header) {
        self.only(
            header,
            &["required_version", "experiments", "language"],
            &["backend", "cloud", "required_providers", "provider_meta"],
        );
        let mut entries = Vec::new();
        for block in header.layers.blocks(self.loader.trees, "required_providers", 0) {
            for attribute in block.body.attributes() {
                let text = |name: &str| {
                    object_item(self.loader.trees, attribute.expression, name)
                        .and_then(|value| constant_text(self.loader.trees, value))
                };
                // Before Terraform 0.13 the constraint stood there alone, and it still may.
                let version = text("version").or_else(|| constant_text(self.loader.trees, attribute.expression));
                entries.push((Str::from(&*attribute.name), RequiredProvider { source: text("source"), version }));
            }
        }
        self.module.required_providers.extend(entries);
    }

    /// Reports attributes and blocks that a block of Terraform's own does not take.
    fn only(&mut self, header: &Header, attributes: &[&str], blocks: &[&str]) {
        let mut problems = Vec::new();
        if !header.layers.is_json(self.loader.trees) {
            if header.kind != "locals" {
                for attribute in header.layers.attributes(self.loader.trees) {
                    if !attributes.contains(&&*attribute.name) {
                        problems.push(unsupported("argument", &attribute.name, attribute.name_span, attributes));
                    }
                }
            }
            for block in header.layers.all_blocks(self.loader.trees) {
                if !blocks.contains(&&*block.type_name) {
                    problems.push(unsupported("block type", &block.type_name, block.header, blocks));
                }
            }
        } else if header.kind != "locals" {
            for attribute in header.layers.attributes(self.loader.trees) {
                if !attributes.contains(&&*attribute.name) && !blocks.contains(&&*attribute.name) {
                    problems.push(unsupported("argument", &attribute.name, attribute.name_span, attributes));
                }
            }
        }
        problems.into_iter().for_each(|problem| self.problem(problem));
    }

    /// Reads what could only be read after all layers were there.
    fn finish(mut self) -> Module {
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

    fn depends_on(&mut self, layers: &Layers) -> Vec<NodeRef> {
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

/// Names that an input variable must not have.
const RESERVED_VARIABLES: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

/// Finds the blocks at the root of a file, and what does not belong there.
fn root_blocks(trees: &Trees, root: NodeRef) -> (Vec<Header>, Vec<Problem>) {
    let body = trees.body(root);
    let mut headers = Vec::new();
    let mut problems = Vec::new();
    if body.is_json() {
        for value in body.values_that_are_no_objects() {
            problems.push(Problem::at(value, "Incorrect JSON value type").help("A JSON object is required here."));
        }
        let mut seen = HashSet::new();
        for attribute in body.attributes() {
            match ROOT_BLOCKS.iter().find(|(name, _)| *name == attribute.name) {
                None => problems.push(unknown_root("argument", &attribute.name, attribute.name_span)),
                Some(&(kind, labels)) if seen.insert(kind) => {
                    headers
                        .extend(body.read_blocks(kind, labels, &mut problems).iter().map(|block| header(kind, block)));
                }
                Some(_) => {}
            }
        }
        return (headers, problems);
    }
    for attribute in body.attributes() {
        problems.push(unknown_root("argument", &attribute.name, attribute.name_span));
    }
    for block in body.all_blocks() {
        let Some(&(kind, labels)) = ROOT_BLOCKS.iter().find(|(name, _)| *name == block.type_name) else {
            problems.push(unknown_root("block type", &block.type_name, block.header));
            continue;
        };
        if block.labels.len() == labels {
            headers.push(header(kind, &block));
        } else {
            problems.push(wrong_labels(&block, kind, labels));
        }
    }
    (headers, problems)
}

fn header(kind: &'static str, block: &BlockView<'_>) -> Header {
    let labels = block.labels.iter().map(|label| (label.text.clone().into_owned(), label.span)).collect();
    Header { kind, labels, layers: Layers::new(block) }
}

fn unknown_root(what: &str, name: &str, at: Span) -> Problem {
    unsupported(what, name, at, &ROOT_BLOCKS.map(|(name, _)| name))
}

/// An argument or block that is not expected where it stands.
pub(super) fn unsupported(what: &str, name: &str, at: Span, known: &[&str]) -> Problem {
    let problem = Problem::at(at, format!("Unsupported {what} \"{name}\""));
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
        None => problem,
    }
}

pub(super) fn missing_argument(name: &str, at: Span, of: &str) -> Problem {
    Problem::at(at, format!("Missing required argument: \"{name}\" of {of} is not set"))
}

pub(super) fn wrong_labels(block: &BlockView<'_>, kind: &str, expected: usize) -> Problem {
    let expected = match expected {
        0 => "no labels".to_owned(),
        1 => "one label".to_owned(),
        _ => format!("{expected} labels"),
    };
    Problem::at(block.header, format!("A {kind} block takes {expected}, and this one has {}", block.labels.len()))
}

/// Identifiers as HCL has them: letters, digits, `_` and `-`, not starting with a digit or `-`.
fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || character == '_' || character == '-')
}

/// The text of a literal string.
pub(super) fn constant_text(trees: &Trees, expression: NodeRef) -> Option<String> {
    trees.get(expression.tree).constant_text(expression.node).map(std::borrow::Cow::into_owned)
}

/// Keys and values of an object constructor.
pub(super) fn object_items(trees: &Trees, object: NodeRef) -> Vec<(NodeRef, NodeRef)> {
    let tree = trees.get(object.tree);
    if tree.kind(object.node) != Kind::Object {
        return Vec::new();
    }
    let at = |node| NodeRef { tree: object.tree, node };
    tree.children(object.node).filter_map(|item| Some((at(tree.child(item, 0)?), at(tree.child(item, 1)?)))).collect()
}

/// The name that the key of an object constructor stands for, if it is a literal one.
pub(super) fn key_text(trees: &Trees, key: NodeRef) -> Option<String> {
    let tree = trees.get(key.tree);
    match tree.kind(key.node) {
        Kind::Name => Some(tree.text(key.node).to_owned()),
        _ => constant_text(trees, key),
    }
}

/// The value under a literal key of an object constructor.
pub(super) fn object_item(trees: &Trees, object: NodeRef, name: &str) -> Option<NodeRef> {
    object_items(trees, object)
        .into_iter()
        .find(|(key, _)| key_text(trees, *key).as_deref() == Some(name))
        .map(|item| item.1)
}
