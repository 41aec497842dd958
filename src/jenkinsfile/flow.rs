//! What runs in which order, and inside what: stages, agents, conditions, locks. Declarative pipelines follow the order of
//! the Pipeline Model Definition plugin (its `ModelInterpreter`); functions of the file are followed where they are called.

mod conditions;
mod declarative;
mod surroundings;

use std::collections::{BTreeMap, BTreeSet};

use super::shell::{self, Dialect, Shell};
use super::terraform::Terraform;
use super::text::{Found, Variables, Written, constant, visit, written};
use super::tree::{Argument, Block, Call, Expression, Item, Part, Statement, StatementKind, Tree};

pub(super) use conditions::{Parameter, ParameterKind};
pub(super) use surroundings::{Binding, Setting};

/// How many statements are followed through functions, so that functions that call functions come to an end.
const MAX_STATEMENTS: usize = 100_000;

/// The surroundings of an event; the first scope is the file.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) parent: usize,
    pub(super) kind: ScopeKind,
}

#[derive(Debug)]
pub(super) enum ScopeKind {
    File,
    /// A function that something outside of the file calls.
    Caller,
    Pipeline,
    Stage,
    /// An agent is held.
    Agent {
        is_ephemeral: bool,
        is_fixed: bool,
    },
    /// Runs under a condition only. `restricts`: whether that keeps out change requests, or lets a person decide.
    Condition {
        restricts: Option<bool>,
    },
    /// May run any number of times.
    Loop,
    /// What fails in it does not end the build.
    Guarded,
    /// Runs whatever happens.
    Always,
    /// Runs after something else has failed, or succeeded.
    Post,
    Branch,
    Timeout {
        is_whole: bool,
    },
    Lock,
    Retry,
    Bindings(Vec<Binding>),
    Settings(Vec<Setting>),
    Directory(String),
}

/// Something that happens.
#[derive(Debug)]
pub(super) struct Event<'t> {
    pub(super) scope: usize,
    pub(super) kind: EventKind<'t>,
}

#[derive(Debug)]
pub(super) enum EventKind<'t> {
    /// Index of the script.
    Script(usize),
    /// A person is asked: the arguments, and the place of the word.
    Input { call: &'t Call, is_late: bool },
    /// Any other step.
    Step(&'t Call),
}

/// A shell script.
#[derive(Debug)]
pub(super) struct Script<'t> {
    pub(super) call: &'t Call,
    pub(super) written: Option<Written>,
    pub(super) shell: Shell,
    /// By the index of the command.
    pub(super) terraform: BTreeMap<usize, Terraform>,
    /// Whether the step hands on the exit code; nothing where that is not known.
    pub(super) returns_status: Option<bool>,
    pub(super) returns_output: Option<bool>,
    /// The directories that it changes to, one after the other.
    pub(super) directory: String,
    /// Whether it looks after exit codes in pipes itself.
    pub(super) minds_pipes: bool,
    /// Whether it looks after exit codes itself.
    pub(super) minds_codes: bool,
}

/// All of a file.
#[derive(Debug)]
pub(super) struct Flow<'t> {
    pub(super) tree: &'t Tree<'t>,
    pub(super) variables: &'t Variables<'t>,
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) scopes: Vec<Scope>,
    pub(super) events: Vec<Event<'t>>,
    pub(super) scripts: Vec<Script<'t>>,
    /// Calls of `options` and of `properties`.
    pub(super) options: Vec<&'t Call>,
    /// Blocks of pipelines: declarative ones, or the file where it runs steps itself.
    pub(super) pipelines: Vec<&'t Call>,
}

impl Flow<'_> {
    /// A scope and all around it, the innermost first.
    pub(super) fn around(&self, scope: usize) -> impl Iterator<Item = (usize, &Scope)> {
        let mut next = Some(scope);
        std::iter::from_fn(move || {
            let at = next?;
            let scope = self.scopes.get(at)?;
            next = (at > 0).then_some(scope.parent);
            Some((at, scope))
        })
    }

    /// Whether something outside of the file decides what is around a scope.
    pub(super) fn has_caller(&self, scope: usize) -> bool {
        self.around(scope).any(|(_, scope)| matches!(scope.kind, ScopeKind::Caller))
    }
}

