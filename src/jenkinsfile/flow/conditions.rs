//! What a condition keeps out: builds of change requests and of other branches, and those that nobody has asked for.
//!
//! `Some(true)`: only builds of certain branches, or those that a person has started with certain parameters, get past it;
//! `Some(false)`: it says nothing of that; `None`: it may.

use std::collections::BTreeMap;

use super::super::text::{Found, Variables, constant, names_in, visit};
use super::super::tree::{Block, Call, Expression, Item, StatementKind, Tree, named};
use super::Flow;

/// Variables that name the branch, tag or target of a build ("Jenkins: Branch Source, Environment variables").
const BRANCHES: &[&str] =
    &["BRANCH_NAME", "GIT_BRANCH", "TAG_NAME", "GIT_LOCAL_BRANCH", "BRANCH_IS_PRIMARY", "gitlabBranch"];

/// Variables that only builds of change requests have.
const CHANGES: &[&str] = &["CHANGE_ID", "CHANGE_URL", "CHANGE_BRANCH", "CHANGE_TARGET", "ghprbPullId", "CHANGE_AUTHOR"];

/// Steps whose result has nothing to do with who builds what.
const NEUTRAL: &[&str] =
    &["sh", "bat", "powershell", "pwsh", "fileExists", "isUnix", "readFile", "readJSON", "readYaml"];

/// How far variables are followed.
const STEPS: usize = 4;

/// A parameter of the build.
#[derive(Clone, Debug)]
pub(in super::super) struct Parameter {
    pub(in super::super) kind: ParameterKind,
    /// What it is in a build that nobody has set it for.
    default: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum ParameterKind {
    /// Any text.
    Free,
    /// One of several words, or true or false.
    Limited,
    Other,
}

/// The parameters that a file declares.
pub(super) fn parameters(tree: &Tree<'_>, variables: &Variables<'_>) -> BTreeMap<String, Parameter> {
    let mut found = BTreeMap::new();
    let text = |value: &Expression| match value.only() {
        Some(Item::Name(name)) => Some(tree.name(*name)),
        // The first line of the old form of choices.
        Some(Item::List(elements)) => elements.first().and_then(|first| constant(&first.value, tree, variables)),
        _ => constant(value, tree, variables),
    };
    visit(&tree.root, &mut |at| {
        let Found::Expression(expression) = at else { return };
        for item in &expression.items {
            let (kind, arguments) = match item {
                Item::Call(call) => (tree.last(call.name), &call.arguments),
                Item::List(entries) => match named(entries, tree, "$class") {
                    Some(class) => (tree.at(class.value.start, class.value.end).trim_matches(['\'', '"']), entries),
                    None => continue,
                },
                _ => continue,
            };
            let kind = match kind {
                "string" | "text" | "password" | "StringParameterDefinition" | "TextParameterDefinition" => {
                    ParameterKind::Free
                }
                "choice" | "booleanParam" | "ChoiceParameterDefinition" | "BooleanParameterDefinition" => {
                    ParameterKind::Limited
                }
                "credentials" | "file" | "run" | "gitParameter" | "extendedChoice" | "activeChoice" => {
                    ParameterKind::Other
                }
                _ => continue,
            };
            let Some(name) = named(arguments, tree, "name").and_then(|name| constant(&name.value, tree, variables))
            else {
                continue;
            };
            let default = named(arguments, tree, "defaultValue").or_else(|| named(arguments, tree, "choices"));
            let mut default = default.and_then(|default| text(&default.value));
            if named(arguments, tree, "choices").is_some() {
                default = default.map(|choices| choices.lines().next().unwrap_or_default().trim().to_owned());
            } else if default.is_none() && named(arguments, tree, "defaultValue").is_none() {
                default = Some(if kind == ParameterKind::Limited { "false".into() } else { String::new() });
            }
            found.insert(name, Parameter { kind, default });
        }
    });
    found
}

/// Two conditions that both hold.
pub(super) const fn both(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        (Some(false), Some(false)) => Some(false),
    }
}

/// One of two conditions.
const fn either(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, _) | (_, None) => None,
        (Some(true), Some(true)) => Some(true),
    }
}

impl<'t> Flow<'t> {
    /// What a condition keeps out where it holds, or (`negated`) where it does not.
    pub(super) fn restricts(&self, condition: &Expression, negated: bool) -> Option<bool> {
        self.items(&condition.items, negated, STEPS)
    }

