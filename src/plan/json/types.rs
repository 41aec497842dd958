//! What is known of the types of resources whose instances are read.

use std::collections::HashMap;

use crate::address::{Address, Mode};
use crate::inventory::{Demand, Wanted};
use crate::lang::Str;

use super::super::Shape;

/// What is known of a resource type, and of the instance of it that came last.
#[derive(Debug)]
pub(super) struct ResourceType {
    pub(super) shape: Shape<'static>,
    /// What rules ask of it.
    pub(super) wanted: Wanted,
    pub(super) values: Layout,
    pub(super) unknown: Layout,
    pub(super) sensitive: Layout,
}

impl ResourceType {
    pub(super) fn new(shape: Shape<'static>, wanted: Wanted) -> Self {
        let [values, unknown, sensitive] = Default::default();
        Self { shape, wanted, values, unknown, sensitive }
    }
}

/// The names of the first members of an object, as they are written in its text, and whether they are asked for: instances of
/// a type mostly have the same ones in the same order.
#[derive(Debug, Default)]
pub(super) struct Layout(Vec<(Vec<u8>, bool)>);

impl Layout {
    /// So many members are remembered.
    const PLACES: usize = 512;
    /// Names of at most this length are remembered (bytes).
    const LENGTH: usize = 128;

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
        if place == self.0.len() && place < Self::PLACES {
            self.0.push((NOTHING.to_vec(), false));
        }
        if let Some(remembered) = self.0.get_mut(place) {
            let name = if length <= Self::LENGTH { &text[..length] } else { NOTHING };
            remembered.0.clear();
            remembered.0.extend_from_slice(name);
            remembered.1 = is_taken;
        }
        is_taken
    }
}

/// No name begins like this.
const NOTHING: &[u8] = b"\0";

/// The types that were met.
#[derive(Debug)]
pub(super) struct ResourceTypes<'d> {
    demand: &'d Demand,
    known: HashMap<(Mode, Str), ResourceType>,
}

impl<'d> ResourceTypes<'d> {
    pub(super) fn new(demand: &'d Demand) -> Self {
        Self { demand, known: HashMap::new() }
    }

    /// What is known of the type of an instance.
    pub(super) fn of(&mut self, address: &Address) -> &mut ResourceType {
        let (mode, name) = (address.mode, &address.type_name);
        self.known
            .entry((mode, name.clone()))
            .or_insert_with(|| ResourceType::new(Shape::of(mode, name), self.demand.of(mode, name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found of members with these names, of which `"tags"` is asked for, and how many names were not remembered.
    fn taken(layout: &mut Layout, names: &[&str]) -> (Vec<bool>, usize) {
        let mut asked = 0;
        let mut takes = |(place, name): (usize, &&str)| {
            layout.takes(place, format!("{name}: 1").as_bytes(), || {
                asked += 1;
                Some((name.len(), *name == "\"tags\""))
            })
        };
        let taken = names.iter().enumerate().map(&mut takes).collect();
        (taken, asked)
    }

    #[test]
    fn names_are_remembered_by_their_places() {
        let mut layout = Layout::default();
        let names = ["\"id\"", "\"tags\"", "\"tags_all\""];
        assert_eq!(taken(&mut layout, &names), (vec![false, true, false], 3));
        assert_eq!(taken(&mut layout, &names), (vec![false, true, false], 0));
        assert_eq!(taken(&mut layout, &["\"tags_all\"", "\"tags\""]), (vec![false, true], 1));
        assert_eq!(taken(&mut layout, &["\"tags\"", "\"tag\""]), (vec![true, false], 2));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut layout = Layout::default();
        let many = vec!["\"a\""; 2 * Layout::PLACES];
        let long = format!("\"{}\"", "a".repeat(Layout::LENGTH));
        assert_eq!(taken(&mut layout, &many).1, many.len());
        assert_eq!(taken(&mut layout, &many).1, Layout::PLACES);
        assert_eq!([taken(&mut layout, &[&long]).1, taken(&mut layout, &[&long]).1], [1, 1]);
        assert_eq!(layout.0.len(), Layout::PLACES);
    }

    #[test]
    fn a_name_that_cannot_be_read_is_not_asked_for() {
        assert!(!Layout::default().takes(0, b"\"", || None));
    }
}
