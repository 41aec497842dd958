//! References as they stand in expressions: what depends on what, and whether it is declared at all. Terraform checks
//! this before it evaluates anything, so it holds inside `try` too ("Terraform Language: References to Named Values").

use crate::address::Mode;
use crate::lang::Str;
use crate::source::{Problem, Span, nearest};
use crate::syntax::{Kind, NodeId, NodeRef, Tree, Trees};

use super::module::Module;

/// A traversal from a root name: `aws_vpc.main[0].id`.
pub(super) struct Traversal<'t> {
    /// The root's name.
    pub(super) root: &'t str,
    /// What follows, in order.
    pub(super) steps: Vec<Step<'t>>,
    /// The whole traversal.
    pub(super) span: Span,
    /// Inside `try` or `can`, which forgive what only evaluation finds.
    pub(super) is_guarded: bool,
}

/// A step of a traversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'t> {
    /// `.name`
    Attribute(&'t str),
    /// `[0]`, `["a"]`, `.0`: a key that stands there itself.
    Index(Key),
    /// Any other index, and splats.
    Computed,
}

impl Step<'_> {
    pub(super) const fn is_index(&self) -> bool {
        matches!(self, Self::Index(_) | Self::Computed)
    }
}

/// What a key is that stands there itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A whole number.
    Number,
    Text,
    /// `true`, `null`, `0.5`.
    Other,
}

/// The step of `[key]`.
fn index<'t>(tree: &Tree, key: Option<NodeId>) -> Step<'t> {
    let Some(key) = key else { return Step::Computed };
    match tree.kind(key) {
        Kind::Number if tree.text(key).bytes().all(|byte| byte.is_ascii_digit()) => Step::Index(Key::Number),
        Kind::Number | Kind::Bool | Kind::Null => Step::Index(Key::Other),
        Kind::Template if tree.constant_text(key).is_some() => Step::Index(Key::Text),
        _ => Step::Computed,
    }
}

/// Names bound around a node, innermost first, as indices into a list of scopes.
type ScopeId = usize;

/// Calls `visit` with each traversal in an expression that does not start at a name bound inside it (or in `bound`).
pub(super) fn traversals<'t>(
    trees: &'t Trees,
    expression: NodeRef,
    bound: &[Str],
    visit: &mut dyn FnMut(Traversal<'t>),
) {
    let tree = trees.get(expression.tree);
    // Scope 0 has no names; each further one, kept here, a parent and up to two names.
    let mut scopes: Vec<(ScopeId, [Option<&str>; 2])> = Vec::new();
    let is_bound = |scopes: &[(ScopeId, [Option<&str>; 2])], mut scope: ScopeId, name: &str| {
        while scope != 0 {
            let (outer, names) = scopes[scope - 1];
            if names.contains(&Some(name)) {
                return true;
            }
            scope = outer;
        }
        bound.iter().any(|bound| **bound == *name)
    };
    let mut stack: Vec<(NodeId, ScopeId, bool)> = Vec::new();
    let mut next = Some((expression.node, 0, false));
    while let Some((node, scope, is_guarded)) = next.take().or_else(|| stack.pop()) {
        match tree.kind(node) {
            Kind::Name | Kind::Text | Kind::Label => {}
            Kind::Variable => {
                let root = tree.text(node);
                if !is_bound(&scopes, scope, root) {
                    visit(Traversal { root, steps: Vec::new(), span: tree.span(node), is_guarded });
                }
            }
            Kind::GetAttribute | Kind::Index | Kind::LegacyIndex | Kind::AttributeSplat | Kind::FullSplat => {
                let mut steps = Vec::new();
                let mut head = node;
                loop {
                    let children = (tree.child(head, 0), tree.child(head, 1));
                    let (Some(inner), second) = children else { break };
                    match tree.kind(head) {
                        Kind::GetAttribute => steps.push(Step::Attribute(second.map_or("", |name| tree.text(name)))),
                        Kind::LegacyIndex => steps.push(Step::Index(Key::Number)),
                        Kind::Index => {
                            steps.push(index(tree, second));
                            stack.extend(second.map(|key| (key, scope, is_guarded)));
                        }
                        Kind::AttributeSplat | Kind::FullSplat => {
                            steps.push(Step::Computed);
                            stack.extend(second.map(|each| (each, scope, is_guarded)));
                        }
                        _ => break,
                    }
                    head = inner;
                }
                if tree.kind(head) == Kind::Variable {
                    let root = tree.text(head);
                    if !is_bound(&scopes, scope, root) {
                        steps.reverse();
                        visit(Traversal { root, steps, span: tree.span(node), is_guarded });
                    }
                } else {
                    stack.push((head, scope, is_guarded));
                }
            }
            Kind::ForTuple | Kind::ForObject | Kind::TemplateFor => {
                let mut names = [None, None];
                let mut rest = Vec::new();
                for (index, child) in tree.children(node).enumerate() {
                    if index < 2 && rest.is_empty() && tree.kind(child) == Kind::Name {
                        names[index] = Some(tree.text(child));
                    } else {
                        rest.push(child);
                    }
                }
                scopes.push((scope, names));
                let inner = scopes.len();
                stack.extend(
                    rest.iter()
                        .enumerate()
                        .map(|(index, &child)| (child, if index == 0 { scope } else { inner }, is_guarded)),
                );
            }
            Kind::Call => {
                let name = tree.child(node, 0).map_or("", |name| tree.text(name));
                let is_guarded = is_guarded || matches!(name, "try" | "can");
                stack.extend(tree.children(node).map(|child| (child, scope, is_guarded)));
            }
            _ => stack.extend(tree.children(node).map(|child| (child, scope, is_guarded))),
        }
    }
}

