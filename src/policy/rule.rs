//! Rules, and how they are read from rule files (`rules/README.md` describes the form).

use crate::finding::Severity;
use crate::lang::{Type, Value, functions};
use crate::source::{Problem, Span, nearest};
use crate::syntax::{AttributeView, BlockView, Kind, NodeId, NodeRef, TreeId, Trees};

use super::facts;
use super::form::{self, Reader};

/// A policy: what is asked of which facts.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `family/name`: reads after "allow" and names the bad thing.
    pub name: String,
    /// The header of its block.
    pub span: Span,
    /// One sentence: the bad thing.
    pub title: String,
    /// How bad a violation is.
    pub severity: RuleSeverity,
    /// The version that brought it.
    pub since: String,
    /// What a user may set.
    pub options: Vec<RuleOption>,
    /// The facts that are looked at, one by one.
    pub for_each: NodeRef,
    /// Must hold of each.
    pub condition: NodeRef,
    /// What is said where it does not.
    pub error_message: NodeRef,
    /// What is said where it is not known whether it holds; a general sentence if there is none.
    pub undetermined_message: Option<NodeRef>,
    /// The value at fault: its place is the finding's.
    pub highlight: Option<NodeRef>,
    /// Rules that say more about the same expression.
    pub yields_to: Vec<(String, Span)>,
    /// What a finding speaks of, where that is not the whole expression: what is left of it beside a suppressed finding of
    /// another rule.
    pub covers: Option<NodeRef>,
    /// The severity of undetermined findings, where it is not the configuration's.
    pub undetermined: Option<Severity>,
    /// Why it matters.
    pub why: String,
    /// What to write instead.
    pub fix: String,
    /// Further reading: titles or addresses of pages.
    pub references: Vec<String>,
    /// Its tests and its documentation (none in the short form that is embedded for checking).
    pub examples: Vec<Example>,
    /// Whether it comes with terravet.
    pub shipped: bool,
}

/// How bad violations of a rule are.
#[derive(Clone, Debug)]
pub enum RuleSeverity {
    /// Always the same.
    Fixed(Severity),
    /// An expression over the fact and the options.
    Computed {
        /// The expression.
        expression: NodeRef,
        /// The severities that stand in it, the highest first.
        among: Vec<Severity>,
    },
}

impl RuleSeverity {
    /// The severity, or the highest that may come out.
    #[must_use]
    pub fn highest(&self) -> Severity {
        match self {
            Self::Fixed(severity) => *severity,
            Self::Computed { among, .. } => among.first().copied().unwrap_or(Severity::Error),
        }
    }
}

/// What a user may set of a rule.
#[derive(Clone, Debug)]
pub struct RuleOption {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Its type as written.
    pub type_text: String,
    /// What holds where the user sets nothing.
    pub default: Value,
    /// The default as written.
    pub default_text: String,
    /// What it is, in a sentence.
    pub description: String,
    /// What must hold of its value, and what is said where it does not.
    pub condition: Option<(NodeRef, String)>,
}

/// An example: a small configuration with the findings marked in it.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// The header of its block.
    pub span: Span,
    /// Options that are set in it, as one object.
    pub options: Option<Value>,
    /// The options as written.
    pub options_text: String,
    /// Other rules that run too; their findings are not asked for.
    pub rules: Vec<String>,
    /// Its files.
    pub files: Vec<ExampleFile>,
}

/// A file of an example.
#[derive(Clone, Debug)]
pub struct ExampleFile {
    /// The path in the example's directory.
    pub path: String,
    /// The text.
    pub content: String,
}

const ATTRIBUTES: &[&str] = &[
    "title",
    "severity",
    "since",
    "for_each",
    "condition",
    "error_message",
    "undetermined_message",
    "highlight",
    "yields_to",
    "covers",
    "undetermined",
    "why",
    "fix",
    "references",
];

/// What `rules/*.hcl` expressions may begin with.
const ROOTS: &[&str] =
    &["each", "option", "network", "resources", "inventory", "configuration", "plan", "jenkins", "policy"];

/// Reads the rules of a parsed rule file.
pub(super) fn read(trees: &Trees, tree: TreeId, shipped: bool) -> (Vec<Rule>, Vec<Problem>) {
    let mut reader = Reader::new(trees);
    let root = form::root(trees, tree);
    reader.known(root, "a rule file", &[], &["rule"]);
    let rules = root.blocks("rule", 1).iter().filter_map(|block| rule(&mut reader, block, shipped)).collect();
    (rules, reader.problems)
}

