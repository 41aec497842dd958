//! The module calls that lead to an instance.

use std::collections::HashMap;
use std::rc::Rc;

use crate::address::ModuleStep;
use crate::source::Span;
use crate::terraform::Reading;

/// The blocks of module calls.
pub(super) struct Calls<'r> {
    /// By the module instance that each makes.
    blocks: HashMap<&'r [ModuleStep], Span>,
    /// Those that lead to a module instance, where they were asked for.
    leading: HashMap<&'r [ModuleStep], Rc<[Span]>>,
}

impl<'r> Calls<'r> {
    pub(super) fn of(reading: &'r Reading) -> Self {
        let blocks = reading.module_calls.iter().map(|call| (call.module.0.as_slice(), call.block)).collect();
        Self { blocks, leading: HashMap::new() }
    }

    /// The blocks of the calls that lead to a module instance, the outermost first; `None` where no call is known.
    pub(super) fn enclosing(&mut self, module: &'r [ModuleStep]) -> Option<Rc<[Span]>> {
        if self.blocks.is_empty() || module.is_empty() {
            return None;
        }
        let known = (1..=module.len()).rev().find(|&length| self.leading.contains_key(&module[..length])).unwrap_or(0);
        let outer = self.leading.get(&module[..known]).cloned();
        if known == module.len() {
            return outer;
        }
        let inner = (known + 1..=module.len()).filter_map(|length| self.blocks.get(&module[..length]));
        let spans: Rc<[Span]> = outer.iter().flat_map(|outer| outer.iter()).chain(inner).copied().collect();
        self.leading.insert(module, spans.clone());
        Some(spans)
    }
}
