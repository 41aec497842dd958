//! What evaluation may cost: nested `for` expressions over large ranges, and text that doubles in every local value,
//! end in an error instead of in the machine's memory.

use std::cell::Cell;

/// Steps (nodes evaluated, elements made, pieces of text) that one input may take.
const MAX_STEPS: u64 = 40_000_000;
/// Steps that an expression may take even when those of the input are used up: what is not at fault is still evaluated.
const FREE_STEPS: u64 = 10_000;
/// Steps that an element of a collection counts for: what it costs in memory.
const ELEMENT_STEPS: u64 = 3;
/// Bytes of text that count for a step.
const BYTES_PER_STEP: u64 = 16;
/// The longest text.
const MAX_TEXT: usize = 64 << 20;
/// The deepest nesting of evaluation: that of a tree, and a template in it.
const MAX_DEPTH: u32 = 2 * crate::syntax::MAX_DEPTH as u32 + 100;

/// A budget for evaluation.
#[derive(Debug)]
pub struct Work {
    /// What is left for the input.
    steps: Cell<u64>,
    /// What is left for the expression at hand.
    allowance: Cell<u64>,
    depth: Cell<u32>,
}

impl Default for Work {
    fn default() -> Self {
        Self { steps: Cell::new(MAX_STEPS), allowance: Cell::new(0), depth: Cell::new(0) }
    }
}

const TOO_MUCH: &str = "The value is too large, or takes too long to compute";

impl Work {
    /// Begins an expression: it may take half of what is left, so that one that explodes does not starve the others.
    pub(super) fn begin(&self) {
        self.allowance.set((self.steps.get() / 2).max(FREE_STEPS));
    }

    /// Counts a node that is being evaluated.
    pub(super) fn enter(&self) -> Result<(), &'static str> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err("The expression is nested too deeply");
        }
        self.spend(1)?;
        self.depth.set(depth + 1);
        Ok(())
    }

    /// The node that was entered last is done.
    pub(super) fn leave(&self) {
        self.depth.set(self.depth.get() - 1);
    }

    /// Counts elements that are being made.
    pub(super) fn elements(&self, count: usize) -> Result<(), &'static str> {
        self.spend(ELEMENT_STEPS.saturating_mul(count as u64))
    }

    /// Counts text that is being made, of so many bytes in all.
    pub(super) fn text(&self, bytes: usize) -> Result<(), &'static str> {
        if bytes > MAX_TEXT {
            return Err("The text is too large (64 MiB at most)");
        }
        self.spend(bytes as u64 / BYTES_PER_STEP)
    }

    fn spend(&self, steps: u64) -> Result<(), &'static str> {
        let left = self.allowance.get().checked_sub(steps).ok_or(TOO_MUCH)?;
        self.allowance.set(left);
        self.steps.set(self.steps.get().saturating_sub(steps));
        Ok(())
    }
}