fn rule<'t>(reader: &mut Reader<'t>, block: &BlockView<'t>, shipped: bool) -> Option<Rule> {
    let name = reader.label(block, "a `rule`")?;
    let well_formed = name.split_once('/').is_some_and(|(family, rest)| [family, rest].into_iter().all(is_kebab));
    if !well_formed {
        reader.problem(
            block.labels[0].span,
            format!("`{name}` is no name of a rule"),
            "A name is a family and the bad thing, in small letters: `sg/open-admin-port`.",
        );
    }
    let attributes = reader.known(block.body, "a `rule`", ATTRIBUTES, &["option", "example"]);
    let options: Vec<RuleOption> =
        block.body.blocks("option", 1).iter().filter_map(|block| option(reader, block)).collect();
    for required in ["title", "severity", "for_each", "condition", "error_message"] {
        if !attributes.iter().any(|attribute| attribute.name == required) {
            reader.problem(block.header, format!("rule `{name}` has no `{required}`"), "Every rule needs one.");
        }
    }
    let find = |name: &str| attributes.iter().find(|attribute| attribute.name == name).map(|found| found.expression);
    for name in ["for_each", "condition", "error_message", "undetermined_message", "highlight", "covers", "severity"] {
        if let Some(expression) = find(name) {
            check_names(reader, expression, &options);
        }
    }
    let mut text = |name: &str| find(name).and_then(|at| reader.text(at, &format!("`{name}`"))).unwrap_or_default();
    let (title, since, why, fix) = (text("title"), text("since"), text("why"), text("fix"));
    let references = find("references").map(|at| reader.texts(at, "`references`")).unwrap_or_default();
    let undetermined = find("undetermined").and_then(|at| reader.severity(at, "`undetermined`"));
    let yields_to = find("yields_to").map_or_else(Vec::new, |at| {
        let span = reader.trees.span(at);
        reader.texts(at, "`yields_to`").into_iter().map(|name| (name, span)).collect()
    });
    let severity = find("severity").and_then(|at| severity(reader, at));
    let examples = block.body.blocks("example", 1).iter().filter_map(|block| example(reader, block)).collect();
    Some(Rule {
        name,
        span: block.header,
        title,
        severity: severity?,
        since,
        options,
        for_each: find("for_each")?,
        condition: find("condition")?,
        error_message: find("error_message")?,
        undetermined_message: find("undetermined_message"),
        highlight: find("highlight"),
        yields_to,
        covers: find("covers"),
        undetermined,
        why: why.trim().to_owned(),
        fix: fix.trim().to_owned(),
        references,
        examples,
        shipped,
    })
}

fn is_kebab(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn severity(reader: &mut Reader<'_>, expression: NodeRef) -> Option<RuleSeverity> {
    let tree = reader.trees.get(expression.tree);
    if tree.constant_text(expression.node).is_some() {
        return reader.severity(expression, "`severity`").map(RuleSeverity::Fixed);
    }
    let mut among: Vec<Severity> = descendants(reader.trees, expression)
        .filter_map(|node| tree.constant_text(node))
        .filter_map(|word| Severity::parse(&word))
        .collect();
    among.sort_by(|left, right| right.cmp(left));
    among.dedup();
    if among.is_empty() {
        let span = reader.trees.span(expression);
        reader.problem(
            span,
            "`severity` names no severity",
            "It is \"error\", \"warning\" or \"info\", or chooses one.",
        );
        return None;
    }
    Some(RuleSeverity::Computed { expression, among })
}

fn option<'t>(reader: &mut Reader<'t>, block: &BlockView<'t>) -> Option<RuleOption> {
    let name = reader.label(block, "an `option`")?;
    if ["enabled", "severity"].contains(&name.as_str()) {
        reader.problem(block.header, format!("`{name}` is no name for an option"), "Every rule has that setting.");
    }
    reader.known(block.body, "an `option`", &["type", "default", "description", "condition", "error_message"], &[]);
    let mut need = |name: &str| -> Option<AttributeView<'_>> {
        let found = block.body.attribute(name);
        if found.is_none() {
            reader.problem(block.header, format!("the option has no `{name}`"), "Every option needs one.");
        }
        found
    };
    let (ty, default, description) = (need("type"), need("default"), need("description"));
    let ty_at = ty?.expression;
    let ty = type_constraint(reader, ty_at)?;
    let default_at = default?.expression;
    let default = reader.constant(default_at, &ty, &format!("the default of `{name}`"))?;
    let condition = block.body.attribute("condition").map(|attribute| attribute.expression);
    let message = block.body.attribute("error_message").map(|attribute| attribute.expression);
    if condition.is_some() != message.is_some() {
        reader.problem(
            block.header,
            "an option has either both a `condition` and an `error_message`, or neither",
            "Add the other.",
        );
    }
    let condition = condition.and_then(|at| Some((at, reader.text(message?, "`error_message`")?)));
    Some(RuleOption {
        condition,
        name,
        ty,
        type_text: source_text(reader.trees, ty_at),
        default,
        default_text: source_text(reader.trees, default_at),
        description: reader.text(description?.expression, "`description`")?,
    })
}

