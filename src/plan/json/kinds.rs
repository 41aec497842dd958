//! What is known of the types of resources whose instances are read.

use std::collections::HashMap;

use crate::address::{Address, Mode};
use crate::inventory::{Demand, Wanted};
use crate::lang::Str;

use super::super::Shape;

/// What is known of a resource type, and of the instance of it that came last.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) shape: Shape<'static>,
    /// What rules ask of it.
    pub(super) wanted: Wanted,
    pub(super) values: Layout,
    pub(super) unknown: Layout,
    pub(super) sensitive: Layout,
}

impl Kind {
    pub(super) fn new(shape: Shape<'static>, wanted: Wanted) -> Self {
        let [values, unknown, sensitive] = Default::default();
        Self { shape, wanted, values, unknown, sensitive }
    }
}

/// The names of the members of an object, as they are written in its text, and whether they are asked for: instances of a type
/// mostly have the same ones in the same order.
#[derive(Debug, Default)]
pub(super) struct Layout(Vec<(Vec<u8>, bool)>);

impl Layout {
    /// Whether the member is asked for of which this is the place and with whose name the text begins; `takes` tells how long
    /// another name than before is, as it is written, and whether it is asked for.
    #[inline]
    pub(super) fn takes(&mut self, place: usize, text: &[u8], takes: impl FnOnce() -> Option<(usize, bool)>) -> bool {
        if let Some((name, is_taken)) = self.0.get(place)
            && text.starts_with(name)
        {
            return *is_taken;
        }
        let Some((length, is_taken)) = takes() else { return false };
        if place == self.0.len() {
            self.0.push((Vec::new(), false));
        }
        if let Some((name, known)) = self.0.get_mut(place) {
            name.clear();
            name.extend_from_slice(&text[..length]);
            *known = is_taken;
        }
        is_taken
    }
}

/// The types that were met.
#[derive(Debug)]
pub(super) struct Kinds<'d> {
    demand: &'d Demand,
    known: HashMap<(Mode, Str), Kind>,
}

impl<'d> Kinds<'d> {
    pub(super) fn new(demand: &'d Demand) -> Self {
        Self { demand, known: HashMap::new() }
    }

    /// What is known of the type of an instance.
    pub(super) fn of(&mut self, address: &Address) -> &mut Kind {
        let (mode, name) = (address.mode, &address.type_name);
        self.known
            .entry((mode, name.clone()))
            .or_insert_with(|| Kind::new(Shape::of(mode, name), self.demand.of(mode, name)))
    }
}