/// What a reference depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Variable(usize),
    Local(usize),
    Resource(usize),
    /// One output of a call, by name, and where it is named (outside of `try` and `can`).
    Output(usize, Str, Option<Span>),
    /// All outputs of a call.
    Call(usize),
}

/// Names that a place offers beside the module's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offers {
    /// `each.key`, `each.value`
    pub(super) each: bool,
    /// `count.index`
    pub(super) count: bool,
    /// `self`: the resource by its index.
    pub(super) itself: Option<usize>,
    /// The resource that must not be referred to, since it is its own.
    pub(super) own: Option<usize>,
    /// A reference to itself counts only where the resource has an instance.
    pub(super) is_late: bool,
    /// The `check` block around: its data source is known in it.
    pub(super) scope: Option<Span>,
    /// Look for the name that was meant, where one is not declared.
    pub(super) suggest: bool,
}

/// What a traversal depends on: `Ok(None)` for `each`, `path` and their like.
pub(super) fn target(module: &Module, traversal: &Traversal<'_>, offers: Offers) -> Result<Option<Target>, Problem> {
    let at = traversal.span;
    let name = |index: usize| match traversal.steps.get(index) {
        Some(Step::Attribute(name)) => Some(*name),
        Some(Step::Index(_) | Step::Computed) | None => None,
    };
    let undeclared = |message: String, name: &str, known: &mut dyn Iterator<Item = &str>| {
        let problem = Problem::at(at, message);
        if !offers.suggest {
            return problem;
        }
        match nearest(name, known) {
            Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
            None => problem,
        }
    };
    let direct = |root: &str| {
        Problem::at(at, format!("Invalid reference: the \"{root}\" object cannot be accessed directly"))
            .help("Access one of its attributes instead")
    };
    match traversal.root {
        "var" => {
            let Some(wanted) = name(0) else { return Err(direct("var")) };
            match module.variables.find(wanted) {
                Some(index) => Ok(Some(Target::Variable(index))),
                None => Err(undeclared(
                    format!("Reference to undeclared input variable \"{wanted}\""),
                    wanted,
                    &mut module.variables.names(),
                )),
            }
        }
        "local" => {
            let Some(wanted) = name(0) else { return Err(direct("local")) };
            match module.locals.find(wanted) {
                Some(index) => Ok(Some(Target::Local(index))),
                None => Err(undeclared(
                    format!("Reference to undeclared local value \"{wanted}\""),
                    wanted,
                    &mut module.locals.names(),
                )),
            }
        }
        "module" => {
            let Some(wanted) = name(0) else { return Err(direct("module")) };
            let Some(call) = module.calls.find(wanted) else {
                return Err(undeclared(
                    format!("Reference to undeclared module \"{wanted}\""),
                    wanted,
                    &mut module.calls.names(),
                ));
            };
            // module.x.out, module.x[0].out; anything else is the module as a whole.
            let output = match (traversal.steps.get(1), traversal.steps.get(2)) {
                (Some(Step::Attribute(output)), _) | (Some(Step::Index(_) | Step::Computed), Some(Step::Attribute(output))) => Some(*output),
                _ => None,
            };
            Ok(Some(output.map_or(Target::Call(call), |output| Target::Output(call, output.into(), (!traversal.is_guarded).then_some(at)))))
        }
        "each" if offers.each => match name(0) {
            Some("key" | "value") => Ok(None),
            _ => Err(Problem::at(at, "Invalid \"each\" attribute: only each.key and each.value are there")),
        },
        "each" => Err(Problem::at(at, "Reference to \"each\" in context without for_each")
            .help("The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \"for_each\" argument is set")),
        "count" if offers.count => match name(0) {
            Some("index") => Ok(None),
            _ => Err(Problem::at(at, "Invalid \"count\" attribute: only count.index is there")),
        },
        "count" => Err(Problem::at(at, "Reference to \"count\" in non-counted context")
            .help("The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only when the \"count\" argument is set")),
        "self" if offers.itself.is_some() => Ok(None),
        "self" => Err(Problem::at(at, "Invalid \"self\" reference").help(
            "The \"self\" object is there in resource provisioner, connection, and postcondition blocks only",
        )),
        "path" => match name(0) {
            Some("cwd" | "module" | "root") => Ok(None),
            _ => Err(Problem::at(at, "Invalid \"path\" attribute: there are path.cwd, path.module and path.root")),
        },
        "terraform" => match name(0) {
            Some("workspace" | "applying") => Ok(None),
            _ => Err(Problem::at(at, "Invalid \"terraform\" attribute: only terraform.workspace is there")),
        },
        "data" => resource(module, Mode::Data, name(0), name(1), at, offers),
        "ephemeral" => resource(module, Mode::Ephemeral, name(0), name(1), at, offers),
        "resource" => resource(module, Mode::Managed, name(0), name(1), at, offers),
        type_name => resource(module, Mode::Managed, Some(type_name), name(0), at, offers),
    }
}