    /// The same of `left == right`.
    pub(super) fn equality(&self, left: &Expression, right: &Expression, negated: bool) -> Option<bool> {
        let mut names = names_in(left, self.tree);
        names.extend(names_in(right, self.tree));
        let compared = [left, right].into_iter().find_map(|side| constant(side, self.tree, self.variables));
        self.about(&names, compared.as_deref(), true, negated, STEPS)
    }

    fn is_operator(&self, item: &Item, wanted: &[&str]) -> bool {
        match item {
            Item::Operator { start, end } => wanted.contains(&self.tree.at(*start, *end)),
            _ => false,
        }
    }

    fn items(&self, items: &[Item], negated: bool, steps: usize) -> Option<bool> {
        // However many there are: `!!a` is `a`.
        let operators = items.iter().take_while(|item| self.is_operator(item, &["!"])).count();
        let is_one = !items.iter().any(|item| self.is_operator(item, &["||", "&&"]));
        let (items, negated) =
            if is_one { (&items[operators..], negated != (operators % 2 == 1)) } else { (items, negated) };
        for (operator, joins_all) in [("||", negated), ("&&", !negated)] {
            if items.iter().any(|item| self.is_operator(item, &[operator])) {
                let parts = items.split(|item| self.is_operator(item, &[operator]));
                let found = parts.map(|part| self.items(part, negated, steps));
                return found.reduce(if joins_all { both } else { either }).flatten();
            }
        }
        match items {
            [Item::Group(inner)] => self.items(&inner.items, negated, steps),
            _ => self.atom(items, negated, steps),
        }
    }

    /// A comparison, a call or a name.
    fn atom(&self, items: &[Item], negated: bool, steps: usize) -> Option<bool> {
        let tree = self.tree;
        let mut names = Vec::new();
        let mut compared = None;
        for (index, item) in items.iter().enumerate() {
            match item {
                Item::Name(name) => {
                    let text = tree.name(*name);
                    match (text.as_str(), items.get(index + 1)) {
                        ("true" | "false", _) if items.len() == 1 => return Some((text == "false") != negated),
                        ("true" | "false" | "null", _) => compared = Some(text),
                        (_, Some(Item::Index(elements))) => {
                            let key = elements.first().and_then(|first| constant(&first.value, tree, self.variables));
                            names.push(format!("{text}.{}", key.unwrap_or_default()));
                        }
                        _ => names.push(text),
                    }
                }
                Item::Call(call) => {
                    let step = tree.last(call.name);
                    if NEUTRAL.contains(&step) {
                        return Some(false);
                    }
                    let receiver = tree.at(call.name.start, call.name.last).trim_end_matches(['.', '?']);
                    if !receiver.is_empty() {
                        names.push(receiver.to_owned());
                    }
                    for argument in &call.arguments {
                        compared = compared.or_else(|| constant(&argument.value, tree, self.variables));
                        names.extend(names_in(&argument.value, tree));
                    }
                    if receiver.is_empty() && !matches!(step, "env" | "params") {
                        names.push(format!("{step}()"));
                    }
                }
                Item::Text(_) | Item::List(_) => {
                    let text = |item: &Item| match item {
                        Item::Text(text) => tree.at(text.start, text.end).trim_matches(['\'', '"', '/']).to_owned(),
                        _ => "a list".to_owned(),
                    };
                    compared = Some(text(item));
                }
                Item::Number { .. } | Item::Group(_) | Item::Index(_) | Item::Closure(_) | Item::Operator { .. } => {}
            }
        }
        let differs = items.iter().any(|item| self.is_operator(item, &["!="]));
        self.about(&names, compared.as_deref(), !differs, negated, steps)
    }

