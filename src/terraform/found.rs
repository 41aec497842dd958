//! What was found wrong, and what may be: what hangs on the version of the provider waits until all constraints are known.

use crate::source::Problem;

/// Problems, and doubts that the provider's version settles.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Certain.
    pub(super) problems: Vec<Problem>,
    /// Names that neither known version of the provider has.
    pub(super) unknown: Vec<Problem>,
    /// What only one known version requires: and whether that is the newer one.
    pub(super) missing: Vec<(Problem, bool)>,
}

impl Found {
    /// Adds a name that is not in the schema: for certain where the schema is the only one there is.
    pub(super) fn unknown(&mut self, problem: Problem, is_certain: bool) {
        let list = if is_certain { &mut self.problems } else { &mut self.unknown };
        list.push(problem);
    }

    pub(super) fn len(&self) -> usize {
        self.problems.len() + self.unknown.len() + self.missing.len()
    }

    pub(super) fn append(&mut self, other: &mut Self) {
        self.problems.append(&mut other.problems);
        self.unknown.append(&mut other.unknown);
        self.missing.append(&mut other.missing);
    }
}