fn resource(
    module: &Module,
    mode: Mode,
    type_name: Option<&str>,
    name: Option<&str>,
    at: Span,
    offers: Offers,
) -> Result<Option<Target>, Problem> {
    let (Some(type_name), Some(name)) = (type_name, name) else {
        return Err(Problem::at(at, "Invalid reference")
            .help("A reference to a resource type must be followed by at least one attribute access, specifying the resource name"));
    };
    if let Some(index) = module.resource(mode, type_name, name) {
        return Ok(Some(Target::Resource(index)));
    }
    let (kind, prefix) = match mode {
        Mode::Managed => ("managed resource", ""),
        Mode::Data => ("data resource", "data."),
        Mode::Ephemeral => ("ephemeral resource", "ephemeral."),
    };
    let problem = Problem::at(
        at,
        format!(
            "Reference to undeclared resource: no {kind} \"{prefix}{type_name}.{name}\" is declared in this module"
        ),
    );
    if !offers.suggest {
        return Err(problem);
    }
    let near = nearest(name, module.resource_names(mode, type_name))
        .map(|near| format!("{prefix}{type_name}.{near}"))
        .or_else(|| {
            let near = nearest(type_name, module.resource_types(mode))?;
            Some(format!("{prefix}{near}.{name}"))
        });
    let other = [Mode::Managed, Mode::Data]
        .into_iter()
        .find(|other| *other != mode && module.resource(*other, type_name, name).is_some());
    Err(match (near, other) {
        (_, Some(Mode::Data)) => problem.help(format!("Did you mean the data resource \"data.{type_name}.{name}\"?")),
        (Some(near), _) => problem.help(format!("Did you mean \"{near}\"?")),
        (None, _) => problem,
    })
}