    /// What a comparison says by the names in it. `equal`: whether it asks that they are alike.
    fn about(
        &self,
        names: &[String],
        compared: Option<&str>,
        equal: bool,
        negated: bool,
        steps: usize,
    ) -> Option<bool> {
        let bare = |name: &String| name.rsplit('.').next().unwrap_or_default().to_owned();
        let holds = equal != negated;
        let is_nothing = matches!(compared, Some("null" | ""));
        if names.iter().any(|name| CHANGES.contains(&bare(name).as_str())) {
            // Present in change requests only: what asks for its absence keeps them out.
            return Some(if is_nothing { holds } else { !holds });
        }
        if names.iter().any(|name| BRANCHES.contains(&bare(name).as_str())) {
            let is_change = compared.is_some_and(|text| text.starts_with("PR-") || text.starts_with("^PR-"));
            return Some(match compared {
                None => holds && names.iter().any(|name| bare(name) == "TAG_NAME" || bare(name) == "BRANCH_IS_PRIMARY"),
                Some(_) => holds != (is_nothing || is_change),
            });
        }
        let parameter = names.iter().find_map(|name| {
            let plain = name.strip_prefix("params.").or_else(|| name.strip_prefix("env.")).unwrap_or(name);
            let known = self.parameters.get(plain);
            (known.is_some() || name.starts_with("params.")).then_some(known)
        });
        if let Some(parameter) = parameter {
            let default = parameter.and_then(|parameter| parameter.default.as_deref())?;
            let by_default =
                compared.map_or_else(|| !matches!(default, "" | "false" | "null"), |wanted| wanted == default);
            // What a build that nobody set parameters for does not do is what somebody asked for.
            return Some(by_default != holds);
        }
        if names.iter().all(|name| name.starts_with("currentBuild")) {
            return Some(false);
        }
        match names {
            [name] if steps > 0 => match self.variables.value(name) {
                Some(value) if compared.is_none() || matches!(compared, Some("true")) => {
                    self.items(&value.items, negated, steps - 1)
                }
                Some(value) => {
                    let inner = names_in(value, self.tree);
                    let is_neutral = value
                        .items
                        .iter()
                        .any(|item| matches!(item, Item::Call(call) if NEUTRAL.contains(&self.tree.last(call.name))));
                    if is_neutral { Some(false) } else { self.about(&inner, compared, equal, negated, steps - 1) }
                }
                None => None,
            },
            [] => Some(false),
            _ => None,
        }
    }

    /// What the conditions of a `when` keep out ("Jenkins: Pipeline Syntax", when).
    pub(super) fn when(&self, block: &Block, negated: bool) -> Option<bool> {
        self.all_of(block, negated)
    }

    fn all_of(&self, block: &Block, negated: bool) -> Option<bool> {
        let found = block.calls().filter_map(|call| self.when_call(call, negated));
        found.reduce(if negated { either } else { both }).unwrap_or(Some(false))
    }

    /// One condition of a `when`; nothing where it is none.
    fn when_call(&self, call: &Call, negated: bool) -> Option<Option<bool>> {
        let tree = self.tree;
        let text = |name: &str| {
            let argument = call.named(tree, name).map(|argument| &argument.value).or_else(|| call.first());
            argument.and_then(|value| constant(value, tree, self.variables))
        };
        Some(match tree.last(call.name) {
            "branch" => {
                let pattern = text("pattern").unwrap_or_default();
                Some((pattern.starts_with("PR-") || matches!(pattern.as_str(), "*" | "**")) == negated)
            }
            "tag" | "buildingTag" => Some(!negated),
            "changeRequest" => Some(negated),
            "triggeredBy" => Some(text("cause").is_some_and(|cause| cause.contains("User")) && !negated),
            "changeset" | "changelog" | "isRestartedRun" => Some(false),
            "not" => call.body().and_then(|block| self.all_of(block, !negated)),
            "allOf" => call.body().and_then(|block| self.all_of(block, negated)),
            "anyOf" => {
                let found = call.body()?.calls().filter_map(|call| self.when_call(call, negated));
                found.reduce(if negated { both } else { either }).unwrap_or(Some(false))
            }
            "environment" => {
                let names = vec![text("name").unwrap_or_default()];
                let value = call.named(tree, "value").and_then(|value| constant(&value.value, tree, self.variables));
                self.about(&names, Some(value.as_deref().unwrap_or("?")), true, negated, STEPS)
            }
            "equals" => match (call.named(tree, "expected"), call.named(tree, "actual")) {
                (Some(expected), Some(actual)) => {
                    let names = names_in(&actual.value, tree);
                    let written = tree.at(expected.value.start, expected.value.end).trim_matches(['\'', '"']);
                    self.about(&names, Some(written), true, negated, STEPS)
                }
                _ => None,
            },
            "expression" => match call.body()?.statements.last().map(|statement| &statement.kind) {
                Some(StatementKind::Expression(value) | StatementKind::Exit(value)) => {
                    self.items(&value.items, negated, STEPS)
                }
                _ => None,
            },
            _ => return None,
        })
    }
}
