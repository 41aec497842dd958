//! What rules ask of a script: collections of facts, each with its place.

mod applying;
mod approving;
mod pipelines;
mod publishing;
mod secrets;

use crate::source::{SourceFile, Span};

use super::Script;
use super::flow::{self, Event, EventKind, Flow, ScopeKind, Script as ShellScript};
use super::shell::Command;
use super::terraform::Terraform;
use super::text::Variables;
use super::tree::{Call, Tree};

/// The names of the collections.
pub const NAMES: [&str; 14] = [
    "archives",
    "build_options",
    "disclosures",
    "downloads",
    "inputs",
    "interpolations",
    "libraries",
    "locks",
    "pipelines",
    "plugin_caches",
    "secrets",
    "terraform_commands",
    "terraform_options",
    "terraform_settings",
];

/// Facts of one kind.
#[derive(Clone, Debug)]
pub struct Collection {
    /// The name, one of [`NAMES`].
    pub name: &'static str,
    /// In the order in which they stand.
    pub facts: Vec<Fact>,
}

/// One fact.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Where it stands.
    pub place: Span,
    /// The step that runs it, where that is elsewhere.
    pub step: Option<Span>,
    /// Its values.
    pub fields: Vec<(&'static str, Field)>,
}

/// A value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// Text.
    Text(String),
    /// True, false, or not known from the file.
    Truth(Option<bool>),
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Option<bool>> for Field {
    fn from(truth: Option<bool>) -> Self {
        Self::Truth(truth)
    }
}

impl From<bool> for Field {
    fn from(truth: bool) -> Self {
        Self::Truth(Some(truth))
    }
}

/// Collects all facts of a file. Where it is not whole, what is missing may be in what was not understood.
pub(super) fn collect(script: &mut Script, file: &SourceFile, tree: &Tree<'_>, is_library: bool, is_whole: bool) {
    let variables = Variables::of(tree);
    let flow = flow::follow(tree, &variables, is_library);
    for found in &flow.scripts {
        script.layout.comments.extend(&found.shell.comments);
    }
    script.layout.comments.sort_unstable();
    script.layout.comments.dedup();
    let mut facts = Facts { flow: &flow, script, is_whole };
    facts.terraform();
    facts.inputs();
    facts.pipelines();
    facts.archives();
    facts.secrets(file);
    script.collections.sort_by_key(|collection| collection.name);
}

/// A script that runs, and where.
struct Running<'f, 't> {
    scope: usize,
    script: &'f ShellScript<'t>,
}

struct Facts<'f, 't, 's> {
    flow: &'f Flow<'t>,
    script: &'s mut Script,
    is_whole: bool,
}

impl<'f, 't> Facts<'f, 't, '_> {
    fn add(&mut self, name: &'static str, facts: Vec<Fact>) {
        self.script.collections.push(Collection { name, facts });
    }

    fn span(&self, (start, end): (u32, u32)) -> Span {
        Span::new(self.script.file, start, end.max(start + 1))
    }

    fn fact(&self, place: (u32, u32), fields: Vec<(&'static str, Field)>) -> Fact {
        Fact { place: self.span(place), step: None, fields }
    }

    /// A fact of a command in a script: it stands where the command is written, which may be far from its step.
    fn in_script(&self, script: &ShellScript<'_>, place: (u32, u32), fields: Vec<(&'static str, Field)>) -> Fact {
        let call = script.call;
        let inside = call.start <= place.0 && place.0 < call.end;
        let step = (!inside).then(|| self.span((call.name.start, call.name.end)));
        Fact { step, ..self.fact(place, fields) }
    }

    /// What is said of something that is absent: nothing is certain where a caller may add it, and where the file is not
    /// whole, that is said already.
    fn absent(&self, scope: usize) -> Option<bool> {
        if self.is_whole && self.flow.has_caller(scope) { None } else { Some(!self.is_whole) }
    }

    /// The scripts that run, in order.
    fn running(&self) -> impl Iterator<Item = Running<'f, 't>> + use<'f, 't> {
        let flow = self.flow;
        flow.events.iter().filter_map(move |event| match event.kind {
            EventKind::Script(index) => Some(Running { scope: event.scope, script: flow.scripts.get(index)? }),
            EventKind::Input { .. } | EventKind::Step(_) => None,
        })
    }

    /// The steps that run, in order, shell scripts and questions aside.
    fn steps(&self) -> impl Iterator<Item = (usize, &'t Call)> + use<'f, 't> {
        self.flow.events.iter().filter_map(|event| step_of(event))
    }

    /// The Terraform commands that run, in order.
    fn commands(&self) -> impl Iterator<Item = (Running<'f, 't>, usize, &'f Terraform)> + use<'f, 't> {
        self.running().flat_map(|running| {
            let (scope, script) = (running.scope, running.script);
            script.terraform.iter().map(move |(index, terraform)| (Running { scope, script }, *index, terraform))
        })
    }

    fn is_under(&self, scope: usize, kind: impl Fn(&ScopeKind) -> bool) -> bool {
        self.flow.around(scope).any(|(_, scope)| kind(&scope.kind))
    }

    /// The agent that is held in a scope.
    fn agent(&self, scope: usize) -> Option<usize> {
        let mut around = self.flow.around(scope);
        around.find(|(_, scope)| matches!(scope.kind, ScopeKind::Agent { .. })).map(|(at, _)| at)
    }
}

fn step_of<'t>(event: &Event<'t>) -> Option<(usize, &'t Call)> {
    match event.kind {
        EventKind::Step(call) => Some((event.scope, call)),
        EventKind::Script(_) | EventKind::Input { .. } => None,
    }
}

/// Whether a name or command speaks of one of these words.
fn speaks_of(text: &str, words: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    words.iter().any(|word| text.contains(word))
}

/// The words of a command that say what it does.
fn head(command: &Command) -> String {
    command.words.iter().take(3).map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}
