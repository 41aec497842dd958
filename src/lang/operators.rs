//! Unary and binary operators and the conditional, with unknowns and marks.
