//! Blocks into declarations, override files over primary ones.

use crate::address::Mode;
use crate::lang::Str;
use crate::source::{Problem, Span};
use crate::syntax::NodeRef;

use super::super::constant::text;
use super::super::layers::Layers;
use super::super::load::{Loader, ModuleFiles};
use super::super::providers::{Home, local_name_fault};
use super::root_blocks::{Header, root_blocks};
use super::{Call, Declared, Local, Meta, Module, ProviderBlock, Resource};

/// Reads what the files of a module declare.
pub(in crate::terraform) fn read(files: &ModuleFiles, loader: &mut Loader<'_>) -> Module {
    let mut reader = Reader { loader, module: Module::default() };
    for &tree in &files.primary {
        reader.file(tree, false);
    }
    for &tree in &files.overrides {
        reader.file(tree, true);
    }
    reader.finish()
}

pub(super) struct Reader<'l, 'a> {
    pub(super) loader: &'l mut Loader<'a>,
    pub(super) module: Module,
}

impl Reader<'_, '_> {
    pub(super) fn problem(&mut self, problem: Problem) {
        self.loader.problems.add(problem);
    }

    fn file(&mut self, tree: crate::syntax::TreeId, is_override: bool) {
        let root = NodeRef { tree, node: self.loader.trees.get(tree).root };
        let (headers, problems) = root_blocks(self.loader.trees, root, is_override);
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
            "terraform" => self.settings(&header, is_override),
            "variable" => self.variable(header, is_override),
            "output" => self.output(header, is_override),
            "module" => self.call(header, is_override),
            "provider" => self.provider(header, is_override),
            "resource" => self.resource(header, Mode::Managed, is_override),
            "data" => self.resource(header, Mode::Data, is_override),
            "ephemeral" => self.resource(header, Mode::Ephemeral, is_override),
            "check" => self.check(header),
            "moved" | "removed" | "import" => self.module.refactorings.push((header.kind, header.layers)),
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
        let blocks: Vec<_> = header
            .layers
            .all_blocks(self.loader.trees)
            .iter()
            .map(|block| (block.type_name.clone().into_owned(), block.header))
            .collect();
        for (name, at) in blocks {
            self.problem(Problem::at(at, format!("Unexpected \"{name}\" block: blocks are not allowed here")));
        }
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
        let alias = header.layers.attribute(self.loader.trees, "alias").map(|attribute| attribute.expression);
        let alias = alias.and_then(|alias| Some((text(alias, self.loader.trees).ok()?, alias)));
        if let Some((alias, at)) = &alias
            && !is_identifier(alias)
        {
            let at = self.loader.trees.span(*at);
            self.problem(Problem::at(
                at,
                format!("Invalid provider configuration alias \"{alias}\": it must be a name"),
            ));
        }
        self.loader.problems.add_all(local_name_fault(&name).map(|why| Problem::at(span, why)));
        let alias = alias.map(|(alias, _)| alias);
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
            provider: (super::super::providers::implied_local_name(&type_name), None),
            type_name: type_name.as_str().into(),
            name: name.as_str().into(),
            layers: header.layers,
            meta: Meta::default(),
            provider_span: None,
            home: Home::Other,
            scope: None,
        };
        if !self.module.add_resource(resource) {
            self.duplicate(header.kind, &format!("{type_name}.{name}"), span);
        }
    }

    fn check(&mut self, header: Header) {
        let (name, span) = header.labels[0].clone();
        let data: Vec<_> = header
            .layers
            .blocks(self.loader.trees, "data", 2)
            .iter()
            .map(|block| {
                let labels = block.labels.iter().map(|label| (label.text.clone().into_owned(), label.span)).collect();
                Header { kind: "data", labels, layers: Layers::new(block) }
            })
            .collect();
        for data in data {
            self.resource(data, Mode::Data, false);
            if let Some(resource) = self.module.resources.last_mut() {
                resource.scope = Some(header.layers.block);
            }
        }
        if header.layers.blocks(self.loader.trees, "assert", 0).is_empty() {
            let message = format!("Zero assert blocks: check \"{name}\" must assert something");
            self.problem(Problem::at(header.layers.header, message));
        }
        if self.module.checks.add(name.as_str().into(), header.layers).is_err() {
            self.duplicate("check", &name, span);
        }
    }
}

/// Names that an input variable must not have.
const RESERVED_VARIABLES: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

/// Identifiers as HCL has them: letters, digits, `_` and `-`, not starting with a digit or `-`.
fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || character == '_' || character == '-')
}
