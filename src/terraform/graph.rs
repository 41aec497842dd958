//! The order of evaluation: what depends on what over the whole module tree, and cycles. Works on static references, as
//! Terraform's graph does, so one order serves all instances.

use crate::source::{Problem, Span};

use super::references::Target;
use super::tree::ModuleTree;

/// What is evaluated at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// Which instances a module has.
    Expansion,
    Variable(usize),
    Local(usize),
    Resource(usize),
    Provider(usize),
    Output(usize),
    /// The conditions on a variable's value.
    Validation(usize),
}

/// A part of a place in the module tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) place: usize,
    pub(super) item: Item,
    /// In a cycle: not to be evaluated.
    pub(super) in_cycle: bool,
}

/// All parts, dependencies first; and a problem for each cycle.
pub(super) fn order(tree: &ModuleTree) -> (Vec<Step>, Vec<Problem>) {
    let graph = Graph::new(tree);
    let mut steps = Vec::new();
    let mut problems = Vec::new();
    graph.components(|component| {
        let in_cycle = component.len() > 1 || graph.dependencies(component[0]).contains(&component[0]);
        if in_cycle {
            problems.push(graph.cycle(component));
        }
        steps.extend(component.iter().map(|&node| {
            let (place, item) = graph.item(node);
            Step { place, item, in_cycle }
        }));
    });
    (steps, problems)
}

/// Nodes are numbered through: of each place the expansion, variables, locals, resources, providers, outputs,
/// validations.
struct Graph<'t> {
    tree: &'t ModuleTree,
    /// The first node of each place, and behind the last one the number of nodes.
    first: Vec<usize>,
}

impl<'t> Graph<'t> {
    fn new(tree: &'t ModuleTree) -> Self {
        let mut first = vec![0];
        for place in 0..tree.places.len() {
            first.push(first[place] + counts(tree, place).iter().sum::<usize>());
        }
        Self { tree, first }
    }

    fn node(&self, place: usize, item: Item) -> usize {
        let counts = counts(self.tree, place);
        let (kind, index) = match item {
            Item::Expansion => (0, 0),
            Item::Variable(index) => (1, index),
            Item::Local(index) => (2, index),
            Item::Resource(index) => (3, index),
            Item::Provider(index) => (4, index),
            Item::Output(index) => (5, index),
            Item::Validation(index) => (6, index),
        };
        self.first[place] + counts[..kind].iter().sum::<usize>() + index
    }

    fn item(&self, node: usize) -> (usize, Item) {
        let place = self.first.partition_point(|&first| first <= node) - 1;
        let mut index = node - self.first[place];
        let counts = counts(self.tree, place);
        for (kind, &count) in counts.iter().enumerate() {
            if index < count {
                let item = match kind {
                    0 => Item::Expansion,
                    1 => Item::Variable(index),
                    2 => Item::Local(index),
                    3 => Item::Resource(index),
                    4 => Item::Provider(index),
                    5 => Item::Output(index),
                    _ => Item::Validation(index),
                };
                return (place, item);
            }
            index -= count;
        }
        (place, Item::Expansion)
    }

    /// What must be there before a node.
    fn dependencies(&self, node: usize) -> Vec<usize> {
        let (place, item) = self.item(node);
        let uses = self.tree.uses(place);
        let parent = self.tree.places[place].parent;
        let mut found = Vec::new();
        if item == Item::Expansion {
            if let Some((parent, call)) = parent {
                found.push(self.node(parent, Item::Expansion));
                self.add(parent, &self.tree.uses(parent).calls[call].expansion, &mut found);
            }
            return found;
        }
        found.push(self.node(place, Item::Expansion));
        match item {
            Item::Expansion => {}
            Item::Variable(index) => {
                if let Some((parent, call)) = parent {
                    let name = self.tree.module(place).variables.name(index);
                    let arguments = &self.tree.module(parent).calls.at(call).arguments;
                    if let Some(argument) = arguments.iter().position(|argument| argument.name == *name) {
                        self.add(parent, &self.tree.uses(parent).calls[call].arguments[argument], &mut found);
                    }
                }
            }
            Item::Local(index) => self.add(place, &uses.locals[index], &mut found),
            Item::Resource(index) => {
                self.add(place, &uses.resources[index], &mut found);
                let provider = self.tree.provider(place, &self.tree.module(place).resources[index]);
                let configuration = provider.and_then(|provider| provider.configuration);
                found.extend(configuration.map(|at| self.node(at.place, Item::Provider(at.index))));
            }
            Item::Provider(index) => self.add(place, &uses.providers[index], &mut found),
            Item::Output(index) => self.add(place, &uses.outputs[index], &mut found),
            Item::Validation(index) => {
                found.push(self.node(place, Item::Variable(index)));
                self.add(place, &uses.validations[index], &mut found);
            }
        }
        found
    }

    fn add(&self, place: usize, targets: &[Target], found: &mut Vec<usize>) {
        for target in targets {
            match target {
                Target::Variable(index) => {
                    found.push(self.node(place, Item::Variable(*index)));
                    // Whoever uses the value waits until it is accepted.
                    found.push(self.node(place, Item::Validation(*index)));
                }
                Target::Local(index) => found.push(self.node(place, Item::Local(*index))),
                Target::Resource(index) => found.push(self.node(place, Item::Resource(*index))),
                Target::Output(call, name, _) => {
                    let Some(child) = self.tree.places[place].children[*call] else { continue };
                    match self.tree.module(child).outputs.find(name) {
                        Some(index) => found.push(self.node(child, Item::Output(index))),
                        None => self.add_all_outputs(child, found),
                    }
                }
                Target::Call(call) => {
                    if let Some(child) = self.tree.places[place].children[*call] {
                        self.add_all_outputs(child, found);
                    }
                }
            }
        }
    }

