//! The names of objects and maps, which most instances of a type share.

use std::borrow::Cow;
use std::sync::Arc;

use crate::lang::Str;

/// The names of objects and maps that came before: what is of one shape shares them.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Arc<[Str]>>);

impl Names {
    /// So many shapes are remembered.
    const MANY: usize = 256;

    /// These names, shared if they came before.
    pub(super) fn shared(&mut self, names: &[Cow<'_, str>], known: impl Fn(&str) -> Option<Str>) -> Arc<[Str]> {
        let (Some(first), Some(last)) = (names.first(), names.last()) else { return Arc::default() };
        self.0.resize_with(Self::MANY, Arc::default);
        let letter = |text: &str| text.bytes().next_back().map_or(0, usize::from);
        let slot = names.len() + 7 * (first.len() + letter(first)) + 31 * (last.len() + letter(last));
        let slot = &mut self.0[slot % Self::MANY];
        if slot.len() != names.len() || slot.iter().zip(names).any(|(known, name)| **known != **name) {
            *slot = names.iter().map(|name| known(name).unwrap_or_else(|| (**name).into())).collect();
        }
        slot.clone()
    }
}