/// Follows a file.
pub(super) fn follow<'t>(tree: &'t Tree<'t>, variables: &'t Variables<'t>, is_library: bool) -> Flow<'t> {
    let kind = if is_library { ScopeKind::Caller } else { ScopeKind::File };
    let flow = Flow {
        tree,
        variables,
        parameters: conditions::parameters(tree, variables),
        scopes: vec![Scope { parent: 0, kind }],
        events: Vec::new(),
        scripts: Vec::new(),
        options: Vec::new(),
        pipelines: Vec::new(),
    };
    let mut walker = Walker {
        flow,
        functions: BTreeMap::new(),
        called: BTreeSet::new(),
        followed: BTreeSet::new(),
        active: Vec::new(),
        scripts: BTreeMap::new(),
        statements: 0,
    };
    walker.declare(&tree.root);
    walker.block(&tree.root, 0);
    let left: Vec<(String, &Block)> = walker
        .functions
        .iter()
        .filter(|(name, _)| !walker.followed.contains(*name))
        .map(|(name, block)| (name.clone(), *block))
        .collect();
    for (name, block) in left {
        // One that is left may call another.
        if !walker.followed.contains(&name) {
            let scope = walker.scope(0, ScopeKind::Caller);
            walker.function(&name, block, scope);
        }
    }
    walker.flow
}

struct Walker<'t> {
    flow: Flow<'t>,
    /// Functions, and closures that have a name.
    functions: BTreeMap<String, &'t Block>,
    /// Names that are called somewhere.
    called: BTreeSet<&'t str>,
    followed: BTreeSet<String>,
    active: Vec<String>,
    /// Index of the script of a step, by its place.
    scripts: BTreeMap<u32, usize>,
    statements: usize,
}

impl<'t> Walker<'t> {
    fn tree(&self) -> &'t Tree<'t> {
        self.flow.tree
    }

    fn scope(&mut self, parent: usize, kind: ScopeKind) -> usize {
        self.flow.scopes.push(Scope { parent, kind });
        self.flow.scopes.len() - 1
    }

    fn event(&mut self, scope: usize, kind: EventKind<'t>) {
        self.flow.events.push(Event { scope, kind });
    }

    /// Collects functions and the names that are called.
    fn declare(&mut self, root: &'t Block) {
        let tree = self.tree();
        visit(root, &mut |found| match found {
            Found::Statement(Statement { kind: StatementKind::Function { name: (start, end), body }, .. }) => {
                self.functions.insert(tree.at(*start, *end).to_owned(), body);
            }
            Found::Statement(Statement { kind: StatementKind::Assignment { target, value, .. }, .. }) => {
                if let Some(block) = value.as_closure() {
                    self.functions.insert(tree.name(*target), block);
                }
            }
            Found::Expression(expression) => {
                for item in &expression.items {
                    if let Item::Call(call) = item {
                        self.called.extend(tree.step(call));
                    }
                }
            }
            Found::Statement(_) | Found::Block(_) => {}
        });
        let called = &self.called;
        let is_closure =
            |name: &str, block: &Block| tree.at(block.start, block.start + 1) == "{" && !called.contains(name);
        // A closure that nobody calls by name runs where it stands: it goes into a map for `parallel`, say.
        let names: Vec<String> = self
            .functions
            .iter()
            .filter(|(name, block)| is_closure(name, block) && !is_function(root, tree, name))
            .map(|(name, _)| name.clone())
            .collect();
        for name in names {
            self.functions.remove(&name);
        }
    }

    fn function(&mut self, name: &str, block: &'t Block, scope: usize) {
        self.followed.insert(name.to_owned());
        self.active.push(name.to_owned());
        self.block(block, scope);
        self.active.pop();
    }

    fn block(&mut self, block: &'t Block, scope: usize) {
        let mut scope = scope;
        for statement in &block.statements {
            self.statements += 1;
            match &statement.kind {
                StatementKind::If { branches, otherwise } => {
                    scope = self.conditional(branches, otherwise.as_ref(), scope)
                }
                StatementKind::Switch { head, cases } => {
                    self.expression(head, scope);
                    for (label, block) in cases {
                        let restricts =
                            label.as_ref().map_or(Some(false), |label| self.flow.equality(head, label, false));
                        let inner = self.scope(scope, ScopeKind::Condition { restricts });
                        self.block(block, inner);
                    }
                }
                StatementKind::Loop { body } => {
                    let inner = self.scope(scope, ScopeKind::Loop);
                    self.block(body, inner);
                }
                StatementKind::Try { body, catches, finally } => {
                    let swallows = !catches.is_empty() && !catches.iter().all(|block| self.exits(block));
                    let inner = if swallows { self.scope(scope, ScopeKind::Guarded) } else { scope };
                    self.block(body, inner);
                    for block in catches {
                        let inner = self.scope(scope, ScopeKind::Post);
                        self.block(block, inner);
                    }
                    if let Some(block) = finally {
                        let inner = self.scope(scope, ScopeKind::Always);
                        self.block(block, inner);
                    }
                }
                StatementKind::Function { .. } | StatementKind::Type { .. } => {}
                StatementKind::Assignment { target, value, .. } => {
                    let is_function =
                        self.functions.contains_key(&self.tree().name(*target)) && value.as_closure().is_some();
                    if !is_function {
                        self.expression(value, scope);
                    }
                }
                StatementKind::Expression(expression) | StatementKind::Exit(expression) => {
                    self.expression(expression, scope)
                }
            }
        }
    }

