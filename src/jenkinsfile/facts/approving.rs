//! Questions to people, and the locks beside them.

use super::super::flow::{EventKind, ScopeKind};
use super::super::tree::Call;
use super::Facts;

impl Facts<'_, '_, '_> {
    /// `inputs` and `locks`.
    pub(super) fn inputs(&mut self) {
        let tree = self.flow.tree;
        let (mut inputs, mut locks) = (Vec::new(), Vec::new());
        for event in &self.flow.events {
            let scope = event.scope;
            match event.kind {
                EventKind::Input { call, is_late, .. } => {
                    let is_under = |wanted: fn(&ScopeKind) -> bool| self.is_under(scope, wanted);
                    let holds_agent = match self.agent(scope) {
                        Some(_) => Some(true),
                        None if self.flow.has_caller(scope) => None,
                        None => Some(false),
                    };
                    let has_timeout = if is_under(|kind| matches!(kind, ScopeKind::Timeout { .. })) {
                        Some(true)
                    } else {
                        self.absent(scope)
                    };
                    let fields = vec![
                        ("has_submitter", self.has_argument(call, "submitter").into()),
                        ("has_timeout", has_timeout.into()),
                        ("holds_agent", holds_agent.into()),
                        ("holds_lock", is_under(|kind| matches!(kind, ScopeKind::Lock)).into()),
                        ("is_late", is_late.into()),
                    ];
                    inputs.push(self.fact((call.name.start, call.name.end), fields));
                }
                EventKind::Step(call) if tree.step(call) == Some("lock") => {
                    let waits = self.flow.switch(call, "skipIfLocked") != Some(true);
                    let timed = self.is_under(scope, |kind| matches!(kind, ScopeKind::Timeout { is_whole: false }));
                    locks.push(
                        self.fact(
                            (call.name.start, call.name.end),
                            vec![("waits_in_timeout", (waits && timed).into())],
                        ),
                    );
                }
                EventKind::Step(_) | EventKind::Script(_) => {}
            }
        }
        self.add("inputs", inputs);
        self.add("locks", locks);
    }

    /// Whether a question has an argument; in a directive it is a word of its own.
    fn has_argument(&self, call: &Call, name: &str) -> Option<bool> {
        let tree = self.flow.tree;
        let in_block = call.body().is_some_and(|body| body.calls().any(|call| tree.last(call.name) == name));
        if call.named(tree, name).is_some() || in_block {
            return Some(true);
        }
        // `input(options)`: a map from elsewhere.
        let is_map = call.first().and_then(|first| first.as_name()).is_some();
        if is_map { None } else { Some(!self.is_whole) }
    }
}
