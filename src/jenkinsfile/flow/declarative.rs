//! Declarative pipelines: what stands around steps by the directives of stages ("Jenkins: Pipeline Syntax").

use super::super::tree::{Block, Call, Item, Name};
use super::{EventKind, ScopeKind, Walker};

impl<'t> Walker<'t> {
    pub(super) fn pipeline(&mut self, call: &'t Call, scope: usize) {
        let Some(body) = call.body() else { return };
        self.flow.pipelines.push(call);
        let outer = self.scope(scope, ScopeKind::Pipeline);
        let inner = self.options(body, outer, true);
        let inner = self.held_agent(body, inner);
        let inner = self.environment(body, inner);
        for call in body.calls() {
            match self.tree().last(call.name) {
                "stages" => self.stages(call, inner),
                "libraries" => {
                    for library in call.body().into_iter().flat_map(Block::calls) {
                        self.event(inner, EventKind::Step(library));
                    }
                }
                _ => {}
            }
        }
        self.post(body, inner);
    }

    fn stages(&mut self, call: &'t Call, scope: usize) {
        for stage in call.body().into_iter().flat_map(Block::calls) {
            if self.tree().last(stage.name) == "stage" {
                self.stage(stage, scope);
            } else {
                self.call(stage, scope);
            }
        }
    }

    /// A stage, declarative or scripted.
    pub(super) fn stage(&mut self, call: &'t Call, scope: usize) {
        let Some(body) = call.body() else { return };
        let mut scope = self.scope(scope, ScopeKind::Stage);
        let is_declarative = body.calls().any(|call| {
            let word = self.tree().last(call.name);
            matches!(word, "steps" | "stages" | "matrix" | "agent" | "when")
                || word == "parallel" && call.arguments.len() == 1 && call.body().is_some()
        });
        if !is_declarative {
            return self.block(body, scope);
        }
        let find = |wanted: &str| body.calls().find(|call| self.flow.tree.last(call.name) == wanted);
        let (when, input) = (find("when").and_then(Call::body), find("input"));
        let before = |word: &str| when.is_some_and(|block| self.is_set(block, word));
        let (before_options, before_input, before_agent) =
            (before("beforeOptions"), before("beforeInput"), before("beforeAgent"));
        let mut condition = when.map(|block| self.flow.when(block, false));
        let mut enter = |walker: &mut Self, scope: usize, here: bool| match condition.take_if(|_| here) {
            Some(restricts) => walker.scope(scope, ScopeKind::Condition { restricts }),
            None => scope,
        };
        scope = enter(self, scope, before_options);
        scope = self.options(body, scope, false);
        scope = enter(self, scope, before_input);
        if let Some(input) = input {
            let is_late = when.is_some() && !before_input && !before_options;
            self.event(scope, EventKind::Input { call: input, is_late });
        }
        scope = enter(self, scope, before_agent);
        scope = self.held_agent(body, scope);
        scope = enter(self, scope, true);
        scope = self.environment(body, scope);
        for call in body.calls() {
            match self.tree().last(call.name) {
                "steps" => call.body().into_iter().for_each(|block| self.block(block, scope)),
                "stages" => self.stages(call, scope),
                "parallel" => {
                    for stage in call.body().into_iter().flat_map(Block::calls) {
                        let branch = self.scope(scope, ScopeKind::Branch);
                        self.stage(stage, branch);
                    }
                }
                "matrix" => {
                    if let Some(block) = call.body() {
                        let branch = self.scope(scope, ScopeKind::Branch);
                        let branch = self.held_agent(block, branch);
                        let branch = self.environment(block, branch);
                        block
                            .calls()
                            .filter(|call| self.flow.tree.last(call.name) == "stages")
                            .for_each(|stages| self.stages(stages, branch));
                    }
                }
                _ => {}
            }
        }
        self.post(body, scope);
    }

    /// Whether a block has `word true` in it.
    fn is_set(&self, block: &Block, word: &str) -> bool {
        let tree = self.flow.tree;
        let is_true = |call: &Call| {
            call.first().and_then(|value| value.as_name()).is_none_or(|name: Name| tree.name(name) == "true")
        };
        block.calls().any(|call| tree.last(call.name) == word && is_true(call))
    }

    fn options(&mut self, body: &'t Block, scope: usize, is_whole: bool) -> usize {
        let tree = self.tree();
        let mut scope = scope;
        for options in body.calls().filter(|call| tree.last(call.name) == "options") {
            self.flow.options.push(options);
            for option in options.body().into_iter().flat_map(Block::calls) {
                let kind = match tree.last(option.name) {
                    "timeout" => ScopeKind::Timeout { is_whole },
                    "lock" => ScopeKind::Lock,
                    "retry" => ScopeKind::Retry,
                    _ => continue,
                };
                if matches!(kind, ScopeKind::Lock) {
                    self.event(scope, EventKind::Step(option));
                }
                scope = self.scope(scope, kind);
            }
        }
        scope
    }

    fn held_agent(&mut self, body: &'t Block, scope: usize) -> usize {
        let tree = self.tree();
        let Some(agent) = body.calls().find(|call| tree.last(call.name) == "agent") else { return scope };
        let word = agent.first().and_then(|value| value.as_name()).map(|name| tree.name(name));
        if word.as_deref() == Some("none") {
            return scope;
        }
        let text = tree.at(agent.start, agent.end);
        let kinds: Vec<&str> =
            agent.body().into_iter().flat_map(Block::calls).map(|call| tree.last(call.name)).collect();
        let reuses = agent
            .body()
            .into_iter()
            .flat_map(Block::calls)
            .any(|kind| kind.body().is_some_and(|block| self.is_set(block, "reuseNode")));
        if reuses && self.agent(scope).is_some() {
            return scope;
        }
        let is_ephemeral = kinds.contains(&"kubernetes");
        let kind = ScopeKind::Agent { is_ephemeral, is_fixed: text.contains("customWorkspace") };
        self.scope(scope, kind)
    }

    fn environment(&mut self, body: &'t Block, scope: usize) -> usize {
        let tree = self.tree();
        let Some(block) = body.calls().find(|call| tree.last(call.name) == "environment").and_then(Call::body) else {
            return scope;
        };
        for statement in &block.statements {
            if let super::StatementKind::Assignment { value, .. } = &statement.kind
                && value.items.iter().any(|item| matches!(item, Item::Call(_)))
            {
                self.expression(value, scope);
            }
        }
        let settings = self.flow.environment(block);
        self.scope(scope, ScopeKind::Settings(settings))
    }

    fn post(&mut self, body: &'t Block, scope: usize) {
        let tree = self.tree();
        for post in body.calls().filter(|call| tree.last(call.name) == "post") {
            for section in post.body().into_iter().flat_map(Block::calls) {
                let kind = match tree.last(section.name) {
                    "always" | "cleanup" => ScopeKind::Always,
                    _ => ScopeKind::Post,
                };
                let inner = self.scope(scope, kind);
                section.body().into_iter().for_each(|block| self.block(block, inner));
            }
        }
    }
}
