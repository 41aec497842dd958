//! AWS network facts over an inventory: one file per subject.

pub mod join;
pub mod openness;
pub mod prefix_lists;
pub mod security_groups;
pub mod sources;
pub mod spot;
pub mod traffic;

use std::cell::OnceCell;

use crate::inventory::{Action, Inventory};

use join::Ids;
use prefix_lists::PrefixLists;
use security_groups::SecurityGroups;

/// The AWS network that an inventory makes; each subject is read when first asked for.
#[derive(Debug)]
pub struct Aws<'a> {
    /// The instances.
    pub inventory: &'a Inventory,
    ids: Ids<'a>,
    prefix_lists: OnceCell<PrefixLists<'a>>,
    security_groups: OnceCell<SecurityGroups<'a>>,
}

impl<'a> Aws<'a> {
    /// Reads nothing yet.
    #[must_use]
    pub fn new(inventory: &'a Inventory) -> Self {
        Self { inventory, ids: Ids::new(inventory), prefix_lists: OnceCell::new(), security_groups: OnceCell::new() }
    }

    /// Finds instances by what refers to them.
    #[must_use]
    pub const fn ids(&self) -> &Ids<'a> {
        &self.ids
    }

    /// The managed prefix lists.
    pub fn prefix_lists(&self) -> &PrefixLists<'a> {
        self.prefix_lists.get_or_init(|| PrefixLists::read(self))
    }

    /// The security groups and their rules.
    pub fn security_groups(&self) -> &SecurityGroups<'a> {
        self.security_groups.get_or_init(|| SecurityGroups::read(self))
    }

    /// Indices of the managed instances of a type that will be there after apply.
    pub fn of_type(&self, type_name: &str) -> impl Iterator<Item = usize> + use<'a> {
        of_type(self.inventory, type_name)
    }
}

/// Indices of the managed instances of a type that will be there after apply.
pub(crate) fn of_type<'a>(inventory: &'a Inventory, type_name: &str) -> impl Iterator<Item = usize> + use<'a> {
    inventory
        .of_type(type_name)
        .iter()
        .copied()
        .filter(|&index| !matches!(inventory.instance(index).action, Action::Delete | Action::Forget))
}
