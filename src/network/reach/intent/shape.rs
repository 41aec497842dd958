//! Which things are alike as far as packets are concerned, so that one of them is asked for all.

use crate::network::reach::bound::Sure;
use crate::network::reach::things::{Place, Thing};
use crate::network::sets::AddressSet;

use super::Party;

/// What tells things apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    party: Party,
    word: &'static str,
    places: Vec<PlaceShape>,
    groups: Vec<usize>,
    open: bool,
    /// The instance, where something of it is not known.
    alone: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PlaceShape {
    subnet: Option<usize>,
    v4: Option<AddressSet>,
    v6: Option<AddressSet>,
    public: bool,
}

impl Shape {
    pub(super) fn of(party: Party, thing: &Thing<'_>) -> Self {
        let unknown = |place: &Place<'_>| {
            place.subnet.is_none() || place.has_v6.doubt().is_some() || place.public.doubt().is_some()
        };
        let alone =
            thing.groups.doubt.is_some() || thing.forwards.doubt().is_some() || thing.places.iter().any(unknown);
        let place = |place: &Place<'_>| PlaceShape {
            subnet: place.subnet,
            v4: place.v4.clone(),
            v6: place.v6.clone(),
            public: matches!(place.public, Sure::Yes),
        };
        Self {
            party,
            word: thing.word,
            places: thing.places.iter().map(place).collect(),
            groups: thing.groups.known.clone(),
            open: thing.groups.open,
            alone: alone.then_some(thing.instance),
        }
    }
}
