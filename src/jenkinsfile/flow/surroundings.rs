//! What names mean inside of a step: secrets that are bound, environment variables that are set.

use super::super::text::{constant, names_in};
use super::super::tree::{Argument, Block, Call, Expression, Item, StatementKind, named};
use super::Flow;

/// A variable that holds a secret.
#[derive(Debug)]
pub(in super::super) enum Binding {
    /// Its name.
    Secret(String),
    /// Secrets whose names are not known: where they are listed.
    Unknown,
}

/// An environment variable.
#[derive(Debug)]
pub(in super::super) struct Setting {
    pub(in super::super) name: String,
    /// Its value, where that is known.
    pub(in super::super) value: Option<String>,
    /// Where it is written.
    pub(in super::super) place: (u32, u32),
    /// Names in its value.
    pub(in super::super) names: Vec<String>,
    /// Whether it is one of Jenkins' credentials.
    pub(in super::super) is_secret: bool,
}

/// Arguments of bindings that name a variable with something secret in it ("Jenkins: Credentials Binding Plugin").
const SECRET_VARIABLES: &[&str] = &[
    "variable",
    "passwordVariable",
    "passphraseVariable",
    "secretKeyVariable",
    "accessKeyVariable",
    "tokenVariable",
    "envVar",
    "sessionTokenVariable",
];

/// Bindings whose `variable` is the path of a file.
const FILES: &[&str] = &["file", "zip", "dockerCert", "certificate", "kubeconfigContent", "kubeconfigFile"];

impl<'t> Flow<'t> {
    /// The secrets of `withCredentials` and its kind.
    pub(super) fn bindings(&self, call: &'t Call) -> Vec<Binding> {
        let mut found = Vec::new();
        let arguments = call.arguments.iter().filter(|argument| argument.value.as_closure().is_none());
        for argument in arguments {
            match argument.value.only() {
                Some(Item::List(elements)) => {
                    // `[$class: …]` without a list around it is one binding.
                    self.binding(elements, "", &mut found);
                    elements.iter().for_each(|element| self.bindings_in(&element.value, &mut found));
                }
                _ => self.bindings_in(&argument.value, &mut found),
            }
        }
        found
    }

    fn bindings_in(&self, value: &'t Expression, found: &mut Vec<Binding>) {
        match value.only() {
            Some(Item::Call(call)) => {
                let kind = self.tree.last(call.name);
                self.binding(&call.arguments, kind, found);
                for argument in &call.arguments {
                    if matches!(argument.value.only(), Some(Item::List(_) | Item::Call(_))) {
                        self.bindings_in(&argument.value, found);
                    }
                }
            }
            Some(Item::List(elements)) => {
                self.binding(elements, "", found);
                for element in elements {
                    if matches!(element.value.only(), Some(Item::List(_) | Item::Call(_))) {
                        self.bindings_in(&element.value, found);
                    }
                }
            }
            Some(Item::Name(_)) => found.push(Binding::Unknown),
            _ => {}
        }
    }

    fn binding(&self, arguments: &'t [Argument], kind: &str, found: &mut Vec<Binding>) {
        let tree = self.tree;
        let class = named(arguments, tree, "$class")
            .map(|class| tree.at(class.value.start, class.value.end))
            .unwrap_or_default();
        let is_file = FILES.contains(&kind) || class.contains("FileBinding");
        for name in SECRET_VARIABLES {
            if is_file && *name == "variable" {
                continue;
            }
            if let Some(argument) = named(arguments, tree, name)
                && let Some(name) = constant(&argument.value, tree, self.variables)
            {
                found.push(Binding::Secret(name));
            }
        }
        let is_aws = class.contains("AmazonWebServices") || kind == "aws";
        for (argument, name) in
            [("accessKeyVariable", "AWS_ACCESS_KEY_ID"), ("secretKeyVariable", "AWS_SECRET_ACCESS_KEY")]
        {
            if is_aws && named(arguments, tree, argument).is_none() {
                found.push(Binding::Secret(name.to_owned()));
            }
        }
    }

    /// The variables that `withEnv` sets.
    pub(super) fn settings(&self, call: &'t Call) -> Vec<Setting> {
        let Some(Item::List(elements)) = call
            .first()
            .or_else(|| call.named(self.tree, "overrides").map(|list| &list.value))
            .and_then(Expression::only)
        else {
            return Vec::new();
        };
        let settings = elements.iter().filter_map(|element| {
            let written = super::written(&element.value, self.tree, self.variables)?;
            let (name, value) = written.text.split_once('=')?;
            let known = !value.contains(super::super::text::HOLE);
            Some(Setting {
                name: name.trim_end_matches("+PATH").to_owned(),
                value: known.then(|| value.to_owned()),
                place: (element.value.start, element.value.end),
                names: names_in(&element.value, self.tree),
                is_secret: false,
            })
        });
        settings.collect()
    }

    /// The variables that an `environment` block sets.
    pub(super) fn environment(&self, block: &'t Block) -> Vec<Setting> {
        let settings = block.statements.iter().filter_map(|statement| {
            let StatementKind::Assignment { target, value, .. } = &statement.kind else { return None };
            let is_secret =
                matches!(value.only(), Some(Item::Call(call)) if self.tree.last(call.name) == "credentials");
            Some(Setting {
                name: self.tree.name(*target),
                value: constant(value, self.tree, self.variables),
                place: (value.start, value.end),
                names: names_in(value, self.tree),
                is_secret,
            })
        });
        settings.collect()
    }
}
