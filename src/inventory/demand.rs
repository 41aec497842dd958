//! What of the resources rules look at: a reader of large inputs leaves the rest unread.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::address::Mode;
use crate::lang::Str;
use crate::schema::{self, Tagging};

/// What is asked of resources.
#[derive(Clone, Debug, Default)]
pub struct Demand {
    everything: bool,
    data_sources: bool,
    tags: bool,
    cidrs: bool,
    /// Managed types of which all attributes are asked for.
    types: BTreeSet<Str>,
    /// Managed types and data sources of which attributes are asked for, by name.
    attributes: BTreeMap<Str, &'static [&'static str]>,
    /// What came of it for the types that were met.
    known: RefCell<BTreeMap<Mode, BTreeMap<Str, Wanted>>>,
}

/// What is asked of one resource type.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// That it is there; none of its values.
    Nothing,
    /// These attributes (or blocks).
    Only(Rc<[Str]>),
    /// All attributes.
    Everything,
}

impl Demand {
    /// All of everything.
    #[must_use]
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Asks for everything.
    pub fn ask_everything(&mut self) {
        self.everything = true;
    }

    /// Asks for all of data sources: evaluating configuration needs them.
    pub fn ask_data_sources(&mut self) {
        self.data_sources = true;
    }

    /// Asks for the tags of all that takes tags.
    pub fn ask_tags(&mut self) {
        self.tags = true;
    }

    /// Asks for all attributes that hold CIDR blocks.
    pub fn ask_cidrs(&mut self) {
        self.cidrs = true;
    }

    /// Asks for all attributes of a managed type.
    pub fn ask_type(&mut self, type_name: &str) {
        self.types.insert(type_name.into());
    }

    /// Asks for attributes of managed resources and data sources of a type.
    pub fn ask_attributes(&mut self, type_name: &str, names: &'static [&'static str]) {
        self.attributes.insert(type_name.into(), names);
    }

    /// What is asked of a type.
    #[must_use]
    pub fn of(&self, mode: Mode, type_name: &str) -> Wanted {
        match mode {
            _ if self.everything => Wanted::Everything,
            Mode::Data if self.data_sources => Wanted::Everything,
            Mode::Ephemeral => Wanted::Nothing,
            Mode::Managed if self.types.contains(type_name) => Wanted::Everything,
            Mode::Managed | Mode::Data => {
                let mut known = self.known.borrow_mut();
                let known = known.entry(mode).or_default();
                if let Some(wanted) = known.get(type_name) {
                    return wanted.clone();
                }
                let wanted = self.parts(mode, type_name);
                known.insert(type_name.into(), wanted.clone());
                wanted
            }
        }
    }

    /// Of a type of which not everything is asked for.
    fn parts(&self, mode: Mode, type_name: &str) -> Wanted {
        let named = self.attributes.get(type_name).into_iter().copied().flatten();
        let mut names: BTreeSet<Str> = named.map(|name| Str::from(*name)).collect();
        if mode == Mode::Data {
            return Wanted::of(names);
        }
        if self.cidrs {
            let paths = schema::cidr_attributes(type_name).iter();
            names.extend(paths.map(|(path, _)| Str::from(path.split('.').next().unwrap_or(path))));
        }
        if self.tags {
            let tags: &[&str] = match schema::resource(type_name).map(|known| known.tagging) {
                Some(Tagging::TagsAll) => &["tags", "tags_all"],
                Some(Tagging::TagBlocks) => &["tag", "tags"],
                Some(Tagging::None) | None => &[],
            };
            names.extend(tags.iter().map(|name| Str::from(*name)));
        }
        Wanted::of(names)
    }
}

impl Wanted {
    fn of(names: BTreeSet<Str>) -> Self {
        if names.is_empty() { Self::Nothing } else { Self::Only(names.into_iter().collect()) }
    }

    /// Whether an attribute is asked for.
    #[must_use]
    pub fn takes(&self, attribute: &str) -> bool {
        match self {
            Self::Nothing => false,
            // In order: they come out of a set.
            Self::Only(attributes) => attributes.binary_search_by(|name| (**name).cmp(attribute)).is_ok(),
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
    fn only_what_is_asked_for_is_wanted() {
        let mut demand = Demand::default();
        demand.ask_tags();
        demand.ask_cidrs();
        demand.ask_type("aws_vpc");
        let takes = |type_name, attribute| demand.of(Mode::Managed, type_name).takes(attribute);
        for (type_name, attribute, expected) in [
            ("aws_instance", "tags_all", true),
            ("aws_instance", "ami", false),
            ("aws_autoscaling_group", "tag", true),
            ("aws_wafv2_ip_set", "addresses", true),
            ("aws_vpc", "instance_tenancy", true),
            ("google_compute_network", "name", false),
        ] {
            assert_eq!(takes(type_name, attribute), expected, "{type_name}.{attribute}");
        }
        assert!(demand.of(Mode::Data, "aws_vpc").is_nothing());
        demand.ask_attributes("aws_lb", &["subnets"]);
        assert!(demand.of(Mode::Data, "aws_lb").takes("subnets") && !demand.of(Mode::Data, "aws_lb").takes("name"));
        demand.ask_data_sources();
        assert!(demand.of(Mode::Data, "aws_vpc").takes("id"));
    }
}