    /// The branches of an `if`; the scope of what comes after it: a branch that leaves restricts all that follows.
    fn conditional(
        &mut self,
        branches: &'t [(Expression, Block)],
        otherwise: Option<&'t Block>,
        scope: usize,
    ) -> usize {
        let mut after = scope;
        // What the conditions before, which did not hold, say.
        let mut earlier = Some(false);
        for (condition, block) in branches {
            self.expression(condition, scope);
            let restricts = conditions::both(earlier, self.flow.restricts(condition, false));
            let inner = self.scope(scope, ScopeKind::Condition { restricts });
            self.block(block, inner);
            let failed = self.flow.restricts(condition, true);
            earlier = conditions::both(earlier, failed);
            if self.exits(block) && branches.len() == 1 && otherwise.is_none() {
                after = self.scope(scope, ScopeKind::Condition { restricts: failed });
            }
        }
        if let Some(block) = otherwise {
            let inner = self.scope(scope, ScopeKind::Condition { restricts: earlier });
            self.block(block, inner);
        }
        after
    }

    /// Whether nothing after a block runs.
    fn exits(&self, block: &Block) -> bool {
        block.statements.last().is_some_and(|statement| match &statement.kind {
            StatementKind::Exit(_) => true,
            StatementKind::Expression(expression) => match expression.only() {
                Some(Item::Call(call)) => self.tree().step(call) == Some("error"),
                _ => false,
            },
            _ => false,
        })
    }

    fn expression(&mut self, expression: &'t Expression, scope: usize) {
        for item in &expression.items {
            match item {
                Item::Call(call) => self.call(call, scope),
                Item::List(elements) | Item::Index(elements) => self.arguments(elements, scope),
                Item::Group(inner) => self.expression(inner, scope),
                Item::Closure(block) => self.block(block, scope),
                Item::Text(text) => {
                    for part in &text.parts {
                        if let Part::Hole { expression, .. } = part {
                            self.expression(expression, scope);
                        }
                    }
                }
                Item::Name(_) | Item::Number { .. } | Item::Operator { .. } => {}
            }
        }
    }

    fn arguments(&mut self, arguments: &'t [Argument], scope: usize) {
        for argument in arguments {
            self.expression(&argument.value, scope);
        }
    }

    fn call(&mut self, call: &'t Call, scope: usize) {
        let tree = self.tree();
        let Some(step) = tree.step(call) else {
            let repeats =
                ["each", "eachWithIndex", "collect", "times", "collectEntries", "any", "every", "findAll", "upto"];
            let inner = if repeats.contains(&tree.last(call.name)) && call.body().is_some() {
                self.scope(scope, ScopeKind::Loop)
            } else {
                scope
            };
            self.event(scope, EventKind::Step(call));
            return self.arguments(&call.arguments, inner);
        };
        if let Some(block) = self.functions.get(step).copied()
            && self.statements < MAX_STATEMENTS
        {
            self.arguments(&call.arguments, scope);
            if !self.active.iter().any(|name| name == step) {
                self.function(step, block, scope);
            }
            return;
        }
        match step {
            "pipeline" if call.body().is_some() => self.pipeline(call, scope),
            "stage" if call.body().is_some() => self.stage(call, scope),
            "sh" | "bat" | "powershell" | "pwsh" => self.script(call, step, scope),
            "input" => {
                self.event(scope, EventKind::Input { call, is_late: false });
                self.arguments(&call.arguments, scope);
            }
            "properties" => {
                self.flow.options.push(call);
                self.event(scope, EventKind::Step(call));
            }
            _ => {
                self.event(scope, EventKind::Step(call));
                let inner = self.wrapped(step, call, scope);
                if step == "parallel" {
                    self.branches(&call.arguments, inner);
                } else {
                    self.arguments(&call.arguments, inner);
                }
            }
        }
    }

    fn branches(&mut self, arguments: &'t [Argument], scope: usize) {
        for argument in arguments {
            match argument.value.only() {
                Some(Item::List(elements)) => self.branches(elements, scope),
                _ => {
                    let inner = self.scope(scope, ScopeKind::Branch);
                    self.expression(&argument.value, inner);
                }
            }
        }
    }