/// A type constraint without object types, which no option has needed.
fn type_constraint(reader: &mut Reader<'_>, at: NodeRef) -> Option<Type> {
    let tree = reader.trees.get(at.tree);
    let found = match tree.kind(at.node) {
        Kind::Variable => match tree.text(at.node) {
            "string" => Some(Type::String),
            "number" => Some(Type::Number),
            "bool" => Some(Type::Bool),
            "any" => Some(Type::Dynamic),
            _ => None,
        },
        Kind::Call => {
            let mut children = tree.children(at.node);
            let name = children.next().map(|name| tree.text(name)).unwrap_or_default();
            let element = children.next().map(|node| NodeRef { tree: at.tree, node });
            let element = element.and_then(|element| type_constraint(reader, element))?;
            match name {
                "list" => Some(Type::list(element)),
                "set" => Some(Type::set(element)),
                "map" => Some(Type::map(element)),
                _ => None,
            }
        }
        _ => None,
    };
    if found.is_none() {
        let help = "Types are string, number, bool, any, list(…), set(…) and map(…).";
        reader.problem(reader.trees.span(at), "this is no type of an option", help);
    }
    found
}

fn example<'t>(reader: &mut Reader<'t>, block: &BlockView<'t>) -> Option<Example> {
    let name = reader.label(block, "an `example`")?;
    reader.known(block.body, "an `example`", &["options", "rules"], &["file"]);
    let options = block.body.attribute("options");
    let options_text = options.as_ref().map(|found| source_text(reader.trees, found.expression)).unwrap_or_default();
    let options = options.and_then(|found| reader.constant(found.expression, &Type::Dynamic, "`options`"));
    let rules = block.body.attribute("rules").map(|found| reader.texts(found.expression, "`rules`"));
    let files: Vec<ExampleFile> =
        block.body.blocks("file", 1).iter().filter_map(|block| example_file(reader, block)).collect();
    if files.is_empty() {
        reader.problem(block.header, "the example has no file", "Write `file \"main.tf\" { content = … }` into it.");
    }
    Some(Example { name, span: block.header, options, options_text, rules: rules.unwrap_or_default(), files })
}

fn example_file<'t>(reader: &mut Reader<'t>, block: &BlockView<'t>) -> Option<ExampleFile> {
    let path = reader.label(block, "a `file`")?;
    reader.known(block.body, "a `file`", &["content"], &[]);
    let leaves = path.starts_with('/') || path.split(['/', '\\']).any(|part| part.is_empty() || part == "..");
    if leaves {
        reader.problem(block.header, format!("`{path}` leaves the example"), "Write a path inside it.");
        return None;
    }
    let Some(content) = block.body.attribute("content") else {
        reader.problem(block.header, "the file has no `content`", "Write `content = <<-HCL`.");
        return None;
    };
    Some(ExampleFile { path, content: reader.text(content.expression, "`content`")? })
}

/// Reports names in a rule's expression that can mean nothing, even where no fact would ever make it be evaluated.
fn check_names(reader: &mut Reader<'_>, expression: NodeRef, options: &[RuleOption]) {
    let trees = reader.trees;
    let tree = trees.get(expression.tree);
    let locals: Vec<&str> = descendants(trees, expression)
        .filter(|&node| matches!(tree.kind(node), Kind::ForTuple | Kind::ForObject | Kind::TemplateFor))
        .flat_map(|node| tree.children(node).filter(|&child| tree.kind(child) == Kind::Name))
        .map(|name| tree.text(name))
        .collect();
    for node in descendants(trees, expression) {
        if tree.kind(node) == Kind::Variable {
            let name = tree.text(node);
            if !ROOTS.contains(&name) && !locals.contains(&name) {
                reader.unknown(tree.span(node), &format!("`{name}` means nothing in a rule"), name, ROOTS);
            }
        }
        if tree.kind(node) == Kind::Call
            && let Some(name) = tree.child(node, 0)
        {
            let text = tree.text(name);
            if !functions::exists(text.trim_start_matches("core::"))
                && !facts::function_names().any(|known| known == text)
            {
                let names: Vec<&str> = facts::function_names().chain(functions::names()).collect();
                let help = nearest(text, names.iter().copied());
                let help = help.map_or_else(
                    || "`rules/README.md` lists the functions.".to_owned(),
                    |near| format!("Did you mean `{near}`?"),
                );
                reader.problem(tree.span(name), format!("there is no function `{text}`"), help);
            }
        }
        if tree.kind(node) != Kind::GetAttribute {
            continue;
        }
        let (Some(of), Some(name)) = (tree.child(node, 0), tree.child(node, 1)) else { continue };
        if tree.kind(of) == Kind::Variable && tree.text(of) == "option" && !locals.contains(&"option") {
            let text = tree.text(name);
            if !options.iter().any(|option| option.name == text) {
                let names: Vec<&str> = options.iter().map(|option| option.name.as_str()).collect();
                reader.unknown(tree.span(name), &format!("the rule has no option `{text}`"), text, &names);
            }
        }
    }
}

/// A node and all below it.
pub(super) fn descendants(trees: &Trees, at: NodeRef) -> impl Iterator<Item = NodeId> + '_ {
    let tree = trees.get(at.tree);
    let mut stack = vec![at.node];
    std::iter::from_fn(move || {
        let node = stack.pop()?;
        stack.extend(tree.children(node));
        Some(node)
    })
}

fn source_text(trees: &Trees, at: NodeRef) -> String {
    trees.get(at.tree).text(at.node).to_owned()
}
