//! What of the resources rules look at: a reader of large inputs leaves the rest unread.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Mode;
use crate::lang::Str;

/// What is asked of resources, by type.
#[derive(Clone, Debug, Default)]
pub struct Demand {
    /// All attributes of every type.
    everything: bool,
    /// Of these managed types all attributes (`None`), or these.
    types: BTreeMap<Str, Option<BTreeSet<Str>>>,
}

/// What is asked of one resource type.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'d> {
    /// That it is there; none of its values.
    Nothing,
    /// These attributes (or blocks).
    Only(&'d BTreeSet<Str>),
    /// All attributes.
    Everything,
}

impl Demand {
    /// All of everything.
    #[must_use]
    pub fn everything() -> Self {
        Self { everything: true, types: BTreeMap::new() }
    }

    /// Asks for everything.
    pub fn ask_everything(&mut self) {
        self.everything = true;
    }

    /// Asks for all attributes of a type.
    pub fn ask_type(&mut self, type_name: &str) {
        self.types.insert(type_name.into(), None);
    }

    /// Asks for an attribute of a type.
    pub fn ask_attribute(&mut self, type_name: &str, attribute: &str) {
        if let Some(attributes) = self.types.entry(type_name.into()).or_insert_with(|| Some(BTreeSet::new())) {
            attributes.insert(attribute.into());
        }
    }

    /// What is asked of a type.
    #[must_use]
    pub fn of(&self, mode: Mode, type_name: &str) -> Wanted<'_> {
        if self.everything {
            return Wanted::Everything;
        }
        match (mode, self.types.get(type_name)) {
            (Mode::Managed, Some(None)) => Wanted::Everything,
            (Mode::Managed, Some(Some(attributes))) => Wanted::Only(attributes),
            (Mode::Managed, None) | (Mode::Data | Mode::Ephemeral, _) => Wanted::Nothing,
        }
    }
}

impl Wanted<'_> {
    /// Whether an attribute is asked for.
    #[must_use]
    pub fn takes(&self, attribute: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Only(attributes) => attributes.contains(attribute),
            Self::Everything => true,
        }
    }

    /// Whether nothing is asked for.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_all_gets_all() {
        let mut demand = Demand::default();
        demand.ask_attribute("aws_instance", "tags");
        demand.ask_type("aws_vpc");
        demand.ask_attribute("aws_vpc", "tags");
        assert!(demand.of(Mode::Managed, "aws_instance").takes("tags"));
        assert!(!demand.of(Mode::Managed, "aws_instance").takes("ami"));
        assert!(demand.of(Mode::Managed, "aws_vpc").takes("cidr_block"));
        assert!(demand.of(Mode::Data, "aws_vpc").is_nothing());
        assert!(Demand::everything().of(Mode::Data, "aws_vpc").takes("id"));
    }
}
