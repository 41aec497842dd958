//! AWS network facts over an inventory: one file per subject.

pub mod databases;
pub mod join;
pub mod network_acls;
pub mod openness;
pub mod overlaps;
pub mod prefix_lists;
pub mod redundant;
pub mod routes;
pub mod security_groups;
pub mod sources;
pub mod spot;
pub mod traffic;
pub mod vpcs;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::inventory::{Action, Inventory};
use crate::source::{FileId, Span};
use crate::syntax::{NodeId, Trees};

use join::{Ids, Target};
use network_acls::NetworkAcls;
use prefix_lists::PrefixLists;
use routes::Routes;
use security_groups::SecurityGroups;
use vpcs::Vpcs;

/// The AWS network that an inventory makes; each subject is read when first asked for.
#[derive(Debug)]
pub struct Aws<'a> {
    /// The instances.
    pub inventory: &'a Inventory,
    /// Their expressions.
    pub trees: &'a Trees,
    templates: RefCell<BTreeMap<FileId, Rc<HashMap<Span, NodeId>>>>,
    ids: Ids<'a>,
    prefix_lists: OnceCell<PrefixLists<'a>>,
    security_groups: OnceCell<SecurityGroups<'a>>,
    vpcs: OnceCell<Vpcs<'a>>,
    routes: OnceCell<Routes<'a>>,
    network_acls: OnceCell<NetworkAcls<'a>>,
    traffic: RefCell<traffic::Known>,
    blocks: RefCell<sources::Blocks>,
}

impl<'a> Aws<'a> {
    /// Reads nothing yet.
    #[must_use]
    pub fn new(inventory: &'a Inventory, trees: &'a Trees) -> Self {
        Self {
            inventory,
            trees,
            templates: RefCell::default(),
            ids: Ids::new(inventory),
            prefix_lists: OnceCell::new(),
            security_groups: OnceCell::new(),
            vpcs: OnceCell::new(),
            routes: OnceCell::new(),
            network_acls: OnceCell::new(),
            traffic: RefCell::default(),
            blocks: RefCell::default(),
        }
    }

    /// Finds instances by what refers to them.
    #[must_use]
    pub const fn ids(&self) -> &Ids<'a> {
        &self.ids
    }

    /// The parts of the template at a place, if one is there: literal text, and `None` for what is worked out. Each file is
    /// gone through once.
    pub(super) fn template(&self, at: Span) -> Option<Vec<Option<String>>> {
        let tree = self.trees.get(self.trees.of_file(at.file)?);
        let known = self.templates.borrow().get(&at.file).cloned();
        let templates = known.unwrap_or_else(|| {
            let found = Rc::new(sources::templates(tree));
            self.templates.borrow_mut().insert(at.file, found.clone());
            found
        });
        Some(sources::parts(tree, *templates.get(&at)?))
    }

    /// The managed prefix lists.
    pub fn prefix_lists(&self) -> &PrefixLists<'a> {
        self.prefix_lists.get_or_init(|| PrefixLists::read(self))
    }

    /// The security groups and their rules.
    pub fn security_groups(&self) -> &SecurityGroups<'a> {
        self.security_groups.get_or_init(|| SecurityGroups::read(self))
    }

    /// VPCs, subnets and what joins VPCs.
    pub fn vpcs(&self) -> &Vpcs<'a> {
        self.vpcs.get_or_init(|| Vpcs::read(self))
    }

    /// Route tables.
    pub fn routes(&self) -> &Routes<'a> {
        self.routes.get_or_init(|| Routes::read(self))
    }

    /// Network ACLs.
    pub fn network_acls(&self) -> &NetworkAcls<'a> {
        self.network_acls.get_or_init(|| NetworkAcls::read(self))
    }

    /// Indices of the managed instances of a type that will be there after apply.
    pub fn of_type(&self, type_name: &str) -> impl Iterator<Item = usize> + use<'a> {
        of_type(self.inventory, type_name)
    }

    /// Whether there may be no such instance (the number of its instances is not known) although what it belongs to is
    /// certainly there.
    #[must_use]
    pub fn may_be_absent(&self, instance: usize, owner: Option<&Target>) -> bool {
        let symbolic = |index: usize| self.inventory.instance(index).symbolic;
        let with_owner = matches!(owner, Some(&Target::Instance(owner)) if symbolic(owner));
        symbolic(instance) && !with_owner
    }

    /// Likewise of several types, in the order in which they are written; instances of one block by their address.
    #[must_use]
    pub fn in_source_order(&self, types: &[&str]) -> Vec<usize> {
        let mut found: Vec<usize> = types.iter().flat_map(|type_name| self.of_type(type_name)).collect();
        found.sort_by_cached_key(|&index| {
            let instance = self.inventory.instance(index);
            (instance.sites.as_ref().map(|sites| sites.header), instance.address.clone())
        });
        found
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