    fn add_all_outputs(&self, place: usize, found: &mut Vec<usize>) {
        found.push(self.node(place, Item::Expansion));
        found.extend((0..self.tree.module(place).outputs.len()).map(|index| self.node(place, Item::Output(index))));
    }

    /// Strongly connected components, dependencies first (Tarjan's algorithm, on a stack of our own).
    fn components(&self, mut visit: impl FnMut(&[usize])) {
        const UNSEEN: usize = usize::MAX;
        struct Frame {
            node: usize,
            dependencies: Vec<usize>,
            next: usize,
        }
        let count = self.first[self.tree.places.len()];
        let mut index = vec![UNSEEN; count];
        let mut low = vec![UNSEEN; count];
        let mut on_stack = vec![false; count];
        let mut stack = Vec::new();
        let mut seen = 0;
        for start in 0..count {
            if index[start] != UNSEEN {
                continue;
            }
            let mut frames = vec![Frame { node: start, dependencies: self.dependencies(start), next: 0 }];
            index[start] = seen;
            low[start] = seen;
            seen += 1;
            stack.push(start);
            on_stack[start] = true;
            while let Some(frame) = frames.last_mut() {
                let node = frame.node;
                if let Some(&dependency) = frame.dependencies.get(frame.next) {
                    frame.next += 1;
                    if index[dependency] == UNSEEN {
                        index[dependency] = seen;
                        low[dependency] = seen;
                        seen += 1;
                        stack.push(dependency);
                        on_stack[dependency] = true;
                        let dependencies = self.dependencies(dependency);
                        frames.push(Frame { node: dependency, dependencies, next: 0 });
                    } else if on_stack[dependency] {
                        low[node] = low[node].min(index[dependency]);
                    }
                    continue;
                }
                frames.pop();
                if let Some(below) = frames.last() {
                    low[below.node] = low[below.node].min(low[node]);
                }
                if low[node] == index[node] {
                    let from = stack.iter().rposition(|&other| other == node).unwrap_or(0);
                    let mut component = stack.split_off(from);
                    component.iter().for_each(|&member| on_stack[member] = false);
                    component.sort_unstable();
                    visit(&component);
                }
            }
        }
    }

    fn cycle(&self, component: &[usize]) -> Problem {
        const SHOWN: usize = 20;
        let mut names: Vec<String> = component.iter().take(SHOWN).map(|&node| self.name(node)).collect();
        if component.len() > SHOWN {
            names.push(format!("and {} more", component.len() - SHOWN));
        }
        let problem = format!("Cycle: {}", names.join(", "));
        let place = component.iter().find_map(|&node| self.span(node));
        let problem = match place {
            Some(span) => Problem::at(span, problem),
            None => Problem::with_path(".", problem),
        };
        problem.help("Each of these needs the value of another one first; break the circle")
    }

    /// As Terraform names it: `module.net.local.x`.
    fn name(&self, node: usize) -> String {
        let (place, item) = self.item(node);
        let module = self.tree.module(place);
        let path: Vec<String> = self.tree.places[place].path.iter().map(|name| format!("module.{name}")).collect();
        let own = match item {
            Item::Expansion => String::new(),
            Item::Variable(index) => format!("var.{}", module.variables.name(index)),
            Item::Local(index) => format!("local.{}", module.locals.name(index)),
            Item::Resource(index) => {
                let resource = &module.resources[index];
                let mode = match resource.mode {
                    crate::address::Mode::Managed => "",
                    crate::address::Mode::Data => "data.",
                    crate::address::Mode::Ephemeral => "ephemeral.",
                };
                format!("{mode}{}.{}", resource.type_name, resource.name)
            }
            Item::Provider(index) => {
                let (name, alias) = &module.providers[index].key;
                format!("provider.{name}{}", alias.as_ref().map(|alias| format!(".{alias}")).unwrap_or_default())
            }
            Item::Output(index) => format!("output.{}", module.outputs.name(index)),
            Item::Validation(index) => format!("var.{} (validation)", module.variables.name(index)),
        };
        path.into_iter().chain(Some(own).filter(|own| !own.is_empty())).collect::<Vec<_>>().join(".")
    }

    fn span(&self, node: usize) -> Option<Span> {
        let (place, item) = self.item(node);
        let module = self.tree.module(place);
        match item {
            Item::Expansion => {
                let (parent, call) = self.tree.places[place].parent?;
                Some(self.tree.module(parent).calls.at(call).layers.header)
            }
            Item::Variable(index) | Item::Validation(index) => Some(module.variables.at(index).layers.header),
            Item::Local(index) => Some(module.locals.at(index).name_span),
            Item::Resource(index) => Some(module.resources[index].layers.header),
            Item::Provider(index) => Some(module.providers[index].layers.header),
            Item::Output(index) => Some(module.outputs.at(index).layers.header),
        }
    }
}

/// Numbers of nodes of a place, by kind.
fn counts(tree: &ModuleTree, place: usize) -> [usize; 7] {
    let module = tree.module(place);
    [
        1,
        module.variables.len(),
        module.locals.len(),
        module.resources.len(),
        module.providers.len(),
        module.outputs.len(),
        module.variables.len(),
    ]
}