    /// The scope of what a step has in its braces.
    fn wrapped(&mut self, step: &str, call: &'t Call, scope: usize) -> usize {
        if call.body().is_none() {
            return scope;
        }
        let kind = match step {
            "node" | "podTemplate" => ScopeKind::Agent { is_ephemeral: step == "podTemplate", is_fixed: false },
            "ws" => ScopeKind::Agent { is_ephemeral: false, is_fixed: true },
            "timeout" => ScopeKind::Timeout { is_whole: self.is_whole(call, scope) },
            "lock" => ScopeKind::Lock,
            "retry" => ScopeKind::Retry,
            "waitUntil" => ScopeKind::Loop,
            "catchError" | "warnError" => ScopeKind::Guarded,
            "withCredentials" | "withVault" | "withAWS" => ScopeKind::Bindings(self.flow.bindings(call)),
            "withEnv" => ScopeKind::Settings(self.flow.settings(call)),
            "dir" => {
                let directory = call.first().and_then(|path| constant(path, self.tree(), self.flow.variables));
                ScopeKind::Directory(directory.unwrap_or_default())
            }
            _ => return scope,
        };
        // A workspace of its own on the same agent does not take another.
        if matches!(kind, ScopeKind::Agent { is_fixed: true, .. }) && self.agent(scope).is_none() {
            return self.scope(scope, kind);
        }
        if step == "ws" {
            return scope;
        }
        self.scope(scope, kind)
    }

    /// Whether a timeout holds for a whole scripted pipeline: nothing is around it, and stages or agents are inside.
    fn is_whole(&self, call: &'t Call, scope: usize) -> bool {
        let outside =
            !self.flow.around(scope).any(|(_, scope)| matches!(scope.kind, ScopeKind::Stage | ScopeKind::Agent { .. }));
        let mut holds = false;
        if let Some(body) = call.body().filter(|_| outside) {
            visit(body, &mut |found| {
                if let Found::Expression(expression) = found {
                    holds |= expression.items.iter().any(|item| match item {
                        Item::Call(call) => matches!(self.tree().step(call), Some("stage" | "node")),
                        _ => false,
                    });
                }
            });
        }
        holds
    }

    /// The agent that is held in a scope.
    fn agent(&self, scope: usize) -> Option<usize> {
        let mut around = self.flow.around(scope);
        around.find(|(_, scope)| matches!(scope.kind, ScopeKind::Agent { .. })).map(|(at, _)| at)
    }

    fn script(&mut self, call: &'t Call, step: &str, scope: usize) {
        let index = match self.scripts.get(&call.start) {
            Some(index) => *index,
            None => {
                let script = self.flow.script(call, step);
                self.flow.scripts.push(script);
                let index = self.flow.scripts.len() - 1;
                self.scripts.insert(call.start, index);
                index
            }
        };
        self.event(scope, EventKind::Script(index));
        self.arguments(&call.arguments, scope);
    }
}

/// Whether a name is that of a function, rather than of a closure.
fn is_function(root: &Block, tree: &Tree<'_>, wanted: &str) -> bool {
    let mut found = false;
    visit(root, &mut |at| {
        if let Found::Statement(Statement { kind: StatementKind::Function { name: (start, end), .. }, .. }) = at {
            found |= tree.at(*start, *end) == wanted;
        }
    });
    found
}

impl<'t> Flow<'t> {
    /// Reads the script of a step.
    fn script(&self, call: &'t Call, step: &str) -> Script<'t> {
        let tree = self.tree;
        let value = call.named(tree, "script").map(|argument| &argument.value).or_else(|| call.first());
        // `sh(script: …)` may be given as a map too.
        let dialect = match step {
            "bat" => Dialect::Batch,
            "powershell" | "pwsh" => Dialect::PowerShell,
            _ => Dialect::Posix,
        };
        let written = value.and_then(|value| written(value, tree, self.variables));
        let shell = written.as_ref().map(|written| shell::read(written, dialect)).unwrap_or_default();
        let commands = shell.commands.iter().enumerate();
        let terraform = commands.filter_map(|(index, command)| Some((index, Terraform::of(command)?))).collect();
        let moves = shell.commands.iter().filter(|command| command.program() == "cd");
        let moves: Vec<&str> =
            moves.filter_map(|command| command.words.get(1)).take(100).map(|word| word.text.as_str()).collect();
        let directory = moves.join("/");
        let text = written.as_ref().map_or("", |written| written.text.as_str());
        let holds = |ways: &[&str]| ways.iter().any(|way| text.contains(way));
        let minds_pipes = dialect == Dialect::PowerShell || holds(&["pipefail", "PIPESTATUS"]);
        let minds_codes = holds(&["$?", "set +e", "PIPESTATUS", "LASTEXITCODE", "ERRORLEVEL"]);
        Script {
            call,
            written,
            shell,
            terraform,
            returns_status: self.switch(call, "returnStatus"),
            returns_output: self.switch(call, "returnStdout"),
            directory,
            minds_pipes,
            minds_codes,
        }
    }

    /// Whether an argument is `true`; nothing where that is not known.
    pub(super) fn switch(&self, call: &Call, name: &str) -> Option<bool> {
        let Some(argument) = call.named(self.tree, name) else { return Some(false) };
        match argument.value.as_name().map(|name| self.tree.name(name)).as_deref() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) | None => None,
        }
    }
}
